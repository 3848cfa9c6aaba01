import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, getdate


class ClockRuleRefused(frappe.ValidationError):
	"""There can be no such clock; the message says why."""


class PetitionClockRule(Document):
	"""A time limit of the law: it holds for petitions received between its dates."""

	def validate(self) -> None:
		if cint(self.days) < 1:
			frappe.throw(_("Say after how many days; at least one."), ClockRuleRefused)
		if self.valid_to and getdate(self.valid_to) < getdate(self.valid_from):
			frappe.throw(_("{0}: its end lies before its beginning.").format(self.title), ClockRuleRefused)
