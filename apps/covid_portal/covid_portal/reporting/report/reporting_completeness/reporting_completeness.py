"""Reporting Completeness: how complete and how timely one month's reports were, by area, unit, slot or day."""

import frappe
from frappe import _
from frappe.utils import cint

from covid_portal.organisation.report_columns import column
from covid_portal.organisation.scope import scope_condition
from covid_portal.reporting import definitions
from covid_portal.reporting.completeness import DOCTYPE, Period, keys_of, rates

DISTRICTS = 2
AREA = "area"


def execute(filters: dict | None = None) -> tuple[list[dict], list[dict]]:
	"""Columns and rows; shares in percent, blank where nothing was expected. The level is that of rows by area."""
	filters = frappe._dict(filters or {})
	period = Period.of_month(filters.month or f"{frappe.utils.nowdate()[:7]}")
	(by,) = keys_of((filters.by or AREA).lower().split(",")[0])
	rows = rates(
		definitions.report_type_of(DOCTYPE).name,
		period,
		by=(by,),
		within=filters.area,
		area_level=(cint(filters.area_level) or DISTRICTS) if by == AREA else None,
		scope=scope_condition("Report Obligation"),
	)
	names = unit_names(rows) if by == "unit" else {}
	return columns(by), [{**row, **percentages(row), "unit_name": names.get(row.get("unit"))} for row in rows]


def unit_names(rows: list[dict]) -> dict[str, str]:
	units = [row.unit for row in rows]
	return dict(frappe.get_all("Unit", {"name": ("in", units)}, ["name", "unit_name"], as_list=True))


def percentages(row: dict) -> dict[str, float | None]:
	shares = ("completeness", "timeliness")
	return {share: None if row[share] is None else round(row[share] * 100, 2) for share in shares}


def columns(by: str) -> list[dict]:
	keys = {
		AREA: [
			column("area", _("Area"), "Link", 100, options="Area"),
			column("area_name", _("Name"), "Data", 220),
		],
		"unit": [
			column("unit", _("Unit"), "Link", 120, options="Unit"),
			column("unit_name", _("Name"), "Data", 260),
		],
		"slot": [column("slot", _("Slot"), "Link", 200, options="Report Slot")],
		"day": [column("day", _("Day"), "Date", 120)],
		"month": [column("month", _("Month"), "Data", 120)],
	}
	return [
		*keys[by],
		column("expected", _("Expected")),
		column("reported", _("Reported")),
		column("on_time", _("Reported in Time")),
		column("excused", _("Excused")),
		column("completeness", _("Completeness"), "Percent"),
		column("timeliness", _("Timeliness"), "Percent"),
	]
