"""What somebody who has sent something sees and says by its code, without an account. Petitions and home returns alike: the hook
`follow_up` names for each kind of Intake a function (document) -> view.

A code that does not exist is answered like any other refusal, and found by its digest, so that neither words nor time tell a
guesser anything; guesses are few (protection.require_lookups_left).
"""

from collections.abc import Callable
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from werkzeug.wrappers import Response

from covid_portal.citizens import codes, home_return, intake, messages, petitions, protection, return_acts
from covid_portal.citizens.texts import cleaned
from covid_portal.organisation.guest_input import checked
from covid_portal.privacy.quiet import without_values
from covid_portal.publishing import pages, site_map

# The endpoints are xss_safe: texts stay as they were typed, and are escaped where they are shown.
WRITE, RATE, REOPEN = "write", "rate", "reopen"


class NoSuchCode(frappe.DoesNotExistError):
	"""Nothing was sent under this code."""


class NotNow(frappe.ValidationError):
	"""The stage does not allow it."""


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@checked
@without_values
def look(code: str, page: str | None = None, lang: str | None = None) -> dict | Response:
	"""How it stands: see view(). With `page` a finished page instead, in `lang`."""
	return answered(lambda: found(code), code, page, lang)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@checked
@without_values
def write(code: str, text: str, page: str | None = None, lang: str | None = None) -> dict | Response:
	"""A message to the unit that handles it; the view with it."""
	return answered(lambda: said(code, text), code, page, lang)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@checked
@without_values
def rate(
	code: str, stars: int, words: str | None = None, page: str | None = None, lang: str | None = None
) -> dict | Response:
	"""How good the answer was, from 1 to 5."""
	return answered(lambda: rated(code, stars, words or ""), code, page, lang)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@checked
@without_values
def reopen(code: str, reason: str, page: str | None = None, lang: str | None = None) -> dict | Response:
	"""The answer does not answer it: it is worked on anew."""
	return answered(lambda: opened_anew(code, reason), code, page, lang)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@checked
@without_values
def cancel(code: str, reason: str, page: str | None = None, lang: str | None = None) -> dict | Response:
	"""They do not come: the registration ends, the receipt holds no more, the place is free for others."""
	return answered(lambda: cancelled(code, reason), code, page, lang)


def answered(act: Callable[[], dict], code: str, page: str | None, lang: str | None) -> dict | Response:
	"""What the act gives, as data or as the page /tra-cuu; a refusal is {"problem": sentence}, with its status."""
	frappe.local.lang = lang if lang in site_map.LANGUAGES else site_map.LANGUAGES[0]
	try:
		view = act()
	except frappe.ValidationError as error:
		if page:
			return refused_page(code, error)
		problem, frappe.local.response.http_status_code = refusal(error)
		return {"problem": problem}
	return page_of({"code": view["code"], "problem": "", "view": view}) if page else view


def refused_page(code: str, error: frappe.ValidationError) -> Response:
	problem, status = refusal(error)
	return page_of({"code": codes.shown(code), "problem": problem, "view": None}, status)


def refusal(error: frappe.ValidationError) -> tuple[str, int]:
	"""(sentence, status); nothing of what was done stays."""
	frappe.db.rollback()
	frappe.clear_messages()
	return str(error), getattr(error, "http_status_code", 417)


def page_of(data: dict[str, Any], status: int = 200) -> Response:
	text = pages.render("follow_up.html", frappe.local.lang, "follow_up", data=data)
	return Response(text, status, mimetype="text/html", headers={"Cache-Control": "no-store"})


# --- what each does


def found(code: str) -> dict[str, Any]:
	return view(intake_of(code))


def said(code: str, text: str) -> dict[str, Any]:
	sent = intake_of(code)
	petition = document_of(sent, WRITE)
	text = required(text)
	messages.from_sender(petition, text, "Web", messages.key_of(petition.name, text))
	return view(sent)


def rated(code: str, stars: int, words: str) -> dict[str, Any]:
	sent = intake_of(code)
	petitions.rate(document_of(sent, RATE), stars, required(words) if words.strip() else "")
	return view(sent)


def opened_anew(code: str, reason: str) -> dict[str, Any]:
	sent = intake_of(code)
	petitions.reopen(document_of(sent, REOPEN), required(reason))
	return view(sent)


def cancelled(code: str, reason: str) -> dict[str, Any]:
	sent = intake_of(code)
	return_acts.cancel_by_sender(document_of(sent, home_return.CANCEL), required(reason))
	return view(sent)


def required(text: str) -> str:
	text = cleaned(text, lines=True)
	if not text or len(text) > messages.LONGEST:
		frappe.throw(_("Write something, at most {0} letters.").format(messages.LONGEST), NotNow)
	return text


