"""Steps, decisions and contributions are seen by those who see the document they are about."""

import frappe
from frappe.model.document import Document

from covid_portal.approval.managed_workflow import workflow_name
from covid_portal.organisation.scope import EVERYTHING, NOTHING, READING, scope_condition


def has_permission(doc: Document, ptype: str = "read", user: str | None = None) -> bool:
	"""Read where the document itself is readable; nobody writes: decide() does, without asking here."""
	if ptype not in READING:
		return False
	return bool(frappe.has_permission(doc.reference_doctype, "read", doc=doc.reference_name, user=user))


def condition(doctype: str, user: str | None = None) -> str:
	"""SQL on `tab<doctype>`: a branch per routed DocType, each with the scope of the documents themselves."""
	user = user or frappe.session.user
	if user == "Administrator":
		return EVERYTHING
	branches = [branch(doctype, routed, user) for routed in routed_doctypes()]
	return f"({' or '.join(branches)})" if branches else NOTHING


def branch(doctype: str, routed: str, user: str) -> str:
	table = f"`tab{doctype}`"
	return (
		f"({table}.reference_doctype = {frappe.db.escape(routed)} and {table}.reference_name in "
		f"(select name from `tab{routed}` where {scope_condition(routed, user)}))"
	)


def routed_doctypes() -> list[str]:
	rows = frappe.get_all("Workflow", {"is_active": 1}, ["name", "document_type"])
	return sorted(row.document_type for row in rows if row.name == workflow_name(row.document_type))
