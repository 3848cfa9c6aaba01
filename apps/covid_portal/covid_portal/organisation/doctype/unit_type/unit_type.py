from frappe.model.document import Document


class UnitType(Document):
	pass
