"""Nearest Free Places: quarantine sites by their distance from a commune, as far as they are public."""

import frappe
from frappe import _

from covid_portal.organisation.report_columns import column
from covid_portal.places.nearest import nearest_sites


def execute(filters: dict | None = None) -> tuple[list[dict], list[dict], str]:
	filters = frappe._dict(filters or {})
	rows, measured = nearest_sites(filters.area, bool(filters.with_free)) if filters.area else ([], "")
	return columns(), rows, measured


def columns() -> list[dict]:
	return [
		column("distance", _("Distance (km)"), "Float", 120, precision=1),
		column("site_name", _("Name"), "Data", 260),
		column("area_name", _("Area"), "Data", 180),
		column("site_class", _("Class"), "Data", 110),
		column("status", _("Reception"), "Data", 120),
		column("capacity", _("Capacity"), "Int", 110),
		column("free_at_least", _("At Least Free"), "Int", 120),
	]
