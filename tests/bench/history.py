"""History for the bench: so many years of reports behind the demo fortnight, on the bench's own site, never another.

A part of it is loaded as an operator loads it, `bench load-history` of a CSV file, and that is timed. The rest is that part
again, further back, by INSERT … SELECT with the slots' times moved: rows of the right number and size in every table that
the cases read. It is bench data, not sound history: running totals are those of the part that was loaded, and the copied
records of decisions, two million after five years, are no chains.

BENCH_YEARS says how much (0.2 if not set; 5 is what the requirements speak of). From one year on, a whole year is loaded.
"""

import json
import os
import resource
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from portal import Portal

YEARS = float(os.environ.get("BENCH_YEARS") or 0.2)
DAYS = max(2, round(365 * YEARS))
LOADED_DAYS = 365 if YEARS >= 1 else min(DAYS, 30)

# The CSV file: figures that keep to the rules, differ by area and slot, and are left blank here and there.
WRITE = """
import csv, json, sys
from datetime import timedelta
import numpy as np
from covid_portal.reporting import definitions, slots
from covid_portal.testing.case import FIGURES

DAYS, FILE = {days}, {file!r}
OPTIONAL = ("mobile_stations", "teens_one_dose", "sanctions", "arrivals", "adults_booster")
report_type = definitions.report_type_of("Situation Report")
fields = [row.fieldname for row in definitions.indicators(report_type.name)]
areas = frappe.get_all("Unit", {{"unit_type": report_type.unit_type}}, pluck="area", order_by="area", distinct=True)
until = frappe.get_all("Report Slot", pluck="slot_time", order_by="slot_time asc", limit=1)[0] - timedelta(minutes=1)
times = slots.slot_times(report_type, until - timedelta(days=DAYS), until)
random = np.random.default_rng(1)
some = lambda low, high: random.integers(low, high, len(areas))


def figures():
	table = {{field: np.full(len(areas), FIGURES[field]) for field in fields if field in FIGURES}}
	table |= {{"community_cases": some(0, 4), "quarantine_cases": some(0, 3), "imported_cases": some(0, 2)}}
	table["new_cases"] = table["community_cases"] + table["quarantine_cases"] + table["imported_cases"]
	table |= {{"treated_at_home": some(0, 20), "treated_in_facilities": some(25, 60), "new_f1": some(0, 30)}}
	table["under_treatment"] = table["treated_at_home"] + table["treated_in_facilities"]
	table |= {{"pcr_samples": some(80, 180), "rapid_samples": some(30, 60), "pcr_positive": table["new_cases"]}}
	table["samples_taken"] = table["pcr_samples"] + table["rapid_samples"]
	table |= {{"pcr_negative": some(0, 50), "rapid_negative": some(0, 20)}}
	blank, texts = some(0, len(OPTIONAL) + 1), {{}}
	for number, field in enumerate(OPTIONAL):
		texts[field] = np.where(blank == number, "", some(0, 9).astype(str))
	return [texts[field] if field in texts else table[field] if field in table else [""] * len(areas) for field in fields]


with open(FILE, "w", newline="") as lines:
	file = csv.writer(lines)
	file.writerow(["slot", "area", *fields])
	for at in times:
		file.writerows(zip([f"{{at:%Y-%m-%d %H:%M}}"] * len(areas), areas, *figures()))
print(json.dumps([len(areas) * len(times), f"{{times[0]:%Y-%m-%d %H:%M:%S}}", f"{{times[-1]:%Y-%m-%d %H:%M:%S}}"]))
"""

