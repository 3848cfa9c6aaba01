from frappe.model.document import Document


class LevelRuleBand(Document):
	pass
