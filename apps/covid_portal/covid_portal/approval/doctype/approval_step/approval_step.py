import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.approval.access import condition
from covid_portal.approval.vocabulary import AppendOnly


class ApprovalStep(Document):
	"""Frozen at submission from the route; decide() alone moves it on."""

	def validate(self) -> None:
		refuse()

	def on_trash(self) -> None:
		refuse()


def refuse() -> None:
	frappe.throw(_("Approval steps are made and moved by decisions only."), AppendOnly)


def on_doctype_update() -> None:
	frappe.db.add_unique(
		"Approval Step",
		["reference_doctype", "reference_name", "round", "step", "route_row"],
		"one_step_of_a_round",
	)
	frappe.db.add_index("Approval Step", ["state", "due_at"], "late")
	frappe.db.add_index("Approval Step", ["unit", "state", "due_at"], "inbox")


def get_permission_query_conditions(user: str | None = None) -> str:
	return condition("Approval Step", user)
