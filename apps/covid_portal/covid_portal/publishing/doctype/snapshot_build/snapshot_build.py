import frappe
from frappe import _
from frappe.model.document import Document


class RecordIsKept(frappe.ValidationError):
	"""The record of builds is changed and deleted by nobody."""


class SnapshotBuild(Document):
	"""A build of the public pages: which slots, why, with what outcome."""

	def validate(self) -> None:
		if not self.is_new():
			refuse()

	def on_trash(self) -> None:
		refuse()


def refuse() -> None:
	frappe.throw(_("The record of what was published is kept as it is."), RecordIsKept)
