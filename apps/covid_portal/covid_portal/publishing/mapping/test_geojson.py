"""An uploaded file is used only if it is sound, and refused in a sentence that says where it is not."""

import json
import random
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import frappe
from frappe.tests.utils import FrappeTestCase

from covid_portal.publishing.mapping import geojson

Ring = list[list[float]]
CODES = ("384", "385", "386", "387")
EXPECTED = geojson.Expected(frozenset(CODES), {"384": (105.5, 19.5), "385": (106.5, 19.5)})


def square(x: float, y: float, size: float = 1) -> Ring:
	return [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]


def feature(code: object, *rings: Ring, **more: object) -> dict:
	return {
		"type": "Feature",
		"properties": {"ma": code, "ten": "Huyện"},
		"geometry": {"type": "Polygon", "coordinates": list(rings)},
		**more,
	}


def collection(*features: object, **more: object) -> dict:
	return {"type": "FeatureCollection", "features": list(features), **more}


def four() -> list[dict]:
	"""Four squares, two and two beside each other."""
	places = ((105, 19), (106, 19), (105, 20), (106, 20))
	return [feature(code, square(*place)) for code, place in zip(CODES, places, strict=True)]


class GeojsonCase(FrappeTestCase):
	def setUp(self) -> None:
		super().setUp()
		frappe.local.lang = "en"
		self.path = Path(self.enterContext(tempfile.TemporaryDirectory())) / "areas.geojson"

	def read(self, content: object, code_property: str | None = None) -> dict:
		data = content if isinstance(content, bytes) else json.dumps(content).encode()
		self.path.write_bytes(data)
		return geojson.read(self.path, code_property, EXPECTED)

	def refused(self, content: object, *words: str, code_property: str | None = None) -> str:
		with self.assertRaises(geojson.BadOutline) as caught:
			self.read(content, code_property)
		frappe.clear_messages()
		for word in words:
			self.assertIn(word, str(caught.exception))
		return str(caught.exception)

	def changed(self, change: Callable[[list[dict]], object]) -> dict:
		"""The four squares with one change."""
		features = four()
		change(features)
		return collection(*features)


class TestWhatIsTaken(GeojsonCase):
	def test_outlines_by_code_and_nothing_else_of_the_file(self) -> None:
		shapes = self.read(collection(*four()))
		self.assertEqual(list(shapes), list(CODES))
		self.assertEqual(shapes["384"].bounds, (105, 19, 106, 20))

	def test_the_property_with_the_codes_is_found_and_may_hold_numbers(self) -> None:
		features = [
			{**row, "properties": {"STT": at, "GSO": int(code)}}
			for at, (row, code) in enumerate(zip(four(), CODES, strict=True))
		]
		self.assertEqual(list(self.read(collection(*features))), list(CODES))
		self.refused(collection(*features), "0, 1, 2, 3", code_property="STT")

	def test_parts_holes_heights_a_mark_at_the_beginning_and_wgs84_by_its_name(self) -> None:
		island = {"type": "MultiPolygon", "coordinates": [[square(105, 19)], [square(107, 19.2, 0.1)]]}
		lake = [*square(105, 20), [*square(105.2, 20.2, 0.1)]]
		features = four()
		features[0]["geometry"] = island
		features[2]["geometry"]["coordinates"] = [[[*point, 12.5] for point in lake[:5]], lake[5]]
		named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
		content = b"\xef\xbb\xbf" + json.dumps(collection(*features, crs=named)).encode()
		shapes = self.read(content)
		self.assertEqual(len(shapes["384"].geoms), 2)
		self.assertAlmostEqual(shapes["386"].area, 0.99)

	def test_markup_in_a_property_is_dropped_with_it(self) -> None:
		features = self.changed(lambda rows: rows[0]["properties"].update(ten="<b>Mường Lát</b> on = 1"))
		self.assertNotIn("<b>", str(self.read(features)))

	def test_fewer_areas_than_there_are_will_do(self) -> None:
		self.assertEqual(list(self.read(collection(*four()[:2]))), ["384", "385"])


