"""An uploaded GeoJSON file read with suspicion: what it may hold, and in which sentence it is refused.

Of a feature the geometry and the one property that holds the area's code are kept, and the code only where it is one of the
codes expected; every other property is dropped. So nothing that the file says in words reaches a page. A file with a script in
its properties is refused all the same: somebody has tampered with it.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import frappe
import shapely
from frappe import _
from shapely import STRtree
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.validation import explain_validity

MEGABYTE = 1024 * 1024
MOST_BYTES = 20 * MEGABYTE
MOST_VERTICES = 500_000
WEST, SOUTH, EAST, NORTH = 100.0, 6.0, 118.0, 24.5  # Vietnam with its islands, in degrees
WGS84 = (
	"urn:ogc:def:crs:OGC:1.3:CRS84",
	"urn:ogc:def:crs:OGC::CRS84",
	"urn:ogc:def:crs:EPSG::4326",
	"EPSG:4326",
)
# What GEOS says of an outline that is not sound.
UNSOUND = {
	"Self-intersection": lambda: _("it crosses itself"),
	"Ring Self-intersection": lambda: _("one of its rings touches itself"),
	"Hole lies outside shell": lambda: _("a hole lies outside of it"),
	"Holes are nested": lambda: _("a hole lies in another one"),
	"Nested shells": lambda: _("one of its parts lies in another"),
	"Interior is disconnected": lambda: _("a hole cuts it in two"),
	"Duplicate Rings": lambda: _("one of its rings is there twice"),
}
FARTHEST = 0.3  # degrees, some 30 km, that an outline may lie from the centre known of its area
MOST_OVERLAP = 0.02  # of the smaller of two neighbours
NAMED = 8  # that many codes or features a sentence lists
SHAPES = ("Polygon", "MultiPolygon")
# What a browser would run. Plain markup is not: files made of KML describe their areas in it.
SCRIPT = re.compile(
	r"<\s{0,9}(?:script|iframe|object|embed)\b|<[^<>]{1,200}\son[a-z]{3,20}\s{0,9}=|(?:java|vb)script\s{0,9}:",
	re.IGNORECASE,
)


class BadOutline(frappe.ValidationError):
	"""The file is not used; the message says which feature and what is wrong."""


@dataclass(frozen=True)
class Expected:
	"""The codes of the areas that a file may outline, and the centres (longitude, latitude) known of some."""

	codes: frozenset[str]
	centres: dict[str, tuple[float, float]]


def read(path: str | Path, code_property: str | None, expected: Expected) -> dict[str, MultiPolygon]:
	"""{code: outline in degrees}. Raises BadOutline."""
	features = read_features(path)
	codes = codes_of(features, code_property or property_of_codes(features, expected.codes))
	check_codes(codes, expected.codes)
	check_scripts(features)
	shapes = {
		code: outline(name_of(at, code), row)
		for at, (code, row) in enumerate(zip(codes, features, strict=True), 1)
	}
	check_vertices(shapes)
	check_places(shapes, expected.centres)
	check_overlaps(shapes)
	return shapes


def refuse(sentence: str, *values: object) -> None:
	frappe.throw(sentence.format(*values), BadOutline)


def name_of(number: int, code: str) -> str:
	return _("Feature {0} ({1})").format(number, code)


# --- the file


def read_features(path: str | Path) -> list[dict]:
	"""The features of a file that is one FeatureCollection in longitude and latitude."""
	data = load(path)
	if not isinstance(data, dict) or data.get("type") != "FeatureCollection":
		kind = data.get("type") if isinstance(data, dict) else type(data).__name__
		refuse(_("The file holds no FeatureCollection but {0}."), shown(kind))
	check_projection(data.get("crs"))
	features = data.get("features")
	if not isinstance(features, list) or not features:
		refuse(_("The file has no features."))
	for number, feature in enumerate(features, 1):
		if not isinstance(feature, dict) or feature.get("type") != "Feature":
			refuse(_("Entry {0} of the file is not a feature."), number)
	return features


def load(path: str | Path) -> object:
	"""The file's JSON. Its size is asked of the disk first: a file that is too large is never read."""
	size = Path(path).stat().st_size
	if size > MOST_BYTES:
		megabytes = f"{size / MEGABYTE:.0f}"
		refuse(
			_("The file has {0} MB; at most {1} MB are read. Simplify it first."),
			megabytes,
			MOST_BYTES // MEGABYTE,
		)
	try:
		return json.loads(Path(path).read_bytes().decode("utf-8-sig"), parse_constant=no_number)
	except (ValueError, RecursionError) as error:
		refuse(_("The file is not JSON: {0}"), shown(error))


