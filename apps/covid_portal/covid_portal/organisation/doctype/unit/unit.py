import frappe
from frappe import _
from frappe.utils import getdate
from frappe.utils.nestedset import NestedSet

from covid_portal.organisation.duties import sync_unit
from covid_portal.organisation.scope import forget_grants

RUNNING = ("disabled", "valid_from", "valid_to")


class InvalidUnit(frappe.ValidationError):
	pass


class Unit(NestedSet):
	nsm_parent_field = "parent_unit"

	def validate(self) -> None:
		self._validate_mandatory()  # before anything is made of what is missing
		self.line = frappe.db.get_value("Unit Type", self.unit_type, "line")
		self.validate_dates()

	def on_update(self) -> None:
		super().on_update()
		self.follow_dates()

	def follow_dates(self) -> None:
		before = self.get_doc_before_save()
		if before and any(before.get(field) != self.get(field) for field in RUNNING):
			forget_grants()
			sync_unit(self.name)

	def validate_dates(self) -> None:
		if self.valid_from and self.valid_to and getdate(self.valid_from) > getdate(self.valid_to):
			frappe.throw(
				_("Unit {0} {1}: valid from {2} lies after valid until {3}.").format(
					self.code, self.unit_name, self.valid_from, self.valid_to
				),
				InvalidUnit,
			)
