import frappe
from frappe.model.document import Document

from covid_portal.channels.doctype.outbox_message.outbox_message import refuse


class InboundEvent(Document):
	"""What somebody sent to one of the portal's accounts, as it came. Only channels/inbound.py writes it."""

	def validate(self) -> None:
		refuse()

	def on_trash(self) -> None:
		refuse()


def on_doctype_update() -> None:
	frappe.db.add_index("Inbound Event", ["state", "next_attempt_at"], "due")
