"""Excuses on obligations: set-based, for what is owed already and, when the clock opens a slot, for what comes to be owed.

An excused unit that sends a report all the same counts as any other; one that does not is not expected (expected.py). Writes Report Obligation without its document
events: it has none.
"""

import frappe
from frappe.model.document import Document

from covid_portal.reporting import expected
from covid_portal.reporting.areas import area_joins, covers_sql
from covid_portal.reporting.obligations import record_expected, state_of_report_sql

# Nothing that has reached a superior is excused: there is nothing to excuse.
EXCUSABLE = ("Expected", "Draft", "Returned")


def apply(excuse: Document) -> int:
	"""Excuse what is still owed in the excuse's period, slots past and locked among them; returns how many."""
	covered = excuse_where("excuse.name = %(excuse)s", {"excuse": excuse.name})
	expected.count_anew(excused_slots(excuse))
	return covered


def apply_to_slot(slot: str) -> int:
	"""The excuses that hold for a slot whose obligations were just made."""
	covered = excuse_where("owed.slot = %(slot)s", {"slot": slot})
	record_expected([slot])
	return covered


def withdraw(excuse: Document) -> None:
	"""What it covered is owed again as its report stands, unless another excuse covers it."""
	slots = excused_slots(excuse)
	if not slots:
		return
	table = frappe.get_cached_value("Report Type", excuse.report_type, "document_type")
	frappe.db.sql(
		f"""update `tabReport Obligation` owed
		left join `tab{table}` report on report.slot = owed.slot and report.area = owed.area
		set owed.state = {state_of_report_sql("report")}, owed.excuse = null
		where owed.excuse = %s and owed.state = 'Excused'""",
		excuse.name,
	)
	excuse_where("owed.slot in %(slots)s", {"slots": slots})
	expected.count_anew(slots)


def excused_slots(excuse: Document) -> list[str]:
	return frappe.get_all(
		"Report Obligation", {"excuse": excuse.name, "state": "Excused"}, pluck="slot", distinct=True
	)


def excuse_where(condition: str, values: dict) -> int:
	frappe.db.sql(
		f"""update `tabReport Obligation` owed
		join `tabReport Slot` slot on slot.name = owed.slot
		join `tabReport Excuse` excuse on excuse.report_type = slot.report_type and excuse.revoked = 0
			and slot.slot_time between excuse.from_time and excuse.to_time
		{area_joins("excuse")}
		set owed.state = 'Excused', owed.excuse = excuse.name
		where owed.state in %(excusable)s and {covers_sql("excuse")} and {condition}""",
		{**values, "excusable": EXCUSABLE},
	)
	return frappe.db.sql("select row_count()")[0][0]
