"""What people write to the portal's accounts (Zalo, e-mail) becomes a petition, or is added to one; hook `inbound_messages`.

Nothing is asked before it is taken: a petition begins with what the person has sent, the code goes back at once, and what the law
wants besides (name, address, telephone) is asked for then. What follows within half an hour, or names a code, is added.
"""

import re
import unicodedata
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime

from covid_portal.channels import conversations
from covid_portal.channels.inbound import Inbound, Later
from covid_portal.citizens import attachments, codes, intake, messages
from covid_portal.citizens.attachments import PDF, Attachment, FileDamaged
from covid_portal.organisation.post import default_language, language
from covid_portal.privacy import files as sealed_files
from covid_portal.publishing.pages import public_address

CODE = re.compile(r"\b(?:PA|VQ)[ -]?(?:[0-9A-Z][ -]?){16}[0-9A-Z]\b", re.I)
AGREES = re.compile(r"\W*(đồng ý|dong y|agree)\W*", re.I)
SHORTEST = 15  # letters that say something
TOGETHER = timedelta(minutes=30)  # text and photos of one matter are several messages
PLACE_COUNTS = timedelta(minutes=30)
CATEGORY = "other"  # the unit that gets it classifies it
FARTHEST = 0.5  # degrees: about 50 km from the centre of an area
PETITION = "Petition"


def on_inbound(message: Inbound) -> None:
	"""One message of one person. Raises Later where the petition it belongs to is not made yet."""
	with language(default_language()):  # nobody says in which language they read
		if found := CODE.search(message.text):
			to_what_the_code_names(message, found[0])
		elif earlier := sent_just_now(message):
			add(message, earlier)
		elif len(message.text) >= SHORTEST or message.attachments or message.missing:
			take(message)
		else:
			guide(message)


# --- a new petition


def take(message: Inbound) -> None:
	held = (
		None
		if message.may_answer
		else _("So many messages in a short time that a machine may have written them")
	)
	key = f"inbound-event-{message.event:0>10}"
	code = intake.receive(PETITION, message.channel, payload_of(message), key, files_of(message), held)
	note = {"intake": codes.find(code), "at": str(message.received_at)}
	conversations.remember(message.conversation, note)
	tell(message, taken_words(code, message.missing))


def payload_of(message: Inbound) -> dict[str, str | None]:
	place = message.place or place_before(message)
	return {
		"category": CATEGORY,
		"area": area_near(place) if place else None,
		"content": content_of(message),
		"place": f"{place[0]:.5f}, {place[1]:.5f}" if place else "",
		"email": message.sender if "@" in message.sender else "",
		"reply_to": f"{message.channel}:{message.sender}",
	}


def content_of(message: Inbound) -> str:
	if len(message.text) >= SHORTEST:
		return message.text
	return _("Sent by {0} with {1} files and hardly a word: {2}").format(
		message.channel, len(message.attachments) + message.missing, message.text or "–"
	)


def files_of(message: Inbound) -> list[Attachment]:
	"""Those that are what they should be; the others are counted."""
	kinds = [
		(PDF if content.startswith(b"%PDF-") else attachments.picture_kind(content), content)
		for _name, content in message.attachments
	]
	return [Attachment(kind, content) for kind, content in kinds if kind]


def taken_words(code: str, missing: int) -> str:
	lines = [
		_("Received: {0}").format(code),
		_("Keep this code. Follow it at {0}, or write here with it.").format(f"{public_address()}/tra-cuu"),
		_("May the answer be published, without your name? If so, write: {0}").format(_("AGREE")),
		_(
			"If you have not done so yet, send your full name, address and telephone number: the law asks for them."
		),
	]
	if missing:
		lines.append(
			_("{0} files could not be taken. Please send them as photos (JPEG, PNG) or PDF.").format(missing)
		)
	return "\n".join(lines)


# --- more about one that was sent