def no_number(name: str) -> None:
	raise ValueError(name)


def shown(value: object) -> str:
	"""What a stranger's file says, as part of a sentence: short, and without markup."""
	return frappe.utils.escape_html(str(value)[:60])


def check_projection(crs: object) -> None:
	"""GeoJSON is in WGS 84; older files may say so, or that they are in something else."""
	if crs is None:
		return
	properties = crs.get("properties") if isinstance(crs, dict) else None
	name = properties.get("name") if isinstance(properties, dict) else crs
	if name not in WGS84:
		refuse(
			_("The file is in the projection {0}. Save it in WGS 84, longitude and latitude (EPSG:4326)."),
			shown(name),
		)


def check_scripts(features: list[dict]) -> None:
	for number, feature in enumerate(features, 1):
		for name, value in properties(feature).items():
			if SCRIPT.search(f"{name} {value}"):
				refuse(
					_(
						"Feature {0} has a script in its property {1}. Use the file as its publisher issued it."
					),
					number,
					shown(name),
				)


# --- codes


def property_names(features: list[dict]) -> list[str]:
	"""Names of the properties that all features have, most telling first: those with a value of their own in each."""
	common = set.intersection(*(set(properties(row)) for row in features))
	different = {name: len({str(properties(row)[name]) for row in features}) for name in common}
	return sorted(common, key=lambda name: (-different[name], name))


def properties(feature: dict) -> dict:
	found = feature.get("properties")
	return found if isinstance(found, dict) else {}


def property_of_codes(features: list[dict], expected: frozenset[str]) -> str:
	"""The property that holds the most of the codes expected."""
	counts = {
		name: sum(as_code(properties(row)[name]) in expected for row in features)
		for name in property_names(features)
	}
	best = max(counts, key=lambda name: counts[name], default=None)
	if best is None or not counts[best]:
		names = ", ".join(shown(name) for name in list(counts)[:NAMED]) or _("none")
		refuse(
			_(
				"No property of the features holds official area codes. Properties: {0}. Name the one with the code."
			),
			names,
		)
	return best


def codes_of(features: list[dict], code_property: str) -> list[str]:
	without = [
		str(number)
		for number, row in enumerate(features, 1)
		if as_code(properties(row).get(code_property)) is None
	]
	if without:
		refuse(_("Features without the property {0}: {1}."), shown(code_property), listed(without))
	return [as_code(properties(row)[code_property]) for row in features]


def as_code(value: object) -> str | None:
	"""A code as text: files often keep them as numbers. None for what cannot be one."""
	if isinstance(value, bool) or not isinstance(value, int | float | str):
		return None
	if isinstance(value, float):
		return str(int(value)) if value.is_integer() else None
	return str(value).strip() or None


def check_codes(codes: list[str], expected: frozenset[str]) -> None:
	unknown = [shown(code) for code in dict.fromkeys(codes) if code not in expected]
	if unknown:
		refuse(_("Codes of no area of this level: {0}."), listed(unknown))
	twice = [code for code, times in Counter(codes).items() if times > 1]
	if twice:
		refuse(
			_("Codes that several features have: {0}. Join their parts to one MultiPolygon each."),
			listed(twice),
		)


def listed(texts: list[str]) -> str:
	"""The first of them, and how many more there are."""
	if len(texts) <= NAMED:
		return ", ".join(texts)
	return _("{0} and {1} more").format(", ".join(texts[:NAMED]), len(texts) - NAMED)


# --- geometry


