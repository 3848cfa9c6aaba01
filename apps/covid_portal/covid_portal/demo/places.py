"""Illustrative places of the demo: some in every district, the same each time, all of them said to be made up.

Set-based, with the rows that approval and counting would have left on the documents themselves; no decisions are put on
record in anybody's name. People in the sites are those of the communes' reports, so that both agree: but for one site,
where they differ, and one that holds more than it has places for.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import frappe

from covid_portal.approval.vocabulary import APPROVED
from covid_portal.organisation.writers import insert_rows, new_names
from covid_portal.places.doctype.control_place.control_place import ControlPlace
from covid_portal.places.doctype.quarantine_site.quarantine_site import QuarantineSite, status_after
from covid_portal.places.doctype.supply_point.supply_point import SupplyPoint

CONTROLLERS = {
	"Quarantine Site": QuarantineSite,
	"Supply Point": SupplyPoint,
	"Control Place": ControlPlace,
}
MARK, MARK_EN = "(minh họa)", "(illustrative)"
SLOTS = 6  # whose counts the sites have
EARLIER = timedelta(days=20)
# Steps from a district's centre, in degrees: one for each of its places.
STEPS = (
	(0.012, 0.016),
	(-0.018, 0.022),
	(0.02, -0.014),
	(-0.011, -0.02),
	(0.028, 0.004),
	(-0.004, 0.03),
	(0.005, -0.03),
)
HOURS = ("T2-CN 06:00-20:00", "T2-T7 07:00-11:30, 13:30-18:00", "24/7")
STOCKS = ("In Stock", "Low", "In Stock", "Out of Stock")
STALE_EVERY, STALE_FOR = 9, timedelta(days=5)
DIFFERENT_BY = 7  # people
OVER_NOTE = "Một đợt người về cùng lúc, đang chuyển bớt sang khu khác (minh họa)."


def load(slots: list[str], now: datetime) -> int:
	"""Places for the districts that the site has, with counts for the newest of these slots, which have been consolidated.
	Returns how many places. Makes no build: the caller's follows."""
	made: dict[str, list[dict]] = {doctype: [] for doctype in CONTROLLERS}
	units, counted = units_in_charge(), people_in_quarantine(slots[-SLOTS:])
	for number, district in enumerate(districts(counted)):
		for doctype, row in places_of(number, district, now):
			row["unit"] = units.get((row["area"], "Government" if doctype == "Supply Point" else "Health"))
			made[doctype].append(row)
	made["Quarantine Site"] = [row for row in made["Quarantine Site"] if row["unit"]]
	counts = list(count_people(made["Quarantine Site"], counted, slots[-SLOTS:]))
	for doctype, rows in made.items():
		store(doctype, [row for row in rows if row["unit"]], now - EARLIER)
	columns = ["name", "site", "slot", "occupied", "capacity", "note", "area", "unit", "counted_at"]
	insert_rows("Quarantine Occupancy", columns, ([row[key] for key in columns] for row in counts))
	return sum(map(len, made.values()))


# --- what the site has


def districts(counted: dict[str, dict[str, int]]) -> Iterator[dict]:
	"""{"name", "name_en", "at": (latitude, longitude), "communes": [rows, most people in quarantine first]}"""
	fields = [
		"name",
		"area_name",
		"full_name",
		"full_name_en",
		"level",
		"parent_area",
		"latitude",
		"longitude",
	]
	areas = frappe.get_all("Area", fields=fields, order_by="lft")
	lowest = max((row.level for row in areas), default=0)
	for whole in areas:
		communes = [row for row in areas if row.parent_area == whole.name and row.level == lowest]
		if communes and whole.latitude:
			communes.sort(key=lambda row: (-max(counted.get(row.name, {}).values(), default=0), row.name))
			yield {
				"name": whole.area_name,
				"at": (whole.latitude, whole.longitude),
				"communes": communes,
			}


def units_in_charge() -> dict[tuple[str, str], str]:
	"""{(area, line): unit}"""
	rows = frappe.db.sql(
		"""select unit.area, type.line, unit.name from `tabUnit` unit join `tabUnit Type` type on type.name = unit.unit_type
		where unit.disabled = 0 order by unit.name desc"""
	)
	return {(area, line): name for area, line, name in rows}


def people_in_quarantine(slots: list[str]) -> dict[str, dict[str, int]]:
	"""{area: {slot: people}}, as the communes reported."""
	rows = frappe.get_all(
		"Consolidated Report",
		{"slot": ("in", slots)},
		["area", "slot", "quarantine_site_current"],
		as_list=True,
	)
	found: dict[str, dict[str, int]] = {}
	for area, slot, people in rows:
		found.setdefault(area, {})[slot] = people or 0
	return found


# --- what is made up


def places_of(number: int, district: dict, now: datetime) -> Iterator[tuple[str, dict]]:
	"""Seven places of a district, in its first communes."""
	communes = district["communes"]
	at = [(round(district["at"][0] + north, 5), round(district["at"][1] + east, 5)) for north, east in STEPS]
	for place, site_class in enumerate(("District", "Paid" if number % 3 == 0 else "Provincial")):
		yield "Quarantine Site", site(communes[place % len(communes)], site_class, at[place])
	for place, (name, english) in enumerate((("Chợ", "Market,"), ("Cửa hàng thiết yếu", "Essential goods,"))):
		commune = communes[(place + 2) % len(communes)]
		yield "Supply Point", point(number * 2 + place, name, english, commune, at[place + 2], now)
	kinds = (
		("lockdown", "checkpoint", "vaccination-site")
		if number % 2
		else ("test-site", "checkpoint", "health-facility")
	)
	for place, kind in enumerate(kinds):
		yield (
			"Control Place",
			control(number, kind, communes[(place + 4) % len(communes)], at[place + 4], now),
		)


