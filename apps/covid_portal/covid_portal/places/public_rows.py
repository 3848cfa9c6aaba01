"""Places as the public may know them: what was approved, what their unit says now, who may be called.

One query for each kind; approved content comes from `published`, never from the columns, which may be under change.

How many people are in a site is not said: the sites of a commune together are a figure of its situation report, which the
small-cell rule may withhold (publishing/suppression.py). Free places are said in steps, see `free_at_least`.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import frappe
from frappe.utils import cint, get_datetime

from covid_portal.places import hours
from covid_portal.places.doctype.quarantine_site.quarantine_site import CLOSED, FULL
from covid_portal.publishing.communes import threshold
from covid_portal.publishing.figures import with_zone

SITES, POINTS, CONTROL = "sites", "points", "control"
STEPS = (1, 5, 10, 20, 50, 100, 200, 500, 1000)  # of free places
PROVINCE, DISTRICT = 1, 2


@dataclass
class Areas:
	"""The areas there are, and which district each lies in."""

	rows: dict[str, frappe._dict] = field(default_factory=dict)

	@classmethod
	def load(cls) -> "Areas":
		fields = ["name", "full_name", "full_name_en", "parent_area", "level"]
		fields += ["latitude", "longitude", "centre_of_outline"]
		return cls({row.name: row for row in frappe.get_all("Area", fields=fields, order_by="lft")})

	def named(self, code: str) -> dict:
		row = self.rows.get(code) or frappe._dict(full_name=code)
		return {"name": row.full_name, "name_en": row.full_name_en or row.full_name}

	def district(self, code: str) -> str:
		"""Of an area of the province's own, the province."""
		row = self.rows.get(code)
		while row and (row.level or 0) > DISTRICT and row.parent_area:
			row = self.rows.get(row.parent_area)
		return row.name if row else code

	def communes(self) -> list[dict]:
		"""[{"code", "name", "name_en", "communes": [{"code", "name", "name_en"}]}] of the districts, in their order."""
		groups: dict[str, dict] = {}
		for row in self.rows.values():
			if (row.level or 0) > DISTRICT:
				above = self.rows.get(self.district(row.name)) or row
				district = {"code": above.name, **self.named(above.name), "communes": []}
				commune = {"code": row.name, **self.named(row.name)}
				groups.setdefault(above.name, district)["communes"].append(commune)
		return list(groups.values())

	def with_centre(self, code: str) -> frappe._dict | None:
		"""The area, or the nearest one around it whose centre is known."""
		row = self.rows.get(code)
		while row and not row.latitude:
			row = self.rows.get(row.parent_area)
		return row


def approved_rows(doctype: str, columns: tuple[str, ...], condition: str = "1 = 1") -> list[frappe._dict]:
	"""The approved content of each place with the given columns as they are now, by name of the place."""
	chosen = ", ".join(f"`{column}`" for column in ("name", "published", "published_at", *columns))
	rows = frappe.db.sql(
		f"select {chosen} from `tab{doctype}` where published_at is not null and {condition} order by name",
		as_dict=True,
	)
	found = [frappe._dict({**json.loads(row.published), **row}) for row in rows]
	return sorted(found, key=lambda row: (row.area, row.place_name, row.name))


def common(row: dict, areas: Areas) -> dict:
	return {
		"id": row.name,
		"name": row.place_name,
		"name_en": row.place_name_en or row.place_name,
		"area": row.area,
		"area_name": areas.named(row.area)["name"],
		"area_name_en": areas.named(row.area)["name_en"],
		"district": areas.district(row.area),
		"address": row.address or "",
		"latitude": row.latitude or None,
		"longitude": row.longitude or None,
		"contact": contact(row),
		"approved_at": with_zone(get_datetime(row.published_at)),
	}


