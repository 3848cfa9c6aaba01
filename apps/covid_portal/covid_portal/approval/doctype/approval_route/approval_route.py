import frappe
from frappe import _
from frappe.model.document import Document


class SecondRoute(frappe.ValidationError):
	pass


class ApprovalRoute(Document):
	def validate(self) -> None:
		self.validate_only_one()

	def validate_only_one(self) -> None:
		other = frappe.db.get_value(
			"Approval Route",
			{"document_type": self.document_type, "enabled": 1, "name": ("!=", self.name)},
			"name",
		)
		if self.enabled and other:
			frappe.throw(
				_("{0} already goes by the route {1}. Disable that one first.").format(
					_(self.document_type), other
				),
				SecondRoute,
			)
