"""Consolidation of a slot beside one bare GROUP BY … WITH ROLLUP over the same rows, inside the bench's environment.

The same rows are what consolidation reads: the reports of the slot, and beside each the area's row of the slot before, of
which running totals go on. The bare query comes to the rows that consolidation writes, one for each commune and district
and one for the province, with all their figures, running totals included; it stores none of them, and counts them in place
of handing them over. The note says what it would be beside a query for districts and the province alone.

A slot is consolidated as the clock does it, the first time, and again, after the figures of one report have changed: then
every row is reckoned anew and held against the one that is there.
"""

import json
from statistics import median

from measuring import Result, compared
from portal import Portal

# The requirement.
TARGET, LIMIT = 3, 500
INSIDE = """
import json, time
from covid_portal.reporting import definitions
from covid_portal.reporting.consolidation import consolidate

frappe.set_user("Administrator")
slot = frappe.get_all("Report Slot", {"state": ("in", ("Published", "Locked"))}, pluck="name", order_by="slot_time desc")[0]
report_type, previous = frappe.db.get_value("Report Slot", slot, ["report_type", "previous_slot"])
figures = definitions.indicators(report_type)
sums = [f"sum(report.`{row.fieldname}`) `{row.fieldname}`" for row in figures]
sums += [
	f"sum(before_it.`total_{row.fieldname}` + report.`{row.fieldname}`) `total_{row.fieldname}`"
	for row in figures
	if row.cumulative
]
ROLLED_UP = (
	f"select area.parent_area, {', '.join(sums)} from `tabSituation Report` report "
	"join `tabArea` area on area.name = report.area "
	"join `tabConsolidated Report` before_it on before_it.slot = %s and before_it.area = report.area "
	"where report.slot = %s and report.workflow_state in ('Approved', 'In Approval') "
	"group by area.parent_area{} with rollup"
)
BARE = f"select count(*) from ({ROLLED_UP.format(', area.name')}) told"
BARE_ABOVE = f"select count(*) from ({ROLLED_UP.format('')}) told"
in_sql = 0.0
run_sql = frappe.db.sql


def counted_sql(*args, **kwargs):
	global in_sql
	started = time.perf_counter()
	try:
		return run_sql(*args, **kwargs)
	finally:
		in_sql += time.perf_counter() - started


def timed(act):
	started = time.perf_counter()
	act()
	return (time.perf_counter() - started) * 1000


def change_one():
	run_sql("update `tabSituation Report` set new_f1 = new_f1 + 1 where slot = %s and workflow_state = 'Approved' limit 1", slot)


def in_turn(before=lambda: None):
	global in_sql
	found, end = [], time.monotonic() + 20
	for number in range(16):
		if number > 5 and time.monotonic() > end:
			break
		before()
		frappe.db.sql, in_sql = counted_sql, 0.0
		ours = timed(lambda: consolidate(slot))
		frappe.db.sql = run_sql
		frappe.db.rollback()
		bare, above = (timed(lambda: run_sql(query, (previous, slot))) for query in (BARE, BARE_ABOVE))
		found.append((ours, in_sql * 1000, bare, above))
	return list(zip(*found[1:]))  # the first one fills the caches


again = in_turn(change_one)
frappe.db.delete("Consolidated Report", {"slot": slot})
frappe.db.commit()
time.sleep(3)  # the database clears away in the background what was deleted
first = in_turn()
consolidate(slot)
frappe.db.commit()
print(json.dumps({"first": first, "again": again}))
"""


def run(portal: Portal) -> list[Result]:
	return results(measure(portal), "on the demo fortnight")


def measure(portal: Portal) -> dict[str, list[list[float]]]:
	"""Milliseconds of each round, the first time and again: consolidation, its SQL, the bare query, that of the
	areas above alone."""
	return json.loads(portal.inside(INSIDE).splitlines()[-1])


def results(times: dict[str, list[list[float]]], where: str) -> list[Result]:
	"""SQL against SQL; from end to end it must only keep within its time."""
	return [
		compared(f"consolidation {where}, end to end", times["first"][0], [LIMIT], 1, f"{LIMIT} ms"),
		in_sql("  its SQL", times["first"]),
		in_sql("  its SQL, again after a change", times["again"]),
	]


def in_sql(case: str, times: list[list[float]]) -> Result:
	_ours, sql, bare, above = times
	note = f"one SELECT … GROUP BY … WITH ROLLUP to the same rows; {median(sql) / median(above):.2f} × districts and province alone"
	return compared(case, sql, bare, TARGET, note)
