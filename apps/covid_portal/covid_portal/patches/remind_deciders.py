"""Report types that were there before districts were reminded of what waits for them get the shipped row for it."""

import json

import frappe

from covid_portal.setup.csv_rows import DATA

DISTRICTS = 2


def execute() -> None:
	shipped = json.loads((DATA / "report_type.json").read_text(encoding="utf-8"))
	rows = [row for row in shipped["reminders"] if row["area_level"] == DISTRICTS]
	for name in frappe.get_all("Report Type", {"document_type": shipped["document_type"]}, pluck="name"):
		report_type = frappe.get_doc("Report Type", name)
		if any(row.area_level == DISTRICTS for row in report_type.reminders):
			continue
		report_type.extend("reminders", rows)
		report_type.flags.ignore_links = True  # unit types come with the province pack, after the app
		report_type.flags.ignore_validate = True  # what an administrator has set stays as it is
		report_type.save(ignore_permissions=True)
