"""E-mail that people write to the portal: a mailbox read by IMAP, each message kept once as an Inbound Event.

Messages that a machine wrote are kept and answered by nobody (RFC 3834): automatic answers, bounces, lists, and what the portal itself
has sent. A message is marked as read only after it is stored.
"""

import email
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.policy import default as modern
from email.utils import parseaddr
from html.parser import HTMLParser

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, now_datetime

from covid_portal.channels import conversations, inbound, pictures, state, zalo_tokens
from covid_portal.channels.catalogue import MAIL, mail_address
from covid_portal.channels.inbound import Inbound, NotForUs
from covid_portal.organisation.post import in_the_sites_language
from covid_portal.privacy import quiet

SECONDS = 20
MOST_AT_ONCE = 50
LARGEST = 8_000_000  # bytes of one message; of a larger one the beginning is taken, where the words stand
BEGINNING = 200_000
STATE = "Mailbox"  # its row of Channel State: that it cannot be read holds up no outgoing mail
LONGEST_TEXT = 10_000
MOST_FILES = 10
MACHINES = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)([+.-].*)?@", re.I)
QUOTED = re.compile(r"^(>|-{2,} ?(original message|thư gốc)|(on|vào) .{5,200}(wrote|đã viết):)", re.I)


class MailboxSilent(Exception):
	"""The mailbox cannot be read; in words without a secret."""


def tick(now: datetime | None = None) -> None:
	"""Every few minutes, where a mailbox is set up."""
	settings = frappe.get_cached_doc("Channel Settings")
	if settings.imap_host:
		frappe.enqueue(
			"covid_portal.channels.mailbox.read",
			queue="short",
			job_id="covid-portal-mailbox",
			deduplicate=True,
		)


@in_the_sites_language
def read(now: datetime | None = None) -> int:
	"""Job: keep what is unread; how many. What is kept and could not be marked is known by its number the next time."""
	now = now or now_datetime()
	try:
		with opened(frappe.get_cached_doc("Channel Settings")) as box:
			count = sum(keep_or_leave(box, number, now) for number in unread(box)[:MOST_AT_ONCE])
	except (MailboxSilent, imaplib.IMAP4.error, OSError) as error:
		quiet.record("Mailbox", error)
		note(_("The mailbox cannot be read: {0}").format(type(error).__name__), now)
		return 0
	note("", now)
	return count


def note(problem: str, now: datetime) -> None:
	"""For the operator, in Channel State."""
	state.ensure(STATE)
	if problem:
		state.failed(STATE, problem, now)
	else:
		state.worked(STATE, now)
	frappe.db.commit()  # a job of its own, and this is the end of it


@contextmanager
def opened(settings: Document) -> Iterator[imaplib.IMAP4]:
	port = cint(settings.imap_port)
	if settings.imap_plain:  # the line itself is private: a server on this host
		box = imaplib.IMAP4(settings.imap_host, port or 143, timeout=SECONDS)
	else:
		context = ssl.create_default_context()
		box = imaplib.IMAP4_SSL(settings.imap_host, port or 993, ssl_context=context, timeout=SECONDS)
	try:
		box.login(settings.imap_user, zalo_tokens.secret("imap_password"))
		if box.select("INBOX")[0] != "OK":
			raise MailboxSilent
		yield box
	finally:
		box.logout()


def unread(box: imaplib.IMAP4) -> list[str]:
	_status, [numbers] = box.uid("SEARCH", None, "UNSEEN")
	return numbers.decode().split()


def keep_or_leave(box: imaplib.IMAP4, number: str, now: datetime) -> bool:
	"""One that cannot be stored stays unread, and holds up none behind it."""
	try:
		return keep(box, number, now)
	except (MailboxSilent, imaplib.IMAP4.abort, OSError):
		raise  # the line itself
	except Exception as error:
		frappe.db.rollback()
		quiet.record("Mailbox, one letter", error)
		frappe.db.commit()  # the record; the others' letters have transactions of their own
		return False


def keep(box: imaplib.IMAP4, number: str, now: datetime) -> bool:
	"""One message: stored and committed, then marked."""
	is_whole = size_of(box, number) <= LARGEST
	content = fetched(box, number, "" if is_whole else f"<0.{BEGINNING}>")
	payload = {"message": content, "whole": is_whole}
	is_new = inbound.store(MAIL, "mail", key_of(content), payload, now)
	frappe.db.commit()  # before the mark: what the mailbox thinks was read is ours by then
	box.uid("STORE", number, "+FLAGS", r"(\Seen)")
	return is_new


