"""Sites installed before indicators had a definition and the charts a page: the shipped texts where there is none, and a
build of the newest slot."""

import frappe

from covid_portal.publishing.publication import newest_published
from covid_portal.publishing.snapshot import publish_slots
from covid_portal.reporting import definitions
from covid_portal.setup.csv_rows import shipped_rows


def execute() -> None:
	shipped = {row["fieldname"]: row for row in shipped_rows("indicators")}
	filters = {"fieldname": ("in", list(shipped)), "description": ("is", "not set")}
	for name, fieldname in frappe.get_all("Indicator", filters, ["name", "fieldname"], as_list=True):
		texts = {field: shipped[fieldname][field] for field in ("description", "description_en")}
		frappe.db.set_value("Indicator", name, texts, update_modified=False)
	definitions.forget()
	if newest := newest_published():
		publish_slots([newest])
