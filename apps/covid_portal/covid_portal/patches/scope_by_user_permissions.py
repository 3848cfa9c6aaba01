"""Sites with routed DocTypes of an administrator's: their lists follow the duties from now on."""

import frappe

from covid_portal.organisation.user_permissions import kept_doctypes, prepare, sync


def execute() -> None:
	frappe.db.set_single_value("System Settings", "apply_strict_user_permissions", 1)
	for doctype in kept_doctypes():
		prepare(doctype)
	sync()
