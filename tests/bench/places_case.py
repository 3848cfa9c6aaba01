"""5,000 control places and as many supply points by workbook, beside the same saved one by one; then the points' lists and the map's
layers as readers get them, beside ping. What it writes it removes again, and builds anew what readers see."""

import json
from pathlib import Path

from measuring import Result, compared, in_turn
from portal import Portal

ROWS, SAMPLE = 5_000, 20
TARGET, LIMIT = 0.1, 15_000  # milliseconds
ROUNDS, SECONDS = 20, 8
READ_LIMIT, READ_TARGET = 100, 2.5
PATHS = (
	"/diem-cung-cap",
	"/diem-cung-cap/{0}",
	"/du-lieu-mo/v1/supply-points.json",
	"/du-lieu-mo/v1/places.geojson",
)
# Runs inside the bench's own environment, where the app can be imported.
BEGIN = """
import io, json, time
from openpyxl import load_workbook
from covid_portal.places import importing, own_places, workbook
from covid_portal.places.workbook_kinds import kind_of
from covid_portal.publishing import snapshot
frappe.set_user("Administrator")
MARK = "Bench point"
kind = kind_of("Supply Point")
control = kind_of("Control Place")
def build():
	snapshot.rebuild(["covid_portal.places.published.files"], why="bench")
	frappe.db.commit()
	snapshot.build_waiting()
	frappe.db.commit()
"""
STORE = """
areas = frappe.get_all("Area", {"level": 3}, ["name", "parent_area"], order_by="name")
own = {
	kind: {"goods": "Gạo; Rau", "hours": "T2-CN 07:00-20:00"},
	control: {"kind": "checkpoint", "valid_from": "2021-11-01", "valid_to": "2021-12-01", "decision": "1/QĐ-UBND"},
}
def place(kind, number):
	return {"doctype": kind.doctype, "place_name": f"{MARK} {number}", "area": areas[number % len(areas)].name, **own[kind],
		"latitude": 19.8 + number % 70 / 1000, "longitude": 105.7 + number % 90 / 1000}
def stored(kind):
	book = load_workbook(io.BytesIO(workbook.template(kind)))
	book.active.delete_rows(workbook.FIRST_ROW, book.active.max_row)
	for number in range(rows):
		row = place(kind, number)
		book.active.append([row.get(column) for column in kind.columns])
	stream = io.BytesIO()
	book.save(stream)
	started = time.perf_counter()
	result = importing.take_in(kind, workbook.read(stream.getvalue(), kind))
	ours = time.perf_counter() - started
	assert result.added == rows, result.problems[:3]
	frappe.db.commit()
	unit = own_places.areas_to_write(kind.doctype)
	started = time.perf_counter()
	for number in range(rows, rows + sample):
		row = place(kind, number)
		frappe.get_doc({**row, "unit": unit[row["area"]]}).insert()
	reference = (time.perf_counter() - started) / sample * rows
	frappe.db.rollback()
	return ours * 1000, reference * 1000
times = {kind.doctype: stored(kind) for kind in (control, kind)}
fields = frappe.get_doc(kind.doctype, {"place_name": f"{MARK} 0"}).CONTENT
pairs = ", ".join(f"'{field}', `{field}`" for field in fields)
frappe.db.sql(f"update `tabSupply Point` set published = json_object({pairs}), published_at = now(), workflow_state = 'Approved' where place_name like %s", MARK + "%")
build()
print(json.dumps([times, areas[0].parent_area]))
"""
CLEAN = """
for doctype in (kind.doctype, control.doctype):
	frappe.db.delete(doctype, {"place_name": ["like", MARK + "%"]})
build()
print("null")
"""


def run(portal: Portal) -> list[Result]:
	try:
		program = f"rows, sample = {ROWS}, {SAMPLE}\n{BEGIN}{STORE}"
		times, district = json.loads(portal.inside(program).splitlines()[-1])
		stored = [by_workbook(name, ours, reference) for name, (ours, reference) in times.items()]
		return [*stored, *(read(portal, path.format(district)) for path in PATHS)]
	finally:
		portal.inside(BEGIN + CLEAN)


def by_workbook(doctype: str, ours: float, reference: float) -> Result:
	name = f"workbook of {ROWS} places ({doctype}), checked, stored"
	note = f"{SAMPLE} of them saved one by one, scaled up"
	return compared(name, [ours], [reference], TARGET, note, LIMIT)


def read(portal: Portal, path: str) -> Result:
	guest = portal.guest()
	assert "Bench point" in guest.get(path).text or path == PATHS[0], path
	times = in_turn(lambda: guest.get(path), lambda: guest.get("/api/method/ping"), ROUNDS, SECONDS)
	name = f"{Path(path).name} with {ROWS} places"
	return compared(name, *times, READ_TARGET, "/api/method/ping", READ_LIMIT)
