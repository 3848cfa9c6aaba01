"""The life of a petition: made of what was sent, assigned, handed on, merged, declined, answered, rated, reopened.

Each act changes the document, its clocks and its course (Petition Message) in one transaction. Who may act is asked by those
that call (petition_acts.py for staff, follow_up.py for the sender).
"""

from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, now_datetime

from covid_portal.approval.vocabulary import APPROVED, IN_APPROVAL, STATE_FIELD, WITH_AUTHOR
from covid_portal.citizens import assignment, clocks, messages
from covid_portal.citizens.intake import InvalidSubmission, insert_made
from covid_portal.citizens.texts import TextField, checked, is_email, is_name, is_phone
from covid_portal.organisation.bell import Notice, put_in_desk
from covid_portal.organisation.people import entitled
from covid_portal.organisation.scope import grants

DOCTYPE, ANSWER = "Petition", "Petition Answer"
RECEIVED, ASSIGNED, ANSWERED = "Received", "Assigned", "Answered"
CLOSED, MERGED, DECLINED = "Closed", "Merged", "Declined"
OPEN = (RECEIVED, ASSIGNED)
PERSONAL = ("full_name", "phone", "address", "email", "content", "place", "reply_to")
MOST_REOPENINGS = 3
BEST_RATING = 5
FORMS = ("Web", "1022", "Counter")  # where somebody types an address
YES = ("1", "true", "on", "yes")


class PetitionRefused(frappe.ValidationError):
	"""The petition's stage does not allow it; the message says why."""


def text_fields(way_back: bool = False) -> dict[str, TextField]:
	"""`way_back`: the sender can be asked by the way it came, so that nothing has to wait for name and number."""
	return {
		"content": TextField(
			lambda: _("Content"), shortest=15, longest=10_000 if way_back else 5000, lines=True
		),
		"full_name": TextField(lambda: _("Full name"), shortest=0 if way_back else 2, longest=100),
		"phone": TextField(lambda: _("Telephone"), shortest=0 if way_back else 8, longest=30),
		"address": TextField(lambda: _("Address"), shortest=0 if way_back else 5, longest=240),
		"place": TextField(lambda: _("Where it happens"), longest=240),
		"email": TextField(lambda: _("E-mail"), longest=140),
		"reply_to": TextField(lambda: _("Way back to the sender"), longest=200),
	}


class PetitionMaker:
	"""Maker of Intake for petitions. Payload: category, area, content, full_name, phone, address, place, email, consent."""

	def check(self, payload: dict[str, Any]) -> dict[str, Any]:
		problems: dict[str, str] = {}
		texts = checked(payload, text_fields(bool(payload.get("reply_to"))), problems)
		if texts.get("phone") and "phone" not in problems and not is_phone(texts["phone"]):
			problems["phone"] = _("Telephone: write it in digits, like 0912 345 678.")
		if texts.get("email") and not is_email(texts["email"]):
			problems["email"] = _("E-mail: this is not an address.")
		category, area = chosen(payload.get("category"), payload.get("area"))
		if not category:
			problems["category"] = _("Choose what it is about.")
		if not area:
			problems["area"] = _("Choose the commune from the list.")
		consent = str(payload.get("consent") or "").lower() in YES
		if problems:
			raise InvalidSubmission(problems)
		return {**texts, "category": category, "area": area, "consent": int(consent)}

	def make(self, intake: Document, payload: dict[str, Any]) -> Document:
		petition = frappe.new_doc(DOCTYPE)
		petition.update({field: payload[field] for field in ("category", "area", "consent")})
		petition.update({"intake": intake.name, "channel": intake.channel, "received_at": intake.received_at})
		petition.subject = intake.subject
		petition.set_personal(
			{field: payload.get(field) for field in PERSONAL} | {"reply_to": way_back(intake, payload)}
		)
		return insert_made(petition, ("category", "area"))


def way_back(intake: Document, payload: dict[str, Any]) -> str | None:
	"""How the sender is told: by the way it came; a form's is its e-mail address and no other, whatever it says."""
	if intake.channel in FORMS:
		return f"E-mail:{payload['email']}" if payload.get("email") else None
	return payload.get("reply_to") or None


def chosen(category: Any, area: Any) -> tuple[str | None, str | None]:
	"""The names of both as they are stored, None for what is not offered; the province for those who choose no commune."""
	condition = "name = %(area)s" if area else "ifnull(parent_area, '') = ''"
	names = {"category": category, "area": area}
	# One question for both: what a rush asks for costs by the number of questions.
	rows = frappe.db.sql(
		f"""select (select name from `tabPetition Category` where name = %(category)s and enabled = 1),
			(select name from tabArea where {condition} limit 1)""",
		{key: name if is_name(name) else "" for key, name in names.items()},
	)
	return rows[0]


# --- assigning


