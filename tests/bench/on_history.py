"""The cases on years of history: loading it, and what must not grow slower with it."""

import json

import consolidating
import deciding
import history
import spreadsheet_case
from measuring import Result, compared
from portal import Portal

# Rows that must load in SECONDS on a machine on which Data Import does so many a second: on any, in so much of its time.
YEAR = 559 * 730
SECONDS, MEGABYTES, DATA_IMPORT_ROWS = 90, 600, 40
# How many times its reference, and how many milliseconds, a case may take.
BOUNDS = {
	"completeness of a month, the province": (6, 200),
	"completeness of a month, by district": (6, 200),
	"opening a slot": (12, 500),
	"template workbook of the province": (4, 1000),
}
INSIDE = """
import io, json, time
from contextlib import contextmanager
from datetime import timedelta
from openpyxl import Workbook
from covid_portal.reporting import clock, completeness, definitions
from covid_portal.reporting.spreadsheet.template import template

frappe.set_user("Administrator")
report_type = definitions.report_type_of("Situation Report")
last = frappe.get_all("Report Slot", {"state": "Locked"}, pluck="slot_time", order_by="slot_time desc", limit=1)[0]
month = completeness.Period.of_month(f"{last.replace(day=1) - timedelta(days=1):%Y-%m}")
opened = frappe.get_all("Report Slot", {"state": ["in", ["Open", "Closing"]]}, pluck="name", order_by="slot_time desc", limit=1)[0]
waiting = frappe.get_all("Report Slot", {"state": "Scheduled"}, pluck="name", order_by="slot_time asc", limit=1)[0]
rows, fields = frappe.db.count("Report Obligation", {"slot": opened, "state": "Expected"}), definitions.indicators(report_type.name)
frappe.db.sql_ddl("create temporary table bench_obligation like `tabReport Obligation`")


def counted():
	frappe.db.sql(
		"select owed.state, owed.on_time, count(*) from `tabReport Slot` slot join `tabReport Obligation` owed on owed.slot = slot.name "
		"where slot.slot_time >= %s and slot.slot_time < %s group by owed.state, owed.on_time", (month.first, month.until))


def province():
	completeness.rates(report_type.name, month)


def districts():
	completeness.rates(report_type.name, month, area_level=2)


def open_slot():
	clock.open_slot(frappe.get_doc("Report Slot", waiting, for_update=True), report_type)


def copy_obligations():
	frappe.db.sql("insert into bench_obligation select * from `tabReport Obligation` where slot = %s", opened)


def make_template():
	template(frappe.get_doc("Report Slot", opened))


def plain_workbook():
	book = Workbook()
	for sheet in (book.active, book.create_sheet("before")):
		for _row in range(rows + 4):
			sheet.append(["Xã Tam Chung", *range(len(fields) + 2)])
	book.save(io.BytesIO())


def timed(act):
	started = time.perf_counter()
	act()
	took = (time.perf_counter() - started) * 1000
	frappe.db.rollback()
	return took


def in_turn(ours, theirs):
	ours(), theirs(), frappe.db.rollback()
	return list(zip(*((timed(ours), timed(theirs)) for _round in range(7))))


frappe.db.commit = lambda: None
print(json.dumps({
	"completeness of a month, the province": in_turn(province, counted),
	"completeness of a month, by district": in_turn(districts, counted),
	"opening a slot": in_turn(open_slot, copy_obligations),
	"template workbook of the province": in_turn(make_template, plain_workbook),
}))
"""
REFERENCES = (
	"bare GROUP BY of the month's obligations",
	"the same",
	"one INSERT … SELECT of as many rows",
	"as many plain cells by openpyxl",
)


def run(portal: Portal) -> list[Result]:
	before = consolidating.measure(portal)
	a_row = [spreadsheet_case.data_import(portal)]
	made = history.make(portal)
	a_row.append(spreadsheet_case.data_import(portal))
	after = consolidating.measure(portal)
	found = json.loads(portal.inside(INSIDE).splitlines()[-1])
	return [
		loading(made, a_row),
		memory(made),
		*consolidating.results(after, f"on {made.reports} reports"),
		compared(
			"consolidation, against an empty history",
			after["first"][0],
			before["first"][0],
			1.2,
			"the same slot before",
		),
		*deciding.run(portal),
		*(
			compared(
				f"{name}, {made.reports} reports", *found[name], *BOUNDS[name][:1], note, BOUNDS[name][1]
			)
			for name, note in zip(found, REFERENCES, strict=True)
		),
	]


def loading(made: history.History, a_row: list[float]) -> Result:
	"""Beside Data Import of as many rows, which took so many milliseconds each before and after."""
	note = f"Data Import of {spreadsheet_case.SAMPLE}, scaled up; here {made.rows_per_second:.0f} rows/s"
	return compared(
		f"load-history of {made.rows} rows",
		[made.seconds * 1000],
		[made.rows * milliseconds for milliseconds in a_row],
		round(SECONDS * DATA_IMPORT_ROWS / YEAR, 5),
		note,
	)


def memory(made: history.History) -> Result:
	return compared("  its largest process, MB", [made.megabytes], [MEGABYTES], 1, f"{MEGABYTES} MB")
