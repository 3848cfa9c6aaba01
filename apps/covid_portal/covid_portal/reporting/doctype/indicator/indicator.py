import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.reporting import definitions


class InvalidIndicator(frappe.ValidationError):
	pass


class Indicator(Document):
	def validate(self) -> None:
		self.validate_field()
		self.validate_bounds()

	def on_update(self) -> None:
		definitions.forget()

	def on_trash(self) -> None:
		definitions.forget()

	def validate_field(self) -> None:
		document_type = frappe.db.get_value("Report Type", self.report_type, "document_type")
		field = frappe.get_meta(document_type).get_field(self.fieldname) if document_type else None
		if not field or field.fieldtype != "Int":
			frappe.throw(
				_("{0} has no whole-number field {1}.").format(_(document_type), self.fieldname),
				InvalidIndicator,
			)

	def validate_bounds(self) -> None:
		if self.maximum and self.maximum < self.minimum:
			frappe.throw(
				_("{0}: the maximum {1} is below the minimum {2}.").format(
					self.label, self.maximum, self.minimum
				),
				InvalidIndicator,
			)


def on_doctype_update() -> None:
	frappe.db.add_unique("Indicator", ["report_type", "fieldname"], "one_per_field")
