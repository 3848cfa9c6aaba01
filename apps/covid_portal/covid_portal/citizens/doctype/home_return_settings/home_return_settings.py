import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from covid_portal.channels.catalogue import ZNS

LEAST = {"most_persons": 1, "persons_per_day": 0, "days_ahead": 1, "receipt_days": 0, "key_generation": 1}
MOST = {"most_persons": 30, "days_ahead": 120}


class HomeReturnSettings(Document):
	"""Who decides on registrations, how many come a day, how long a receipt holds."""

	def validate(self) -> None:
		self.check_bounds()
		self.check_notices()

	def check_notices(self) -> None:
		if self.notice_channel == ZNS and not self.notice_template:
			frappe.throw(_("Messages by ZNS need a template that Zalo has approved."))

	def check_bounds(self) -> None:
		for field, least in LEAST.items():
			most = MOST.get(field)
			value = cint(self.get(field))
			if value < least or (most and value > most):
				label = _(self.meta.get_label(field))
				frappe.throw(
					_("{0}: from {1} to {2}.").format(label, least, most)
					if most
					else _("{0}: at least {1}.").format(label, least)
				)


def ensure_settings() -> None:
	"""Stored with their defaults, so that a later field's default is no zero."""
	settings = frappe.get_single("Home Return Settings")
	for field in settings.meta.fields:
		if field.default and settings.get(field.fieldname) is None:
			settings.set(field.fieldname, field.default)
	settings.save(ignore_permissions=True)
