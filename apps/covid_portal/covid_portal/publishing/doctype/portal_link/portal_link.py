from frappe.model.document import Document


class PortalLink(Document):
	pass
