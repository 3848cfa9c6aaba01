from frappe.model.document import Document


class ReportReminder(Document):
	pass
