from typing import ClassVar

import frappe

from covid_portal.channels import sealing
from covid_portal.channels.catalogue import channel_of
from covid_portal.channels.doctype.outbox_message.outbox_message import refuse
from covid_portal.privacy.document import PersonalDocument


class Conversation(PersonalDocument):
	"""A person who writes to one of the portal's accounts. Only channels/conversations.py writes it."""

	PERSONAL_FIELDS: ClassVar = {"sender": "phone", "memory": "text"}
	BLIND_INDEXES: ClassVar = {"sender_index": ("sender", "phone")}

	def indexes_anew(self) -> dict[str, str]:
		sender = self.personal("sender")
		return {"sender_index": sealing.index(channel_of(self.channel).kind, sender)} if sender else {}

	def validate(self) -> None:
		refuse()

	def on_trash(self) -> None:
		refuse()


def on_doctype_update() -> None:
	frappe.db.add_unique("Conversation", ["channel", "sender_index"], "one_of_sender")
