"""Entry for somebody else: the call-taker of the hotline while talking, the counter. The same way as from the public page, without
the protection against programs."""

from typing import Any

import frappe
from frappe import _

from covid_portal.citizens import intake, public_pages
from covid_portal.citizens.forms import without_ours
from covid_portal.privacy.quiet import without_values

STAFF_CHANNELS = ("1022", "Counter")


class NotForYou(frappe.PermissionError):
	"""The user holds no duty that enters petitions of others."""


class WrongChannel(frappe.ValidationError):
	"""Staff enter what came by telephone or at the counter."""


@frappe.whitelist(methods=["GET"])
def choices() -> dict[str, Any]:
	"""What the entry page offers: {"categories", "places"} as the public form has them, in the user's language."""
	require_entry()
	data = public_pages.form_data()
	return {
		"categories": [in_words(row) for row in data["categories"]],
		"places": [whole_in_words(row) for row in data["places"]],
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
		frappe.throw(_("Petitions of others are entered by call-takers and petition officers."), NotForYou)


@frappe.whitelist(methods=["POST"])
@without_values
def take(payload: dict, channel: str, submission_key: str) -> dict[str, Any]:
	"""Take in a petition for the caller: {"code"} to read out, or {"problems": {field: sentence}}."""
	require_entry()
	if channel not in STAFF_CHANNELS:
		frappe.throw(_("{0} is not entered by staff.").format(channel), WrongChannel)
	try:
		return {"code": intake.receive("Petition", channel, without_ours(payload), submission_key)}
	except intake.InvalidSubmission as error:
		return {"problems": error.problems}
