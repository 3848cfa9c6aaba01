"""Which quarantine sites with free places are the nearest to a commune: for staff, of what is public of all of them."""

import math

import frappe
from frappe import _

from covid_portal.places import public_rows
from covid_portal.places.public_rows import Areas

EARTH = 6371  # km

Centre = tuple[float, float]  # latitude, longitude in degrees


def nearest_sites(area: str, with_free: bool = True) -> tuple[list[dict], str]:
	"""The sites by distance from the area, those of unknown position last: [{"site", "site_name", "area_name", "site_class",
	"status", "capacity", "free_at_least", "distance" in km or None}]; and a sentence on what it is measured from.

	`with_free`: without those that are full. Where nobody has said yet how many people are there, "free_at_least" is None."""
	areas = Areas.load()
	start = areas.with_centre(area)
	at = (start.latitude, start.longitude) if start else None
	rows = [
		row_of(site, at) for site in public_rows.sites(areas) if site["free_at_least"] != 0 or not with_free
	]
	rows.sort(key=lambda row: (row["distance"] is None, row["distance"] or 0, row["site"]))
	return rows, measured_from(areas.rows.get(area), start)


def row_of(site: dict, at: Centre | None) -> dict:
	known = at and site["latitude"]
	return {
		"site": site["id"],
		"site_name": site["name"],
		"area_name": site["area_name"],
		"site_class": _(site["class"].capitalize()),
		"status": _(site["status"].capitalize()),
		"capacity": site["capacity"],
		"free_at_least": site["free_at_least"],
		"distance": round(kilometres(at, (site["latitude"], site["longitude"])), 1) if known else None,
	}


def kilometres(one: Centre, other: Centre) -> float:
	"""As the crow flies."""
	(south, west), (north, east) = (tuple(map(math.radians, place)) for place in (one, other))
	part = math.sin((north - south) / 2) ** 2
	part += math.cos(south) * math.cos(north) * math.sin((east - west) / 2) ** 2
	return 2 * EARTH * math.asin(math.sqrt(part))


def measured_from(area: frappe._dict | None, start: frappe._dict | None) -> str:
	if not area or not start:
		return _("Where the area lies is not known: enter its centre, or have its outline approved.")
	measured = (
		_("Measured from the middle of the outline of {0}.")
		if start.centre_of_outline
		else _("Measured from the centre of {0}.")
	).format(start.full_name)
	if start is area:
		return measured
	return f"{_('Where the centre of {0} lies is not known.').format(area.full_name)} {measured}"
