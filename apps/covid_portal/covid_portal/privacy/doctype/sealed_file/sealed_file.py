import frappe

from covid_portal.approval.append_only import refuse
from covid_portal.privacy.document import PersonalDocument


class SealedFile(PersonalDocument):
	"""That somebody has sent a file along; the file itself is on the disk, sealed. Only privacy/files.py writes it."""

	def validate(self) -> None:
		refuse(self)

	def on_trash(self) -> None:
		refuse(self)


def on_doctype_update() -> None:
	frappe.db.add_index("Sealed File", ["reference_doctype", "reference_name"], "of_document")
