"""The scan page /chot: what a checkpoint's device keeps to work without a network, and what it sends when it has one again."""

import re
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, cint, get_datetime, getdate, now_datetime

from covid_portal.citizens import arrivals, home_return, receipt_keys, receipts
from covid_portal.citizens.arrivals import Seen
from covid_portal.citizens.codes import ALPHABET, BASE, READ_AS, luhn_sum
from covid_portal.organisation.scope import Grant, grant_covers, grants, location_fields
from covid_portal.organisation.transactions import begin_again_on
from covid_portal.privacy.masking import mask_name

DOCTYPE, ENTER = "Arrival", "Enter"
MOST = 100  # arrivals in one request
KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
REVOKED = ("Cancelled", "Ended", "Did not Come")
# Another checkpoint has recorded the same at this moment: begun anew, it is known.
MEANWHILE = (frappe.QueryDeadlockError, frappe.UniqueValidationError)
RECORDED, KNOWN, REFUSED = "recorded", "known", "refused"


class NotACheckpoint(frappe.PermissionError):
	"""The user records no arrivals."""


class UnknownNumber(frappe.ValidationError):
	"""There is no such registration."""


@frappe.whitelist(methods=["GET"])
def start() -> dict:
	"""What the device keeps: {"user", "unit", "unit_name", "today", "keys", "issues": {number: newest issue, 0: revoked}, "areas",
	"origins"}. No person is in it."""
	require_checkpoint()
	unit = own_grants()[0].unit
	return {
		"user": frappe.session.user,
		"unit": unit,
		"unit_name": frappe.db.get_value("Unit", unit, "unit_name"),
		"now": now_datetime().isoformat(),
		"keys": receipt_keys.listed(),
		"issues": changed_issues(),
		"areas": dict(frappe.get_all("Area", {"is_group": 0}, ["name", "full_name"], as_list=True)),
		"origins": dict(frappe.get_all("Return Origin", fields=["name", "origin_name"], as_list=True)),
	}


def changed_issues() -> dict[str, int]:
	"""Of receipts that may still be shown: those with a newer issue, and those that hold no more."""
	settings = home_return.settings()
	since = add_days(getdate(), -2 * (cint(settings.days_ahead) + cint(settings.receipt_days)))
	rows = frappe.db.sql(
		"""select name, stage, receipt_issue from `tabHome Return`
		where receipt_at >= %s and (receipt_issue > 1 or stage in %s)""",
		(since, REVOKED),
		as_dict=True,
	)
	return {row.name: 0 if row.stage in REVOKED else row.receipt_issue for row in rows}


@frappe.whitelist(methods=["POST"])
def look(code: str) -> dict:
	"""What the portal knows of a token or a number typed, names covered: {"number", "stage", "sentence", "day", "persons": [...]}."""
	require_checkpoint()
	number, _verified = number_of(code)
	doc = locked(number, for_update=False)
	return {
		"number": doc.name,
		"stage": doc.stage,
		"day": doc.day,
		"area_name": frappe.db.get_value("Area", doc.area, "full_name"),
		"persons": [
			{"name": mask_name(who.get("full_name")), "measure": row.measure and _(row.measure)}
			for who, row in zip(doc.people(), doc.persons, strict=True)
		],
	}


@frappe.whitelist(methods=["POST"])
def record(seen: list[dict]) -> list[dict]:
	"""Record who arrived: [{"key", "code": token or number, "seconds_ago", "place"}] → [{"key", "number", "result", "sentence"}].

	Sent twice is recorded once; one that is refused holds up none of the others.
	"""
	require_checkpoint()
	if len(seen) > MOST:
		frappe.throw(_("{0} arrivals at the most are sent at once.").format(MOST), frappe.ValidationError)
	return [begin_again_on(MEANWHILE, record_one, row) for row in seen]


def record_one(row: dict) -> dict:
	"""Each is a unit of work of its own: what was acknowledged must not be undone by the next one."""
	key = str(row.get("key") if isinstance(row, dict) else "")
	try:
		answer = record_checked(key, row)
		frappe.db.commit()  # see above
	except frappe.UniqueValidationError:
		raise
	except frappe.ValidationError as error:
		frappe.db.rollback()
		frappe.clear_messages()
		answer = {"number": None, "result": REFUSED, "sentence": str(error)}
	return {"key": key, **answer}