class TestTheFile(GeojsonCase):
	def test_a_script_in_a_property_names_feature_and_property(self) -> None:
		scripts = (
			"<script>alert(1)</script>",
			"<img src=x onerror=alert(1)>",
			"< IFRAME src=//x>",
			{"link": ["JavaScript :alert(1)"]},
		)
		for script in scripts:
			content = self.changed(lambda rows, script=script: rows[2]["properties"].update(ten=script))
			self.assertNotIn("alert", self.refused(content, "Feature 3", "property ten"))

	def test_what_is_not_json(self) -> None:
		for content in (b"", b"\xff\xfe", b"{", b"[1, NaN]", b"[" * 100_000, b'{"type": "FeatureColl'):
			self.refused(content, "is not JSON")

	def test_what_is_no_feature_collection(self) -> None:
		for content, kind in (([], "list"), ({"type": "Topology"}, "Topology"), (feature("384"), "Feature")):
			self.refused(content, "no FeatureCollection", kind)
		self.refused(collection(), "no features")
		self.refused({"type": "FeatureCollection", "features": {"a": 1}}, "no features")
		self.refused(collection(four()[0], "x"), "Entry 2")

	def test_a_file_that_is_too_large_is_not_even_opened(self) -> None:
		with open(self.path, "wb") as file:
			file.truncate(200 * geojson.MEGABYTE)
		with patch.object(Path, "read_bytes", side_effect=AssertionError("read")):
			with self.assertRaises(geojson.BadOutline) as caught:
				geojson.read(self.path, None, EXPECTED)
		frappe.clear_messages()
		self.assertIn("200 MB; at most 20 MB", str(caught.exception))

	def test_too_many_positions(self) -> None:
		with patch.object(geojson, "MOST_VERTICES", 19):
			self.refused(collection(*four()), "20 positions; at most 19")

	def test_another_projection_by_name_and_by_its_numbers(self) -> None:
		for crs in ({"type": "name", "properties": {"name": "EPSG:3405"}}, "EPSG:3405", {"properties": [1]}):
			self.refused(collection(*four(), crs=crs), "WGS 84")
		self.refused(
			self.changed(lambda rows: rows[1].update(feature("385", square(566_000, 2_190_000)))),
			"Feature 2 (385)",
		)
		swapped = self.changed(lambda rows: rows[0].update(feature("384", square(19, 105))))
		self.refused(swapped, "Feature 1 (384) lies at 19, 105", "longitude first?")

	def test_markup_in_a_file_is_never_markup_in_the_sentence(self) -> None:
		script = "<img src=x onerror=alert(1)>"
		sentences = [
			self.refused({"type": script}, "no FeatureCollection"),
			self.refused(collection(*four(), crs=script), "projection"),
			self.refused(self.changed(lambda rows: rows[0]["properties"].update(ma=script)), "no area"),
			self.refused(collection(feature("384", [[script, 1]] * 4)), "not longitude and latitude"),
			self.refused(collection({**feature("x"), "properties": {script: 1}}), "No property"),
		]
		for sentence in sentences:
			self.assertNotIn("<img", sentence)


class TestCodes(GeojsonCase):
	def test_codes_of_no_area_are_named(self) -> None:
		content = self.changed(
			lambda rows: [
				row["properties"].update(ma=code) for row, code in zip(rows[1:3], ("99", "x"), strict=True)
			]
		)
		self.refused(content, "no area of this level: 99, x")

	def test_features_without_a_code_are_named(self) -> None:
		self.refused(
			self.changed(lambda rows: rows[2]["properties"].pop("ma")), "property ma: 3", code_property="ma"
		)
		self.refused(
			self.changed(lambda rows: rows[1]["properties"].update(ma=" ")),
			"property ma: 2",
			code_property="ma",
		)
		self.refused(
			self.changed(lambda rows: rows[3].update(properties=None)), "property ma: 4", code_property="ma"
		)

	def test_a_code_twice_is_named(self) -> None:
		self.refused(
			self.changed(lambda rows: rows[3]["properties"].update(ma="384")), "several features have: 384"
		)

	def test_where_no_property_holds_codes_they_are_listed(self) -> None:
		content = self.changed(lambda rows: [row["properties"].pop("ma") for row in rows])
		self.refused(content, "No property", "Properties: ten")

	def test_many_are_counted_and_some_named(self) -> None:
		features = [feature(f"x{number}", square(105, 19)) for number in range(30)] + four()
		self.refused(collection(*features), "x0, x1", "and 22 more")


