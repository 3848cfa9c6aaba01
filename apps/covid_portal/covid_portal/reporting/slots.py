"""Report slots: their names, their clock and where they stand in it."""

from datetime import date, datetime, time, timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

SCHEDULED, OPEN, CLOSING, CONSOLIDATED, PUBLISHED, LOCKED = (
	"Scheduled",
	"Open",
	"Closing",
	"Consolidated",
	"Published",
	"Locked",
)
COUNTED = (CONSOLIDATED, PUBLISHED, LOCKED)  # figures of the slot stand
# Time alone locks a slot. Whether its figures are public says `published_at`: what nobody published in time is still
# published when it is locked.
# As lock_of(): SQL over the aliases `slot` and `owed`, its obligation.
LOCKS_AT = "coalesce(greatest(slot.locks_at, owed.extended_until), slot.locks_at)"
# As day_of(): SQL over the alias `slot`.
DAY = "date(slot.slot_time - interval 1 microsecond)"


class SlotClosed(frappe.ValidationError):
	"""The slot is not open yet, or locked."""


def slot_name(code: str, slot_time: datetime) -> str:
	return f"{code}-{slot_time:%Y-%m-%d-%H%M}"


def times_of_day(report_type: Document) -> list[time]:
	return sorted((datetime.min + to_timedelta(row.time)).time() for row in report_type.times)


def day_of(slot_time: datetime | str) -> date:
	"""The day that a slot is of: the one that it ends, at midnight too, since its window began at the slot before. So a day
	runs from the last slot of the day before to its own last one: from 16:00 to 16:00, or from midnight to midnight."""
	return (get_datetime(slot_time) - timedelta(microseconds=1)).date()


def to_timedelta(value: timedelta | str) -> timedelta:
	"""A Time field is a timedelta from the database and text before it was saved."""
	if isinstance(value, timedelta):
		return value
	hours, minutes, *seconds = str(value).split(":")
	return timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds[0]) if seconds else 0)


def slot_times(report_type: Document, after: datetime, until: datetime) -> list[datetime]:
	"""Times of slots in (after, until], oldest first."""
	times, day, found = times_of_day(report_type), after.date(), []
	while day <= until.date():
		found.extend(datetime.combine(day, at) for at in times)
		day += timedelta(days=1)
	return [at for at in found if after < at <= until]


def time_before(report_type: Document, slot_time: datetime) -> datetime:
	"""The time of the slot before; where that is, this slot's window begins."""
	return slot_times(report_type, slot_time - timedelta(days=2), slot_time - timedelta(seconds=1))[-1]


def new_slot(report_type: Document, slot_time: datetime, before: datetime | None = None) -> dict:
	"""Columns of a slot that is still to come. `before`: the time of the slot before, where it is known; else it follows
	from the times of day."""
	window_start = before or time_before(report_type, slot_time)
	opens_before = report_type.opens_before_minutes
	return {
		"name": slot_name(report_type.code, slot_time),
		"report_type": report_type.name,
		"slot_time": slot_time,
		"window_start": window_start,
		"previous_slot": slot_name(report_type.code, window_start),
		"opens_at": max(window_start, slot_time - timedelta(minutes=opens_before))
		if opens_before
		else window_start,
		"locks_at": slot_time + timedelta(hours=report_type.lock_after_hours),
		"state": SCHEDULED,
	}


def forget_scheduled(report_type: str) -> None:
	"""Remove the slots that nobody owes yet: the clock makes them anew, by the times in force now. Nothing refers to them."""
	frappe.db.delete("Report Slot", {"report_type": report_type, "state": SCHEDULED})


def cutoff(report_type: Document, slot_time: datetime, area_level: int) -> datetime:
	"""When units of this level are due: so many minutes before the slot, or the slot's time itself."""
	minutes = {row.area_level: row.minutes_before for row in report_type.cutoffs}.get(area_level, 0)
	return slot_time - timedelta(minutes=minutes)


def is_locked(slot: Document | dict, now: datetime, extended_until: datetime | str | None = None) -> bool:
	"""Whether nothing can be entered any more; an extension keeps the slot open, or opens it again, for its area."""
	if extended_until and now <= get_datetime(extended_until):
		return False
	return slot.state == LOCKED or now > get_datetime(slot.locks_at)


def lock_of(slot: Document | dict, extended_until: datetime | str | None = None) -> datetime:
	"""When the slot locks for an area whose obligation is extended until then, or not extended."""
	locks_at = get_datetime(slot.locks_at)
	return max(locks_at, get_datetime(extended_until)) if extended_until else locks_at


def require_open(
	slot: Document | dict,
	whose: str,
	now: datetime | None = None,
	extended_until: datetime | str | None = None,
) -> None:
	"""Refuse with the slot's own times, so that the unit knows whom to ask for what. `extended_until` is that of the
	obligation the report is for."""
	now = now or now_datetime()
	if now < get_datetime(slot.opens_at):
		frappe.throw(
			_("{0}: the slot {1} opens at {2}; nothing can be entered before.").format(
				whose, slot_label(slot.slot_time), clock_label(slot.opens_at)
			),
			SlotClosed,
		)
	if is_locked(slot, now, extended_until):
		frappe.throw(
			_("{0}: the slot {1} was locked at {2}. A change now needs a correction.").format(
				whose, slot_label(slot.slot_time), clock_label(lock_of(slot, extended_until))
			),
			SlotClosed,
		)


def slot_label(slot_time: datetime | str) -> str:
	"""'16:00, day 20/11/2021', in words of the request's language."""
	at = get_datetime(slot_time)
	return _("{0}, day {1}").format(f"{at:%H:%M}", f"{at:%d/%m/%Y}")


def clock_label(at: datetime | str) -> str:
	return f"{get_datetime(at):%H:%M %d/%m/%Y}"
