"""The outbox: whatever the portal tells people beside its pages and the Desk goes through it.

post() stores a message in the transaction of what it is about; a job sends it (sending.py). Recipient and text are sealed.
Set-based: rows are written without document events, so that reminders to hundreds of people are one statement.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.utils import cint, now_datetime

from covid_portal.channels import sealing
from covid_portal.channels.catalogue import Channel, channel_of, recipient_of
from covid_portal.channels.leasing import revive
from covid_portal.organisation import jobs
from covid_portal.organisation.writers import insert_rows, new_names

DOCTYPE = "Outbox Message"
WAITING, FAILED, SENT, DEAD = "Waiting", "Failed", "Sent", "Dead"
PENDING = (WAITING, FAILED)
JOB = "covid_portal.channels.sending.send_due"
COLUMNS = [
	"name",
	"channel",
	"recipient",
	"recipient_index",
	"recipient_mask",
	"content",
	"otherwise",
	"template",
	"subject",
	"about_doctype",
	"about_name",
	"post_key",
	"state",
	"attempts",
	"next_attempt_at",
	"give_up_at",
	"creation",
]


class NothingToSay(frappe.ValidationError):
	"""A message without text and template."""


class TextTooLong(frappe.ValidationError):
	"""The text is longer than the channel carries."""


@dataclass(frozen=True, repr=False)  # no repr: it would stand in tracebacks
class Post:
	"""A message as post() takes it."""

	channel: str
	recipient: str
	text: str | None = None
	template: str | None = None
	parameters: dict | None = None
	about: tuple[str, str] | None = None
	key: str | None = None
	subject: str | None = None
	otherwise: tuple[str, str] | None = None


def post(
	channel: str,
	recipient: str,
	text: str | None = None,
	template: str | None = None,
	parameters: dict | None = None,
	about: tuple[str, str] | None = None,
	key: str | None = None,
	subject: str | None = None,
	otherwise: tuple[str, str] | None = None,
) -> str:
	"""Put a message into the outbox; its number. The same `key` again is the same message, sent once.

	`template` (a Message Template with `parameters`) where no text is given, and beside it for Zalo's ZNS. `about`: DocType and
	name of what it is about. `subject`: the Data Subject under whose key recipient and text are sealed. `otherwise`: channel and
	recipient to turn to where this channel cannot reach the person.
	Raises UnknownChannel, WrongRecipient, NothingToSay, TextTooLong, and what Message Template refuses.
	"""
	message = Post(channel, recipient, text, template, parameters, about, key, subject, otherwise)
	return post_many([message])[0]


def post_many(messages: Sequence[Post], now: datetime | None = None) -> list[str]:
	"""All of them in few statements; their numbers, in order."""
	if not messages:
		return []
	now = now or now_datetime()
	names = new_names(DOCTYPE, len(messages))
	rows = [row_of(message, name, now) for message, name in zip(messages, names, strict=True)]
	insert_rows(DOCTYPE, COLUMNS, rows, ignore=True)
	enqueue()
	return numbers_of([row[COLUMNS.index("post_key")] for row in rows])


def row_of(message: Post, name: int, now: datetime) -> list:
	channel = channel_of(message.channel)
	recipient = recipient_of(channel, message.recipient)
	about = message.about or (None, None)
	return [
		name,
		channel.name,
		sealing.seal(message.subject, recipient),
		sealing.index(channel.kind, recipient),
		sealing.mask(channel.kind, recipient),
		sealing.seal_data(message.subject, content_of(channel, message)),
		sealing.seal_data(message.subject, other_way(message)),
		message.template,
		message.subject,
		*about,
		key_digest(message.key or frappe.generate_hash(length=32)),
		WAITING,
		0,
		now,
		now + keep_trying(),
		now,
	]


def content_of(channel: Channel, message: Post) -> dict:
	"""Text and parameters as they are sent, whatever becomes of the template."""
	parameters = {key: str(value) for key, value in (message.parameters or {}).items()}
	text = (message.text or "").replace("\0", "").strip()
	if message.template:
		template = frappe.get_cached_doc("Message Template", message.template)
		parameters = template.fitting(parameters)
		text = text or template.render(parameters)
	if not text:
		frappe.throw(_("A message by {0} has neither text nor template.").format(channel.name), NothingToSay)
	if len(text) > channel.longest:
		frappe.throw(
			_("The text has {0} characters; a message by {1} has {2} at the most.").format(
				len(text), channel.name, channel.longest
			),
			TextTooLong,
		)
	return {"text": text, "parameters": parameters}


def other_way(message: Post) -> list[str] | None:
	if not message.otherwise:
		return None
	channel = channel_of(message.otherwise[0])
	return [channel.name, recipient_of(channel, message.otherwise[1])]


def key_digest(key: str) -> str:
	return hashlib.sha256(f"outbox\0{key}".encode()).hexdigest()


def numbers_of(keys: list[str]) -> list[str]:
	"""By a locking read: it sees what another transaction has stored under the same key since this one began."""
	rows = frappe.db.sql(
		f"select post_key, name from `tab{DOCTYPE}` where post_key in %s lock in share mode", [keys]
	)
	found = dict(rows)
	return [str(found[key]) for key in keys]


def keep_trying() -> timedelta:
	return timedelta(hours=cint(frappe.get_cached_doc("Channel Settings").keep_trying_hours) or 72)


def enqueue() -> None:
	jobs.once_after_commit(JOB, "covid-portal-outbox", queue="short")


# --- dead letters


@frappe.whitelist(methods=["POST"])
def try_again(names: list | str) -> int:
	"""An operator has mended what was wrong: these dead letters go out again; how many. `names` as a list or, as the Desk sends
	it, as JSON. Raises NotDead."""
	count = revive(DOCTYPE, names, "content", give_up_at=now_datetime() + keep_trying())
	enqueue()
	return count


# --- what is not kept


def forget_recipients(doctype: str, names: list[str]) -> None:
	"""Hook on_erasure: the end of the number or address of erased persons, which stands in clear."""
	if doctype == DOCTYPE:
		frappe.db.set_value(DOCTYPE, {"name": ("in", names)}, "recipient_mask", None, update_modified=False)


def forget(now: datetime | None = None) -> None:
	"""Daily job: recipient and text of what was sent, or given up, some time ago; the record stays."""
	days = cint(frappe.get_cached_doc("Channel Settings").keep_content_days) or 30
	before = (now or now_datetime()) - timedelta(days=days)
	frappe.db.sql(
		f"""update `tab{DOCTYPE}` set recipient = null, content = null, otherwise = null
		where content is not null and state in %(settled)s and coalesce(sent_at, give_up_at) < %(before)s""",
		{"settled": (SENT, DEAD), "before": before},
	)