def size_of(box: imaplib.IMAP4, number: str) -> int:
	_status, [answer] = box.uid("FETCH", number, "(RFC822.SIZE)")
	found = re.search(rb"RFC822\.SIZE (\d+)", answer or b"")
	return int(found[1]) if found else LARGEST + 1


def fetched(box: imaplib.IMAP4, number: str, part: str) -> str:
	"""The message or its part; bytes as latin-1. Raises MailboxSilent."""
	_status, parts = box.uid("FETCH", number, f"(BODY.PEEK[]{part})")
	for answer in parts:
		if isinstance(answer, tuple):
			return answer[1].decode("latin-1")
	raise MailboxSilent


def parsed(content: str) -> EmailMessage:
	return email.message_from_bytes(content.encode("latin-1"), policy=modern)


def key_of(content: str) -> str:
	"""The sender's number of the message; of one without, its content."""
	return header(parsed(content), "Message-ID") or content


# --- in the job


def to_inbound(payload: dict, number: str, received_at: datetime, patient: bool = True) -> Inbound:
	"""What the message says. Raises NotForUs for what a machine wrote."""
	message = parsed(payload["message"])
	sender = mail_address(parseaddr(header(message, "From"))[1])
	if not sender or is_by_a_machine(message, sender):
		raise NotForUs(_("Written by a machine."))
	taken, missing = files_of(message) if payload["whole"] else ([], 1)
	conversation = conversations.opened(MAIL, sender, received_at)
	return Inbound(
		channel=MAIL,
		sender=sender,
		event=number,
		conversation=conversation.name,
		received_at=received_at,
		text="\n".join(filter(None, [header(message, "Subject"), text_of(message)]))[:LONGEST_TEXT],
		attachments=taken,
		missing=missing,
		may_answer=conversation.may_answer,
	)


def is_by_a_machine(message: EmailMessage, sender: str) -> bool:
	automatic = header(message, "Auto-Submitted").lower() not in ("", "no")
	bulk = header(message, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply")
	returned = header(message, "Return-Path") == "<>" or message.get_content_type() == "multipart/report"
	marked = any(
		name in message
		for name in ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Frappe-Site")
	)
	return (
		automatic or bulk or returned or marked or bool(MACHINES.match(sender)) or sender in own_addresses()
	)


def own_addresses() -> set[str]:
	return {address.lower() for address in frappe.get_all("Email Account", pluck="email_id") if address}


def header(message: EmailMessage, name: str) -> str:
	"""Decoded, in one line; broken ones are as if they were not there."""
	try:
		return " ".join(str(message.get(name) or "").split())
	except Exception:  # the parser raises of every kind on broken headers
		return ""


def text_of(message: EmailMessage) -> str:
	"""What the person wrote: without what a mail program quotes below."""
	part = message.get_body(("plain", "html"))
	if part is None:
		return ""
	try:
		text = part.get_content()
	except (LookupError, ValueError):  # a character set nobody knows
		text = part.get_payload(decode=True).decode("utf-8", "replace")
	if part.get_content_type() == "text/html":
		text = plain(text)
	lines = text.replace("\0", "").splitlines()
	quoted = next((at for at, line in enumerate(lines) if QUOTED.match(line.strip())), len(lines))
	return "\n".join(line.rstrip() for line in lines[:quoted]).strip()


class Words(HTMLParser):
	"""The words of an HTML body, nothing of its scripts and styles."""

	def __init__(self) -> None:
		super().__init__()
		self.words: list[str] = []
		self.hidden = 0

	def handle_starttag(self, tag: str, attrs: list) -> None:
		self.hidden += tag in ("script", "style")
		if tag in ("br", "p", "div", "li", "tr"):
			self.words.append("\n")

	def handle_endtag(self, tag: str) -> None:
		self.hidden -= tag in ("script", "style") and self.hidden > 0

	def handle_data(self, data: str) -> None:
		if not self.hidden:
			self.words.append(data)


def plain(text: str) -> str:
	reader = Words()
	reader.feed(text)
	return "".join(reader.words)


def files_of(message: EmailMessage) -> tuple[list[tuple[str, bytes]], int]:
	"""Pictures and documents by their content, and how many there are that are neither."""
	taken, missing = [], 0
	for part in message.iter_attachments():
		content = part.get_payload(decode=True) or b""
		try:
			if len(taken) == MOST_FILES or len(content) > pictures.largest():
				raise pictures.NotTaken
			taken.append((f"mail-{len(taken) + 1}.{pictures.kind_of(content)}", content))
		except pictures.NotTaken:
			missing += 1
	return taken, missing
