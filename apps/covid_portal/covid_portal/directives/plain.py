"""Words without Vietnamese marks, as the search compares them. Nothing here knows Frappe.

A database's full-text index leaves out short words and those common in English ("la", "on"), as its server was set up; so each
word is stored with two underscores behind it, and each pair of neighbours joined by one. Then the search needs no setting.
"""

import re
import unicodedata
from functools import cache
from itertools import pairwise

WORD = re.compile(r"[a-z0-9]+")
LETTERS_WITHOUT_PARTS = {"đ": "d", "Đ": "d"}
LAST_LATIN = 0x1EFF  # of the letters that Vietnamese is written with
LONGEST = 30  # characters of a word
SHORT = "__"
MOST_ASKED = 12  # words of a query


class Folding(dict[int, str]):
	"""For str.translate: each letter's small one without marks, worked out once. One for one, so that places stay the same."""

	def __missing__(self, code: int) -> str:
		letter = chr(code)
		plain = LETTERS_WITHOUT_PARTS.get(letter) or unicodedata.normalize("NFD", letter)[0].lower()[:1]
		self[code] = plain or letter
		return self[code]


FOLDING = Folding()


def composed(text: str) -> str:
	"""Each letter with its marks as one character, however it was written."""
	return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
	"""'Thanh Hóa' → 'thanh hoa', đ as d; as long as composed(text)."""
	return composed(text).translate(FOLDING)


def words(text: str) -> list[str]:
	return [word[:LONGEST] for word in WORD.findall(fold(text))]


def indexed(text: str) -> str:
	"""What is stored of a text: every word and every pair of neighbours, each once."""
	found = words(text)
	singles = (word + SHORT for word in found)
	return " ".join(dict.fromkeys([*singles, *(f"{one}_{next_one}" for one, next_one in pairwise(found))]))


def singles(query: str) -> list[str]:
	"""Its words, as `indexed` has them. Whole ones: what begins with a word is, of the pairs alone, a thousand others."""
	return list(dict.fromkeys(word + SHORT for word in words(query)[:MOST_ASKED]))


def pairs(query: str) -> list[str]:
	"""Its pairs of neighbours, as `indexed` has them: of texts in which the words stand beside each other. None of one word."""
	return list(dict.fromkeys(f"{one}_{next_one}" for one, next_one in pairwise(words(query)[:MOST_ASKED])))


def all_of(indexed: list[str]) -> str:
	"""Asks the full-text index for all of them."""
	return " ".join(f"+{word}" for word in indexed)


def number(text: str) -> str:
	"""'Số 05/CT-UBND' → '05ctubnd': numbers are compared by letters and digits alone, and without zeros before them."""
	return "".join(word for word in words(text) if word != "so").lstrip("0")


def slug(text: str) -> str:
	return "-".join(words(text))


def passage(text: str, query: str, around: int = 120) -> str:
	"""The part of the text in which the query's words stand first, beside each other if they do; else its beginning."""
	text, asked = composed(text), [written(word) for word in words(query)]
	for wanted in (r"\W+".join(asked), "|".join(asked)):
		found = re.search(rf"\b(?:{wanted})", text) if asked else None
		if found:
			return cut(text, found.start() - around, found.end() + around)
	return cut(text, 0, 2 * around)


def written(word: str) -> str:
	"""A pattern that finds the word with whatever marks and size of letters: far sooner than a text is folded."""
	return "".join(f"[{spellings()[letter]}]" for letter in word)


@cache
def spellings() -> dict[str, str]:
	"""{letter or digit: all that fold() makes it of}"""
	found: dict[str, str] = {}
	for letter in map(chr, range(LAST_LATIN + 1)):
		if WORD.fullmatch(plain := fold(letter)):
			found[plain] = found.get(plain, "") + letter
	return found


def cut(text: str, start: int, end: int) -> str:
	"""The whole words between the places, with … where something is left out."""
	found = text[max(start, 0) : end].split()
	if start > 0:
		found[:1] = ["…"]
	if end < len(text):
		found[-1:] = ["…"]
	return " ".join(found)
