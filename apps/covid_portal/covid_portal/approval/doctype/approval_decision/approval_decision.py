import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.approval.access import condition
from covid_portal.approval.vocabulary import AppendOnly


class ApprovalDecision(Document):
	"""Append-only: decide() inserts rows past these methods, and nothing else may."""

	def validate(self) -> None:
		refuse()

	def on_trash(self) -> None:
		refuse()


def refuse() -> None:
	frappe.throw(
		_("Approval decisions are recorded by deciding; they are never entered, changed or deleted."),
		AppendOnly,
	)


def on_doctype_update() -> None:
	frappe.db.add_unique(
		"Approval Decision", ["reference_doctype", "reference_name", "sequence"], "one_chain"
	)


def get_permission_query_conditions(user: str | None = None) -> str:
	return condition("Approval Decision", user)
