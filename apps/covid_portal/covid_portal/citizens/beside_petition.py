"""What stands beside a petition (messages, clocks) is seen by those who see the petition, and written by the portal alone."""

import frappe
from frappe.model.document import Document

from covid_portal.organisation.scope import READING, scope_condition


def has_permission(doc: Document, ptype: str = "read", user: str | None = None) -> bool:
	if ptype not in READING or not doc.get("petition"):
		return False
	return bool(frappe.has_permission("Petition", "read", doc=doc.petition, user=user))


def scoped(doctype: str, user: str | None = None) -> str:
	"""SQL on `tab<doctype>`, whose column `petition` names the petition."""
	return (
		f"`tab{doctype}`.petition in (select name from tabPetition where {scope_condition('Petition', user)})"
	)
