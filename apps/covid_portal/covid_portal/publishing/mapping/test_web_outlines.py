"""Outlines for the page: neighbours stay neighbours, no area is lost, and all together are small."""

import json
import re
import unittest

import numpy as np
import shapely
from shapely.geometry import MultiPoint, MultiPolygon, Polygon, box

from covid_portal.publishing.mapping.outline_files import under
from covid_portal.publishing.mapping.web_outlines import (
	WIDTH,
	centres_of,
	projection_of,
	web_outlines,
	without_slivers,
)

# Some way around a corner, so that there is something to simplify.
WEST, SOUTH, EAST, NORTH = 104.5, 19.3, 106.0, 20.6


def province(areas: int = 60) -> dict[str, MultiPolygon]:
	"""Cells around points that lie as if at random, with wavy borders that both sides share."""
	points = MultiPoint(
		[(WEST + (at * 0.618034) % 1 * 1.5, SOUTH + (at * 0.754878) % 1 * 1.3) for at in range(areas)]
	)
	frame = box(WEST, SOUTH, EAST, NORTH)
	cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=frame, ordered=True))
	clipped = [shapely.intersection(cell, frame, grid_size=1e-6) for cell in cells]
	return {str(at): MultiPolygon([wavy(cell)]) for at, cell in enumerate(clipped)}


def wavy(cell: Polygon) -> Polygon:
	dense = shapely.segmentize(cell, 0.01)
	return shapely.transform(dense, lambda at: at + 0.004 * np.sin(60 * at[:, ::-1]))


def polygons_of(path: str) -> MultiPolygon:
	"""What a browser would draw."""
	rings = []
	for text in re.findall(r"M([^z]+)z", path):
		numbers = [int(number) for number in re.findall(r"-?\d+", text)]
		steps = list(zip(numbers[::2], numbers[1::2], strict=True))
		x = y = 0
		ring = [(x := x + dx, y := y + dy) for dx, dy in steps]
		rings.append(Polygon(ring))
	return MultiPolygon(rings)


