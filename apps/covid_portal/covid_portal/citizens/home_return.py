"""A registration to come home: what is sent is checked, and made into a Home Return that goes its route.

`HomeReturnMaker` is asked by citizens/intake.py: `check` when it is received, `make` in the worker.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, ClassVar

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from covid_portal.approval.decisions import decide_on
from covid_portal.approval.guard import on_behalf
from covid_portal.approval.seats import Seats
from covid_portal.approval.vocabulary import REFUSED, RETURNED, STATE_FIELD, SUBMIT, WITHDRAW
from covid_portal.citizens.intake import InvalidSubmission, insert_made
from covid_portal.citizens.return_inputs import Form

DOCTYPE = "Home Return"
PEOPLE_FIELDS = ("full_name", "birth_year", "id_number")
PROTECTION_FIELDS = ("doses", "last_dose_on", "recovered_on", "test_kind", "test_result", "test_on")
PERSONAL = (
	"contact_name",
	"contact_phone",
	"contact_address",
	"origin_address",
	"reason_note",
	"vehicle_plate",
)
PERSONAL += ("proxy_name", "proxy_phone")
PLAIN = ("area", "origin", "origin_level", "wanted_on", "transport", "reason", "is_proxy", "proxy_relation")
PLAIN += ("association",)
TRANSPORTS = ("Plane", "Train", "Coach", "Car", "Motorbike", "Other")
TEST_KINDS, TEST_RESULTS = ("PCR", "Rapid antigen"), ("Negative", "Positive", "Pending")
CANCEL = "cancel"
LATEST_DAYS = 180  # a wish beyond half a year is a slip of the pen
OLDEST = 120  # years


class HomeReturnMaker:
	"""Maker of "Home Return" (hook intake_makers)."""

	# Persons are kept under keys of their own once the registration is made.
	MOVED: ClassVar = ("persons",)

	def check(self, payload: dict) -> dict:
		"""The registration in its normal form. Raises InvalidSubmission, naming each field."""
		form = Form(payload)
		checked = {**check_journey(form), **check_contact(form)}
		checked["persons"] = check_persons(form)
		if form.problems:
			raise InvalidSubmission(form.problems)
		return checked

	def make(self, intake: Document, payload: dict) -> Document:
		"""Insert the registration under the intake's subject and send it on its way."""
		doc = self.insert(intake, payload)
		send(doc)
		return doc

	def insert(self, intake: Document, payload: dict) -> Document:
		doc = frappe.get_doc(doctype=DOCTYPE, subject=intake.subject, intake=intake.name)
		doc.update({field: payload[field] for field in PLAIN})
		doc.update({"channel": intake.channel, "received_at": intake.received_at})
		for person in payload["persons"]:
			row = doc.append("persons", {field: person[field] for field in PROTECTION_FIELDS})
			row.set_who({field: person[field] for field in PEOPLE_FIELDS})
		doc.set_personal({field: payload[field] for field in PERSONAL})
		return insert_made(doc, ("area", "origin", "reason"))


def send(doc: Document) -> None:
	"""The portal sends what citizens registered; nobody of the unit is its author."""
	with on_behalf(doc):
		decide_on(doc, SUBMIT)


# --- what is checked


def check_journey(form: Form) -> dict:
	today = getdate()
	return {
		"area": form.choice(
			"area", communes_of_today, lambda: _("the commune, ward or township you come home to")
		),
		"origin": form.choice("origin", exists("Return Origin"), lambda: _("the province you come from")),
		"origin_level": form.number("origin_level", 0, 4, lambda: _("the level of the place you come from")),
		"origin_address": form.text("origin_address", 300, lambda: _("your address there")),
		"wanted_on": form.day(
			"wanted_on",
			today,
			today + timedelta(days=LATEST_DAYS),
			lambda: _("the day you wish to arrive"),
			required=True,
		),
		"transport": form.one_of("transport", TRANSPORTS, lambda: _("the means of transport")),
		"vehicle_plate": form.text("vehicle_plate", 40, lambda: _("the number plate")),
		"reason": form.choice("reason", offered_reason, lambda: _("the reason")),
		"reason_note": form.text("reason_note", 1000, lambda: _("the reason in your words"), lines=True),
		"association": form.text("association", 140, lambda: _("the association")),
	}


def check_contact(form: Form) -> dict:
	is_proxy = form.flag("is_proxy")
	return {
		"contact_name": form.text("contact_name", 120, lambda: _("your name"), required=True),
		"contact_phone": form.phone("contact_phone", lambda: _("your phone number"), required=True),
		"contact_address": form.text(
			"contact_address", 300, lambda: _("the address you come home to"), required=True
		),
		"is_proxy": int(is_proxy),
		"proxy_name": form.text("proxy_name", 120, lambda: _("the name of who registers"), required=is_proxy),
		"proxy_phone": form.phone(
			"proxy_phone", lambda: _("the phone number of who registers"), required=is_proxy
		),
		"proxy_relation": form.text("proxy_relation", 60, lambda: _("how you are related")),
	}


