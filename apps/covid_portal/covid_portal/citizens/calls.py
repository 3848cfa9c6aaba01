"""Entry for somebody else: the call-taker of the hotline while talking, the counter. The same way as from the public page, without
the protection against programs."""

from typing import Any

import frappe

from covid_portal.citizens import intake
from covid_portal.citizens.forms import without_ours
from covid_portal.privacy.quiet import without_values

STAFF_CHANNELS = ("1022", "Counter")


class WrongChannel(frappe.ValidationError):
	"""Staff enter what came by telephone or at the counter."""


@frappe.whitelist(methods=["POST"])
@without_values
def take(payload: dict, channel: str, submission_key: str) -> dict[str, Any]:
	"""Take in a petition for the caller: {"code"} to read out, or {"problems": {field: sentence}}."""
	frappe.has_permission("Intake", "create", throw=True)
	if channel not in STAFF_CHANNELS:
		frappe.throw(frappe._("{0} is not entered by staff.").format(channel), WrongChannel)
	try:
		return {"code": intake.receive("Petition", channel, without_ours(payload), submission_key)}
	except intake.InvalidSubmission as error:
		return {"problems": error.problems}