def record_checked(key: str, row: dict) -> dict:
	if not KEY.fullmatch(key):
		frappe.throw(
			_("The arrival has no key of its own; the page must be loaded anew."), arrivals.ArrivalRefused
		)
	at = time_of(row.get("seconds_ago", 0))
	number, is_verified = number_of(row.get("code"))
	doc = locked(number)
	seen = Seen(key, at, (str(row.get("place") or ""))[:140] or None, checkpoint_of(doc), is_verified)
	known = doc.stage == "Arrived" or frappe.db.exists(DOCTYPE, {"home_return": doc.name})
	arrival = arrivals.record(doc, seen)
	is_own = arrival.submission_key == key
	return {
		"number": doc.name,
		"result": RECORDED if is_own or not known else KNOWN,
		"sentence": sentence(arrival, is_own),
	}


def sentence(arrival: Document, is_own: bool) -> str:
	when = f"{get_datetime(arrival.arrived_at):%H:%M %d/%m/%Y}"
	if is_own:
		return _("Recorded: {0}, {1} persons, {2}.").format(arrival.home_return, arrival.persons, when)
	return _("{0} was recorded already, at {1}.").format(arrival.home_return, when)


# --- checks


def own_grants() -> list[Grant]:
	return sorted(grants(frappe.session.user, DOCTYPE, ENTER), key=lambda grant: grant.scope != "All")


def require_checkpoint() -> None:
	"""Whom a Scope Rule lets enter arrivals."""
	if not own_grants():
		frappe.throw(_("Your account records no arrivals. Ask for the duty Checkpoint."), NotACheckpoint)


def checkpoint_of(doc: Document) -> str:
	"""The unit for which the user may record this arrival: a checkpoint's all, a commune's its own."""
	place = frappe._dict(area=doc.area, unit=doc.unit)
	for grant in own_grants():
		if grant_covers(grant, place, location_fields(DOCTYPE)):
			return grant.unit
	frappe.throw(
		_("{0} goes to {1}: only a checkpoint or that commune records its arrival.").format(
			doc.describe(), frappe.db.get_value("Area", doc.area, "full_name")
		),
		arrivals.ArrivalRefused,
	)


def number_of(code: object) -> tuple[str, bool]:
	"""The registration's number, and whether a signature vouches for it. Raises ForgedReceipt, UnknownNumber."""
	text = str(code or "").strip().upper()[: receipts.LONGEST]
	if text.startswith(f"{receipts.VERSION}:"):
		return receipts.read(text).number, True
	return typed_number(text), False


def typed_number(text: str) -> str:
	letters = re.sub(r"[^0-9A-Z]", "", text).removeprefix("DK").translate(READ_AS)
	if len(letters) != 11 or set(letters) - set(ALPHABET) or luhn_sum(letters, 1) % BASE:
		frappe.throw(
			_("This is no number of a registration: DK and eleven letters and digits."), UnknownNumber
		)
	return f"DK-{letters[:5]}-{letters[5:]}"


def locked(number: str, for_update: bool = True) -> Document:
	if not frappe.db.exists(home_return.DOCTYPE, number):
		frappe.throw(_("There is no registration {0}.").format(number), UnknownNumber)
	return frappe.get_doc(home_return.DOCTYPE, number, for_update=for_update)


def time_of(seconds_ago: object) -> datetime:
	"""By how long ago the device says it was: its clock need not be right, only run."""
	now = now_datetime().replace(microsecond=0)
	text = str(seconds_ago)
	if not (text.isascii() and text.isdigit()):
		frappe.throw(_("{0} is not a number of seconds.").format(text[:40]), arrivals.ArrivalRefused)
	age = timedelta(seconds=min(int(text), 10**9))
	if age > arrivals.OLDEST:
		frappe.throw(
			_("It happened more than {0} days ago: the commune records it.").format(arrivals.OLDEST.days),
			arrivals.ArrivalRefused,
		)
	return now - age