def check_persons(form: Form) -> list[dict]:
	rows = form.rows("persons", most_persons(), lambda: _("the persons"))
	return [check_person(row, number) for number, row in enumerate(rows, 1)]


def check_person(row: Form, number: int) -> dict:
	today = getdate()
	oldest = date(today.year - OLDEST, 1, 1)
	return {
		"full_name": row.text(
			"full_name", 120, lambda: _("the name of person {0}").format(number), required=True
		),
		"birth_year": row.number(
			"birth_year",
			today.year - OLDEST,
			today.year,
			lambda: _("the year of birth of person {0}").format(number),
			required=True,
		),
		"id_number": row.id_number(
			"id_number", lambda: _("the identity number of person {0}").format(number)
		),
		"doses": row.number("doses", 0, 9, lambda: _("the doses of person {0}").format(number)) or 0,
		"last_dose_on": row.day(
			"last_dose_on", oldest, today, lambda: _("the day of the last dose of person {0}").format(number)
		),
		"recovered_on": row.day(
			"recovered_on", oldest, today, lambda: _("the day of recovery of person {0}").format(number)
		),
		"test_kind": row.one_of("test_kind", TEST_KINDS, lambda: _("the test of person {0}").format(number)),
		"test_result": row.one_of(
			"test_result", TEST_RESULTS, lambda: _("the test result of person {0}").format(number)
		),
		"test_on": row.day(
			"test_on", oldest, today, lambda: _("the day of the test of person {0}").format(number)
		),
	}


def communes_of_today(area: str) -> bool:
	row = frappe.db.get_value("Area", area, ["is_group", "valid_to"], as_dict=True)
	return bool(row) and not row.is_group and (not row.valid_to or getdate(row.valid_to) >= getdate())


def exists(doctype: str) -> Callable[[str], bool]:
	return lambda name: bool(frappe.db.exists(doctype, name))


def offered_reason(reason: str) -> bool:
	return bool(frappe.db.exists("Return Reason", {"name": reason, "disabled": 0}))


def most_persons() -> int:
	return settings().most_persons or 1


# --- what the registration follows


def settings() -> Document:
	return frappe.get_cached_doc("Home Return Settings")


def deciding_unit(area: str) -> str | None:
	"""The unit that registrations for the commune go to first."""
	return Seats().over_area(settings().deciding_unit_type, area)


# --- what its sender is told


def follow_up(doc: Document) -> dict[str, Any]:
	"""The registration's part of the view of citizens/follow_up.py: how it stands, and whether there is a receipt to print."""
	return {
		"state": stage_in_words(doc),
		"stage": doc.stage,
		"unit": frappe.db.get_value("Unit", doc.approval_unit or doc.unit, "unit_name"),
		"course": [*decisions(doc), *cancellation(doc)],
		"may": may(doc),
		"receipt": bool(doc.stage in ("Day Given", "Arrived") and doc.day),
		"number": doc.name,
	}


def may(doc: Document) -> list[str]:
	return [CANCEL] if doc.stage in ("Registered", "Waiting", "Day Given") else []


def stage_in_words(doc: Document) -> str:
	if doc.get(STATE_FIELD) == REFUSED:
		return _("Refused. The reason stands below.")
	if doc.get(STATE_FIELD) == RETURNED:
		return _("The commune completes it with you: it calls the phone number you have given.")
	words = {
		"Registered": _("Received. The commune and the district decide."),
		"Waiting": _("Approved. You wait for a day of arrival: the commune receives so many people a day."),
		"Day Given": _("Approved. You are expected on {0}."),
		"Arrived": _("You have arrived. Do what the receipt says."),
		"Ended": _("Ended."),
		"Cancelled": _("Cancelled."),
		"Did not Come": _("You did not come on your day. Register anew if you wish to come."),
	}
	return words[doc.stage].format(f"{getdate(doc.day):%d/%m/%Y}" if doc.day else "")


def decisions(doc: Document) -> list[dict[str, Any]]:
	"""What was decided when by which unit, and why; names of people are in none of it."""
	rows = frappe.get_all(
		"Approval Decision",
		{"reference_doctype": DOCTYPE, "reference_name": doc.name, "decision": ("!=", SUBMIT)},
		["decided_at", "decision", "unit", "reason"],
		order_by="sequence asc",
	)
	return [
		{
			"who": "unit",
			"at": str(row.decided_at),
			"unit": frappe.get_cached_value("Unit", row.unit, "unit_name") if row.unit else None,
			"text": f"{_(row.decision)}. {row.reason or ''}".strip(),
		}
		for row in rows
		if not (doc.cancelled_at and row.decision == WITHDRAW)  # told by cancellation()
	]


def cancellation(doc: Document) -> list[dict[str, Any]]:
	"""The line of the course that says who ended it, and why."""
	if not doc.cancelled_at:
		return []
	unit = doc.cancelled_unit and frappe.get_cached_value("Unit", doc.cancelled_unit, "unit_name")
	text = f"{_('Cancelled.')} {doc.personal('cancel_reason') or ''}".strip()
	who = "unit" if doc.cancelled_by else "sender"
	return [{"who": who, "at": str(doc.cancelled_at), "unit": unit, "text": text}]
