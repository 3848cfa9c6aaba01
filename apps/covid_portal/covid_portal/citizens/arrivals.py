"""Who has arrived, recorded at a checkpoint or by the commune, and what follows: quarantine or monitoring, to its end."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, now_datetime

from covid_portal.citizens import arrival_rules, receipts, return_acts
from covid_portal.citizens.arrival_rules import AT_HOME_ALONE, course
from covid_portal.organisation.post import in_the_sites_language

DOCTYPE = "Arrival"
UNDER_MEASURE, SELF_MONITORING, ENDED = "Under Measure", "Self-monitoring", "Ended"
OLDEST = timedelta(days=7)  # how long a device may have been without a network


@dataclass(frozen=True)
class Seen:
	"""Somebody stood at a checkpoint: on whose word, when, where."""

	key: str
	at: datetime
	place: str | None
	unit: str
	is_verified: bool


class ArrivalRefused(frappe.ValidationError):
	"""No arrival can be recorded of it; the message says why."""


def record(doc: Document, seen: Seen) -> Document:
	"""Store the arrival of a registration that the caller has locked; the one there is already counts."""
	if known := frappe.db.get_value(DOCTYPE, {"home_return": doc.name}):
		return frappe.get_doc(DOCTYPE, known)
	require_receipt(doc)
	arrival = frappe.get_doc(
		doctype=DOCTYPE,
		home_return=doc.name,
		area=doc.area,
		unit=doc.unit,
		persons=doc.persons_count,
		arrived_at=seen.at,
		recorded_at=now_datetime().replace(microsecond=0),
		checkpoint_unit=seen.unit,
		place=seen.place,
		is_verified=int(seen.is_verified),
		submission_key=seen.key,
		note=_("The registration was {0} when they arrived.").format(_(doc.stage))
		if doc.stage != "Day Given"
		else None,
	)
	follow(arrival, doc, getdate(seen.at))
	# The checkpoint's right was asked by checkpoint.py; nobody enters arrivals by the form.
	arrival.insert(ignore_permissions=True)
	doc.update({"stage": "Arrived", "ended_on": None})
	return_acts.store(doc)
	return arrival


def require_receipt(doc: Document) -> None:
	if not doc.receipt_issue:
		frappe.throw(
			_("{0} has no receipt: it has not been approved for a day.").format(doc.describe()),
			ArrivalRefused,
		)


def follow(arrival: Document, doc: Document, arrived: date) -> None:
	"""What each person has to do from this day on, by the rules in force on it."""
	rules = receipts.apply_rules(doc, arrival_rules.book(), arrived)
	for number, rule in enumerate(rules, 1):
		arrival.append("arrived", {"person_no": number, **days_of(rule, arrived)})
	measures = [row for row in arrival.arrived if row.measure and row.measure != AT_HOME_ALONE]
	arrival.until = max((row.until for row in measures), default=None)
	arrival.ends = max((row.ends for row in arrival.arrived if row.ends), default=None)
	arrival.state = UNDER_MEASURE if measures or not arrival.ends else SELF_MONITORING


def days_of(rule: dict | None, arrived: date) -> dict:
	if not rule:
		return {}
	days = course(rule, arrived)
	tests = ", ".join(f"{day:%d/%m/%Y}" for day in days.tests)
	return {
		"rule": rule["code"],
		"measure": days.measure,
		"until": days.until,
		"ends": days.ends,
		"tests": tests,
	}


# --- the end


@in_the_sites_language
def daily(now: datetime | None = None) -> None:
	"""Measures end with their last day. Each arrival is a unit of work."""
	today = getdate(now or now_datetime())
	for name in due(today):
		advance(name, today)
		frappe.db.commit()  # a failure of one must not undo the others'


def due(today: date) -> list[str]:
	return frappe.db.sql_list(
		"""select name from tabArrival where state = %(measure)s and until < %(today)s
		union select name from tabArrival where state != %(ended)s and ends < %(today)s""",
		{"measure": UNDER_MEASURE, "ended": ENDED, "today": today},
	)


def advance(name: str, today: date) -> None:
	arrival = frappe.get_doc(DOCTYPE, name, for_update=True)
	is_over = bool(arrival.ends) and getdate(arrival.ends) < today
	arrival.state = ENDED if is_over else SELF_MONITORING
	return_acts.store(arrival)
	if is_over:
		end_registration(arrival.home_return, today)


def end_registration(name: str, today: date) -> None:
	doc = frappe.get_doc("Home Return", name, for_update=True)
	doc.update({"stage": "Ended", "ended_on": today})
	return_acts.store(doc)


@frappe.whitelist(methods=["POST"])
def end(name: str, reason: str) -> None:
	"""The commune ends a follow-up itself: released early, gone elsewhere, or no rule said how long."""
	arrival = frappe.get_doc(DOCTYPE, name, for_update=True)
	arrival.check_permission("write")
	if not reason.strip():
		frappe.throw(_("Say why the follow-up of {0} ends.").format(arrival.home_return), ArrivalRefused)
	arrival.state, arrival.ends = ENDED, min(getdate(arrival.ends or getdate()), getdate())
	return_acts.store(arrival)
	arrival.add_comment("Info", reason.strip()[:1000])
	end_registration(arrival.home_return, getdate())
