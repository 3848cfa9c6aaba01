"""5,000 supply points by workbook, beside the same points saved one by one; then their lists and the map's layers as readers get
them, beside ping. What it writes it removes again, and builds anew what readers see."""

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
from covid_portal.places import importing, workbook
from covid_portal.publishing import snapshot
frappe.set_user("Administrator")
MARK = "Bench point"
kind = importing.kind_of("Supply Point")
def build():
	snapshot.rebuild(["covid_portal.places.published.files"], why="bench")
	frappe.db.commit()
	snapshot.build_waiting()
	frappe.db.commit()
"""
STORE = """
areas = frappe.get_all("Area", {"level": 3}, ["name", "parent_area"], order_by="name")
def point(number):
	return {"doctype": kind.doctype, "place_name": f"{MARK} {number}", "area": areas[number % len(areas)].name, "goods": "Gạo; Rau",
		"hours": "T2-CN 07:00-20:00", "latitude": 19.8 + number % 70 / 1000, "longitude": 105.7 + number % 90 / 1000}
book = load_workbook(io.BytesIO(workbook.template(kind)))
book.active.delete_rows(workbook.FIRST_ROW, book.active.max_row)
for number in range(rows):
	row = point(number)
	book.active.append([row.get(column) for column in kind.columns])
stream = io.BytesIO()
book.save(stream)
started = time.perf_counter()
result = importing.take_in(kind, workbook.read(stream.getvalue(), kind))
ours = time.perf_counter() - started
assert result.added == rows, result.problems[:3]
frappe.db.commit()
unit = importing.areas_to_write(kind.doctype)
started = time.perf_counter()
for number in range(rows, rows + sample):
	row = point(number)
	frappe.get_doc({**row, "unit": unit[row["area"]]}).insert()
reference = (time.perf_counter() - started) / sample * rows
frappe.db.rollback()
fields = frappe.get_doc(kind.doctype, {"place_name": f"{MARK} 0"}).CONTENT
pairs = ", ".join(f"'{field}', `{field}`" for field in fields)
frappe.db.sql(f"update `tabSupply Point` set published = json_object({pairs}), published_at = now(), workflow_state = 'Approved' where place_name like %s", MARK + "%")
build()
print(json.dumps([ours * 1000, reference * 1000, areas[0].parent_area]))
"""
CLEAN = """
frappe.db.delete(kind.doctype, {"place_name": ["like", MARK + "%"]})
build()
print("null")
"""


def run(portal: Portal) -> list[Result]:
	try:
		program = f"rows, sample = {ROWS}, {SAMPLE}\n{BEGIN}{STORE}"
		ours, reference, district = json.loads(portal.inside(program).splitlines()[-1])
		note = f"{SAMPLE} of them saved one by one, scaled up"
		stored = compared(
			f"workbook of {ROWS} places, checked, stored", [ours], [reference], TARGET, note, LIMIT
		)
		return [stored, *(read(portal, path.format(district)) for path in PATHS)]
	finally:
		portal.inside(BEGIN + CLEAN)


def read(portal: Portal, path: str) -> Result:
	guest = portal.guest()
	assert "Bench point" in guest.get(path).text or path == PATHS[0], path
	times = in_turn(lambda: guest.get(path), lambda: guest.get("/api/method/ping"), ROUNDS, SECONDS)
	name = f"{Path(path).name} with {ROWS} places"
	return compared(name, *times, READ_TARGET, "/api/method/ping", READ_LIMIT)
