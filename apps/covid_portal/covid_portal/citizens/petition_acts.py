"""What staff do with a petition, from the Desk: only those whose scope lets them write it. One that lies where nobody is on duty
others hand on."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.citizens import assignment, clocks, duplicates, messages, petitions
from covid_portal.privacy.quiet import without_values


def written(name: str) -> Document:
	"""The petition, locked, if the user may write it."""
	petition = frappe.get_doc("Petition", name, for_update=True)
	petition.check_permission("write")
	return petition


@frappe.whitelist(methods=["POST"])
@without_values
def transfer(name: str, unit: str, reason: str) -> None:
	"""By its own unit; where nobody is on duty there, by officers of the units above and by the operator."""
	petition = frappe.get_doc("Petition", name, for_update=True)
	if not petitions.is_forsaken_before(petition, frappe.session.user):
		petition.check_permission("write")
	petitions.transfer(petition, unit, reason)


@frappe.whitelist(methods=["POST"])
@without_values
def merge(name: str, into: str, reason: str) -> None:
	target = frappe.get_doc("Petition", into)
	target.check_permission("read")
	petitions.merge(written(name), target, reason)


@frappe.whitelist(methods=["POST"])
@without_values
def decline(name: str, reason: str) -> None:
	petitions.decline(written(name), reason)


@frappe.whitelist(methods=["POST"])
@without_values
def note(name: str, text: str) -> None:
	"""An internal note; the sender never sees it."""
	messages.note(written(name), required(text))


@frappe.whitelist(methods=["POST"])
@without_values
def write_to_sender(name: str, text: str) -> None:
	"""A question, or how it stands; it is told at /tra-cuu and by the way the petition came."""
	petition = written(name)
	petitions.require_stage(petition, (*petitions.OPEN, petitions.ANSWERED))
	messages.to_sender(petition, required(text))


def required(text: str) -> str:
	text = text.strip()
	if not text or len(text) > messages.LONGEST:
		frappe.throw(
			_("Write something, at most {0} letters.").format(messages.LONGEST), petitions.PetitionRefused
		)
	return text


@frappe.whitelist(methods=["POST"])
@without_values
def similar(name: str) -> list[dict[str, Any]]:
	"""Petitions that may be about the same matter, likest first."""
	petition = frappe.get_doc("Petition", name)
	petition.check_permission("write")
	return duplicates.similar(petition)


@frappe.whitelist(methods=["GET"])
@without_values
def question(name: str) -> dict[str, Any]:
	"""What an answer that is not stored yet is written beside; see petitions.question_for()."""
	petition = frappe.get_doc("Petition", name)
	petition.check_permission("read")
	return petitions.question_for(petition, frappe.session.user)


@frappe.whitelist()
def course(name: str) -> dict[str, list[dict[str, Any]]]:
	"""{"messages", "clocks"} of a petition that the user may read; texts for those who handle it alone."""
	petition = frappe.get_doc("Petition", name)
	petition.check_permission("read")
	rows = messages.of_petition(
		name, (messages.FROM_SENDER, messages.TO_SENDER, messages.NOTE, messages.EVENT)
	)
	if not petition.may_reveal(frappe.session.user):
		rows = [{**row, "text": None} for row in rows if row["kind"] == messages.EVENT]
	shown = ("kind", "sent_at", "channel", "text")
	return {
		"messages": [{**{key: row[key] for key in shown}, "by": said_by(row)} for row in rows],
		"clocks": frappe.get_all(
			clocks.DOCTYPE,
			{"petition": name},
			["title", "due_at", "met_at", "state", "legal_reference", "escalated_to"],
			order_by="due_at asc",
		),
	}


def said_by(row: dict[str, Any]) -> str:
	"""The unit and who of it; the sender; or the portal."""
	if row["kind"] == messages.FROM_SENDER:
		return _("The sender")
	unit = petitions.unit_name(row["unit"]) if row["unit"] else None
	person = frappe.utils.get_fullname(row["user"]) if row["user"] else None
	return ", ".join(filter(None, (unit, person)))


@frappe.whitelist()
@frappe.validate_and_sanitize_search_inputs
def search_units(
	doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict | list | None = None
) -> list[tuple]:
	"""Units in which somebody works on petitions: to whom one can be handed on."""
	frappe.has_permission("Petition", "write", throw=True)
	return assignment.search_units(txt, int(start), int(page_len))
