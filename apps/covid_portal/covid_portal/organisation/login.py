"""Who is nobody: endpoints that answer by scope say so to a guest, in place of an empty answer."""

import frappe
from frappe import _


def require_login() -> None:
	if frappe.session.user == "Guest":
		frappe.throw(_("Please log in."), frappe.AuthenticationError)
