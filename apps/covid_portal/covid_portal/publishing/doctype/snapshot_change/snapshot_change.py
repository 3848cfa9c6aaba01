from frappe.model.document import Document


class SnapshotChange(Document):
	"""What the public pages do not show yet; taken away by the build that shows it."""
