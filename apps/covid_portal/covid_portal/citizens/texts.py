"""Texts that strangers type: what is taken out before anything else looks at them, and what is asked of them."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from frappe import _

# Letters that turn the direction of what follows, or hide in a word.
UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
LONGEST_NAME = 140
PHONE = re.compile(r"\+?[0-9][0-9 .()-]{6,18}[0-9]")
EMAIL = re.compile(r"[^@\s<>\"',;:()\[\]]{1,64}@[^@\s<>\"',;:()\[\]]{1,180}\.[^@\s.<>\"',;:()\[\]]{2,24}")


@dataclass(frozen=True)
class TextField:
	"""How long a field may be, whether it must be filled in, what it is called."""

	label: Callable[
		[], str
	]  # asked only where something is wrong: to load all translations takes longer than to store a form
	shortest: int = 0
	longest: int = 140
	lines: bool = False  # more than one


def cleaned(text: str, lines: bool = False) -> str:
	"""In one form of Unicode, without control characters and unseen ones; line breaks where lines are."""
	text = UNSEEN.sub("", unicodedata.normalize("NFC", text)).replace("\r\n", "\n").replace("\r", "\n")
	kept = ("\n" if lines else " ").join(
		# Nearly all lines are, and letter by letter they would be a tenth of the whole work on a form.
		line if line.isprintable() else without_controls(line)
		for line in text.split("\n")
	)
	return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]{2,}", " ", kept)).strip()


def without_controls(line: str) -> str:
	kinds = ((letter, unicodedata.category(letter)) for letter in line if letter != "\0")
	return "".join(
		" " if kind in ("Cc", "Zl", "Zp") else letter
		for letter, kind in kinds
		if kind not in ("Cs", "Co", "Cn")
	)


def checked(
	payload: Mapping[str, Any], fields: Mapping[str, TextField], problems: dict[str, str]
) -> dict[str, str]:
	"""{field: cleaned text} of these fields; what is wrong goes into `problems` as {field: sentence}."""
	texts = {}
	for name, field in fields.items():
		value = payload.get(name) or ""
		if not isinstance(value, str):
			problems[name] = _("{0}: this is not a text.").format(field.label())
			continue
		texts[name] = cleaned(value, field.lines)
		if sentence := wrong_length(texts[name], field):
			problems[name] = sentence
	return texts


def wrong_length(text: str, field: TextField) -> str | None:
	if len(text) > field.longest:
		return _("{0}: at most {1} letters; you have {2}.").format(field.label(), field.longest, len(text))
	if field.shortest and not text:
		return _("{0} is missing.").format(field.label())
	if len(text) < field.shortest:
		return _("{0}: at least {1} letters.").format(field.label(), field.shortest)
	return None


def is_name(value: Any) -> bool:
	"""Whether it can be the name of a record at all: of other texts some break the database's connection."""
	return isinstance(value, str) and len(value) <= LONGEST_NAME and cleaned(value) == value


def is_phone(text: str) -> bool:
	return bool(PHONE.fullmatch(text)) and 8 <= len(re.sub(r"\D", "", text)) <= 15


def is_email(text: str) -> bool:
	return bool(EMAIL.fullmatch(text))
