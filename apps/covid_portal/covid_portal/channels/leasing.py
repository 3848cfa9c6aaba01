"""Rows that wait for a job: who has leased one works on it alone, a lease that ran out (its process died) is taken over, and
what failed is tried again later and later."""

import random
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.utils import now_datetime

from covid_portal.organisation.sent_lists import numbers

LEASE = timedelta(minutes=3)  # longer than one attempt may take
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=30)
JITTER = 0.2
MOST_AT_ONCE = 500
DEAD = "Dead"


class NotDead(frappe.ValidationError):
	"""Only what was given up is tried again by hand."""


def lease(doctype: str, name: int, now: datetime, states: tuple[str, ...]) -> bool:
	"""Whether the row is this process's now. It is committed, so that whoever asks next sees it."""
	frappe.db.sql(
		f"""update `tab{doctype}` set leased_until = %(until)s, attempts = attempts + 1
		where name = %(name)s and state in %(states)s and (leased_until is null or leased_until <= %(now)s)""",
		{"until": now + LEASE, "name": name, "now": now, "states": states},
	)
	won = bool(frappe.db.sql("select row_count()")[0][0])
	frappe.db.commit()  # no lock is held while the network is asked
	return won


def settle(doctype: str, name: int, **values: object) -> None:
	"""Give the row back with what became of it."""
	frappe.db.set_value(doctype, name, {"leased_until": None, **values}, update_modified=False)
	frappe.db.commit()  # one row is a unit of work: what follows must not undo that it was sent


def pause(attempts: int) -> timedelta:
	"""1, 2, 4 … 30 minutes, give or take a fifth: what failed together does not come back together."""
	doubled = FIRST_PAUSE * 2 ** min(max(attempts, 1) - 1, 10)
	return min(doubled, LONGEST_PAUSE) * random.uniform(1 - JITTER, 1 + JITTER)


def revive(doctype: str, names: list | str, content: str, **values: object) -> int:
	"""Let these rows that were given up wait again, if their content is still kept; how many. For who may write the DocType."""
	if not frappe.has_permission(doctype, "write"):
		frappe.throw(_("Only operators and administrators of the portal do that."), frappe.PermissionError)
	filters = {
		"name": ("in", [*numbers(names)[:MOST_AT_ONCE], 0]),
		"state": DEAD,
		content: ("is", "set"),
	}
	found = frappe.get_all(doctype, filters, pluck="name")
	if not found:
		frappe.throw(_("None of these was given up and is still kept with its content."), NotDead)
	waiting = {"state": "Waiting", "attempts": 0, "next_attempt_at": now_datetime(), "leased_until": None}
	frappe.db.set_value(doctype, {"name": ("in", found)}, {**waiting, **values})
	return len(found)
