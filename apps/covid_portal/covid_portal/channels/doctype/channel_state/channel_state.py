from frappe.model.document import Document


class ChannelState(Document):
	"""Whether a channel works, and how much went out by it today; see channels/state.py."""
