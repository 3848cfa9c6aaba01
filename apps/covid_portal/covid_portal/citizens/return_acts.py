"""What the units do about a registration beside deciding on it: who they are, the association's word, another day, an end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, now_datetime

from covid_portal.approval.decisions import decide_on
from covid_portal.approval.guard import on_behalf
from covid_portal.approval.vocabulary import APPROVED, IN_APPROVAL, RETURNED, STATE_FIELD, WITHDRAW
from covid_portal.citizens import return_notices, return_rows
from covid_portal.organisation.jobs import as_the_portal
from covid_portal.organisation.post import default_language, language
from covid_portal.organisation.scope import in_scope
from covid_portal.organisation.transactions import begin_again_on
from covid_portal.privacy import access, reveal
from covid_portal.privacy.quiet import without_values

DOCTYPE = "Home Return"


class NotYourRegistration(frappe.PermissionError):
	"""Another unit handles it."""


class ActRefused(frappe.ValidationError):
	"""The act does not fit the registration as it stands; the message says why."""


@contextmanager
def acting_on(doc: Document) -> Iterator[None]:
	"""While open, this very document may be changed past its decision. Kept beside the document: nothing a client sends sets
	it."""
	frappe.flags.covid_portal_return_act = doc
	try:
		yield
	finally:
		frappe.flags.covid_portal_return_act = None


def is_acting(doc: Document) -> bool:
	return frappe.flags.covid_portal_return_act is doc


def store(doc: Document) -> None:
	with acting_on(doc):
		# By what right was checked by whoever changed it.
		doc.save(ignore_permissions=True)


# --- acts


@frappe.whitelist(methods=["POST"])
def record_voucher(name: str, says: str, reason: str) -> dict:
	"""What the association of fellow countrymen says of them: "Vouches" or "Does not vouch". Returns {"name", "weight"}."""
	if says not in (return_rows.VOUCHES, return_rows.DOES_NOT_VOUCH):
		frappe.throw(_("{0} is no answer of an association.").format(says), ActRefused)
	return begin_again_on(frappe.QueryDeadlockError, act, name, reason, put_voucher, says)


@frappe.whitelist(methods=["POST"])
def move_day(name: str, day: str, reason: str) -> dict:
	"""Another day of arrival, within what the commune receives; a new receipt holds in place of the old one."""
	return begin_again_on(frappe.QueryDeadlockError, act, name, reason, put_day, day)


@frappe.whitelist(methods=["POST"])
def cancel(name: str, reason: str) -> dict:
	"""They do not come, or come no more under this registration: its receipt is revoked, its place is free. Whoever registered is
	told the reason."""
	return begin_again_on(frappe.QueryDeadlockError, act, name, reason, put_end, reason)


def cancel_by_sender(doc: Document, reason: str) -> None:
	"""As cancel(), by whoever registered, approved or not; the caller knows them by their code and has locked the document."""
	at = now_datetime().replace(microsecond=0)
	with language(default_language()):
		says = _("Cancelled by whoever registered.")
	if doc.get(STATE_FIELD) == IN_APPROVAL:
		take_back(doc, reason, says, at)
	else:
		put_end(doc, reason, at)
		doc.add_comment("Info", says)


@frappe.whitelist(methods=["POST"])
@without_values
def reveal_people(name: str, reason: str) -> list[dict]:
	"""Who they are: [{"full_name", "birth_year", "id_number"}] in the order of the rows, for those who handle it. On the record
	of each of them."""
	doc = reveal.readable(DOCTYPE, name)
	reveal.require_handler(doc)
	reveal.require_reason(reason)
	doc.record_seen([], reason, "Desk")
	return doc.people()


def act(name: str, reason: str, change: Callable[..., None], *values: str) -> dict:
	doc = frappe.get_doc(DOCTYPE, name, for_update=True)
	doc.check_permission("read")
	require_handler(doc)
	if not (reason or "").strip():
		frappe.throw(_("{0}: say why.").format(doc.describe()), ActRefused)
	change(doc, *values, now_datetime().replace(microsecond=0))
	doc.add_comment("Info", reason.strip()[:1000])
	return {"name": doc.name, "stage": doc.stage, "day": doc.day, "weight": doc.weight}


def require_handler(doc: Document) -> None:
	"""The unit that decides or its superior, by a duty that writes or decides there."""
	user = frappe.session.user
	if not (in_scope(doc, user, "Write") or doc.may_reveal(user)):
		frappe.throw(_("{0} is handled by another unit.").format(doc.describe()), NotYourRegistration)


def put_voucher(doc: Document, says: str, at: datetime) -> None:
	require_open(doc)
	doc.update({"voucher": says, "voucher_by": frappe.session.user, "voucher_at": at})
	doc.weight = return_rows.weight_of(doc.reason, says)
	store(doc)


def put_day(doc: Document, day: str, at: datetime) -> None:
	from covid_portal.citizens import return_days

	require_open(doc)
	if doc.get(STATE_FIELD) != APPROVED:
		frappe.throw(
			_("{0} is not approved yet: there is no day to move.").format(doc.describe()), ActRefused
		)
	wanted = getdate(day)
	if wanted < getdate(at):
		frappe.throw(
			_("{0}: the day {1} lies in the past.").format(doc.describe(), f"{wanted:%d/%m/%Y}"), ActRefused
		)
	old = doc.day
	return_days.move(doc, wanted, at)
	if old and getdate(old) != wanted:
		return_days.give_later(doc.area)


def put_end(doc: Document, reason: str, at: datetime) -> None:
	from covid_portal.citizens import return_days

	require_open(doc)
	if doc.get(STATE_FIELD) not in (APPROVED, RETURNED):
		frappe.throw(
			_("{0} is not approved: refuse or withdraw it instead.").format(doc.describe()), ActRefused
		)
	doc.update(
		{"stage": "Cancelled", "day": None, "ended_on": getdate(at), "cancelled_at": at, **cancelling()}
	)
	doc.set_personal({"cancel_reason": reason.strip()})
	store(doc)
	return_notices.tell(doc, return_notices.CANCELLED)
	return_days.give_later(doc.area)


def take_back(doc: Document, reason: str, says: str, at: datetime) -> None:
	"""Nobody has to decide on it any more. The record of decisions `says` by whom; their reason stays sealed."""
	require_open(doc)
	doc.cancelled_at = at
	doc.set_personal({"cancel_reason": reason.strip()})
	with as_the_portal(), on_behalf(doc):  # which sent it for them: they have no account
		decide_on(doc, WITHDRAW, says)
	return_notices.tell(doc, return_notices.CANCELLED)


def cancelling() -> dict[str, str | None]:
	"""Who of the staff does it; whoever registered has no account."""
	user = frappe.session.user
	return {} if user == "Guest" else {"cancelled_by": user, "cancelled_unit": access.unit_of(user)}


def require_open(doc: Document) -> None:
	if doc.stage not in ("Registered", "Waiting", "Day Given"):
		frappe.throw(
			_("{0} is at the stage {1}: it does not change any more.").format(doc.describe(), _(doc.stage)),
			ActRefused,
		)
