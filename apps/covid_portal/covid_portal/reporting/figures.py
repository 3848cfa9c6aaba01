"""Figures of a report: blank is not zero, and every figure is a whole number within its bounds.

The framework stores a blank number as 0. `answered` keeps which figures were given; in memory, the others are None.
"""

import re
from collections.abc import Set
from typing import Any

import frappe
from frappe import _

from covid_portal.reporting import definitions
from covid_portal.reporting.known_figures import split_fields

LARGEST = 2_000_000_000  # what an Int column holds, with room for sums over parts kept apart
PLAIN_NUMBER = re.compile(
	r"[+-]?[0-9]{1,20}"
)  # int() reads more than people write: "1_000", digits of other scripts


class InvalidFigure(frappe.ValidationError):
	pass


class FigureMissing(InvalidFigure):
	pass


class AnsweredFigures:
	"""Mixin of a controller whose DocType has figures and the column `answered`, or another that says which were given."""

	GIVEN = "answered"

	def __init__(self, *args: Any, **kwargs: Any) -> None:
		super().__init__(*args, **kwargs)
		# The framework fills new documents with the columns' defaults; a figure's default is "not answered".
		self.dont_update_if_missing = self.figure_fields()

	def figure_fields(self) -> list[str]:
		"""Fields of the figures that `answered` speaks of."""
		report_type = definitions.report_type_of(self.doctype)
		return [row.fieldname for row in definitions.indicators(report_type.name)] if report_type else []

	def load_from_db(self) -> Any:
		document = super().load_from_db()
		self.as_loaded()
		return document

	def as_loaded(self) -> None:
		"""What was not answered is None, not the 0 of its column."""
		value = self.get(self.GIVEN)
		given = self.given_by({value})[value]
		for field in self.figure_fields():
			if field not in given:
				self.set(field, None)

	@staticmethod
	def given_by(values: Set[str | None]) -> dict[str | None, Set[str]]:
		"""{value of the column GIVEN: the figures that it speaks of}"""
		return {value: split_fields(value) for value in values}

	def as_dict(self, *args: Any, **kwargs: Any) -> dict:
		"""A figure that was not answered is None for readers, not the 0 of its column."""
		values = super().as_dict(*args, **kwargs)
		for field in self.figure_fields():
			if self.get(field) in (None, "") and field in values:
				values[field] = None
		return values


def clean(indicator: dict, value: Any, whose: str) -> int | None:
	"""The value as a whole number within the indicator's bounds; None if it was not given."""
	if value is None or value == "":
		return None
	number = to_whole_number(value)
	label = definitions.local_label(indicator)
	if number is None:
		frappe.throw(
			_("{0}: {1} must be a whole number; {2} was entered.").format(
				whose, label, frappe.utils.cstr(value)[:40]
			),
			InvalidFigure,
		)
	if number < indicator.minimum:
		frappe.throw(
			_("{0}: {1} cannot be below {2}; {3} was entered.").format(
				whose, label, indicator.minimum, number
			),
			InvalidFigure,
		)
	highest = indicator.maximum or LARGEST
	if number > highest:
		frappe.throw(
			_("{0}: {1} cannot be above {2}; {3} was entered.").format(whose, label, highest, number),
			InvalidFigure,
		)
	return number


def to_whole_number(value: Any) -> int | None:
	if isinstance(value, bool):
		return None
	if isinstance(value, float):
		return int(value) if value.is_integer() else None
	if isinstance(value, int):
		return value
	text = str(value).strip()
	return int(text) if PLAIN_NUMBER.fullmatch(text) else None


def require_mandatory(indicators: list[dict], values: dict[str, int | None], whose: str) -> None:
	missing = [
		definitions.local_label(row) for row in indicators if row.mandatory and values[row.fieldname] is None
	]
	if missing:
		frappe.throw(
			_("{0}: not filled in: {1}. Enter 0 where there is nothing to report.").format(
				whose, ", ".join(missing)
			),
			FigureMissing,
		)
