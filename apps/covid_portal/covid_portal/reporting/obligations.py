"""Report Obligations: who owes which slot, and how it stands. Completeness and timeliness are counted from them."""

from datetime import date, datetime, timedelta

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from covid_portal.reporting.slots import day_of

# State of the report -> state of the obligation
STATES = {
	"Draft": "Draft",
	"Withdrawn": "Draft",
	"In Approval": "Submitted",
	"Returned": "Returned",
	"Approved": "Accepted",
	"Refused": "Refused",
}


def obligation_name(slot: str, unit: str) -> str:
	return f"{slot}-{unit}"


# Units of the reporting type that are valid on the day, with their areas.
OWING = """from `tabUnit` unit
		join `tabArea` area on area.name = unit.area
		where unit.unit_type = %(unit_type)s and unit.disabled = 0
			and (unit.valid_from is null or unit.valid_from <= %(day)s)
			and (unit.valid_to is null or unit.valid_to >= %(day)s)
			and (area.valid_from is null or area.valid_from <= %(day)s)
			and (area.valid_to is null or area.valid_to >= %(day)s)"""


def create_obligations(slot: Document, report_type: Document) -> None:
	"""One per unit of the reporting type that is valid on the slot's day; what is there already stays."""
	now = now_datetime()
	frappe.db.sql(
		f"""insert ignore into `tabReport Obligation`
			(name, creation, modified, owner, modified_by, docstatus, idx, slot, unit, area, due_at, state)
		select concat(%(slot)s, '-', unit.name), %(now)s, %(now)s, %(user)s, %(user)s, 0, 0,
			%(slot)s, unit.name, unit.area, {due_at_sql(report_type)}, 'Expected'
		{OWING}""",
		{
			"slot": slot.name,
			"at": slot.slot_time,
			"day": day_of(slot.slot_time),
			"unit_type": report_type.unit_type,
			"now": now,
			"user": frappe.session.user,
		},
	)
	record_expected([slot.name])


def record_expected(slots: list[str]) -> None:
	"""Write on the slots how many reports are expected in each: all but the excused ones."""
	frappe.db.sql(
		"""update `tabReport Slot` slot join (
			select slot, sum(state != 'Excused') expected from `tabReport Obligation` where slot in %s group by slot
		) owed on owed.slot = slot.name
		set slot.expected = owed.expected""",
		(slots,),
	)


def owing_units(report_type: Document, day: date) -> list[frappe._dict]:
	"""unit, area, area_name and level of those that owe the day's slots."""
	return frappe.db.sql(
		f"select unit.name as unit, unit.area, area.full_name as area_name, area.level {OWING}",
		{"unit_type": report_type.unit_type, "day": day},
		as_dict=True,
	)


def due_at_sql(report_type: Document) -> str:
	"""SQL for the cut-off of the area's level."""
	minutes = "".join(f" when {row.area_level:d} then {row.minutes_before:d}" for row in report_type.cutoffs)
	return f"date_sub(%(at)s, interval (case area.level{minutes} else 0 end) minute)" if minutes else "%(at)s"


def obligation_of(slot: str, area: str) -> frappe._dict | None:
	return frappe.db.get_value(
		"Report Obligation",
		{"slot": slot, "area": area},
		["name", "unit", "due_at", "state", "submitted_at", "extended_until"],
		as_dict=True,
	)


def record_progress(report: Document, report_type: Document, decision: str | None = None) -> None:
	"""Carry the report's state over to its obligation; the first submission decides whether it was in time."""
	obligation = obligation_of(report.slot, report.area)
	if not obligation:
		return
	values = {"state": state_after(obligation.state, report.workflow_state), "report": report.name}
	values["accepted_at"] = now_datetime() if report.workflow_state == "Approved" else None
	if decision == "Submit" and not obligation.submitted_at:
		values["submitted_at"] = report.submitted_at
		values["on_time"] = is_on_time(report.submitted_at, obligation.due_at, report_type.grace_minutes)
	frappe.db.set_value("Report Obligation", obligation.name, values)


def record_progress_of(doctype: str, reports: list[str]) -> None:
	"""As record_progress(), for many reports that were decided on."""
	frappe.db.sql(
		f"""update `tabReport Obligation` owed
		join `tab{doctype}` report on report.slot = owed.slot and report.area = owed.area
		set owed.state = {state_of_report_sql("report")}, owed.report = report.name,
			owed.accepted_at = if(report.workflow_state = 'Approved', %(now)s, null),
			owed.modified = %(now)s, owed.modified_by = %(user)s
		where report.name in %(reports)s""",
		{"now": now_datetime(), "user": frappe.session.user, "reports": reports},
	)


def state_after(state: str, workflow_state: str | None) -> str:
	"""An excused unit owes nothing until it sends something: a draft alone does not bind it."""
	follows = STATES.get(workflow_state, "Draft")
	return state if state == "Excused" and follows == "Draft" else follows


def state_of_report_sql(report: str) -> str:
	"""SQL: the state an obligation has by its report, the alias `report`, which may not be there."""
	cases = "".join(f" when '{workflow}' then '{state}'" for workflow, state in STATES.items())
	return f"case {report}.workflow_state{cases} else 'Expected' end"


def is_on_time(submitted_at: datetime | str, due_at: datetime | str, grace_minutes: int) -> int:
	return int(get_datetime(submitted_at) <= get_datetime(due_at) + timedelta(minutes=grace_minutes))
