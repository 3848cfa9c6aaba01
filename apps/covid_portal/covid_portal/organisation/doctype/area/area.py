import frappe
from frappe import _
from frappe.utils import getdate
from frappe.utils.nestedset import NestedSet


class InvalidArea(frappe.ValidationError):
	pass


class Area(NestedSet):
	nsm_parent_field = "parent_area"

	def validate(self) -> None:
		self._validate_mandatory()  # before anything is made of what is missing
		self.validate_dates()
		self.validate_level()

	def validate_dates(self) -> None:
		if self.valid_from and self.valid_to and getdate(self.valid_from) > getdate(self.valid_to):
			frappe.throw(
				_("Area {0} {1}: valid from {2} lies after valid until {3}.").format(
					self.code, self.full_name, self.valid_from, self.valid_to
				),
				InvalidArea,
			)

	def validate_level(self) -> None:
		"""A part lies below the whole it belongs to."""
		if not self.parent_area:
			return
		parent_level = frappe.db.get_value("Area", self.parent_area, "level")
		if parent_level is not None and self.level <= parent_level:
			frappe.throw(
				_("Area {0} {1}: its level {2} must be below level {3} of {4}.").format(
					self.code, self.full_name, self.level, parent_level, self.parent_area
				),
				InvalidArea,
			)
