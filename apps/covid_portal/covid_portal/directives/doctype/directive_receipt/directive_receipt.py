import frappe
from frappe.model.document import Document

from covid_portal.directives import access


class DirectiveReceipt(Document):
	"""That a directive was sent to a unit, who received it there and what was done; directives/dispatch.py writes it."""


def on_doctype_update() -> None:
	frappe.db.add_unique("Directive Receipt", ["directive", "unit"], "one_receipt")


def get_permission_query_conditions(user: str | None = None) -> str:
	return access.receipts_condition(user)


def has_permission(doc: Document, ptype: str = "read", user: str | None = None) -> bool:
	return access.has_permission_on_receipt(doc, ptype, user)
