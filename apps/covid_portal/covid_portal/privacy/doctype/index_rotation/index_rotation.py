from frappe.model.document import Document

from covid_portal.approval.append_only import refuse


class IndexRotation(Document):
	"""How far a rotation of the index key has come. Only privacy/reindex.py writes it."""

	def validate(self) -> None:
		refuse(self)
