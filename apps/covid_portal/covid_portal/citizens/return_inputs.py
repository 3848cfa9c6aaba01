"""What comes from a public form: cleaned, bounded, and told field by field where it is wrong. Nothing is cut off in silence."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from frappe import _

from covid_portal.citizens.texts import cleaned

PHONE = re.compile(r"(?:\+?84|0)\d{8,10}")
FOREIGN_PHONE = re.compile(r"\+\d{8,15}")
DIGITS = re.compile(r"[0-9]{1,20}")
ID_NUMBER = re.compile(r"[0-9A-Z]{6,20}")
# Where a browser has no calendar, people write days as they are used to.
VIETNAMESE_DAY = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$")
YES = ("1", "on", "true", "yes", True, 1)


class Form:
	"""One level of a form: `values` as they came, of any type; problems gather in `problems`, {field: sentence}."""

	def __init__(self, values: Any, problems: dict[str, str] | None = None, prefix: str = "") -> None:
		self.values: dict[str, Any] = values if isinstance(values, dict) else {}
		self.problems: dict[str, str] = {} if problems is None else problems
		self.prefix = prefix

	def wrong(self, field: str, sentence: str) -> None:
		self.problems.setdefault(f"{self.prefix}{field}", sentence)

	def given(self, field: str) -> str:
		value = self.values.get(field)
		is_text = isinstance(value, str | int | float) and not isinstance(value, bool)
		return cleaned(str(value), lines=True) if is_text else ""

	def text(
		self, field: str, most: int, what: Callable[[], str], required: bool = False, lines: bool = False
	) -> str | None:
		text = self.given(field)
		text = text if lines else " ".join(text.split())
		if not text and (required or self.values.get(field) not in (None, "", [], {})):
			self.wrong(field, _("Please give {0}.").format(what()))
		elif len(text) > most:
			self.wrong(field, _("{0} is too long: {1} letters at the most.").format(capital(what()), most))
		return text or None

	def phone(self, field: str, what: Callable[[], str], required: bool = False) -> str | None:
		text = self.text(field, 40, what, required)
		digits = re.sub(r"[\s.()-]", "", text or "")
		if text and not PHONE.fullmatch(digits) and not FOREIGN_PHONE.fullmatch(digits):
			self.wrong(
				field,
				_("{0} is not a phone number: 9 to 11 digits, as in 0912 345 678.").format(capital(what())),
			)
		return digits or None

	def id_number(self, field: str, what: Callable[[], str]) -> str | None:
		text = self.text(field, 40, what)
		number = re.sub(r"[\s.-]", "", text or "").upper()
		if text and not ID_NUMBER.fullmatch(number):
			self.wrong(field, _("{0} has 6 to 20 digits or letters.").format(capital(what())))
		return number or None

	def number(
		self, field: str, least: int, most: int, what: Callable[[], str], required: bool = False
	) -> int | None:
		text = self.text(field, 20, what, required)
		if text is None:
			return None
		if not (DIGITS.fullmatch(text) and least <= int(text) <= most):
			self.wrong(field, _("{0} is a number from {1} to {2}.").format(capital(what()), least, most))
			return None
		return int(text)

	def day(
		self, field: str, first: date, last: date, what: Callable[[], str], required: bool = False
	) -> str | None:
		text = self.text(field, 20, what, required)
		if text is None:
			return None
		try:
			day = date.fromisoformat(VIETNAMESE_DAY.sub(iso, text))
		except ValueError:
			self.wrong(field, _("{0} is not a date.").format(capital(what())))
			return None
		if not first <= day <= last:
			self.wrong(
				field,
				_("{0} must lie between {1} and {2}.").format(
					capital(what()), f"{first:%d/%m/%Y}", f"{last:%d/%m/%Y}"
				),
			)
		return str(day)

	def one_of(self, field: str, choices: Sequence[str], what: Callable[[], str]) -> str | None:
		text = self.text(field, 60, what)
		if text and text not in choices:
			self.wrong(field, _("Please choose {0} from the list.").format(what()))
		return text

	def choice(self, field: str, is_there: Callable[[str], bool], what: Callable[[], str]) -> str | None:
		"""A mandatory choice from rows."""
		text = self.text(field, 140, what)
		if not text or not is_there(text):
			self.wrong(field, _("Please choose {0} from the list.").format(what()))
		return text

	def flag(self, field: str) -> bool:
		return self.values.get(field) in YES

	def rows(self, field: str, most: int, what: Callable[[], str]) -> list["Form"]:
		"""The rows of a list; blank ones, as a form without a script sends them, do not count."""
		value = self.values.get(field)
		listed = value if isinstance(value, list) else []
		rows = [
			(number, row)
			for number, row in enumerate(listed, 1)
			if isinstance(row, dict) and not is_blank(row)
		]
		if not rows:
			self.wrong(field, _("Please give {0}: at least one.").format(what()))
		if len(rows) > most:
			self.wrong(field, _("{0}: {1} at the most in one registration.").format(capital(what()), most))
		return [Form(row, self.problems, f"{field}.{number}.") for number, row in rows[:most]]


def iso(found: re.Match[str]) -> str:
	day, month, year = found.groups()
	return f"{year}-{month:0>2}-{day:0>2}"


def is_blank(row: dict) -> bool:
	return all(str(value or "").strip() in ("", "0") for value in row.values())


def capital(text: str) -> str:
	return text[:1].upper() + text[1:]
