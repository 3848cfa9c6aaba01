import frappe
from frappe.model.document import Document

from covid_portal.approval.append_only import refuse


class PersonalAccess(Document):
	"""Append-only: access.record() inserts rows past these methods, and nothing else may."""

	def validate(self) -> None:
		refuse(self)

	def on_trash(self) -> None:
		refuse(self)


def on_doctype_update() -> None:
	frappe.db.add_unique("Personal Access", ["subject", "sequence"], "one_chain")