class TestWebOutlines(unittest.TestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.shapes = province()
		cls.wholes = {code: str(int(code) % 2) for code in cls.shapes}
		cls.full = web_outlines(cls.shapes, cls.wholes)
		cls.small = web_outlines(cls.shapes, cls.wholes, budget=12_000)

	def test_every_area_is_drawn_within_the_budget(self) -> None:
		self.assertEqual(list(self.small["areas"]), list(self.shapes))
		self.assertLessEqual(sum(map(len, self.small["areas"].values())), 12_000)
		self.assertGreater(sum(map(len, self.full["areas"].values())), 12_000)
		for path in self.small["areas"].values():
			self.assertRegex(path, r"^(M\d+,\d+l(-?\d+,-?\d+ ?)+z)+$")

	def test_simplifying_opens_no_gap_and_lays_no_area_on_another(self) -> None:
		drawn = [shapely.make_valid(polygons_of(path)) for path in self.small["areas"].values()]
		together = shapely.union_all(drawn)
		frame = together.convex_hull.area
		overlap = sum(shape.area for shape in drawn) - together.area
		gaps = sum(Polygon(hole).area for part in shapely.get_parts(together) for hole in part.interiors)
		self.assertLess(overlap / frame, 1e-4)
		self.assertLess(gaps / frame, 1e-4)

	def test_an_area_keeps_its_place_and_size(self) -> None:
		projection, height = projection_of(self.shapes)
		self.assertEqual((self.small["width"], self.small["height"]), (WIDTH, height))
		for code, shape in self.shapes.items():
			true = projection.project(shape)
			drawn = shapely.make_valid(polygons_of(self.small["areas"][code]))
			self.assertLess(drawn.symmetric_difference(true).area, 0.25 * true.area, code)

	def test_north_is_up_and_a_degree_of_latitude_is_longer_than_one_of_longitude(self) -> None:
		projection, _height = projection_of(self.shapes)
		x, y = projection.project(shapely.Point(WEST, NORTH)).coords[0]
		self.assertLess(max(abs(x), abs(y)), 0.05 * WIDTH)
		self.assertAlmostEqual(projection.across / projection.down, 0.94, places=2)

	def test_borders_are_those_of_the_parts_together(self) -> None:
		self.assertEqual(list(self.full["borders"]), ["0", "1"])
		parts = [
			polygons_of(self.full["areas"][code]).area for code in self.shapes if self.wholes[code] == "0"
		]
		self.assertAlmostEqual(polygons_of(self.full["borders"]["0"]).area / sum(parts), 1, places=1)

	def test_a_label_stands_inside_of_its_area(self) -> None:
		own = web_outlines(self.shapes, {})
		for code, place in own["labels"].items():
			self.assertTrue(polygons_of(own["areas"][code]).buffer(1).contains(shapely.Point(place)), code)

	def test_the_centre_of_an_area_lies_inside_of_it(self) -> None:
		horseshoe = Polygon([(0, 0), (9, 0), (9, 9), (6, 9), (6, 3), (3, 3), (3, 9), (0, 9)])
		shapes = {
			"square": box(105, 19, 106, 20),
			"horseshoe": shapely.transform(horseshoe, lambda xy: xy / 10 + (106, 19)),
			"ring": box(107, 19, 108, 20).difference(box(107.2, 19.2, 107.8, 19.8)),
			"islands": MultiPolygon([box(108.1, 19, 108.2, 19.1), box(108.2, 19.2, 109, 20)]),
			"speck": box(109, 19, 109.00001, 19.00001),
		}
		parts = {code: MultiPolygon(list(shapely.get_parts(shape))) for code, shape in shapes.items()}
		found = centres_of(web_outlines(parts, {}))
		for code, (latitude, longitude) in found.items():
			place = shapely.Point(longitude, latitude)
			self.assertLess(shapes[code].distance(place), 0.002, code)
		for code, place in {"square": (19.5, 105.5), "islands": (19.6, 108.6)}.items():
			for told, wanted in zip(found[code], place, strict=True):
				self.assertAlmostEqual(told, wanted, delta=0.002)

	def test_neighbours_drawn_a_hair_apart_or_with_other_corners_get_one_border(self) -> None:
		left = Polygon([(0, 0), (50, 0), (50, 100), (0, 100)])
		right = Polygon([(50.02, 0), (100, 0), (100, 100), (50.02, 100), (50.02, 40)])
		drawn = without_slivers([left, right])
		self.assertTrue(shapely.coverage_is_valid(drawn))
		self.assertEqual(len(shapely.get_parts(shapely.coverage_union_all(drawn))), 1)

	def test_an_area_smaller_than_a_step_is_still_there(self) -> None:
		speck = MultiPolygon([box(105.00001, 19.5, 105.00002, 19.50001)])
		web = web_outlines({**self.shapes, "speck": speck}, {})
		self.assertTrue(web["areas"]["speck"].startswith("M"))

	def test_the_ground_lies_under_the_areas(self) -> None:
		ground = web_outlines({"38": MultiPolygon([box(WEST - 0.5, SOUTH, EAST, NORTH)])}, {})
		laid = under(self.full, json.loads(json.dumps(ground)))
		a, _b, _c, d, e, f = map(float, laid["transform"][7:-1].split())
		left, _top, right, bottom = polygons_of(laid["path"]).bounds
		per_degree = self.full["scale"][0]
		self.assertAlmostEqual((right - left) * a / per_degree, EAST - WEST + 0.5, places=2)
		self.assertAlmostEqual(self.full["origin"][0] + (left * a + e) / per_degree, WEST - 0.5, places=2)
		self.assertAlmostEqual(
			self.full["origin"][1] - (bottom * d + f) / self.full["scale"][1], SOUTH, places=2
		)
