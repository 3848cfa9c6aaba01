from frappe.model.document import Document


class MessageParameter(Document):
	"""A parameter of a Message Template."""
