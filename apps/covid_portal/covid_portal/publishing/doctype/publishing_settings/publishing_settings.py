from frappe.model.document import Document


class PublishingSettings(Document):
	pass
