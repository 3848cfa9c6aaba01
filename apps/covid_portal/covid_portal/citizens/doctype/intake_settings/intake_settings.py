import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint


class IntakeSettings(Document):
	"""Limits of the public forms, and the switch for hard times."""

	def validate(self) -> None:
		for field in self.meta.fields:
			if field.fieldtype == "Int" and cint(self.get(field.fieldname)) < 1:
				frappe.throw(_("{0}: at least 1.").format(_(field.label)))


def ensure_settings() -> None:
	"""Stored with their defaults, so that a later field's default is no zero."""
	settings = frappe.get_single("Intake Settings")
	for field in settings.meta.fields:
		if field.default and not settings.get(field.fieldname):
			settings.set(field.fieldname, field.default)
	settings.save(ignore_permissions=True)
