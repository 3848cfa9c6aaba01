"""Which users a person sees: names and addresses of other units' people are nobody's business."""

import frappe
from frappe.permissions import get_role_permissions

from covid_portal.organisation.scope import EVERYTHING, scope_condition


def get_permission_query_conditions(user: str | None = None) -> str:
	"""SQL on `tabUser`: all for those who manage users, else oneself and whose duties one may see."""
	user = user or frappe.session.user
	if get_role_permissions(frappe.get_meta("User"), user=user).get("read"):
		return EVERYTHING
	seen = f"select user from `tabDuty Assignment` where {scope_condition('Duty Assignment', user)}"
	return f"(`tabUser`.name = {frappe.db.escape(user)} or `tabUser`.name in ({seen}))"
