from frappe.model.document import Document


class ChannelLimit(Document):
	"""How much a channel may send in a day, and when it sends nothing."""