def place(petition: Document) -> None:
	"""Before the petition is stored: the unit that its rules name."""
	found = assignment.find(petition.category, petition.area)
	if found:
		petition.update(assigned_to(found.unit, found.reason, petition.received_at))


def assigned_to(unit: str, reason: str, at: datetime) -> dict[str, Any]:
	return {
		"stage": ASSIGNED,
		"unit": unit,
		"first_unit": unit,
		"assignment_reason": reason,
		"assigned_at": at,
	}


def begin(petition: Document) -> None:
	"""After it is stored: the first line of its course, and word to those who work on it."""
	if petition.unit:
		messages.event(
			petition, _("Assigned to {0}: {1}").format(unit_name(petition.unit), petition.assignment_reason)
		)
		messages.tell_unit(petition, _("A new petition: {0}").format(petition.name))
	else:
		tell_operators(petition)


def tell_operators(petition: Document) -> None:
	"""No rule leads to a unit with somebody on duty: who reviews what is sent hands it on."""
	text = _("{0} could be assigned to no unit: hand it on to one.").format(petition.name)
	link = f"/app/petition/{petition.name}"
	put_in_desk(
		[Notice(user, text, link, DOCTYPE, petition.name) for user in entitled("Intake Outcome", "write")]
	)


def is_forsaken_before(petition: Document, user: str) -> bool:
	"""Whether nobody works on it where it lies, and the user, who reads it, works on petitions elsewhere."""
	if petition.stage not in OPEN or (petition.unit and assignment.has_officer(petition.unit)):
		return False
	works_on_petitions = bool(grants(user, DOCTYPE, "Write"))
	return works_on_petitions and bool(frappe.has_permission(DOCTYPE, "read", doc=petition, user=user))


def transfer(petition: Document, unit: str, reason: str) -> None:
	"""Hand it on to another unit."""
	require_stage(petition, OPEN)
	require_reason(reason)
	require_no_answer_on_its_way(petition)
	if unit == petition.unit:
		frappe.throw(_("{0} is with this unit already.").format(petition.name), PetitionRefused)
	if not assignment.has_officer(unit):
		frappe.throw(
			_("In {0} no petition officer is on duty: the petition would lie there unseen.").format(
				unit_name(unit)
			),
			PetitionRefused,
		)
	before = petition.unit
	petition.update(
		{
			**assigned_to(unit, reason.strip(), petition.assigned_at or now()),
			"first_unit": petition.first_unit or unit,
		}
	)
	petition.save(ignore_permissions=True)  # the new unit is out of the old one's scope
	hand_on_answers(petition)
	clocks.follow(petition)
	clocks.meet(petition, "Assigned", now())
	with messages.in_the_portals_language():
		names = (unit_name(before) if before else _("nobody"), unit_name(unit), reason.strip())
		messages.event(petition, _("Handed on from {0} to {1}: {2}").format(*names))
		messages.tell_unit(petition, _("Handed on to you: {0}").format(petition.name))


def merge(petition: Document, into: Document, reason: str) -> None:
	"""The same matter was sent before: it is answered with that one."""
	require_stage(petition, OPEN)
	require_stage(into, (*OPEN, ANSWERED))
	require_reason(reason)
	require_no_answer_on_its_way(petition)
	if petition.name == into.name or into.merged_into:
		frappe.throw(_("{0} cannot be merged into {1}.").format(petition.name, into.name), PetitionRefused)
	# Those that wait for this one's answer wait for the other's from now on.
	waiting, answer = merged_with(petition.name), last_answer(into) if into.stage == ANSWERED else None
	frappe.db.set_value(DOCTYPE, {"merged_into": petition.name}, "merged_into", into.name)
	petition.update({"stage": MERGED, "merged_into": into.name, "closed_at": now()})
	petition.save(ignore_permissions=True)  # the caller has checked both
	clocks.stop(petition)
	with messages.in_the_portals_language():
		messages.event(petition, _("Merged into {0}: {1}").format(into.name, reason.strip()))
		if not answer:
			text = _(
				"The same matter was sent before. It is worked on, and you will get the same answer here."
			)
			messages.to_sender(petition, text)
	for one in (petition, *waiting) if answer else ():
		messages.to_sender(one, answer, is_answer=True)


def decline(petition: Document, reason: str) -> None:
	"""It cannot be worked on: outside what the authorities of the province decide, or without content. The sender is told why."""
	require_stage(petition, OPEN)
	require_reason(reason)
	require_no_answer_on_its_way(petition)
	petition.update({"stage": DECLINED, "decline_reason": reason.strip(), "closed_at": now()})
	petition.save()
	clocks.meet(petition, "Told", now())
	clocks.stop(petition)
	with messages.in_the_portals_language():
		told = _("We cannot work on this: {0}").format(reason.strip())
	for one in [petition, *merged_with(petition.name)]:
		messages.to_sender(one, told)


# --- answering


