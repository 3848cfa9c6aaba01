import frappe
from frappe.model.document import Document

from covid_portal.channels.doctype.outbox_message.outbox_message import refuse


class Conversation(Document):
	"""A person who writes to one of the portal's accounts. Only channels/conversations.py writes it."""

	def validate(self) -> None:
		refuse()

	def on_trash(self) -> None:
		refuse()


def on_doctype_update() -> None:
	frappe.db.add_unique("Conversation", ["channel", "sender_index"], "one_of_sender")
