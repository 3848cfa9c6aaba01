from frappe.model.document import Document


class ArrivalPerson(Document):
	pass
