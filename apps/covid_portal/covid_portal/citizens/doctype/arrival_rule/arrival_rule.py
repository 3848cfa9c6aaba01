import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import formatdate, getdate

from covid_portal.citizens import arrival_rules, return_pages


class RuleRefused(frappe.ValidationError):
	"""There can be no such rule; the message says why."""


class ArrivalRule(Document):
	"""What arrivals from a place of this level have to do, by how they are protected, from one day to another."""

	def validate(self) -> None:
		self.require_level()
		self.require_period()
		self.require_days()
		self.require_no_other()

	def on_update(self) -> None:
		return_pages.show_later(self.describe())

	def on_trash(self) -> None:
		return_pages.show_later(self.describe())

	def require_level(self) -> None:
		arrival_rules.require_level(self.level, self.describe())

	def require_period(self) -> None:
		if self.valid_to and getdate(self.valid_to) < getdate(self.valid_from):
			frappe.throw(_("{0}: it ends before it begins.").format(self.describe()), RuleRefused)

	def require_days(self) -> None:
		try:
			days = arrival_rules.test_days(self.test_days)
		except ValueError:
			frappe.throw(
				_("{0}: write the days of tests as numbers with commas between them, as in 1, 7.").format(
					self.describe()
				),
				RuleRefused,
			)
		last = (self.days or 0) + (self.monitoring_days or 0)
		for day in days:
			if not 1 <= day <= max(last, 1):
				frappe.throw(
					_("{0}: a test on day {1} lies outside its {2} days.").format(self.describe(), day, last),
					RuleRefused,
				)

	def require_no_other(self) -> None:
		"""Two rules for the same people on the same day would leave it to chance which one holds."""
		others = frappe.get_all(
			"Arrival Rule",
			{"level": self.level, "immunity": self.immunity, "name": ("!=", self.name or "")},
			["code", "area", "valid_from", "valid_to"],
		)
		for other in others:
			if (other.area or None) == (self.area or None) and overlap(self, other):
				frappe.throw(
					_("{0}: the rule {1} holds for the same people since {2}; end it first.").format(
						self.describe(), other.code, formatdate(other.valid_from)
					),
					RuleRefused,
				)

	def describe(self) -> str:
		return _("Arrival rule {0}").format(self.code)


def overlap(one: dict, other: dict) -> bool:
	"""Whether the periods (valid_from, valid_to) share a day."""
	first, second = sorted((one, other), key=lambda row: getdate(row.valid_from))
	return not first.valid_to or getdate(first.valid_to) >= getdate(second.valid_from)
