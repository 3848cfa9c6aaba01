"""Opening hours as units write them: "T2-T6 07:00-11:30, 13:30-17:00; T7-CN 08:00-11:00", "24/7". Knows no Frappe."""

import re

DAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
ENGLISH = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEK, DAY = 7 * 24 * 60, 24 * 60  # minutes
ALWAYS = "24/7"
PART = re.compile(
	r"^(?:(T[2-7]|CN)(?:\s*-\s*(T[2-7]|CN))?\s+)?(\d\d?[:h]\d\d\s*-\s*\d\d?[:h]\d\d.*)$", re.IGNORECASE
)
SPAN = re.compile(r"^(\d\d?)[:h](\d\d)\s*-\s*(\d\d?)[:h](\d\d)$", re.IGNORECASE)


def spans(text: str) -> list[tuple[int, int]]:
	"""[(from, to)] in minutes since Monday 00:00, `to` beyond the week's end where a span runs into Monday. Raises ValueError
	with the part that cannot be read."""
	if text.strip() == ALWAYS:
		return [(0, WEEK)]
	found = []
	for part in filter(None, (part.strip() for part in text.split(";"))):
		match = PART.match(part)
		if not match:
			raise ValueError(part)
		for span in match[3].split(","):
			opens, closes = minutes(span.strip())
			found += [(day * DAY + opens, day * DAY + closes) for day in days(match[1], match[2])]
	return sorted(found)


def in_english(text: str) -> str:
	"""The same with English names of the days."""
	return re.sub(
		r"\b(T[2-7]|CN)\b", lambda match: ENGLISH[DAYS.index(match[0].upper())], text, flags=re.IGNORECASE
	)


def days(first: str | None, last: str | None) -> list[int]:
	"""Numbers of the days, Monday 0; T7-T2 runs over the week's end."""
	if not first:
		return list(range(7))
	start = DAYS.index(first.upper())
	end = DAYS.index((last or first).upper())
	return [(start + step) % 7 for step in range((end - start) % 7 + 1)]


def minutes(span: str) -> tuple[int, int]:
	match = SPAN.match(span)
	if not match:
		raise ValueError(span)
	opens, closes = (int(match[place]) * 60 + int(match[place + 1]) for place in (1, 3))
	if opens >= DAY or closes > DAY or int(match[2]) > 59 or int(match[4]) > 59:
		raise ValueError(span)
	return opens, closes + DAY if closes <= opens else closes


def is_open(found: list[tuple[int, int]], minute: int) -> bool:
	"""Whether a span holds the minute of the week."""
	return any(opens <= at < closes for opens, closes in found for at in (minute, minute + WEEK))
