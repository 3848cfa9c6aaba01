"""The matrix of /theo-doi: areas × the last slots, how each report stands; and the one act on it, reminding who is late.

Scope is that of the obligations: of an area outside it, neither a row nor a count is told.
"""

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import now_datetime

from covid_portal.organisation.login import require_login
from covid_portal.organisation.scope import EVERYTHING, NOTHING, grants, scope_condition
from covid_portal.reporting import definitions, reminders
from covid_portal.reporting.completeness import REPORTED, UnknownPeriod, require_reader
from covid_portal.reporting.slots import LOCKS_AT

DOCTYPE = "Situation Report"
SLOTS = 14
# How an obligation stands at %(now)s, from the state it has and the times it is due and locked.
STATE_SQL = f"""case
	when owed.state in ('Submitted', 'Accepted', 'Returned', 'Refused', 'Excused') then lower(owed.state)
	when {LOCKS_AT} < %(now)s then 'missing'
	when owed.due_at < %(now)s then 'late'
	when owed.state = 'Draft' then 'draft'
	else 'expected' end"""


@frappe.whitelist(methods=["GET"])
def matrix(area: str | None = None, until: str | None = None) -> dict:
	"""The parts of `area` × the last 14 slots up to `until` (a time; now if None), newest first.

	Without an area, that of the user's own units. Returns {"now", "area": {"area", "area_name"}, "parent": the area above
	within the scope, or null, "slots": [{"slot", "slot_time", "slot_state"}], "earlier": time of the slot before them, or null, "can_remind": bool,
	"rows": [{"area", "area_name", "is_group", "cells": {slot: cell}}]}. Cell of a reporting area: {"state", "in_time", "report",
	"obligation"}; of a larger one: {"expected", "excused", "reported", "on_time", "states": {state: number}}.
	"""
	require_login()
	require_reader()
	scope = scope_condition("Report Obligation").replace("`tabReport Obligation`", "owed")
	whole = whole_area(area, scope)
	slots = last_slots(time_of(until) if until else None)
	return {
		"now": now_datetime().isoformat(),
		"area": {"area": whole.name, "area_name": whole.full_name},
		"parent": parent_of(whole),
		"slots": slots[:SLOTS],
		"earlier": slots[SLOTS]["slot_time"] if len(slots) > SLOTS else None,
		"can_remind": reminders.superior_scope() != NOTHING,
		"rows": rows(whole, [slot["slot"] for slot in slots[:SLOTS]], scope),
	}


@frappe.whitelist(methods=["POST"])
def remind(slot: str) -> dict:
	"""Remind every late unit of the slot below the user's own. Returns {"units", "people", "message"}."""
	require_login()
	told = reminders.remind_late(slot)
	message = _("{0} late units were reminded; {1} people have the message.").format(
		told["units"], told["people"]
	)
	return {**told, "message": message}


# --- where


def whole_area(name: str | None, scope: str) -> frappe._dict:
	"""The area to show, refused if nothing of it is in scope."""
	fields, name = ["name", "full_name", "lft", "rgt", "parent_area"], name or top_area()
	found = frappe.db.get_value("Area", name, fields, as_dict=True) if name else None
	if not found or not is_visible(found, scope):
		frappe.throw(_("There is no report of this area that you may see."), frappe.PermissionError)
	return found


def top_area() -> str | None:
	"""The widest area the user looks after: that of their units, or for who sees all, the root."""
	found = grants(frappe.session.user, "Report Obligation", "Read")
	if scope_condition("Report Obligation") == EVERYTHING or any(grant.scope == "All" for grant in found):
		return frappe.db.get_value(
			"Area", {"parent_area": ("is", "not set")}, "name", order_by="rgt - lft desc"
		)
	widest = max(found, key=lambda grant: grant.area_rgt - grant.area_lft, default=None)
	return widest.area if widest else None


def is_visible(area: dict, scope: str) -> bool:
	return scope != NOTHING and bool(
		frappe.db.sql(
			f"""select 1 from `tabReport Obligation` owed join `tabArea` its on its.name = owed.area
			where its.lft between %(lft)s and %(rgt)s and {scope} limit 1""",
			area,
		)
	)


