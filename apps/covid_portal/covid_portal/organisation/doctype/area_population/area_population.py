from frappe.model.document import Document


class AreaPopulation(Document):
	pass
