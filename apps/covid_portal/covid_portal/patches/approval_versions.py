"""Sites installed before routes had versions: each route gets its first, and a step may run beside another."""

import frappe

from covid_portal.setup.site_defaults import set_working_hours


def execute() -> None:
	frappe.db.sql_ddl("alter table `tabApproval Step` drop index if exists `one_step`")
	set_working_hours()
	for name in frappe.get_all("Approval Route", {"current_version": ("is", "not set")}, pluck="name"):
		frappe.get_doc("Approval Route", name).save(ignore_permissions=True)