def common(name: str, english: str, area: dict, at: tuple[float, float]) -> dict:
	return {
		"place_name": f"{name} {area.full_name[:1].lower()}{area.full_name[1:]} {MARK}",
		"place_name_en": f"{english} {area.full_name_en or area.full_name} {MARK_EN}",
		"area": area.name,
		"latitude": at[0],
		"longitude": at[1],
	}


def site(area: dict, site_class: str, at: tuple[float, float]) -> dict:
	is_paid = site_class == "Paid"
	name = (
		("Khách sạn cách ly", "Quarantine hotel,")
		if is_paid
		else ("Trường học làm khu cách ly", "School for quarantine,")
	)
	more = {"site_class": site_class, "fee": 800_000 if is_paid else 0, "status": "Receiving"}
	return {**common(*name, area, at), **more}


def point(number: int, name: str, english: str, area: dict, at: tuple[float, float], now: datetime) -> dict:
	return {
		**common(name, english, area, at),
		"goods": "Gạo\nRau, củ\nThịt, cá\nKhẩu trang",
		"goods_en": "Rice\nVegetables\nMeat and fish\nMasks",
		"hours": HOURS[number % len(HOURS)],
		"delivery": number % 2,
		"delivery_note": "Trong xã, trong ngày" if number % 2 else "",
		"stock": STOCKS[number % len(STOCKS)],
		"confirmed_at": now - (STALE_FOR if number % STALE_EVERY == 0 else timedelta(hours=5)),
	}


NAMES = {
	"lockdown": ("Vùng phong tỏa tại", "Lockdown area in"),
	"checkpoint": ("Chốt kiểm soát tại", "Checkpoint in"),
	"test-site": ("Điểm xét nghiệm tại", "Test site in"),
	"vaccination-site": ("Điểm tiêm chủng tại", "Vaccination site in"),
	"health-facility": ("Trạm y tế lưu động tại", "Mobile health station in"),
}


def control(number: int, kind: str, area: dict, at: tuple[float, float], now: datetime) -> dict:
	begins = (now - timedelta(days=3 + number % 5)).replace(minute=0, second=0, microsecond=0)
	decided = kind in ("lockdown", "checkpoint")
	row = {
		**common(*NAMES[kind], area, at),
		"kind": kind,
		"valid_from": begins,
		"valid_to": begins + timedelta(days=14) if decided else None,
		"decision": f"Quyết định minh họa số {number + 1}" if decided else "",
		"outline": outline(at) if kind == "lockdown" else None,
	}
	return {**row, "shown_from": row["valid_from"], "shown_until": row["valid_to"]}


def outline(at: tuple[float, float]) -> str:
	"""A block of some hundred metres."""
	north, east = at
	corners = ((-0.004, -0.005), (-0.003, 0.005), (0.004, 0.006), (0.005, -0.004), (-0.004, -0.005))
	ring = [[round(east + x, 5), round(north + y, 5)] for y, x in corners]
	return json.dumps({"type": "Polygon", "coordinates": [ring]})


# --- people in the sites


def count_people(sites: list[dict], counted: dict[str, dict[str, int]], slots: list[str]) -> Iterator[dict]:
	"""A count for each site and slot; the sites get their names, capacity and newest count. The second site of an area, in a
	small district, holds nobody."""
	times = dict(frappe.get_all("Report Slot", {"name": ("in", slots)}, ["name", "slot_time"], as_list=True))
	areas: set[str] = set()
	for number, (name, row) in enumerate(zip(new_names("Quarantine Site", len(sites)), sites, strict=True)):
		people = counted.get(row["area"], {}) if row["area"] not in areas else {}
		areas.add(row["area"])
		told = {slot: people.get(slot, 0) + (DIFFERENT_BY if number == 0 else 0) for slot in slots}
		newest, is_over = told[slots[-1]], number == 2 and told[slots[-1]] > 1
		capacity = newest - 1 if is_over else max(20, -(-max(told.values()) * 14 // 100) * 10)
		status = status_after(row["status"], capacity, None, newest)
		row.update(name=name, capacity=capacity, status=status, occupied=newest, occupied_at=times[slots[-1]])
		for slot in slots:
			yield {
				"name": f"{name}-{slot}",
				"site": name,
				"slot": slot,
				"occupied": told[slot],
				"capacity": capacity,
				"note": OVER_NOTE if told[slot] > capacity else None,
				"area": row["area"],
				"unit": row["unit"],
				"counted_at": times[slot] - timedelta(minutes=20),
			}


# --- storing


def store(doctype: str, rows: list[dict], at: datetime) -> None:
	"""As approved then."""
	names = new_names(doctype, len(rows))
	complete = [
		{"name": name, **row, "workflow_state": APPROVED, "published_at": at}
		for name, row in zip(names, rows, strict=True)
	]
	for row in complete:
		content = {field: row.get(field) for field in CONTROLLERS[doctype].CONTENT}
		row["published"] = frappe.as_json(content)
	columns = sorted({column for row in complete for column in row})
	insert_rows(doctype, columns, ([row.get(column) for column in columns] for row in complete))
