import frappe
from frappe.model.document import Document

from covid_portal.organisation.scope import scope_condition


class ReportNotice(Document):
	"""What was sent about which report: a reminder to its unit, or word of its lateness to the superior unit."""


def on_doctype_update() -> None:
	frappe.db.add_unique("Report Notice", ["slot", "unit", "kind", "minutes"], "sent_once")


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Report Notice", user)
