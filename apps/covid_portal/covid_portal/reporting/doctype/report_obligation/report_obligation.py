import frappe
from frappe.model.document import Document

from covid_portal.organisation.scope import scope_condition


class ReportObligation(Document):
	pass


def on_doctype_update() -> None:
	frappe.db.add_unique("Report Obligation", ["slot", "area"], "one_per_area")
	frappe.db.add_index("Report Obligation", ["area", "due_at"], "of_area")
	# Completeness is counted from this index alone, never from the rows.
	frappe.db.add_index("Report Obligation", ["slot", "area", "state", "on_time"], "counting")


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Report Obligation", user)
