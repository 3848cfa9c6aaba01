"""A workbook of 5,000 reports, parsed, checked and stored, beside the framework's Data Import of the same rows.

Data Import is given a sample: all of them would take minutes. Both go by the row, so that the sample's time is scaled up.
"""

import json

from measuring import Result, compared
from portal import Portal

ROWS, SAMPLE = 5_000, 60
TARGET = 0.02
FIRST_DAY = "2022-03-01"  # before the demo, after the areas of the pack came into force
# Runs inside the bench's own environment, where the app can be imported; what it writes it removes again.
DATA_IMPORT = """
import io, json, sys, tempfile, time
from datetime import datetime, timedelta
from pathlib import Path
import pandas as pd
frappe.set_user("Administrator")
from frappe.core.doctype.data_import.importer import Importer
from covid_portal.reporting import definitions, slots
from covid_portal.reporting.spreadsheet import history
DOCTYPE = "Situation Report"
report_type = definitions.report_type_of(DOCTYPE)
fields = [row.fieldname for row in definitions.indicators(report_type.name)]
open_slot = frappe.get_all("Report Slot", {"state": ["in", ["Open", "Closing"]]}, pluck="name", order_by="slot_time desc", limit=1)[0]
owed = frappe.get_all("Report Obligation", {"slot": open_slot}, ["area", "state"])
figures = dict.fromkeys(fields, 0)
out = sys.stdout

def seconds_a_row():
	sys.stdout = io.StringIO()  # Data Import draws a bar
	free = [row.area for row in owed if row.state == "Expected"][:sample]
	content = pd.DataFrame([{"slot": open_slot, "area": area, **figures} for area in free]).to_csv(index=False)
	file = frappe.get_doc(doctype="File", file_name="bench.csv", content=content, is_private=1).insert()
	started = time.perf_counter()
	Importer(DOCTYPE, file_path=file.file_url, import_type="Insert New Records", console=True).import_data()
	took = time.perf_counter() - started
	stored = frappe.get_all(DOCTYPE, {"slot": open_slot, "area": ["in", free]}, pluck="name")
	file.delete()
	frappe.db.delete(DOCTYPE, {"name": ["in", stored]})
	frappe.db.sql("update `tabReport Obligation` set state = 'Expected', report = null where report in %s", [stored])
	frappe.db.commit()
	sys.stdout = out
	assert len(stored) == len(free), f"Data Import stored {len(stored)} of {len(free)} rows"
	return took / len(free)
"""
INSIDE = """
areas = [row.area for row in owed]
day = datetime.fromisoformat(first)
times = slots.slot_times(report_type, day, day + timedelta(days=rows // len(areas)))[: -(-rows // len(areas))]
names = [slots.slot_name(report_type.code, at) for at in times]
table = pd.DataFrame([{"slot": f"{at:%Y-%m-%d %H:%M}", "area": area, **figures} for at in times for area in areas][:rows])

def ours(folder):
	file = Path(folder) / "bench.xlsx"
	table.to_excel(file, index=False)
	started = time.perf_counter()
	list(history.load(file, DOCTYPE))
	return time.perf_counter() - started

def clean():
	for doctype in (DOCTYPE, report_type.consolidated_type, "Report Obligation"):
		frappe.db.delete(doctype, {"slot": ["in", names]})
	for name in names:
		frappe.db.delete("Approval Decision", {"reference_name": ["like", name + "-%"]})
		frappe.db.delete("Report Explanation", {"parent": ["like", name + "-%"]})
	frappe.db.delete("Report Slot", {"name": ["in", names]})
	frappe.db.commit()

assert not frappe.db.exists(DOCTYPE, {"slot": ["in", names]}), "the days of the bench have reports"
try:
	with tempfile.TemporaryDirectory() as folder:
		seconds = ours(folder), seconds_a_row() * rows
finally:
	clean()
print(json.dumps([value * 1000 for value in seconds]))
"""


def data_import(portal: Portal) -> float:
	"""Milliseconds that the framework's Data Import takes for a report."""
	told = portal.inside(f"sample = {SAMPLE}\n{DATA_IMPORT}\nprint(seconds_a_row())")
	return float(told.splitlines()[-1]) * 1000


def run(portal: Portal) -> list[Result]:
	chosen = f"rows, sample, first = {ROWS}, {SAMPLE}, {FIRST_DAY!r}\n"
	ours, reference = json.loads(portal.inside(chosen + DATA_IMPORT + INSIDE).splitlines()[-1])
	note = f"Data Import of {SAMPLE} of them, scaled up"
	return [compared(f"workbook of {ROWS} reports, checked, stored", [ours], [reference], TARGET, note)]
