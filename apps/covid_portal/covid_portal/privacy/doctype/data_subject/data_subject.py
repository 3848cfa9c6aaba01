from frappe.model.document import Document

from covid_portal.approval.append_only import refuse


class DataSubject(Document):
	"""Made by subjects.create_subject(), ended by erasure.erase(); nothing else changes it."""

	def validate(self) -> None:
		refuse(self)

	def on_trash(self) -> None:
		refuse(self)
