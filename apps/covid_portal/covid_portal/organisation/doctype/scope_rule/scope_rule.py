import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.organisation.scope import forget_grants, location_fields

NEEDS = {
	"Own Area": "area",
	"Area Subtree": "area",
	"Own Unit": "unit",
	"Unit Subtree": "unit",
	"Line": "unit",
}


class InvalidScopeRule(frappe.ValidationError):
	pass


class ScopeRule(Document):
	def validate(self) -> None:
		needed = NEEDS.get(self.scope)
		if needed and needed not in location_fields(self.document_type):
			frappe.throw(
				_("{0} has no field {1}: the scope {2} could never apply to it.").format(
					_(self.document_type), needed, _(self.scope)
				),
				InvalidScopeRule,
			)

	def on_update(self) -> None:
		forget_grants()

	def on_trash(self) -> None:
		forget_grants()