def outline(name: str, feature: dict) -> MultiPolygon:
	"""The feature's geometry, found sound."""
	geometry = feature.get("geometry")
	if not isinstance(geometry, dict) or not geometry.get("coordinates"):
		refuse(_("{0} has no geometry."), name)
	if geometry.get("type") not in SHAPES:
		refuse(
			_("{0} is a {1}; an outline is a Polygon or a MultiPolygon."), name, shown(geometry.get("type"))
		)
	parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
	polygons = [Polygon(rings[0], rings[1:]) for rings in checked_parts(name, parts)]
	shape = MultiPolygon(polygons)
	if not shape.is_valid:
		refuse(_("{0} has an outline that is not sound: {1}."), name, what_is_wrong(shape))
	return shape


def what_is_wrong(shape: MultiPolygon) -> str:
	"""In the reader's language, with the place: "it crosses itself (105.5 19.5)"."""
	reason, _bracket, place = explain_validity(shape).partition("[")
	said = UNSOUND[reason]() if reason in UNSOUND else reason
	return f"{said} ({place.rstrip(']')})"


def checked_parts(name: str, parts: object) -> Iterator[list[list[tuple[float, float]]]]:
	if not isinstance(parts, list):
		refuse(_("{0} has coordinates that are no lists of positions."), name)
	for part in parts:
		if not isinstance(part, list) or not part:
			refuse(_("{0} has a part without a ring."), name)
		yield [checked_ring(name, ring) for ring in part]


def checked_ring(name: str, ring: object) -> list[tuple[float, float]]:
	if not isinstance(ring, list) or len(ring) < 4:
		refuse(_("{0} has a ring of fewer than four positions."), name)
	positions = [checked_position(name, position) for position in ring]
	if positions[0] != positions[-1]:
		refuse(
			_("{0} has a ring that is not closed: it begins at {1} and ends at {2}."),
			name,
			positions[0],
			positions[-1],
		)
	return positions


def checked_position(name: str, position: object) -> tuple[float, float]:
	numbers = position[:2] if isinstance(position, list) else []
	if len(numbers) < 2 or any(
		isinstance(value, bool) or not isinstance(value, int | float) for value in numbers
	):
		refuse(_("{0} has a position that is not longitude and latitude: {1}."), name, shown(position))
	x, y = numbers
	if not (WEST <= x <= EAST and SOUTH <= y <= NORTH):
		refuse(
			_(
				"{0} lies at {1}, outside of Vietnam ({2}). Is the file in degrees of WGS 84, not in metres of VN-2000, longitude first?"
			),
			name,
			f"{x:g}, {y:g}",
			f"{WEST:g}–{EAST:g} E, {SOUTH:g}–{NORTH:g} N",
		)
	return float(x), float(y)


def check_vertices(shapes: dict[str, MultiPolygon]) -> None:
	total = int(shapely.get_num_coordinates(list(shapes.values())).sum())
	if total > MOST_VERTICES:
		refuse(
			_("The file has {0} positions; at most {1} are taken. Simplify it first."), total, MOST_VERTICES
		)


def check_places(shapes: dict[str, MultiPolygon], centres: dict[str, tuple[float, float]]) -> None:
	"""Codes that were mixed up, or coordinates of elsewhere, show where an area's centre is known."""
	far = [
		code
		for code, shape in shapes.items()
		if code in centres and shape.distance(Point(centres[code])) > FARTHEST
	]
	if far:
		refuse(_("Outlines that lie far from where their areas are: {0}. Are the codes right?"), listed(far))


def check_overlaps(shapes: dict[str, MultiPolygon]) -> None:
	"""Neighbours share a border; a sliver is a matter of precision, more than that is a mistake."""
	codes, geometries = list(shapes), list(shapes.values())
	tree = STRtree(geometries)
	for one, other in zip(*tree.query(geometries, predicate="intersects"), strict=True):
		if one >= other:
			continue
		common = geometries[one].intersection(geometries[other]).area
		if common > MOST_OVERLAP * min(geometries[one].area, geometries[other].area):
			refuse(_("The outlines of {0} and {1} lie on one another."), codes[one], codes[other])
