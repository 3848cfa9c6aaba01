"""Consolidation of a slot beside one bare GROUP BY … WITH ROLLUP over the same rows, inside the bench's environment."""

import json

from measuring import Result, compared
from portal import Portal

# The requirement. The bare query writes nothing; consolidation writes a row of 100 columns per area.
TARGET, LIMIT = 3, 500
INSIDE = """
import json, time
from covid_portal.reporting import definitions
from covid_portal.reporting.consolidation import consolidate

frappe.set_user("Administrator")
slot = frappe.get_all("Report Slot", {"state": ("in", ("Published", "Locked"))}, pluck="name", order_by="slot_time desc")[0]
fields = [row.fieldname for row in definitions.indicators(frappe.db.get_value("Report Slot", slot, "report_type"))]
sums = ", ".join(f"sum(report.`{field}`)" for field in fields)
BARE = (
	f"select area.parent_area, {sums} from `tabSituation Report` report join `tabArea` area on area.name = report.area "
	"where report.slot = %s and report.workflow_state in ('Approved', 'In Approval') group by area.parent_area with rollup"
)
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


rows = {"ours": [], "sql": [], "bare": []}
end = time.monotonic() + 30
for number in range(16):
	if number > 5 and time.monotonic() > end:
		break
	frappe.db.sql, in_sql = counted_sql, 0.0
	ours = timed(lambda: consolidate(slot))
	frappe.db.sql = run_sql
	frappe.db.rollback()
	bare = timed(lambda: run_sql(BARE, slot))
	if number:  # the first one fills the caches
		rows["ours"].append(ours)
		rows["sql"].append(in_sql * 1000)
		rows["bare"].append(bare)
print(json.dumps(rows))
"""


def run(portal: Portal) -> list[Result]:
	return results(measure(portal), "on the demo fortnight")


def measure(portal: Portal) -> dict[str, list[float]]:
	"""Milliseconds of each round: consolidation, its SQL, the bare query."""
	return json.loads(portal.inside(INSIDE).splitlines()[-1])


def results(times: dict[str, list[float]], where: str) -> list[Result]:
	"""SQL against SQL; from end to end it must only keep within its time."""
	bare = times["bare"]
	reference = "one SELECT … GROUP BY … WITH ROLLUP"
	return [
		compared(f"consolidation {where}, end to end", times["ours"], [LIMIT], 1, f"{LIMIT} ms"),
		compared("  its SQL", times["sql"], bare, TARGET, reference),
	]
