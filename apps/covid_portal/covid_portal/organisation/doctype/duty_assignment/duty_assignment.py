import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from covid_portal.organisation import user_permissions
from covid_portal.organisation.duties import is_duty, sync_roles
from covid_portal.organisation.scope import forget_grants, scope_condition


class InvalidDutyAssignment(frappe.ValidationError):
	pass


class DutyAssignment(Document):
	def validate(self) -> None:
		self._validate_mandatory()  # before anything is made of what is missing
		self.validate_dates()
		self.validate_duty()
		self.validate_overlap()
		self.validate_substitute()
		self.validate_seat()

	def on_update(self) -> None:
		self.keep_substitutes_within()
		self.apply()

	def after_delete(self) -> None:
		self.apply()

	def apply(self) -> None:
		forget_grants()
		previous = self.get_doc_before_save()
		versions = [self, previous] if previous else [self]
		for user in {version.user for version in versions}:
			sync_roles(user, ended={version.duty for version in versions})
			user_permissions.sync(user)

	def validate_dates(self) -> None:
		if self.valid_to and getdate(self.valid_to) < getdate(self.valid_from):
			frappe.throw(
				_("{0} in {1}: the duty ends on {2}, before it begins on {3}.").format(
					_(self.duty), self.unit, self.valid_to, self.valid_from
				),
				InvalidDutyAssignment,
			)

	def validate_duty(self) -> None:
		"""Only duties are given this way: the framework's own roles stay with the system manager."""
		if not is_duty(self.duty):
			frappe.throw(
				_("{0} is a role of the system, not a duty: only a system manager gives it.").format(
					_(self.duty)
				),
				InvalidDutyAssignment,
			)

	def validate_overlap(self) -> None:
		same = {"user": self.user, "unit": self.unit, "duty": self.duty, "name": ("!=", self.name or "")}
		for other in frappe.get_all("Duty Assignment", same, ["name", "valid_from", "valid_to"]):
			begins_before_other_ends = not other.valid_to or getdate(self.valid_from) <= other.valid_to
			ends_after_other_begins = not self.valid_to or getdate(self.valid_to) >= other.valid_from
			if begins_before_other_ends and ends_after_other_begins:
				frappe.throw(
					_("{0} already has the duty {1} in {2} in this period.").format(
						self.user, _(self.duty), self.unit
					),
					InvalidDutyAssignment,
				)

	def validate_substitute(self) -> None:
		"""A substitute has the same seat as the one he stands in for, for a time of that one's own."""
		if not self.substitute_for:
			return
		principal = frappe.get_doc("Duty Assignment", self.substitute_for)
		if (principal.unit, principal.duty) != (self.unit, self.duty):
			self.refuse_substitute(_("the duty or the unit is another one"))
		if principal.user == self.user:
			self.refuse_substitute(_("nobody is his own substitute"))
		if principal.substitute_for:
			self.refuse_substitute(_("a substitute has no substitute of his own"))
		if getdate(self.valid_from) < getdate(principal.valid_from) or (
			principal.valid_to and (not self.valid_to or getdate(self.valid_to) > getdate(principal.valid_to))
		):
			self.refuse_substitute(_("the dates go beyond those of the duty"))

	def validate_seat(self) -> None:
		"""Others stand in for this very person, in this unit and duty."""
		# One that is only tried out, as rows of a table are, was nothing before.
		moved = self.get_doc_before_save() and any(map(self.has_value_changed, ("user", "unit", "duty")))
		if moved and (substitutes := self.substitutes()):
			frappe.throw(
				_("{0} stands in as {1} in {2}: end that first, then change who, where or what.").format(
					substitutes[0].user, _(self.duty), self.unit
				),
				InvalidDutyAssignment,
			)

	def substitutes(self) -> list[Document]:
		names = frappe.get_all("Duty Assignment", {"substitute_for": self.name}, pluck="name")
		return [frappe.get_doc("Duty Assignment", name) for name in names]

	def keep_substitutes_within(self) -> None:
		"""With the duty ends the standing in for it; what had not begun by then never does."""
		for substitute in self.substitutes():
			first = max(getdate(substitute.valid_from), getdate(self.valid_from))
			ends = [getdate(day) for day in (substitute.valid_to, self.valid_to) if day]
			last = min(ends, default=None)
			if last and last < first:
				substitute.delete(ignore_permissions=True)
			elif (first, last) != (
				getdate(substitute.valid_from),
				substitute.valid_to and getdate(substitute.valid_to),
			):
				substitute.update({"valid_from": first, "valid_to": last}).save(ignore_permissions=True)

	def refuse_substitute(self, why: str) -> None:
		frappe.throw(
			_("{0} cannot stand in as {1} in {2}: {3}.").format(self.user, _(self.duty), self.unit, why),
			InvalidDutyAssignment,
		)


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Duty Assignment", user)
