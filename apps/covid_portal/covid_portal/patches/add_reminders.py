"""Reminders before the cut-off and escalations after it, for the report types that were there before; and who may see
notices, excuses and extensions."""

import json

import frappe

from covid_portal.setup.csv_rows import DATA, shipped_rows

DOCTYPES = ("Report Notice", "Report Excuse", "Deadline Extension")


def execute() -> None:
	shipped = json.loads((DATA / "report_type.json").read_text(encoding="utf-8"))
	for name in frappe.get_all("Report Type", pluck="name"):
		add_reminders(name, shipped)
	for row in shipped_rows("scope_rules"):
		add_scope(row)


def add_reminders(name: str, shipped: dict) -> None:
	report_type = frappe.get_doc("Report Type", name)
	if report_type.reminders:
		return
	report_type.extend("reminders", shipped["reminders"])
	report_type.longest_extension_hours = (
		report_type.longest_extension_hours or shipped["longest_extension_hours"]
	)
	report_type.flags.ignore_links = True  # unit types come with the province pack, after the app
	report_type.save(ignore_permissions=True)


def add_scope(row: dict) -> None:
	key = {field: row[field] for field in ("document_type", "duty", "access")}
	if row["document_type"] in DOCTYPES and not frappe.db.exists("Scope Rule", key):
		frappe.get_doc(doctype="Scope Rule", **row).insert(ignore_permissions=True)
