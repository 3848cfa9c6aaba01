from frappe.model.document import Document


class ReportTime(Document):
	pass
