"""What the field page shows as due: the obligations of the last slots, and how each stands."""

import frappe
from frappe.utils import now_datetime

from covid_portal.approval.vocabulary import RETURN, STATE_FIELD
from covid_portal.organisation.scope import scope_condition
from covid_portal.reporting import definitions
from covid_portal.reporting.obligations import is_on_time
from covid_portal.reporting.slots import LOCKS_AT

DOCTYPE = "Situation Report"
RECENT_SLOTS = 8


def due_rows(slot: str | None = None, area: str | None = None) -> list[frappe._dict]:
	"""Obligations of the recent slots whose report the user enters, or the one of this slot and area, to be read.

	A slot that locked is, for an area with an extension, as it was before, and locked at the extended time.
	"""
	chosen = (
		"owed.slot = %(slot)s and owed.area = %(area)s" if slot else f"owed.slot in ({recent_slots_sql()})"
	)
	return frappe.db.sql(
		f"""select owed.slot, owed.area, owed.unit, owed.due_at, owed.state, owed.submitted_at, owed.on_time,
			slot.slot_time, slot.window_start, slot.opens_at, slot.published_at,
			{LOCKS_AT} as locks_at,
			if(slot.state = 'Locked' and owed.extended_until > %(now)s,
				if(slot.published_at is null, 'Consolidated', 'Published'), slot.state) as slot_state,
			report.name as report, report.workflow_state, area.full_name as area_name, unit.unit_name
		from `tabReport Obligation` owed
		join `tabReport Slot` slot on slot.name = owed.slot
		join `tabArea` area on area.name = owed.area
		join `tabUnit` unit on unit.name = owed.unit
		left join `tab{DOCTYPE}` report on report.slot = owed.slot and report.area = owed.area
		where {chosen} and {reporting_scope("Read" if slot else "Write")}
		order by slot.slot_time desc, owed.area""",
		{
			"slot": slot,
			"area": area,
			"now": now_datetime(),
			"report_type": definitions.report_type_of(DOCTYPE).name,
		},
		as_dict=True,
	)


def reporting_scope(access: str) -> str:
	"""The scope of the report, asked of the obligation, since the report may not be there yet."""
	return scope_condition(DOCTYPE, access=access).replace(f"`tab{DOCTYPE}`", "owed")


def recent_slots_sql() -> str:
	return f"""select name from (select name from `tabReport Slot`
		where report_type = %(report_type)s and opens_at <= %(now)s
		order by slot_time desc limit {RECENT_SLOTS:d}) recent"""


def return_reasons(reports: list[str]) -> dict[str, str]:
	"""{report: why it was sent back last}"""
	filters = {"reference_doctype": DOCTYPE, "reference_name": ("in", reports), "decision": RETURN}
	rows = frappe.get_all("Approval Decision", filters, ["reference_name", "reason"], order_by="sequence asc")
	return {row.reference_name: row.reason for row in rows}


def obligation_row(row: dict) -> dict:
	return {
		**slot_row(row),
		"area": row.area,
		"area_name": row.area_name,
		"unit": row.unit,
		"unit_name": row.unit_name,
		"due_at": row.due_at.isoformat(),
		"state": row.state,
		"report": row.report,
		STATE_FIELD: row.workflow_state,
		"is_late": is_late(row),
	}


def is_late(owed: dict) -> bool:
	"""Whether it was sent after its cut-off and the report type's grace, or still is not there then. As timeliness counts it;
	who is excused is late with nothing."""
	if owed.submitted_at:
		return not owed.on_time
	grace = definitions.report_type_of(DOCTYPE).grace_minutes
	return owed.state != "Excused" and not is_on_time(now_datetime(), owed.due_at, grace)


def slot_row(row: dict) -> dict:
	times = ("slot_time", "window_start", "opens_at", "locks_at")
	return {"slot": row.slot, "slot_state": row.slot_state, **{key: row[key].isoformat() for key in times}}
