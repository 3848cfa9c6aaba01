from frappe.model.document import Document


class PopulationGroup(Document):
	pass
