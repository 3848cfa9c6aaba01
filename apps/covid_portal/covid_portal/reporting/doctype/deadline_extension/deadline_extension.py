from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from covid_portal.organisation.scope import scope_condition
from covid_portal.reporting import extensions
from covid_portal.reporting.areas import require_unit_in_area
from covid_portal.reporting.slots import clock_label, slot_label


class InvalidExtension(frappe.ValidationError):
	pass


class DeadlineExtension(Document):
	"""Moves the cut-off, the lock, or both, of one slot for an area or a unit. It is granted once and stays."""

	def before_insert(self) -> None:
		self.granted_by = frappe.session.user
		self.covered = None

	def validate(self) -> None:
		self._validate_mandatory()  # before anything is made of what is missing
		self.validate_unchanged()
		self.validate_something_moves()
		self.validate_reason()
		self.validate_later()
		self.validate_limit()
		require_unit_in_area(self.unit, self.area, InvalidExtension)

	def after_insert(self) -> None:
		covered = extensions.apply(self, self.report_type().grace_minutes)
		if not covered:
			frappe.throw(
				_("No report of this area in the slot {0} would gain time.").format(self.slot_label()),
				InvalidExtension,
			)
		self.db_set("covered", covered, update_modified=False)

	def on_trash(self) -> None:
		frappe.throw(
			_("{0} is not deleted: an extension stays on record.").format(self.name), InvalidExtension
		)

	def validate_unchanged(self) -> None:
		"""Who may grant one has the Desk's right to write, or its form would be closed; to change one is nobody's."""
		if not self.is_new():
			frappe.throw(
				_("{0} is granted and stays as it is; a later one moves the times further.").format(
					self.name
				),
				InvalidExtension,
			)

	def validate_something_moves(self) -> None:
		if not self.due_at and not self.locks_at:
			frappe.throw(_("Give a new cut-off, a new lock, or both."), InvalidExtension)

	def validate_reason(self) -> None:
		if not (self.reason or "").strip():
			frappe.throw(_("An extension needs a reason."), frappe.MandatoryError)

	def validate_later(self) -> None:
		"""A lock that has passed already would open nothing; a cut-off must lie before the lock."""
		locks_at = self.lock_then()
		if self.locks_at and locks_at <= now_datetime():
			frappe.throw(
				_("The new lock {0} has passed already.").format(clock_label(locks_at)), InvalidExtension
			)
		if self.due_at and get_datetime(self.due_at) > locks_at:
			frappe.throw(
				_("The new cut-off {0} lies after the lock at {1}: extend the lock as well.").format(
					clock_label(self.due_at), clock_label(locks_at)
				),
				InvalidExtension,
			)

	def validate_limit(self) -> None:
		limit = timedelta(hours=self.report_type().longest_extension_hours)
		slot = self.slot_row()
		for value, from_when in ((self.due_at, slot.slot_time), (self.locks_at, slot.locks_at)):
			latest = get_datetime(from_when) + limit
			if value and get_datetime(value) > latest:
				frappe.throw(
					_("{0} is beyond the limit: in the slot {1} it is at most {2}.").format(
						clock_label(value), self.slot_label(), clock_label(latest)
					),
					InvalidExtension,
				)

	def lock_then(self) -> datetime:
		return get_datetime(self.locks_at or self.slot_row().locks_at)

	def slot_row(self) -> frappe._dict:
		fields = ["name", "report_type", "slot_time", "locks_at", "state"]
		return frappe.db.get_value("Report Slot", self.slot, fields, as_dict=True)

	def slot_label(self) -> str:
		return slot_label(self.slot_row().slot_time)

	def report_type(self) -> Document:
		return frappe.get_cached_doc("Report Type", self.slot_row().report_type)


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Deadline Extension", user)