def intake_of(code: str) -> Document:
	"""The Intake of a code. Counts; raises TooMany, CodeMistyped, NoSuchCode."""
	protection.require_lookups_left()
	name = codes.find(code)
	if not name:
		protection.note_wrong_code()
		frappe.throw(_("Nothing was sent under this code. Compare it letter by letter."), NoSuchCode)
	return frappe.get_doc("Intake", name)


def document_of(sent: Document, act: str) -> Document:
	"""The document made of it, locked, if the act is possible now."""
	outcome = outcome_of(sent)
	if outcome.reference_doctype not in MAY:
		refuse_now()
	document = frappe.get_doc(outcome.reference_doctype, outcome.reference_name, for_update=True)
	if act not in MAY[document.doctype](document):
		refuse_now()
	return document


def refuse_now() -> None:
	frappe.throw(_("This is not possible now. Look at how it stands."), NotNow)


def outcome_of(sent: Document) -> frappe._dict:
	fields = ["state", "reference_doctype", "reference_name", "review_reason"]
	return frappe.db.get_value("Intake Outcome", sent.name, fields, as_dict=True)


# --- the view


def view(sent: Document) -> dict[str, Any]:
	"""{"code", "kind", "received_at", "state": words, "unit", "next": {"title", "due_at", "reference"} or None, "course":
	[{"who": "sender" | "unit" | "portal", "at", "unit", "text"}], "may": ["write", "rate", "reopen", "cancel"], "rating"};
	nothing of the person but what they have said themselves."""
	common = {
		"code": intake.code_of(sent),
		"kind": sent.kind,
		"received_at": str(sent.received_at),
		"unit": None,
		"next": None,
		"course": [],
		"may": [],
		"rating": 0,
	}
	outcome = outcome_of(sent)
	if outcome.state != intake.MADE:
		return {**common, "state": state_before(outcome)}
	document = frappe.get_doc(outcome.reference_doctype, outcome.reference_name)
	describe = frappe.get_attr(frappe.get_hooks("follow_up")[sent.kind][-1])
	return {**common, **describe(document)}


def state_before(outcome: frappe._dict) -> str:
	if outcome.state == intake.HELD:
		return _(
			"Received. Somebody looks at it before it is worked on, since it came without the automatic check."
		)
	if outcome.state == intake.REFUSED:
		return _("Looked at, and not worked on: {0}").format(outcome.review_reason or "")
	return _("Received. It is being handed to the unit that works on it.")


def of_petition(petition: Document) -> dict[str, Any]:
	"""The view of a petition; of a merged one with the state of the one it was merged into."""
	rows = messages.of_petition(petition.name)
	return {
		"state": stage_in_words(petition),
		"stage": petition.stage,
		"category": category_name(petition.category),
		"unit": petitions.unit_name(petition.unit) if petition.unit else None,
		"next": next_clock(petition),
		"course": [line(row) for row in rows],
		"may": may(petition),
		"rating": petition.rating or 0,
	}


def may(petition: Document) -> list[str]:
	if petition.stage in petitions.OPEN:
		return [WRITE]
	if petition.stage in (petitions.ANSWERED, petitions.CLOSED):
		again = [REOPEN] if (petition.reopened or 0) < petitions.MOST_REOPENINGS else []
		return [*([RATE] if not petition.rating else []), *again]
	return []


# What may be done now with each kind of document.
MAY = {petitions.DOCTYPE: may, home_return.DOCTYPE: home_return.may}


def stage_in_words(petition: Document) -> str:
	words = {
		petitions.RECEIVED: _("Received. It is being assigned to a unit."),
		petitions.ASSIGNED: _("A unit works on it."),
		petitions.ANSWERED: _("Answered."),
		petitions.CLOSED: _("Answered and closed."),
		petitions.MERGED: _("Worked on together with an earlier petition on the same matter."),
		petitions.DECLINED: _("It could not be worked on; the reason stands below."),
	}
	return words[petition.stage]


def category_name(code: str) -> str:
	row = frappe.db.get_value("Petition Category", code, ["category_name", "category_name_en"], as_dict=True)
	return (row.category_name_en if frappe.local.lang == "en" else None) or row.category_name


def next_clock(petition: Document) -> dict[str, str] | None:
	rows = frappe.get_all(
		"Petition Clock",
		{"petition": petition.name, "state": ("in", ("Running", "Late"))},
		["rule", "title", "due_at", "legal_reference"],
		order_by="due_at asc",
		limit=1,
	)
	if not rows:
		return None
	title = rows[0].title
	if frappe.local.lang == "en":
		title = frappe.db.get_value("Petition Clock Rule", rows[0].rule, "title_en", cache=True) or title
	return {"title": title, "due_at": str(rows[0].due_at), "reference": rows[0].legal_reference}


def line(row: dict[str, Any]) -> dict[str, Any]:
	who = "sender" if row["kind"] == messages.FROM_SENDER else "unit" if row["unit"] else "portal"
	unit = petitions.unit_name(row["unit"]) if row["unit"] else None
	return {"who": who, "at": str(row["sent_at"]), "unit": unit, "text": row["text"]}
