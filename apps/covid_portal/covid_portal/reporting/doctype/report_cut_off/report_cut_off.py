from frappe.model.document import Document


class ReportCutoff(Document):
	pass
