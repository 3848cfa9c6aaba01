"""Rows of a consolidated type: what each of them begins with, how it refers to what is known, and all of a slot's."""

from collections.abc import Iterable, Mapping, Set

import frappe
from frappe.model.document import Document

from covid_portal.reporting import definitions
from covid_portal.reporting.known_figures import reference

STANDARD_COLUMNS = ["name", "creation", "modified", "owner", "modified_by", "docstatus", "idx"]
BASE_COLUMNS = [*STANDARD_COLUMNS, "slot", "slot_time", "report_type", "area"]
# Of the reports that a row sums up.
COUNTS = ("expected", "reported", "provisional", "carried")


def insert_sql(report_type: Document, columns: Iterable[str]) -> str:
	names = ", ".join(f"`{column}`" for column in (*BASE_COLUMNS, *columns))
	return f"insert into `tab{report_type.consolidated_type}` ({names})"


def base_sql(area: str) -> str:
	"""The values of BASE_COLUMNS."""
	return f"""concat(%(slot)s, '-', {area}), %(now)s, %(now)s, %(user)s, %(user)s, 0, 0,
			%(slot)s, %(slot_time)s, %(report_type)s, {area}"""


def references(sets: Iterable[Set[str]]) -> str:
	return ", ".join(frappe.db.escape(reference(fields)) for fields in sets)


def completeness(row: Mapping[str, int]) -> dict[str, int]:
	"""COUNTS of a row, and how many reports are missing."""
	counts = {key: int(row[key]) for key in COUNTS}
	return {**counts, "missing": counts["expected"] - counts["reported"]}


def consolidated_figures(slot_name: str) -> tuple:
	"""All that consolidation says about the slot, to be compared before and after: rows without names and time stamps."""
	report_type = frappe.get_cached_doc(
		"Report Type", frappe.db.get_value("Report Slot", slot_name, "report_type")
	)
	figures = definitions.indicators(report_type.name)
	columns = [row.fieldname for row in figures]
	columns += [f"total_{row.fieldname}" for row in figures if row.cumulative]
	return frappe.db.sql(
		f"""select area, {", ".join(COUNTS)}, known, {", ".join(f"`{column}`" for column in columns)}
		from `tab{report_type.consolidated_type}` where slot = %s order by area""",
		slot_name,
	)
