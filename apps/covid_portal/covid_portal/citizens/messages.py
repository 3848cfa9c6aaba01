"""What is said about a petition: by the sender, to the sender, among staff; and the course that the portal itself writes.

Everything is sealed under the petition's subject. Notes never reach the sender. What is told to the sender stands at /tra-cuu and
goes out by the way it came, if there is one.
"""

import hashlib
from contextlib import AbstractContextManager
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.channels import outbox
from covid_portal.channels.catalogue import channel_of
from covid_portal.citizens import assignment, clocks
from covid_portal.organisation.bell import Notice, put_in_desk
from covid_portal.organisation.once import read_once
from covid_portal.organisation.post import default_language, language
from covid_portal.organisation.writers import insert_rows
from covid_portal.privacy import access, sealing, subjects
from covid_portal.publishing.pages import public_address

DOCTYPE = "Petition Message"
FROM_SENDER, TO_SENDER, NOTE, EVENT = "From Sender", "To Sender", "Internal Note", "Event"
LONGEST = 5000


def in_the_portals_language() -> AbstractContextManager:
	"""For what the portal itself says to the sender, to staff and in the course: whoever acts may read another language."""
	return language(default_language())


def store(
	petition: Document, kind: str, text: str, channel: str | None = None, key: str | None = None
) -> str:
	"""One row past the framework's events, sealed; the same key again stores nothing. Returns its name."""
	user = frappe.session.user
	row: dict[str, Any] = {
		"name": frappe.generate_hash(length=10),
		"petition": petition.name,
		"kind": kind,
		"sent_at": now_datetime(),
		"user": None if kind == FROM_SENDER else user,
		"unit": None if kind == FROM_SENDER else unit_of(user),
		"channel": channel,
		"subject": petition.subject,
		"text": sealing.seal(petition.subject, text),
		"message_key": key or frappe.generate_hash(length=30),
	}
	insert_rows(DOCTYPE, list(row), [list(row.values())], ignore=bool(key))
	return row["name"]


unit_of = read_once(access.unit_of)


def event(petition: Document, text: str) -> None:
	store(petition, EVENT, text)


def note(petition: Document, text: str) -> None:
	store(petition, NOTE, text)


def from_sender(petition: Document, text: str, channel: str, key: str | None = None) -> None:
	store(petition, FROM_SENDER, text, channel, key)
	with in_the_portals_language():
		tell_unit(petition, _("The sender of {0} has written").format(petition.name))


def to_sender(petition: Document, text: str, is_answer: bool = False) -> None:
	"""Tell the sender; it meets the clocks that ask for it."""
	name = store(petition, TO_SENDER, text)
	if not is_answer:
		clocks.meet(petition, "Told", now_datetime().replace(microsecond=0))
	send_out(petition, text, name)


def send_out(petition: Document, text: str, key: str) -> None:
	"""By the channel it came by, if there is a way back. Recorded as an access."""
	channel, recipient = way_back(petition)
	if not recipient:
		return
	access.record(
		petition.doctype, petition.name, ["reply_to"], _("Message to the sender"), "Message", petition.subject
	)
	outbox.post(
		channel,
		recipient,
		text=fitting(channel, text),
		about=(petition.doctype, petition.name),
		key=f"petition-message:{key}",
		subject=petition.subject,
	)


def way_back(petition: Document) -> tuple[str, str]:
	"""(channel, recipient) by which the sender is told; empty where there is none, or the person was erased."""
	channel, _colon, recipient = (petition.personal("reply_to") or "").partition(":")
	return channel, recipient


def fitting(channel: str, text: str) -> str:
	"""As much of it as one message of the channel carries; where the rest stands is said."""
	most = channel_of(channel).longest
	if len(text) <= most:
		return text
	with in_the_portals_language():
		ending = _("… The whole text, by your code: {0}").format(f"{public_address()}/tra-cuu")
	return f"{text[: most - len(ending) - 1].rstrip()}\n{ending}"


def of_petition(petition: str, kinds: tuple[str, ...] = (FROM_SENDER, TO_SENDER)) -> list[dict[str, Any]]:
	"""In order: [{"kind", "sent_at", "unit", "user", "text"}]; an erased person's texts are None."""
	rows = frappe.get_all(
		DOCTYPE,
		{"petition": petition, "kind": ("in", kinds)},
		["kind", "sent_at", "unit", "user", "channel", "subject", "text"],
		order_by="sent_at asc, creation asc",
	)
	for row in rows:
		row.text = opened(row.subject, row.text)
	return rows


def opened(subject: str, text: str) -> str | None:
	try:
		return sealing.unseal(subject, text)
	except subjects.Erased:
		frappe.clear_last_message()
		return None


def key_of(petition: str, text: str) -> str:
	"""The same words twice within a day are one message: a second press of the button."""
	content = f"{petition}\0{frappe.utils.today()}\0{text}"
	return f"web:{hashlib.sha256(content.encode()).hexdigest()}"


# --- word to the unit


def tell_unit(petition: Document, text: str) -> None:
	if not petition.unit:
		return
	put_in_desk(
		[
			Notice(user, text, f"/app/petition/{petition.name}", "Petition", petition.name)
			for user in assignment.people_in(petition.unit)
		]
	)