def parent_of(whole: dict) -> dict | None:
	"""The area above, if it is one the user looks after."""
	top = frappe.db.get_value("Area", top_area(), ["lft", "rgt"], as_dict=True)
	above = frappe.db.get_value("Area", whole.parent_area, ["name", "full_name", "lft", "rgt"], as_dict=True)
	if not above or not (top and above.lft >= top.lft and above.rgt <= top.rgt):
		return None
	return {"area": above.name, "area_name": above.full_name}


# --- when


def time_of(text: str) -> datetime:
	try:
		return datetime.fromisoformat(text).replace(tzinfo=None)
	except ValueError:
		frappe.throw(
			_("{0} is no time; one is written 2021-11-20T16:00:00.").format(text[:40]), UnknownPeriod
		)


def last_slots(until: datetime | None) -> list[dict]:
	"""One more than are shown: whether there are earlier ones."""
	found = frappe.db.sql(
		f"""select name as slot, slot_time, state as slot_state from `tabReport Slot`
		where report_type = %(report_type)s and opens_at <= %(now)s and slot_time <= %(until)s
		order by slot_time desc limit {SLOTS + 1:d}""",
		{
			"report_type": definitions.report_type_of(DOCTYPE).name,
			"now": now_datetime(),
			"until": until or datetime.max.replace(microsecond=0),
		},
		as_dict=True,
	)
	return [{**row, "slot_time": row.slot_time.isoformat()} for row in found]


# --- how it stands


def rows(whole: dict, slots: list[str], scope: str) -> list[dict]:
	"""One row a part, or the area itself where it has none, ordered by name of the list of areas (its code)."""
	table: dict[str, dict] = {}
	for count in counts(whole, slots, scope) if slots else []:
		row = table.setdefault(
			count.part,
			{
				"area": count.part,
				"area_name": count.part_name,
				"is_group": bool(count.is_group),
				"cells": {},
			},
		)
		if row["is_group"]:
			add_to(row["cells"].setdefault(count.slot, empty_cell()), count)
		else:
			row["cells"][count.slot] = cell_of(count)
	return list(table.values())


def counts(whole: dict, slots: list[str], scope: str) -> list[frappe._dict]:
	"""Reports by part of the area, slot, state and whether they were in time, in one statement."""
	return frappe.db.sql(
		f"""select part.name as part, part.full_name as part_name, part.is_group, owed.slot, {STATE_SQL} as standing,
			owed.on_time, count(*) as number, max(owed.report) as report, max(owed.name) as obligation
		from (
			select distinct area.name as area, part.name, part.full_name, part.is_group
			from `tabArea` part join `tabArea` area on area.lft between part.lft and part.rgt
			where part.parent_area = %(whole)s or (part.name = %(whole)s and part.rgt = part.lft + 1)
		) part
		join `tabReport Obligation` owed on owed.area = part.area and owed.slot in %(slots)s
		join `tabReport Slot` slot on slot.name = owed.slot
		where {scope}
		group by part.name, part.full_name, part.is_group, owed.slot, standing, owed.on_time
		order by part.name""",
		{"whole": whole.name, "slots": slots, "now": now_datetime()},
		as_dict=True,
	)


def empty_cell() -> dict:
	return {"expected": 0, "excused": 0, "reported": 0, "on_time": 0, "states": {}}


def add_to(cell: dict, count: dict) -> None:
	number, reported = count.number, count.standing.title() in REPORTED
	cell["states"][count.standing] = cell["states"].get(count.standing, 0) + number
	cell["excused" if count.standing == "excused" else "expected"] += number
	cell["reported"] += number if reported else 0
	cell["on_time"] += number if reported and count.on_time else 0


def cell_of(count: dict) -> dict:
	return {
		"state": count.standing,
		"in_time": bool(count.on_time),
		"report": count.report,
		"obligation": count.obligation,
	}
