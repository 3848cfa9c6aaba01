import frappe
from frappe import _
from frappe.model.document import Document


class RuleWithoutUnit(frappe.ValidationError):
	"""The rule leads nowhere."""


class PetitionAssignmentRule(Document):
	"""Which units are competent for a category, in an area."""

	def validate(self) -> None:
		if not (self.line or self.unit_type or self.unit):
			frappe.throw(_("Name a line, a type of unit or a unit."), RuleWithoutUnit)