# Once more, `back` days earlier: names and times moved, everything else as it is.
COPY = """
from covid_portal.reporting import definitions, slots
code = definitions.report_type_of("Situation Report").code
slot = f"concat('{{code}}-', date_format(date_sub(slot.slot_time, interval {back} day), '%%Y-%%m-%%d-%%H%%i'))"
before = f"concat('{{code}}-', date_format(date_sub(slot.window_start, interval {back} day), '%%Y-%%m-%%d-%%H%%i'))"
moved = lambda column: f"date_sub({{column}}, interval {back} day)"
TIMES = ("slot_time", "window_start", "opens_at", "locks_at", "due_at", "submitted_at", "accepted_at", "decided_at")
REPORTS, OF_REPORTS = ("Situation Report", "Consolidated Report", "Report Obligation"), ("Approval Step", "Approval Decision")


def rows_of(doctype):
	if doctype == "Report Slot":
		return "`tabReport Slot` slot join `tabReport Slot` row on row.name = slot.name"
	if doctype in REPORTS:
		return f"`tabReport Slot` slot join `tab{{doctype}}` row on row.slot = slot.name"
	return (
		"`tabReport Slot` slot join `tabSituation Report` report on report.slot = slot.name "
		f"join `tab{{doctype}}` row on row.reference_doctype = 'Situation Report' and row.reference_name = report.name"
	)


def copy(doctype, end_of_name, **own):
	columns = [column for column in frappe.db.get_table_columns(doctype) if column != "idempotency_key"]
	values = {{column: f"row.`{{column}}`" for column in columns}}
	values |= {{column: moved(f"row.`{{column}}`") for column in TIMES if column in values}}
	values |= {{"name": f"concat({{slot}}, {{end_of_name}})", **own}}
	frappe.db.sql(
		f"insert into `tab{{doctype}}` ({{', '.join(f'`{{c}}`' for c in columns)}}) "
		f"select {{', '.join(values[c] for c in columns)}} from {{rows_of(doctype)}} where slot.slot_time between %s and %s",
		({first!r}, {last!r}),
	)
	frappe.db.commit()


own = {{"slot": slot}}
copy("Situation Report", "'-', row.area", **own)
copy("Consolidated Report", "'-', row.area", **own)
copy("Report Obligation", "'-', row.unit", **own, report=f"concat({{slot}}, '-', row.area)")
for doctype in OF_REPORTS:
	copy(doctype, "''", name="concat(row.name, '-{back}')", reference_name=f"concat({{slot}}, '-', report.area)")
copy("Report Slot", "''", previous_slot=before)
for doctype in (*REPORTS, *OF_REPORTS, "Report Slot"):
	frappe.db.sql_ddl(f"analyze table `tab{{doctype}}`")
"""

# What was loaded is not published. Whoever measures publishing wants all of it to have been, an hour after its slot.
PUBLISH = """
frappe.db.sql(
	"update `tabReport Slot` set version = 1, published_at = date_add(slot_time, interval 1 hour) "
	"where state = 'Locked' and published_at is null")
frappe.db.commit()
"""


@dataclass(frozen=True)
class History:
	"""What was made: `rows` loaded in so many seconds, `reports` in all; the largest process took so many MB."""

	rows: int
	seconds: float
	megabytes: float
	reports: int

	@property
	def rows_per_second(self) -> float:
		return self.rows / self.seconds


def make(portal: Portal) -> History:
	"""Fill the bench's site. The demo's own slots are left as they are."""
	assert portal.site.startswith("bench."), f"{portal.site} is no site of the bench"
	with tempfile.TemporaryDirectory() as folder:
		file = Path(folder) / "history.csv"
		told = portal.inside(WRITE.format(days=LOADED_DAYS, file=str(file)))
		rows, first, last = json.loads(told.splitlines()[-1])
		started = time.perf_counter()
		portal.bench("load-history", str(file))
		seconds = time.perf_counter() - started
	megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
	for back in range(LOADED_DAYS, DAYS, LOADED_DAYS):
		portal.inside(COPY.format(back=back, first=first, last=last))
	portal.inside(PUBLISH)
	counted = portal.inside("print(frappe.db.count('Situation Report'))")
	return History(rows, seconds, megabytes, int(counted.split()[-1]))
