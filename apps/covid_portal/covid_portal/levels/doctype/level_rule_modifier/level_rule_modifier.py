from frappe.model.document import Document


class LevelRuleModifier(Document):
	pass
