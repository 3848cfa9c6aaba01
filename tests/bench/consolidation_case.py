"""Consolidating a slot beside one bare GROUP BY … WITH ROLLUP over the same rows."""

import json
import subprocess

from portal import Portal
from sampling import Case

RUNS = 9
# Runs inside the bench's own environment, where the app can be imported; what it writes is rolled back.
INSIDE = """
import json, statistics, sys, time
import frappe
site, runs = sys.argv[1], int(sys.argv[2])
frappe.init(site=site, sites_path=".")
frappe.connect()
from covid_portal.reporting import consolidation, definitions
slot = frappe.get_all("Report Slot", {"state": "Published"}, pluck="name", order_by="slot_time desc", limit=1)[0]
sums = ", ".join(f"sum(report.`{row.fieldname}`)" for row in definitions.indicators("Situation Report"))
bare = f\"\"\"select area.parent_area, {sums} from `tabSituation Report` report join `tabArea` area on area.name = report.area
	where report.slot = %s group by area.parent_area with rollup\"\"\"

def timed(call):
	started = time.perf_counter()
	call()
	return (time.perf_counter() - started) * 1000

def consolidate():
	consolidation.consolidate(slot)

def group():
	frappe.db.sql(bare, slot)

consolidate(), group()
samples = [(timed(consolidate), timed(group)) for _run in range(runs)]
frappe.db.rollback()
print(json.dumps([statistics.median(row[n] for row in samples) for n in (0, 1)]))
"""


def run(portal: Portal) -> list[Case]:
	command = [portal.root / "env/bin/python", "-c", INSIDE, portal.site, str(RUNS)]
	done = subprocess.run(command, cwd=portal.root / "sites", capture_output=True, text=True, check=False)
	assert done.returncode == 0, done.stderr[-2000:]
	ours, reference = json.loads(done.stdout.splitlines()[-1])
	# Its own statements write 587 rows of some 90 columns, twice summed; the bare one only reads.
	return [Case("consolidating a slot, all of it", ours, "bare GROUP BY WITH ROLLUP", reference, None, RUNS)]
