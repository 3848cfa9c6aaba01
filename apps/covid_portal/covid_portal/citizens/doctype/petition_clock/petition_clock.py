import frappe
from frappe.model.document import Document

from covid_portal.approval.append_only import refuse
from covid_portal.citizens.beside_petition import scoped


class PetitionClock(Document):
	"""Written by citizens.clocks alone."""

	def validate(self) -> None:
		refuse(self)

	def on_trash(self) -> None:
		refuse(self)


def on_doctype_update() -> None:
	frappe.db.add_index("Petition Clock", ["petition", "state", "due_at"], "of_petition")
	frappe.db.add_index("Petition Clock", ["state", "due_at"], "what_runs_out")


def get_permission_query_conditions(user: str | None = None) -> str:
	return scoped("Petition Clock", user)
