"""advance_slots(now): the only clock. It makes slots ahead, opens, reminds, closes, consolidates and locks them.

Idempotent: each step looks at what is due, takes the slot's row lock and looks again. Two at once do no harm, and after
downtime every slot goes through each of its states, oldest first. A clock moved back finds nothing due: no state is ever
left backwards.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from covid_portal.organisation.transactions import begin_again_on
from covid_portal.organisation.writers import insert_rows
from covid_portal.reporting import deciding_reminders, excuses, reminders, sheets, slots
from covid_portal.reporting.consolidation import consolidate
from covid_portal.reporting.obligations import create_obligations
from covid_portal.reporting.slots import CLOSING, CONSOLIDATED, LOCKED, OPEN, PUBLISHED, SCHEDULED


def tick() -> None:
	"""Called every minute by the scheduler."""
	advance_slots(now_datetime())


def advance_slots(now: datetime) -> None:
	"""Do all that is due at `now`. What fails for one slot is raised at the end, when the others have had their turn."""
	failures: list[Exception] = []
	for name in frappe.get_all("Report Type", {"active": 1}, pluck="name"):
		failures += advance_type(frappe.get_cached_doc("Report Type", name), now)
	if failures:
		raise failures[0]


def advance_type(report_type: Document, now: datetime) -> list[Exception]:
	unmade = attempt(begin_again_on, frappe.QueryDeadlockError, make_slots, report_type, now)
	failures: list[Exception] = []
	for slot in due_slots(report_type, now):
		failures += attempt(advance_slot, slot, report_type, now, consolidating=not failures)
	return unmade + failures


def attempt(act: Callable[..., object], *args: Any, **kwargs: Any) -> list[Exception]:
	"""Do it; what it fails with, undone, so that the others have their turn."""
	try:
		act(*args, **kwargs)
	except Exception as error:
		frappe.db.rollback()
		return [error]
	return []


def advance_slot(name: str, report_type: Document, now: datetime, consolidating: bool = True) -> None:
	"""All the states that are due, and what is to be told. Each is a unit of work: what was reached stays, should the
	next one fail. Totals are carried on, hence `consolidating`: not while an earlier slot could not be."""
	# A row lock must be the first read of its transaction: what is read after it is as old as the first read.
	frappe.db.commit()
	while begin_again_on(frappe.QueryDeadlockError, advance, name, report_type, now, consolidating):
		frappe.db.commit()
	begin_again_on(frappe.QueryDeadlockError, remind, name, report_type, now)
	frappe.db.commit()


def remind(name: str, report_type: Document, now: datetime) -> None:
	slot = frappe.get_doc("Report Slot", name, for_update=True)
	reminders.send_due(name, report_type, now)
	deciding_reminders.send_due(slot, report_type, now)


def make_slots(report_type: Document, now: datetime) -> None:
	"""Slots up to so many hours ahead; the first time, from the one whose window runs now.

	Each goes on from the one before it, whatever times of day were in force then: totals and stocks are carried along.
	"""
	before = last = last_slot_time(report_type)
	after = last or slots.time_before(report_type, now + timedelta(seconds=1))
	if report_type.active_from:
		after = max(after, get_datetime(report_type.active_from))
	rows = []
	for at in slots.slot_times(report_type, after, now + timedelta(hours=report_type.slots_ahead_hours)):
		rows.append(slots.new_slot(report_type, at, before))
		before = at
	insert_slots(rows, first=not last)


def insert_slots(rows: list[dict], first: bool) -> None:
	"""Insert slots, oldest first; `first`: nothing comes before the oldest."""
	if not rows:
		return
	if first:
		rows[0]["previous_slot"] = None
	insert_rows("Report Slot", list(rows[0]), [list(row.values()) for row in rows], ignore=True)


def last_slot_time(report_type: Document) -> datetime | None:
	rows = frappe.get_all(
		"Report Slot",
		{"report_type": report_type.name},
		pluck="slot_time",
		order_by="slot_time desc",
		limit=1,
	)
	return get_datetime(rows[0]) if rows else None


def due_slots(report_type: Document, now: datetime) -> list[str]:
	return frappe.get_all(
		"Report Slot",
		{"report_type": report_type.name, "state": ("!=", LOCKED), "opens_at": ("<=", now)},
		pluck="name",
		order_by="slot_time asc",
	)


def advance(name: str, report_type: Document, now: datetime, consolidating: bool = True) -> bool:
	"""Take the slot one state further if that is due; whether it was."""
	slot = frappe.get_doc("Report Slot", name, for_update=True)
	for state, due_at, step in steps_of(slot, report_type):
		if slot.state in state and get_datetime(due_at) <= now:
			if step is consolidate_slot and not consolidating:
				return False
			step(slot, report_type)
			return True
	return False


def steps_of(slot: Document, report_type: Document) -> list[tuple]:
	"""(states it leaves, when it is due, what is done)."""
	level = max((row.area_level for row in report_type.cutoffs), default=0)
	closing_at = slots.cutoff(report_type, get_datetime(slot.slot_time), level)
	return [
		((SCHEDULED,), slot.opens_at, open_slot),
		((OPEN,), closing_at, close_slot),
		((CLOSING,), slot.slot_time, consolidate_slot),
		((CONSOLIDATED, PUBLISHED), slot.locks_at, lock_slot),
	]


def open_slot(slot: Document, report_type: Document) -> None:
	create_obligations(slot, report_type)
	excuses.apply_to_slot(slot.name)
	slot.set_state(OPEN)


def close_slot(slot: Document, report_type: Document) -> None:
	slot.set_state(CLOSING)


def consolidate_slot(slot: Document, report_type: Document) -> None:
	consolidate(slot.name)
	sheets.create(slot)
	slot.set_state(CONSOLIDATED)
	for path in frappe.get_hooks("on_slot_consolidated"):
		frappe.get_attr(path)(slot.name)


def lock_slot(slot: Document, report_type: Document) -> None:
	slot.set_state(LOCKED)
