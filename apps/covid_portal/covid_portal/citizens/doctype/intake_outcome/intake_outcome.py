import frappe
from frappe.model.document import Document

from covid_portal.approval.append_only import refuse


class IntakeOutcome(Document):
	"""Written by citizens.intake and citizens.review alone."""

	def validate(self) -> None:
		refuse(self)

	def on_trash(self) -> None:
		refuse(self)


def on_doctype_update() -> None:
	frappe.db.add_index("Intake Outcome", ["state", "next_try_at"], "what_is_due")
	frappe.db.add_index("Intake Outcome", ["reference_doctype", "reference_name"], "of_document")
