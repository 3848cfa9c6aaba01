from frappe.model.document import Document


class HomeReturnPerson(Document):
	pass
