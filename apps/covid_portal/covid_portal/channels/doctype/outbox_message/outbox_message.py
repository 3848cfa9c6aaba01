import frappe
from frappe import _
from frappe.model.document import Document


class RecordIsKept(frappe.ValidationError):
	"""What the portal sent and received is changed and deleted by nobody."""


class OutboxMessage(Document):
	"""A message on its way to somebody, or there. Only channels/outbox.py and channels/sending.py write it."""

	def validate(self) -> None:
		refuse()

	def on_trash(self) -> None:
		refuse()


def refuse() -> None:
	frappe.throw(
		_("The record of messages is kept as it is. Dead letters go out again by the list's own act."),
		RecordIsKept,
	)


def on_doctype_update() -> None:
	frappe.db.add_index("Outbox Message", ["channel", "state", "next_attempt_at"], "due")
	frappe.db.add_index("Outbox Message", ["recipient_index", "channel", "state"], "in_order")
