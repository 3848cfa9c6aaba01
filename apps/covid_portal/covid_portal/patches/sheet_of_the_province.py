"""Sites installed before the CDC signed a sheet of its own: its route, and the sheet for slots that still wait to be published."""

import frappe
from frappe.utils import now_datetime

from covid_portal.approval.routes import load_shipped_routes
from covid_portal.reporting import sheets

SHEET, ROUTE = "Consolidated Sheet", "Consolidated Sheet of the Province"


def execute() -> None:
	if not frappe.db.exists("Approval Route", {"document_type": SHEET, "enabled": 1}):
		return  # an administrator has sheets go by no route
	load_shipped_routes(titles=(ROUTE,))
	waiting = {"state": "Consolidated", "published_at": ("is", "not set"), "locks_at": (">", now_datetime())}
	for slot in frappe.get_all("Report Slot", waiting, ["name"]):
		sheets.create(slot)
