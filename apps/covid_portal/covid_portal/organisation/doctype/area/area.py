import frappe
from frappe import _
from frappe.utils import flt, getdate
from frappe.utils.nestedset import NestedSet

CENTRE = ("latitude", "longitude")


class InvalidArea(frappe.ValidationError):
	pass


class Area(NestedSet):
	nsm_parent_field = "parent_area"

	def validate(self) -> None:
		self._validate_mandatory()  # before anything is made of what is missing
		self.validate_dates()
		self.validate_level()
		self.validate_centre()

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

	def validate_centre(self) -> None:
		"""What is changed by hand is entered, and follows no outline any more; publishing.mapping.centres says what does."""
		if bool(self.latitude) != bool(self.longitude):
			frappe.throw(
				_("Area {0} {1}: a centre is a latitude and a longitude; give both or neither.").format(
					self.code, self.full_name
				),
				InvalidArea,
			)
		if self.flags.centre_follows_outline:
			return
		before = self.get_doc_before_save()
		moved = not before or any(flt(self.get(axis), 6) != flt(before.get(axis), 6) for axis in CENTRE)
		self.centre_of_outline = 0 if moved else before.centre_of_outline