def contact(row: dict) -> dict | None:
	"""The person, where the place says that the public may know."""
	if not cint(row.contact_public) or not (row.contact_name or row.contact_phone):
		return None
	return {"name": row.contact_name or "", "phone": row.contact_phone or ""}


def sites(areas: Areas) -> list[dict]:
	"""Sites that are not closed. `free_at_least` is null where nobody has said yet how many people are there."""
	columns = ("status", "occupied", "occupied_at")
	rows = approved_rows("Quarantine Site", columns, f"status != {frappe.db.escape(CLOSED)}")
	small = threshold()
	return [site(row, areas, small) for row in rows]


def site(row: dict, areas: Areas, small: int) -> dict:
	known = row.occupied_at is not None
	free = free_at_least(row.capacity, row.occupied, small) if known else None
	return {
		**common(row, areas),
		"class": row.site_class.lower(),
		"status": row.status.lower(),
		"capacity": row.capacity,
		"free_at_least": 0 if row.status == FULL else free,
		"counted_at": with_zone(get_datetime(row.occupied_at)) if known else None,
		"fee": row.fee or None,
	}


def free_at_least(capacity: int, occupied: int, small: int) -> int:
	"""A step that so many free places reach; 0: none is free. What is below 2 × `small` - 1, the small-cell threshold, gives the
	same step as that: no small figure is told from another, nor from none."""
	if occupied >= capacity:
		return 0
	free = max(capacity - max(occupied, 2 * small - 1), 1)
	return max(step for step in STEPS if step <= free)


def points(areas: Areas, now: datetime) -> list[dict]:
	before = now - timedelta(days=stale_after_days())
	rows = approved_rows("Supply Point", ("stock", "confirmed_at"), "stock != 'Closed'")
	return [point(row, areas, before) for row in rows]


def point(row: dict, areas: Areas, before: datetime) -> dict:
	return {
		**common(row, areas),
		"goods": lines(row.goods),
		"goods_en": lines(row.goods_en) or lines(row.goods),
		"prices": lines(row.price_list),
		"stock": row.stock.lower().replace(" ", "-"),
		"hours": row.hours or "",
		"hours_en": hours.in_english(row.hours or ""),
		"open": hours.spans(row.hours or ""),
		"delivery": bool(cint(row.delivery)),
		"delivery_note": row.delivery_note or "",
		"phone": row.phone or "",
		"order_link": row.order_link or None,
		"confirmed_at": with_zone(get_datetime(row.confirmed_at)),
		"stale": get_datetime(row.confirmed_at) < before,
	}


def stale_after_days() -> int:
	return cint(frappe.db.get_single_value("Places Settings", "stale_after_days")) or 3


def lines(text: str | None) -> list[str]:
	return [line.strip() for line in (text or "").splitlines() if line.strip()]


def control(areas: Areas, now: datetime) -> list[dict]:
	"""Places of public kinds, in force now."""
	kinds = {row.name: row for row in frappe.get_all("Control Place Kind", {"is_public": 1}, ["*"])}
	rows = approved_rows("Control Place", ())
	return [
		control_row(row, areas, kinds[row.kind]) for row in rows if row.kind in kinds and in_force(row, now)
	]


def in_force(row: dict, now: datetime) -> bool:
	return get_datetime(row.valid_from) <= now and not (row.valid_to and get_datetime(row.valid_to) < now)


def control_row(row: dict, areas: Areas, kind: dict) -> dict:
	return {
		**common(row, areas),
		"kind": kind.name,
		"kind_name": kind.kind_name,
		"kind_name_en": kind.kind_name_en or kind.kind_name,
		"sequence": kind.sequence,
		"from": with_zone(get_datetime(row.valid_from)),
		"to": with_zone(get_datetime(row.valid_to)) if row.valid_to else None,
		"decision": row.decision or "",
		"link": row.link or None,
		"note": row.note or "",
		"note_en": row.note_en or row.note or "",
		"outline": json.loads(row.outline) if row.outline else None,
	}
