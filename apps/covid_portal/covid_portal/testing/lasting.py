"""A report type of a test's own with the test province, committed, and their removal: for tests that must commit.

Its units have a type of their own, so that a province that is there besides owes nothing, and its slots a code of their own.
"""

from collections.abc import Iterable

import frappe

from covid_portal.organisation.writers import insert_rows
from covid_portal.testing.case import forget

UNIT_TYPE = "ZZR"
# Everything that hangs on a slot: its column begins with the slot's name.
OF_SLOTS = {
	"Report Slot": "name",
	"Report Obligation": "slot",
	"Report Notice": "slot",
	"Consolidated Report": "slot",
	"Consolidated Sheet": "slot",
	"Situation Report": "slot",
	"Report Explanation": "parent",
	"Correction": "slot",
	"Correction Figure": "parent",
	"Deadline Extension": "slot",
	"Figure Contest": "slot",
	"Approval Step": "reference_name",
	"Approval Decision": "reference_name",
	"Version": "docname",
}
OF_PROVINCE = {
	"Area": "name",
	"Area Population": "parent",
	"Area Successor": "parent",
	"Unit": "name",
	"Duty Assignment": "unit",
	"Has Role": "parent",
	"User": "name",
	"Notification Log": "for_user",
	"Unit Type": "name",
	"Report Excuse": "area",
}
OF_TYPE = ("Report Time", "Report Cut-off", "Report Reminder")


def create_type(
	name: str, code: str, indicators: Iterable[dict], reminders: Iterable[dict] = (), **values: object
) -> None:
	"""08:00 and 16:00, due half an hour before, locked a day after, not active. The test province is there already."""
	insert(
		"Unit Type",
		[{"name": UNIT_TYPE, "code": UNIT_TYPE, "type_name": UNIT_TYPE, "line": "Health", "level": 3}],
	)
	frappe.db.sql("update `tabUnit` set unit_type = %s where name like 'CHS-ZZ%%'", UNIT_TYPE)
	both = {"document_type": "Situation Report", "consolidated_type": "Consolidated Report"}
	times = {"slots_ahead_hours": 24, "opens_before_minutes": 0, "grace_minutes": 0, "lock_after_hours": 24}
	row = {"name": name, "title": name, "code": code, "unit_type": UNIT_TYPE, "active": 0, **both, **times}
	insert("Report Type", [{**row, **values}])
	insert_children(name, "times", "Report Time", [{"time": "08:00:00"}, {"time": "16:00:00"}])
	insert_children(name, "cutoffs", "Report Cut-off", [{"area_level": 3, "minutes_before": 30}])
	insert_children(name, "reminders", "Report Reminder", reminders)
	common = {"report_type": name, "indicator_group": "cases", "public": 1}
	for row in indicators:
		insert(
			"Indicator", [{"name": f"{name}-{row['fieldname']}", "label": row["fieldname"], **common, **row}]
		)
	forget()


def insert_children(parent: str, field: str, doctype: str, rows: Iterable[dict]) -> None:
	common = {"parent": parent, "parenttype": "Report Type", "parentfield": field}
	insert(
		doctype,
		[{"name": f"{parent}-{field}-{n}", "idx": n, **common, **row} for n, row in enumerate(rows, 1)],
	)


def insert(doctype: str, rows: list[dict]) -> None:
	if rows:
		insert_rows(doctype, list(rows[0]), [list(row.values()) for row in rows])


def remove(name: str, code: str) -> None:
	"""The type with all that hangs on its slots, and the test province, committed."""
	frappe.db.rollback()
	remove_slots(code)
	frappe.db.delete("Indicator", {"report_type": name})
	frappe.db.delete("Report Type", {"name": name})
	for doctype in OF_TYPE:
		frappe.db.delete(doctype, {"parent": name})
	for doctype, column in OF_PROVINCE.items():
		frappe.db.sql(
			f"delete from `tab{doctype}` where `{column}` like 'ZZ%%' or `{column}` like '%%-ZZ%%' or `{column}` like 'zz.%%'"
		)
	frappe.db.commit()
	forget()
	frappe.clear_document_cache("Report Type", name)


def remove_slots(code: str) -> None:
	for doctype, column in OF_SLOTS.items():
		frappe.db.sql(f"delete from `tab{doctype}` where `{column}` like %s", f"{code}-%")
	remove_notices(code)


def remove_notices(code: str) -> None:
	frappe.db.delete("Report Notice", {"slot": ("like", f"{code}-%")})
	frappe.db.delete("Notification Log", {"for_user": ("like", "zz.%")})
