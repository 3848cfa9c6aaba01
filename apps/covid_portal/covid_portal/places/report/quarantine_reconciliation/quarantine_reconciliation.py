"""Quarantine Reconciliation: people in the sites against the situation reports, area by area, in one slot."""

import frappe
from frappe import _

from covid_portal.organisation.report_columns import column
from covid_portal.places.reconciling import compare


def execute(filters: dict | None = None) -> tuple[list[dict], list[dict]]:
	filters = frappe._dict(filters or {})
	rows = compare(filters.slot, bool(filters.only_different)) if filters.slot else []
	return columns(), rows


def columns() -> list[dict]:
	return [
		column("area", _("Area"), "Link", 100, options="Area"),
		column("area_name", _("Name"), "Data", 220),
		column("sites", _("Quarantine sites")),
		column("counted", _("Sites That Said a Number"), width=180),
		column("in_sites", _("People in the Sites"), width=160),
		column("reported", _("In the Situation Report"), width=190),
		column("difference", _("Difference")),
	]
