from frappe.model.document import Document


class DirectiveType(Document):
	pass
