"""Whether an administrator has attached something to a DocType that only single documents set off."""

import frappe

# DocType, the field that names the DocType listened to, further filters
LISTENERS = (
	("Notification", "document_type", {"enabled": 1}),
	("Server Script", "reference_doctype", {"disabled": 0, "script_type": "DocType Event"}),
	("Assignment Rule", "document_type", {"disabled": 0}),
	("Webhook", "webhook_doctype", {"enabled": 1}),
)


def has_listeners(doctype: str) -> bool:
	"""A Notification, Server Script, Assignment Rule or Webhook waits for documents of this type.

	Set-based writers skip document events; where this is true they go document by document instead.
	"""
	return any(
		frappe.db.exists(listener, {field: doctype, **filters}) for listener, field, filters in LISTENERS
	)
