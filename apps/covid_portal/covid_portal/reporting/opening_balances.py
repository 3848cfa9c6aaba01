"""Opening balances: what had come together before the first slot, so that running totals do not begin at 0.

One row for each area and figure, entered by an administrator or by `bench load-opening-balances`. The first slot of the
report type begins with them (openings.py), and every total goes on from there. They end with the first publication.

Set-based, for the file: it applies the checks of OpeningBalance.validate and skips the framework's document events.
"""

import csv
from datetime import date
from pathlib import Path

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, today

from covid_portal.organisation import jobs
from covid_portal.organisation.writers import insert_rows
from covid_portal.reporting import definitions, figures
from covid_portal.reporting.obligations import owing_units
from covid_portal.reporting.slots import COUNTED, day_of
from covid_portal.setup.csv_rows import numbered_rows

DOCTYPE = "Opening Balance"
MOST_TOLD = 50


class BalancesRefused(frappe.ValidationError):
	"""The file cannot be taken; the message says what is wrong by line and column. Nothing is stored."""


def name_of(report_type: str, area: str, fieldname: str) -> str:
	return f"{frappe.get_cached_value('Report Type', report_type, 'code')}-{area}-{fieldname}"


def balanced_indicators(report_type: str) -> dict[str, dict]:
	"""{field: indicator} of those with a running total."""
	return {row.fieldname: row for row in definitions.indicators(report_type) if row.cumulative}


def areas_of(report_type: str) -> set[str]:
	"""The areas that owe the first slot, or would today where there is none yet."""
	document = frappe.get_cached_doc("Report Type", report_type)
	return {row.area for row in owing_units(document, first_day(report_type))}


def whole(value: object) -> int | None:
	"""The value as a number that a total may begin with."""
	number = figures.to_whole_number(value)
	return number if number is not None and 0 <= number <= figures.LARGEST else None


def first_slot(report_type: str) -> dict | None:
	rows = frappe.get_all(
		"Report Slot",
		{"report_type": report_type},
		["name", "slot_time", "state"],
		order_by="slot_time asc",
		limit=1,
	)
	return rows[0] if rows else None


def first_day(report_type: str) -> date:
	first = first_slot(report_type)
	return day_of(first.slot_time) if first else getdate(today())


def require_unpublished(report_type: str, error: type[Exception]) -> None:
	published = {"report_type": report_type, "published_at": ("is", "set")}
	if slot := frappe.db.get_value("Report Slot", published, "name", order_by="slot_time asc"):
		frappe.throw(
			_(
				"{0} is published already: its totals stand. Correct the figure in the first slot instead."
			).format(slot),
			error,
		)


# --- in consolidation


def opening_totals(report_type: Document, reporting: set[str]) -> dict[str, dict[str, int]]:
	"""{area: {total_<field>: balance}} of the areas that report."""
	rows = frappe.get_all(
		DOCTYPE, {"report_type": report_type.name}, ["area", "fieldname", "balance"], order_by="area"
	)
	found: dict[str, dict[str, int]] = {}
	for row in rows:
		if row.area in reporting:
			found.setdefault(row.area, {})[f"total_{row.fieldname}"] = row.balance
	return found


def follow_later(report_type: str) -> None:
	"""Totals that stand already follow in a job, once for many changes."""
	jobs.once_after_commit(
		"covid_portal.reporting.opening_balances.follow",
		f"opening-{frappe.scrub(report_type)}",
		queue="long",
		report_type=report_type,
	)


def follow(report_type: str) -> None:
	"""Job: what was consolidated goes on from the balances as they are now."""
	from covid_portal.reporting.consolidation import consolidate_from  # which reads balances: the way back

	first = first_slot(report_type)
	if first and first.state in COUNTED:
		consolidate_from(first.name)


# --- from a file


def load(path: Path, doctype: str, source: str) -> int:
	"""Store the balances of a CSV file: a column `area` (code), and one for each figure by its field name; a blank cell says
	nothing. What was stored of them before is renewed. Returns how many; raises BalancesRefused."""
	report_type = definitions.report_type_of(doctype)
	require_unpublished(report_type.name, BalancesRefused)
	rows = checked_rows(path, report_type.name)
	columns = ["name", "report_type", "area", "indicator", "fieldname", "balance", "source"]
	values = [
		(
			name_of(report_type.name, area, field),
			report_type.name,
			area,
			f"{report_type.name}-{field}",
			field,
			balance,
			source,
		)
		for area, field, balance in rows
	]
	count = insert_rows(DOCTYPE, columns, values, update=("balance", "source", "modified", "modified_by"))
	follow(report_type.name)
	return count


def checked_rows(path: Path, report_type: str) -> list[tuple[str, str, int]]:
	"""(area, field, balance) of every cell that says something."""
	indicators, areas = balanced_indicators(report_type), areas_of(report_type)
	errors: list[str] = []
	found: dict[tuple[str, str], int] = {}
	for line, row in read(path):
		area = row.pop("area", None)
		if area not in areas:
			errors.append(at(line, "area", _("{0} owes no report in the first slot.").format(area or "–")))
			continue
		for field, text in row.items():
			if text is None:
				continue
			if field not in indicators:
				errors.append(at(line, field, _("this is no figure with a running total.")))
			elif (area, field) in found:
				errors.append(at(line, field, _("{0} stands twice.").format(area)))
			else:
				found[area, field] = cell(indicators[field], text, line, field, errors)
	if errors or not found:
		raise BalancesRefused("\n".join(errors[:MOST_TOLD]) or _("The file says nothing."))
	return [(area, field, balance) for (area, field), balance in found.items()]


def read(path: Path) -> list[tuple[int, dict]]:
	try:
		return list(numbered_rows(path))
	except (UnicodeDecodeError, OSError, csv.Error) as error:
		raise BalancesRefused(
			_("{0}: the file cannot be read as UTF-8 text: {1}").format(path.name, error)
		) from error


def cell(indicator: dict, text: str, line: int, field: str, errors: list[str]) -> int:
	number = whole(text)
	if number is None:
		errors.append(at(line, field, _("“{0}” is not a whole number.").format(text[:40])))
	return number or 0


def at(line: int, column: str, message: str) -> str:
	return _("Line {0}, column {1}: {2}").format(line, column, message)
