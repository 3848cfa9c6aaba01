import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import formatdate, getdate

from covid_portal.citizens import return_days
from covid_portal.organisation.scope import scope_condition


class CapacityRefused(frappe.ValidationError):
	"""There can be no such capacity; the message says why."""


class CommuneCapacity(Document):
	"""How many people a commune receives a day, from one day to another. Days that were given already stay given."""

	def validate(self) -> None:
		self.require_period()
		self.require_no_other()

	def on_update(self) -> None:
		return_days.give_later(self.area)

	def on_trash(self) -> None:
		return_days.give_later(self.area)

	def require_period(self) -> None:
		if self.valid_to and getdate(self.valid_to) < getdate(self.valid_from):
			frappe.throw(_("{0}: it ends before it begins.").format(self.describe()), CapacityRefused)

	def require_no_other(self) -> None:
		others = frappe.get_all(
			"Commune Capacity",
			{"area": self.area, "valid_from": self.valid_from, "name": ("!=", self.name or "")},
			limit=1,
		)
		if others:
			frappe.throw(
				_("{0}: one begins on {1} already; change that one.").format(
					self.describe(), formatdate(self.valid_from)
				),
				CapacityRefused,
			)

	def describe(self) -> str:
		return _("Capacity of {0}").format(frappe.db.get_value("Area", self.area, "full_name") or self.area)


def on_doctype_update() -> None:
	frappe.db.add_unique("Commune Capacity", ["area", "valid_from"], "one_from_a_day")


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Commune Capacity", user)