def to_what_the_code_names(message: Inbound, code: str) -> None:
	"""Whoever has the code may write, as on the page /tra-cuu."""
	try:
		name = codes.find(code)
	except codes.CodeMistyped:
		frappe.clear_last_message()
		name = None
	if not name:
		tell(
			message, _("Nothing was sent under this code. Please check its letters, or write without a code.")
		)
	elif frappe.db.get_value("Intake", name, "kind") != PETITION:
		tell(message, _("Follow this registration at {0}.").format(f"{public_address()}/tra-cuu"))
	else:
		add(message, name)
		tell(message, _("Your message was added. The unit that handles it has been told."))


def sent_just_now(message: Inbound) -> str | None:
	"""The Intake that this message goes on with."""
	note = conversations.recall(message.conversation)
	at = note.get("at") and get_datetime(note["at"])
	return note.get("intake") if at and message.received_at < at + TOGETHER else None


def add(message: Inbound, name: str) -> None:
	petition = petition_of(name)
	if AGREES.fullmatch(CODE.sub("", unicodedata.normalize("NFC", message.text))):
		agree(petition)
	lines = [message.text, place_words(message)]
	if message.attachments:
		lines.append(_("{0} files were sent along.").format(add_files(petition, files_of(message))))
	text = "\n".join(filter(None, lines))
	if text:
		key = f"inbound-event-{message.event:0>10}"
		messages.from_sender(petition, text[: messages.LONGEST], message.channel, key)


def agree(petition: Document) -> None:
	frappe.db.set_value(PETITION, petition.name, "consent", 1)
	messages.event(petition, _("The sender agrees to publication"))


def petition_of(name: str) -> Document:
	row = frappe.db.get_value(
		"Intake Outcome", {"intake": name}, ["state", "reference_doctype", "reference_name"], as_dict=True
	)
	if not row or row.state != intake.MADE:
		raise Later
	return frappe.get_doc(row.reference_doctype, row.reference_name)


def add_files(petition: Document, files: list[Attachment]) -> int:
	number = len(sealed_files.listed(petition.doctype, petition.name))
	for file in files:
		try:
			ending, content = attachments.clean(file)
		except FileDamaged:
			continue
		number += 1
		attachments.keep(petition, petition.subject, number, ending, content)
	return len(files)


# --- neither


def guide(message: Inbound) -> None:
	if message.place:
		remember_place(message)
	tell(
		message,
		_(
			"Please describe in one message what happens, where and when; photos may follow. To add to something that you sent"
			" before, write its code with it. In an emergency call 115."
		),
	)


def tell(message: Inbound, text: str) -> None:
	conversations.answer(message, text, key=f"inbound:{message.event}")


# --- a person's rights


def subjects_of_sender(doc: Document) -> list[str]:
	"""Hook `same_person`: whoever has sent a petition by Zalo or e-mail is kept as a conversation too."""
	channel, sender = messages.way_back(doc) if doc.doctype == PETITION else ("", "")
	subject = conversations.subject_of(channel, sender) if sender else None
	return [subject] if subject else []


# --- places


def remember_place(message: Inbound) -> None:
	note = {"place": message.place, "place_at": str(message.received_at)}
	conversations.remember(message.conversation, {**conversations.recall(message.conversation), **note})


def place_before(message: Inbound) -> tuple[float, float] | None:
	"""Where the person said to be a moment ago."""
	note = conversations.recall(message.conversation)
	at: datetime | None = note.get("place_at") and get_datetime(note["place_at"])
	return tuple(note["place"]) if at and message.received_at < at + PLACE_COUNTS else None


def place_words(message: Inbound) -> str:
	return _("Place: {0}").format(f"{message.place[0]:.5f}, {message.place[1]:.5f}") if message.place else ""


def area_near(place: tuple[float, float]) -> str | None:
	"""The area whose centre is nearest, of those that have one: good enough to find who is competent; the unit corrects it."""
	rows = frappe.db.sql(
		"""select name from tabArea
		where abs(latitude - %(latitude)s) < %(far)s and abs(longitude - %(longitude)s) < %(far)s
			and latitude != 0 and valid_to is null
		order by pow(latitude - %(latitude)s, 2) + pow(longitude - %(longitude)s, 2), level desc limit 1""",
		{"latitude": place[0], "longitude": place[1], "far": FARTHEST},
	)
	return rows[0][0] if rows else None
