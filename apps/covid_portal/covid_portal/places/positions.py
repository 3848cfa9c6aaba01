"""Whether a position lies in the province: in the approved outlines' bounds, else around the centres of its areas."""

import json
from dataclasses import dataclass

import frappe
from frappe import _

from covid_portal.publishing.mapping.outline_files import COMMUNE, DISTRICT, LEVELS, PROVINCE, approved

AROUND_CENTRES = 0.35  # degrees: a district's centre lies less than this from the province's border
VIETNAM = (8.0, 102.0, 23.5, 117.9)  # with its islands; where nothing is known of the province
LARGEST_OUTLINE, MOST_POSITIONS = 200_000, 5_000
POLYGONS = ("Polygon", "MultiPolygon")


class OutsideProvince(frappe.ValidationError):
	"""A position that is none, or not one of the province."""


@dataclass(frozen=True)
class Bounds:
	"""Degrees in WGS 84."""

	south: float
	west: float
	north: float
	east: float

	def hold(self, latitude: float, longitude: float) -> bool:
		return self.south <= latitude <= self.north and self.west <= longitude <= self.east

	def __str__(self) -> str:
		return f"{self.south:.2f}–{self.north:.2f}, {self.west:.2f}–{self.east:.2f}"


def bounds() -> Bounds:
	"""Of the province that is published."""
	row = approved(PROVINCE) or approved(DISTRICT) or approved(COMMUNE)
	return of_outlines(json.loads(row.web)) if row else of_centres()


def of_outlines(web: dict) -> Bounds:
	(west, north), (across, down) = web["origin"], web["scale"]
	return Bounds(north - web["height"] / down, west, north, west + web["width"] / across)


def of_centres() -> Bounds:
	"""Of the largest parts of the province that have one: a commune's, entered wrongly, must not let others follow it."""
	area = frappe.qb.DocType("Area")
	known = frappe.qb.from_(area).where((area.latitude > 0) & (area.level > LEVELS[PROVINCE]))
	rows = known.select(area.level, area.latitude, area.longitude).run()
	if not rows:
		return Bounds(*VIETNAM)
	largest = min(rows)[0]
	latitudes, longitudes = zip(*(place for level, *place in rows if level == largest), strict=True)
	margin = AROUND_CENTRES
	return Bounds(
		min(latitudes) - margin, min(longitudes) - margin, max(latitudes) + margin, max(longitudes) + margin
	)


def require_inside(name: str, latitude: float | None, longitude: float | None) -> None:
	"""Raises OutsideProvince; 0 and 0 say that the position is not known."""
	if (problem := problem_of(latitude or 0, longitude or 0, bounds())) is not None:
		frappe.throw(f"{name}: {problem}", OutsideProvince)


def problem_of(latitude: float, longitude: float, within: Bounds) -> str | None:
	"""What is wrong with the position, None if nothing is."""
	if not latitude and not longitude:
		return None
	if within.hold(latitude, longitude):
		return None
	if within.hold(longitude, latitude):
		return _("latitude and longitude ({0}, {1}) have changed places.").format(latitude, longitude)
	return _("the position {0}, {1} lies outside of the province ({2}).").format(latitude, longitude, within)


# --- outlines


def require_outline(name: str, text: str) -> None:
	"""A Polygon or MultiPolygon in the province, closed and of a sensible size. Raises OutsideProvince."""
	if (problem := outline_problem(text, bounds())) is not None:
		frappe.throw(f"{name}: {problem}", OutsideProvince)


def outline_problem(text: str, within: Bounds) -> str | None:
	"""What is wrong with the outline, None if nothing is."""
	try:
		return problem_of_rings(text, within)
	except (ValueError, TypeError, KeyError, IndexError, RecursionError):
		return _("the outline is no Polygon or MultiPolygon in GeoJSON.")


def problem_of_rings(text: str, within: Bounds) -> str | None:
	if len(text) > LARGEST_OUTLINE:
		return _("the outline is larger than {0} kB.").format(LARGEST_OUTLINE // 1000)
	rings = rings_of(json.loads(text))
	if sum(map(len, rings)) > MOST_POSITIONS:
		return _("the outline has more than {0} positions.").format(MOST_POSITIONS)
	if any(len(ring) < 4 or ring[0] != ring[-1] for ring in rings):
		return _("a ring of the outline is not closed.")
	for longitude, latitude in (position[:2] for ring in rings for position in ring):
		if found := problem_of(float(latitude), float(longitude), within):
			return found
	return None


def rings_of(shape: dict) -> list[list]:
	if shape["type"] not in POLYGONS:
		raise ValueError(shape["type"])
	polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
	rings = [ring for polygon in polygons for ring in polygon]
	if not rings:
		raise ValueError("no ring")
	return rings
