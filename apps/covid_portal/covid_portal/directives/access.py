"""Who sees directives: who may by Scope Rules, the units they were sent to, and everybody of the staff what is public."""

import frappe
from frappe.model.document import Document

from covid_portal.approval.vocabulary import APPROVED, STATE_FIELD
from covid_portal.organisation import scope
from covid_portal.organisation.scope import EVERYTHING, READING, scope_condition

DOCTYPE, RECEIPT = "Directive", "Directive Receipt"
PUBLIC = f"(`tab{DOCTYPE}`.`{STATE_FIELD}` = '{APPROVED}' and `tab{DOCTYPE}`.is_public = 1)"


def condition(user: str | None = None) -> str:
	"""SQL on `tabDirective`."""
	own = scope_condition(DOCTYPE, user)
	if own == EVERYTHING:
		return own
	sent = f"select directive from `tab{RECEIPT}` where {scope_condition(RECEIPT, user)}"
	return f"({own} or {PUBLIC} or `tab{DOCTYPE}`.name in ({sent}))"


def receipts_condition(user: str | None = None) -> str:
	"""SQL on `tabDirective Receipt`: of one's own unit and those below, and of the directives one answers for."""
	own = scope_condition(RECEIPT, user)
	if own == EVERYTHING:
		return own
	issued = f"select name from `tab{DOCTYPE}` where {scope_condition(DOCTYPE, user)}"
	return f"({own} or `tab{RECEIPT}`.directive in ({issued}))"


def beside_condition(doctype: str, column: str, user: str | None = None) -> str:
	"""SQL on a table whose rows are as far away as the directive in `column`."""
	return f"`tab{doctype}`.`{column}` in (select name from `tab{DOCTYPE}` where {condition(user)})"


def has_permission(doc: Document, ptype: str = "read", user: str | None = None) -> bool:
	"""The permission hook of Directive: always True or False."""
	if scope.has_permission(doc, ptype, user):
		return True
	if ptype not in READING:
		return False
	return is_public(doc) or was_sent_to(doc.name, user)


def is_public(doc: Document) -> bool:
	return doc.get(STATE_FIELD) == APPROVED and bool(doc.is_public)


def was_sent_to(directive: str, user: str | None = None) -> bool:
	rows = frappe.db.sql(
		f"select 1 from `tab{RECEIPT}` where directive = %s and {scope_condition(RECEIPT, user)} limit 1",
		directive,
	)
	return bool(rows)


def has_permission_on_receipt(doc: Document, ptype: str = "read", user: str | None = None) -> bool:
	"""The permission hook of Directive Receipt."""
	if scope.has_permission(doc, ptype, user):
		return True
	return ptype in READING and bool(doc.directive) and issues(doc.directive, user)


def issues(directive: str, user: str | None = None) -> bool:
	condition = scope_condition(DOCTYPE, user)
	return bool(
		frappe.db.sql(f"select 1 from `tab{DOCTYPE}` where name = %s and {condition} limit 1", directive)
	)


def has_permission_on_text(doc: Document, ptype: str = "read", user: str | None = None) -> bool:
	"""The permission hook of Directive Text, which only the portal writes."""
	return ptype in READING and bool(
		frappe.db.sql(
			f"select 1 from `tab{DOCTYPE}` where name = %s and {condition(user)} limit 1", doc.directive
		)
	)
