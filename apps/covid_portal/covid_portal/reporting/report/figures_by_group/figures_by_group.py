"""Figures of one indicator group (vaccination, tests, quarantine …) of an area, by slot or by day, as far as the user's
scope reaches."""

from datetime import date, timedelta

import frappe
import pandas as pd
from frappe import _
from frappe.utils import getdate

from covid_portal.organisation.duties import running_assignments
from covid_portal.reporting import day_totals, definitions

MOST_DAYS = 92


class ReportTooLong(frappe.ValidationError):
	pass


def execute(filters: dict | None = None) -> tuple[list[dict], list[dict]]:
	filters = frappe._dict(filters or {})
	report_type = filters.report_type or definitions.report_type_of("Situation Report").name
	first, last = period(filters)
	indicators = [
		row
		for row in definitions.indicators(report_type)
		if row.indicator_group == filters.group or not filters.group
	]
	rows = day_totals.slot_rows(report_type, filters.area or own_area(), first, last)
	by_day = filters.by != "Slot"
	table = day_totals.day_rows(report_type, rows) if by_day else rows
	return columns(indicators, by_day), [row_of(row, indicators, by_day) for row in table.to_dict("records")]


def own_area() -> str | None:
	"""Where the user's first duty lies; for who has none, the whole."""
	assignments = running_assignments(frappe.session.user)
	return (
		assignments[0].area
		if assignments
		else frappe.db.get_value("Area", {"parent_area": ("is", "not set")})
	)


def period(filters: dict) -> tuple[date, date]:
	last = getdate(filters.to_date)
	first = getdate(filters.from_date) if filters.from_date else last - timedelta(days=13)
	if not timedelta() <= last - first < timedelta(days=MOST_DAYS):
		frappe.throw(_("Choose a period of 1 to {0} days.").format(MOST_DAYS), ReportTooLong)
	return first, last


def columns(indicators: list[dict], by_day: bool) -> list[dict]:
	when = (
		{"fieldname": "day", "fieldtype": "Date", "label": _("Day"), "width": 110}
		if by_day
		else {
			"fieldname": "slot",
			"fieldtype": "Link",
			"options": "Report Slot",
			"label": _("Slot"),
			"width": 180,
		}
	)
	counts = [
		{"fieldname": "reported", "fieldtype": "Int", "label": _("Reported"), "width": 90},
		{"fieldname": "expected", "fieldtype": "Int", "label": _("Expected"), "width": 90},
	]
	whole = [{"fieldname": "state", "fieldtype": "Data", "label": _("State"), "width": 110}] if by_day else []
	# Data, not Int: the framework shows a missing Int as 0, and not reported is not zero.
	figures = [
		{
			"fieldname": row.fieldname,
			"fieldtype": "Data",
			"align": "right",
			"label": definitions.local_label(row),
			"width": 140,
		}
		for row in indicators
	]
	return [when, *whole, *counts, *figures]


def row_of(row: dict, indicators: list[dict], by_day: bool) -> dict:
	when = (
		{"day": row["day"], "state": _("whole") if row["whole"] else _("not over")}
		if by_day
		else {"slot": row["slot"]}
	)
	figures = {item.fieldname: shown(row[item.fieldname]) for item in indicators}
	return {**when, "reported": int(row["reported"]), "expected": int(row["expected"]), **figures}


def shown(value: object) -> int | str:
	return "–" if pd.isna(value) else int(value)
