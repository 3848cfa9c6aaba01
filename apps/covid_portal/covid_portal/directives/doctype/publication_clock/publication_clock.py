from frappe.model.document import Document


class PublicationClock(Document):
	pass
