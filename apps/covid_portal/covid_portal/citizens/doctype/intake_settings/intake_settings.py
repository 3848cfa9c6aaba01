import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from covid_portal.citizens import public_pages
from covid_portal.publishing import snapshot


class IntakeSettings(Document):
	"""Limits of the public forms, and the switch for hard times."""

	def validate(self) -> None:
		for field in self.meta.fields:
			if field.fieldtype == "Int" and cint(self.get(field.fieldname)) < 1:
				frappe.throw(_("{0}: at least 1.").format(_(field.label)))

	def on_update(self) -> None:
		"""The form says how many files, and how large, can be sent."""
		if self.has_value_changed("most_files") or self.has_value_changed("files_mb"):
			snapshot.rebuild([public_pages.MAKER], why=_("Limits of the forms"))


def ensure_settings() -> None:
	"""Stored with their defaults, so that a later field's default is no zero."""
	settings = frappe.get_single("Intake Settings")
	for field in settings.meta.fields:
		if field.default and not settings.get(field.fieldname):
			settings.set(field.fieldname, field.default)
	settings.save(ignore_permissions=True)
