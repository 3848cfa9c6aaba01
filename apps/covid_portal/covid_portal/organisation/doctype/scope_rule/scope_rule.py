import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.organisation import user_permissions
from covid_portal.organisation.scope import forget_grants, location_fields

NEEDS = {
	"Own Area": "area",
	"Area Subtree": "area",
	"Own Unit": "unit",
	"Unit Subtree": "unit",
	"Areas Below": "area",
	"Line": "unit",
}


class InvalidScopeRule(frappe.ValidationError):
	pass


class ScopeRule(Document):
	def validate(self) -> None:
		self._validate_mandatory()  # before anything is made of what is missing
		self.validate_field()
		self.validate_kind()

	def validate_field(self) -> None:
		needed = NEEDS.get(self.scope)
		if needed and needed not in location_fields(self.document_type):
			frappe.throw(
				_("{0} has no field {1}: the scope {2} could never apply to it.").format(
					_(self.document_type), needed, _(self.scope)
				),
				InvalidScopeRule,
			)

	def validate_kind(self) -> None:
		"""User Permissions on areas and on units would have to hold both: where they keep the scope, one kind serves."""
		kind = NEEDS.get(self.scope)
		if not kind or not user_permissions.can_be_kept(self.document_type):
			return
		others = {"document_type": self.document_type, "name": ("!=", self.name or "")}
		kinds = {NEEDS.get(scope) for scope in frappe.get_all("Scope Rule", others, pluck="scope")}
		if kinds - {kind, None}:
			frappe.throw(
				_(
					"The rules of {0} go either all by areas or all by units; {1} does not fit the others."
				).format(_(self.document_type), _(self.scope)),
				InvalidScopeRule,
			)

	def on_update(self) -> None:
		self.apply()

	def after_delete(self) -> None:
		self.apply()

	def apply(self) -> None:
		forget_grants()
		user_permissions.keep(self.document_type)