def question_for(petition: Document, user: str) -> dict[str, Any]:
	"""What stands beside an answer: {"question" in clear for those who handle it, "handled", "may_be_published"}"""
	handled = petition.may_reveal(user)
	return {
		"question": petition.personal("content") if handled else None,
		"handled": handled,
		"may_be_published": may_be_published(petition),
	}


def may_be_published(petition: Document) -> bool:
	"""With the sender's consent, unless the category is never public."""
	never = frappe.db.get_value("Petition Category", petition.category, "never_public", cache=True)
	return bool(petition.consent and not never)


def answered(answer: Document) -> None:
	"""The answer is approved: it goes to the sender, and to those whose petitions were merged into this one."""
	petition = frappe.get_doc(DOCTYPE, answer.petition)
	text = answer.personal("text")
	at = now()
	clocks.meet(petition, "Answered", at)
	for one in [petition, *merged_with(petition.name)]:
		messages.to_sender(one, text, is_answer=True)
	petition.reload()
	# Closed from now on for the retention of the person's data: most senders never say whether the answer serves them.
	petition.update(
		{
			"stage": ANSWERED,
			"answered_at": at,
			"closed_at": at,
			"answered_on_time": clocks.was_on_time(petition.name),
		}
	)
	petition.save(ignore_permissions=True)  # by the head's approval, who writes no petitions


def last_answer(petition: Document) -> str | None:
	"""What an answered petition was answered with; nothing where its sender was erased."""
	approved = {"petition": petition.name, STATE_FIELD: APPROVED}
	names = frappe.get_all(ANSWER, approved, pluck="name", order_by="sent_at desc", limit=1)
	return frappe.get_doc(ANSWER, names[0]).personal("text") if names else None


def require_no_answer_on_its_way(petition: Document) -> None:
	"""An answer that waits for the head of this unit would be approved for a petition that is somebody else's by then."""
	under_way = {"petition": petition.name, STATE_FIELD: IN_APPROVAL}
	if answer := frappe.db.exists(ANSWER, under_way):
		frappe.throw(
			_("The answer {0} waits for approval: withdraw it or have it returned first.").format(answer),
			PetitionRefused,
		)


def hand_on_answers(petition: Document) -> None:
	"""What was begun goes with the petition: the new unit writes it to its end, and nobody else can."""
	begun = {"petition": petition.name, STATE_FIELD: ("in", WITH_AUTHOR)}
	frappe.db.set_value(ANSWER, begun, "unit", petition.unit)


def merged_with(name: str) -> list[Document]:
	names = frappe.get_all(DOCTYPE, {"merged_into": name}, pluck="name")
	return [frappe.get_doc(DOCTYPE, other) for other in names]


# --- by the sender


def rate(petition: Document, stars: int, words: str = "") -> None:
	require_stage(petition, (ANSWERED, CLOSED))
	if not 1 <= cint(stars) <= BEST_RATING:
		frappe.throw(_("Give 1 to {0}.").format(BEST_RATING), PetitionRefused)
	petition.update({"rating": cint(stars), "stage": CLOSED, "closed_at": petition.closed_at or now()})
	petition.save(ignore_permissions=True)  # the sender has no account
	with messages.in_the_portals_language():
		messages.event(petition, _("Rated {0} of {1} by the sender").format(cint(stars), BEST_RATING))
	if words:
		messages.from_sender(petition, words, petition.channel)


def reopen(petition: Document, reason: str) -> None:
	"""The answer does not answer it. Clocks run anew."""
	require_stage(petition, (ANSWERED, CLOSED))
	if (petition.reopened or 0) >= MOST_REOPENINGS:
		frappe.throw(
			_("It has been reopened {0} times. Please send a new petition.").format(MOST_REOPENINGS),
			PetitionRefused,
		)
	petition.update(
		{"stage": ASSIGNED, "reopened": (petition.reopened or 0) + 1, "answered_at": None, "closed_at": None}
	)
	petition.save(ignore_permissions=True)  # the sender has no account
	messages.from_sender(petition, reason, petition.channel)
	clocks.start(petition, now())
	with messages.in_the_portals_language():
		messages.event(petition, _("Reopened by the sender"))
		messages.tell_unit(petition, _("Reopened: {0}").format(petition.name))


# --- checks


def require_stage(petition: Document, stages: tuple[str, ...]) -> None:
	if petition.stage not in stages:
		frappe.throw(
			_("{0} is in the stage {1}: this is not possible now.").format(petition.name, _(petition.stage)),
			PetitionRefused,
		)


def require_reason(reason: str) -> None:
	if not (reason or "").strip():
		frappe.throw(_("Say why; it stands in the course of the petition."), PetitionRefused)


def unit_name(unit: str) -> str:
	return frappe.db.get_value("Unit", unit, "unit_name", cache=True) or unit


def now() -> datetime:
	return now_datetime().replace(microsecond=0)
