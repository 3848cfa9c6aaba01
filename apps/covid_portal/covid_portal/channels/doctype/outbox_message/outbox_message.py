from typing import ClassVar

import frappe
from frappe import _

from covid_portal.channels import sealing
from covid_portal.channels.catalogue import channel_of
from covid_portal.privacy.document import PersonalDocument
from covid_portal.privacy.subjects import Erased


class RecordIsKept(frappe.ValidationError):
	"""What the portal sent and received is changed and deleted by nobody."""


class OutboxMessage(PersonalDocument):
	"""A message on its way to somebody, or there. Only channels/outbox.py and channels/sending.py write it."""

	PERSONAL_FIELDS: ClassVar = {"recipient": "phone", "content": "text", "otherwise": "text"}
	BLIND_INDEXES: ClassVar = {"recipient_index": ("recipient", "phone")}

	def indexes_anew(self) -> dict[str, str]:
		"""Content is forgotten some time after sending; the index of such a message stays as it is."""
		try:
			recipient = sealing.unseal(self.subject, self.recipient)
		except Erased:
			frappe.clear_last_message()
			return {}
		return (
			{"recipient_index": sealing.index(channel_of(self.channel).kind, recipient)} if recipient else {}
		)

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
