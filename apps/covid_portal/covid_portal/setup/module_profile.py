"""The module profile of unit staff: their Desk shows the portal and nothing of the framework's own workshops."""

import frappe
from frappe.config import get_modules_from_all_apps

NAME = "Portal Staff"
APP = "covid_portal"


def ensure_module_profile() -> None:
	if frappe.db.exists("Module Profile", NAME):
		return
	blocked = sorted({row["module_name"] for row in get_modules_from_all_apps() if row["app"] != APP})
	frappe.get_doc(
		doctype="Module Profile",
		module_profile_name=NAME,
		block_modules=[{"module": module} for module in blocked],
	).insert(ignore_permissions=True)
