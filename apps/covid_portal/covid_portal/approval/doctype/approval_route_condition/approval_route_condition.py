from frappe.model.document import Document


class ApprovalRouteCondition(Document):
	pass
