"""Reporting Completeness: how complete and how timely the areas of one level reported in one month."""

import frappe
from frappe import _

from covid_portal.organisation.report_columns import column
from covid_portal.organisation.scope import scope_condition
from covid_portal.reporting import definitions
from covid_portal.reporting.completeness import DOCTYPE, Period, rates

DISTRICTS = 2


def execute(filters: dict | None = None) -> tuple[list[dict], list[dict]]:
	"""Columns and rows; shares in percent, blank where nothing was expected."""
	filters = frappe._dict(filters or {})
	period = Period.of_month(filters.month or f"{frappe.utils.nowdate()[:7]}")
	rows = rates(
		definitions.report_type_of(DOCTYPE).name,
		period,
		by=("area",),
		within=filters.area,
		area_level=int(filters.area_level or DISTRICTS),
		scope=scope_condition("Report Obligation"),
	)
	return columns(), [{**row, **percentages(row)} for row in rows]


def percentages(row: dict) -> dict[str, float | None]:
	shares = ("completeness", "timeliness")
	return {share: None if row[share] is None else round(row[share] * 100, 2) for share in shares}


def columns() -> list[dict]:
	return [
		column("area", _("Area"), "Link", 100, options="Area"),
		column("area_name", _("Name"), "Data", 220),
		column("expected", _("Expected")),
		column("reported", _("Reported")),
		column("on_time", _("Reported in Time")),
		column("excused", _("Excused")),
		column("completeness", _("Completeness"), "Percent"),
		column("timeliness", _("Timeliness"), "Percent"),
	]
