"""Sites installed before communes' figures were published: which indicators of those that ship are, and which are small cells.

What an administrator has set since stays: only where none is chosen yet.
"""

import frappe

from covid_portal.publishing.publication import newest_published
from covid_portal.publishing.snapshot import publish_slots
from covid_portal.reporting import definitions
from covid_portal.setup.csv_rows import shipped_rows

MARKS = ("small_cells", "by_commune")


def execute() -> None:
	if frappe.db.exists("Indicator", {"by_commune": 1}):
		return
	for mark in MARKS:
		fields = [row["fieldname"] for row in shipped_rows("indicators") if row[mark] == "1"]
		frappe.db.set_value("Indicator", {"fieldname": ("in", fields)}, mark, 1, update_modified=False)
	definitions.forget()
	if newest := newest_published():
		publish_slots([newest])
