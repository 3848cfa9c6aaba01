"""Whether a text that is stored in clear, or published, tells who has sent a petition: what a program can find of it."""

import re

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.channels.drivers.sms import plain
from covid_portal.privacy.document import PersonalDocument

NUMBERS = re.compile(r"(?:\d[ .-]?){9,}")  # telephone and identity numbers
MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
SHORTEST_ADDRESS = 3  # words, a number among them; a village's name alone is a place


class NamesSomebody(frappe.ValidationError):
	"""What everybody may read tells who it is about."""


def require_nobody_named(doc: Document, field: str, petition: PersonalDocument) -> None:
	"""Raises NamesSomebody, naming the field."""
	if names_somebody(doc.get(field) or "", petition):
		frappe.throw(
			_(
				"{0} holds the sender's name or address, a telephone or identity number, or an e-mail address: take it out."
			).format(_(doc.meta.get_label(field))),
			NamesSomebody,
		)


def names_somebody(text: str, petition: PersonalDocument) -> bool:
	"""The sender's name or address, or anybody's number or e-mail address."""
	if NUMBERS.search(text) or MAIL.search(text):
		return True
	return holds_name(text, petition.personal("full_name") or "") or holds_address(
		text, petition.personal("address") or ""
	)


def holds_name(text: str, name: str) -> bool:
	"""With or without marks, in small or capital letters. A name of one word is told from the word by its letters alone."""
	if len(words(name)) == 1:
		return name.strip() in re.findall(r"\w+", text)
	return holds(text, name)


def holds_address(text: str, address: str) -> bool:
	parts = words(address)
	is_exact = len(parts) >= SHORTEST_ADDRESS and any(part.isdigit() for part in parts)
	return is_exact and holds(text, address)


def holds(text: str, phrase: str) -> bool:
	wanted = " ".join(words(phrase))
	return bool(wanted) and f" {wanted} " in f" {' '.join(words(text))} "


def words(text: str) -> list[str]:
	return re.findall(r"\w+", plain(text).casefold())
