from frappe.model.document import Document


class ReportExplanation(Document):
	pass
