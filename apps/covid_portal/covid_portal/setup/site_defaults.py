"""Site settings without which the portal would not be what it promises."""

import frappe

from covid_portal.setup.csv_rows import shipped_rows


def set_site_defaults() -> None:
	"""What a public portal of an authority must not leave open: self sign-up, stack traces in answers, sharing past the
	scope, documents without a place in the sight of all."""
	save_single("Website Settings", disable_signup=1)
	save_single(
		"System Settings",
		allow_error_traceback=0,
		enable_onboarding=0,
		disable_document_sharing=1,
		apply_strict_user_permissions=1,
	)


def save_single(doctype: str, **values: int | str) -> None:
	settings = frappe.get_single(doctype)
	settings.update(values)
	settings.flags.ignore_mandatory = True  # before the setup wizard ran, most settings are still empty
	settings.save()


def set_working_hours() -> None:
	"""The usual office hours, where none are set: administrators change them in Working Hours."""
	hours = frappe.get_doc("Working Hours")
	if not hours.periods:
		hours.set("periods", shipped_rows("working_hours"))
		hours.save(ignore_permissions=True)
