"""Which users a person sees: names and addresses of other units' people are nobody's business."""

import frappe
from frappe.desk import search
from frappe.permissions import get_role_permissions

from covid_portal.organisation.scope import EVERYTHING, scope_condition


def get_permission_query_conditions(user: str | None = None) -> str:
	"""SQL on `tabUser`: all for those who manage users or give duties everywhere, else oneself and whose duties one may
	see."""
	user = user or frappe.session.user
	manages = get_role_permissions(frappe.get_meta("User"), user=user).get("read")
	if manages or EVERYTHING in scope_condition("Duty Assignment", user, "Write"):
		return EVERYTHING
	seen = f"select user from `tabDuty Assignment` where {scope_condition('Duty Assignment', user)}"
	return f"(`tabUser`.name = {frappe.db.escape(user)} or `tabUser`.name in ({seen}))"


def entitled(doctype: str, right: str) -> list[str]:
	"""Enabled accounts whose roles have this right on the DocType, whatever the documents: whom a task of the DocType waits
	for. By the permissions as an administrator has set them, so that no duty is named in code."""
	roles = [row.role for row in frappe.get_meta(doctype).permissions if not row.permlevel and row.get(right)]
	return frappe.db.sql_list(
		"""select distinct held.parent from `tabHas Role` held join tabUser person on person.name = held.parent
		where held.parenttype = 'User' and held.role in %(roles)s and person.enabled = 1
			and held.parent not in %(standard)s order by held.parent""",
		{"roles": roles or [""], "standard": frappe.STANDARD_USERS},
	)


@frappe.whitelist()
def get_names_for_mentions(search_term: str) -> list[dict]:
	"""Whom the user can mention in a comment: of the people that the framework would offer, those one sees."""
	seen = set(frappe.get_list("User", pluck="name", limit=0))
	return [
		row for row in search.get_names_for_mentions(search_term) if row.get("is_group") or row["id"] in seen
	]
