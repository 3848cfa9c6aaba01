from frappe.model.document import Document


class LevelRuleCoverage(Document):
	pass