class TestRings(GeojsonCase):
	def one(self, *rings: Ring) -> dict:
		return self.changed(lambda rows: rows[0]["geometry"].update(coordinates=list(rings)))

	def test_a_ring_that_crosses_itself(self) -> None:
		bow = [[105, 19], [106, 20], [106, 19], [105, 20], [105, 19]]
		self.refused(self.one(bow), "Feature 1 (384)", "it crosses itself (105.5 19.5)")

	def test_a_ring_that_is_open_or_too_short(self) -> None:
		self.refused(self.one(square(105, 19)[:4]), "Feature 1 (384)", "not closed", "(105.0, 20.0)")
		self.refused(self.one(square(105, 19)[:3]), "fewer than four positions")
		self.refused(self.one([]), "fewer than four positions")

	def test_a_hole_outside_of_its_ring(self) -> None:
		self.refused(
			self.one(square(105, 19), square(107, 19, 0.1)), "Feature 1 (384)", "a hole lies outside of it"
		)

	def test_a_geometry_that_is_none(self) -> None:
		for geometry in (None, {}, {"type": "Polygon", "coordinates": []}, "x"):
			self.refused(
				self.changed(lambda rows, it=geometry: rows[0].update(geometry=it)),
				"Feature 1 (384) has no geometry",
			)
		for coordinates in ("x", {"a": 1}, [1], [[]], [[[]]]):
			geometry = {"type": "MultiPolygon", "coordinates": coordinates}
			self.refused(
				self.changed(lambda rows, it=geometry: rows[0].update(geometry=it)), "Feature 1 (384)"
			)

	def test_a_line_or_a_point_is_no_outline(self) -> None:
		line = {"type": "LineString", "coordinates": square(105, 19)}
		self.refused(self.changed(lambda rows: rows[0].update(geometry=line)), "is a LineString")

	def test_positions_that_are_no_numbers(self) -> None:
		for position in ([105], ["105", 19], [True, 19], None, [[105], 19]):
			ring = [[105, 19], position, [106, 20], [105, 19]]
			self.assertIn("384", self.refused(self.one(ring)))

	def test_a_number_beyond_all_bounds(self) -> None:
		content = json.dumps(self.one(square(105, 19))).replace("[105, 19]", "[1e999, 19]").encode()
		self.refused(content, "Feature 1 (384) lies at inf")

	def test_of_many_random_rings_exactly_those_that_cross_themselves_are_refused(self) -> None:
		chance = random.Random(4800)
		counts = {True: 0, False: 0}
		for _number in range(400):
			points = [[105 + chance.random(), 19 + chance.random()] for _point in range(chance.randint(3, 6))]
			ring = [*points, points[0]]
			crosses = crosses_itself(ring)
			counts[crosses] += 1
			content = collection(feature("386", ring))
			if crosses:
				self.refused(content, "crosses itself")
			else:
				self.assertEqual(list(self.read(content)), ["386"])
		self.assertGreater(min(counts.values()), 50)


def crosses_itself(ring: Ring) -> bool:
	"""By trying every two sides that do not meet in a corner."""
	sides = list(pairwise(ring))
	last = len(sides) - 1
	return any(
		cross(*sides[one], *sides[other])
		for one in range(len(sides))
		for other in range(one + 2, len(sides))
		if (one, other) != (0, last)
	)


def cross(a: list, b: list, c: list, d: list) -> bool:
	def side(p: list, q: list, r: list) -> bool:
		return (q[0] - p[0]) * (r[1] - p[1]) > (q[1] - p[1]) * (r[0] - p[0])

	return side(a, b, c) != side(a, b, d) and side(c, d, a) != side(c, d, b)


class TestPlaces(GeojsonCase):
	def test_outlines_with_mixed_up_codes_lie_far_from_their_areas(self) -> None:
		far = collection(feature("384", square(108, 12)), *four()[1:])
		self.refused(far, "far from where their areas are: 384")

	def test_neighbours_lie_beside_each_other_and_not_on_each_other(self) -> None:
		self.refused(
			collection(*four()[:2], feature("386", square(105.5, 19.2))), "384 and 386 lie on one another"
		)
		self.read(collection(*four()[:2], feature("386", square(105.0, 19.999))))
