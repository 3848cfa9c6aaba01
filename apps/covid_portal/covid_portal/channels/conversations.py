"""A person who writes to one of the portal's accounts: when last, what was told of them so far, and the guard against machines
that answer machines.
"""

from datetime import datetime, timedelta

import frappe
from frappe.utils import cint, now_datetime

from covid_portal.channels import outbox, sealing
from covid_portal.channels.catalogue import channel_of
from covid_portal.channels.inbound import Inbound
from covid_portal.organisation.writers import insert_rows
from covid_portal.privacy.subjects import create_subject

DOCTYPE = "Conversation"
SPAN = timedelta(minutes=10)
SILENCE = timedelta(hours=1)


def opened(channel: str, sender: str, at: datetime) -> frappe._dict:
	"""The sender's conversation with this message counted, locked until the transaction ends: of two messages of one person
	the second waits. `may_answer` is False while the guard holds."""
	kind = channel_of(channel).kind
	name = known(channel, kind, sender) or begin(channel, kind, sender, at)
	fields = ["name", "last_received_at", "muted_until", "span_started_at", "span_received", "received"]
	return count(frappe.db.get_value(DOCTYPE, name, fields, as_dict=True, for_update=True), at)


def known(channel: str, kind: str, sender: str) -> str | None:
	return frappe.db.get_value(
		DOCTYPE, {"channel": channel, "sender_index": ("in", sealing.indexes(kind, sender))}
	)


def subject_of(channel: str, sender: str) -> str | None:
	"""The data subject under which the portal keeps who writes by this channel from this address or number, if it does."""
	kind = channel_of(channel)
	name = known(channel, kind.kind, kind.normal(sender))
	return name and frappe.db.get_value(DOCTYPE, name, "subject")


def begin(channel: str, kind: str, sender: str, at: datetime) -> str:
	"""The sender's row, under a data subject of its own. `ignore`: another worker may begin it at the same moment."""
	subject = create_subject()
	key = {"channel": channel, "sender_index": sealing.index(kind, sender)}
	row = {
		**key,
		"name": frappe.generate_hash(length=10),
		"subject": subject,
		"sender": sealing.seal(subject, sender),
		"sender_mask": sealing.mask(kind, sender),
		"creation": at,
		"received": 0,
		"span_received": 0,
	}
	insert_rows(DOCTYPE, list(row), [list(row.values())], ignore=True)
	return frappe.db.get_value(DOCTYPE, key, for_update=True)


def count(row: frappe._dict, at: datetime) -> frappe._dict:
	"""More messages in ten minutes than a person writes: no answer for an hour. What comes is kept all the same."""
	is_new_span = not row.span_started_at or at >= row.span_started_at + SPAN
	received = 1 if is_new_span else row.span_received + 1
	most = cint(frappe.get_cached_doc("Channel Settings").most_messages) or 30
	muted_until = at + SILENCE if received > most else row.muted_until
	values = {
		"last_received_at": max(at, row.last_received_at or at),
		"received": row.received + 1,
		"span_started_at": at if is_new_span else row.span_started_at,
		"span_received": received,
		"muted_until": muted_until,
	}
	frappe.db.set_value(DOCTYPE, row.name, values, update_modified=False)
	return frappe._dict(name=row.name, may_answer=not (muted_until and at < muted_until))


def answer(
	message: Inbound,
	text: str,
	key: str,
	about: tuple[str, str] | None = None,
	subject: str | None = None,
	now: datetime | None = None,
) -> str | None:
	"""Answer the sender through the outbox; its number. None where the guard holds, or the same words were the last answer
	a moment ago: a machine that echoes them gets nothing more to echo. Without a `subject` it is the conversation's."""
	if not message.may_answer or repeats(message.conversation, text, now or now_datetime()):
		return None
	subject = subject or frappe.db.get_value(DOCTYPE, message.conversation, "subject")
	values = {"last_answer": sealing.index("answer", text), "last_answered_at": now or now_datetime()}
	frappe.db.set_value(DOCTYPE, message.conversation, values, update_modified=False)
	return outbox.post(message.channel, message.sender, text, about=about, key=key, subject=subject)


def repeats(conversation: str, text: str, now: datetime) -> bool:
	last, at = frappe.db.get_value(DOCTYPE, conversation, ["last_answer", "last_answered_at"])
	return last == sealing.index("answer", text) and bool(at) and now < at + SPAN


def forget(doctype: str, names: list[str]) -> None:
	"""Hook on_erasure: the end of the number or address of erased persons, which stands in clear."""
	if doctype == DOCTYPE:
		frappe.db.set_value(DOCTYPE, {"name": ("in", names)}, "sender_mask", None, update_modified=False)


# --- what a module above remembers of a conversation


def remember(conversation: str, content: dict | None) -> None:
	"""Any JSON object, sealed; None forgets."""
	sealed = sealing.seal_data(frappe.db.get_value(DOCTYPE, conversation, "subject"), content)
	frappe.db.set_value(DOCTYPE, conversation, "memory", sealed, update_modified=False)


def recall(conversation: str) -> dict:
	subject, sealed = frappe.db.get_value(DOCTYPE, conversation, ["subject", "memory"])
	return sealing.unseal_data(subject, sealed) or {}


def follow(channel: str, sender: str, at: datetime, following: bool) -> None:
	"""The person follows the account, or no more."""
	row = opened(channel, sender, at)
	frappe.db.set_value(DOCTYPE, row.name, "following", int(following), update_modified=False)
