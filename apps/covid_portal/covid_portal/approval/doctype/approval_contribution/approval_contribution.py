import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.approval.access import condition
from covid_portal.approval.vocabulary import AppendOnly


class ApprovalContribution(Document):
	"""Somebody besides its owner changed what a document says, and decides on none of its steps."""

	def validate(self) -> None:
		refuse()

	def on_trash(self) -> None:
		refuse()


def refuse() -> None:
	frappe.throw(_("Contributions are recorded as documents are saved, and stay on record."), AppendOnly)


def on_doctype_update() -> None:
	frappe.db.add_unique(
		"Approval Contribution", ["reference_doctype", "reference_name", "user"], "one_contribution"
	)


def get_permission_query_conditions(user: str | None = None) -> str:
	return condition("Approval Contribution", user)
