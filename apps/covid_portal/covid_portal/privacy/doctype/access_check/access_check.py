from frappe.model.document import Document

from covid_portal.approval.append_only import refuse


class AccessCheck(Document):
	"""Append-only: access_check.run() inserts rows past these methods, and nothing else may."""

	def validate(self) -> None:
		refuse(self)

	def on_trash(self) -> None:
		refuse(self)
