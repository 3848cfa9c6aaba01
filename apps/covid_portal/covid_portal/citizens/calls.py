"""Entry for somebody else: the call-taker of the hotline while talking, the counter. The same way as from the public page, without
the protection against programs."""

from typing import Any

import frappe
from frappe import _

from covid_portal.citizens import home_return, intake, public_pages, return_form
from covid_portal.citizens.forms import without_ours
from covid_portal.privacy.quiet import without_values

STAFF_CHANNELS = ("1022", "Counter")
PETITION, HOME_RETURN = "Petition", "Home Return"


class NotForYou(frappe.PermissionError):
	"""The user holds no duty that enters petitions of others."""


class WrongChannel(frappe.ValidationError):
	"""Staff enter what came by telephone or at the counter, and nothing but petitions and registrations."""


@frappe.whitelist(methods=["GET"])
def choices() -> dict[str, Any]:
	"""What the entry page offers, as the public forms have it, in the user's language: lists of {"code", "name"}; of "places" each
	with its communes; "most_persons"."""
	require_entry()
	data, coming = public_pages.form_data(), return_form.page_data()
	return {
		"categories": [in_words(row) for row in data["categories"]],
		"places": [whole_in_words(row) for row in data["places"]],
		"origins": [in_words(row) for row in coming["origins"]],
		"reasons": [in_words(row) for row in coming["reasons"]],
		"transports": [{"code": name, "name": _(name)} for name, _same in coming["transports"]],
		"tests": [{"code": name, "name": _(name)} for name in home_return.TEST_KINDS],
		"results": [{"code": name, "name": _(name)} for name in home_return.TEST_RESULTS],
		"most_persons": coming["most_persons"],
	}


def whole_in_words(whole: dict) -> dict[str, Any]:
	return {**in_words(whole), "communes": [in_words(row) for row in whole["communes"]]}


def in_words(row: dict) -> dict[str, str]:
	english = row["name_en"] if frappe.local.lang == "en" else None
	return {"code": row["code"], "name": english or row["name"]}


def may_enter() -> bool:
	"""Whether the user enters what others say: the right to create an Intake."""
	return bool(frappe.has_permission("Intake", "create"))


def require_entry() -> None:
	if not may_enter():
		frappe.throw(_("What others say is entered by call-takers and petition officers."), NotForYou)


@frappe.whitelist(methods=["POST"])
@without_values
def take(payload: dict, channel: str, submission_key: str, kind: str = PETITION) -> dict[str, Any]:
	"""Take in a petition, or with `kind` "Home Return" a registration, for the caller: {"code"} to read out, or {"problems":
	{field: sentence}}."""
	require_entry()
	if kind not in (PETITION, HOME_RETURN):
		frappe.throw(_("{0} is nothing that can be sent here.").format(kind), WrongChannel)
	if channel not in STAFF_CHANNELS:
		frappe.throw(_("{0} is not entered by staff.").format(channel), WrongChannel)
	try:
		return {"code": intake.receive(kind, channel, without_ours(payload), submission_key)}
	except intake.InvalidSubmission as error:
		return {"problems": error.problems}
