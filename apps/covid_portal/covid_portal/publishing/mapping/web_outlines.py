"""Outlines made fit for a page: simplified together, so that neighbours keep one border, and drawn on a small whole-number
grid.

Projection: equirectangular, true to scale at the middle latitude (x = longitude × cos φ, y = −latitude), which for one
province differs from a conformal one by less than a line's width. `origin` and `step` in the file turn grid into degrees.
"""

import math
import re
from dataclasses import dataclass
from itertools import accumulate, pairwise

import shapely
from shapely import STRtree, affinity
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

WIDTH = 3000  # of the grid, in steps
MOST_CHARACTERS = 120_000  # of all paths together
GROWTH = 1.5
MESH = 0.1  # of a step, some 5 m in a province 150 km wide


@dataclass(frozen=True)
class Projection:
	"""Grid x = (longitude − west) × across; y = (north − latitude) × down."""

	west: float
	north: float
	across: float
	down: float

	def project(self, shape: BaseGeometry) -> BaseGeometry:
		matrix = [self.across, 0, 0, -self.down, -self.west * self.across, self.north * self.down]
		return affinity.affine_transform(shape, matrix)


def projection_of(shapes: dict[str, MultiPolygon]) -> tuple[Projection, int]:
	"""The projection that takes the shapes to a grid WIDTH steps wide, and the grid's height."""
	west, south, east, north = shapely.total_bounds(list(shapes.values()))
	across = WIDTH / (east - west)
	down = across / math.cos(math.radians((south + north) / 2))
	return Projection(west, north, across, down), math.ceil((north - south) * down)


def web_outlines(
	shapes: dict[str, MultiPolygon], wholes: dict[str, str], budget: int = MOST_CHARACTERS
) -> dict:
	"""{"width", "height", "origin", "scale", "areas": {code: SVG path}, "borders": {code of a whole: SVG path}, "labels":
	{code of a whole: [x, y] of its roomiest place}}.

	`wholes`: {code: code of the area it is part of}; their borders are those of their parts together. Of areas that are part
	of nothing here, the labels are their own.
	"""
	projection, height = projection_of(shapes)
	drawn = within_budget(without_slivers([projection.project(shape) for shape in shapes.values()]), budget)
	groups: dict[str, list[BaseGeometry]] = {}
	for code, shape in zip(shapes, drawn, strict=True):
		if code in wholes:
			groups.setdefault(wholes[code], []).append(shape)
	borders = {code: shapely.coverage_union_all(parts) for code, parts in sorted(groups.items())}
	labelled = borders or dict(zip(shapes, drawn, strict=True))
	return {
		"width": WIDTH,
		"height": height,
		"origin": [round(projection.west, 6), round(projection.north, 6)],
		"scale": [round(projection.across, 4), round(projection.down, 4)],
		"areas": {code: path(shape) for code, shape in zip(shapes, drawn, strict=True)},
		"borders": {code: path(shape) for code, shape in borders.items()},
		"labels": {code: middle(shape) for code, shape in labelled.items()},
	}


def middle(shape: BaseGeometry) -> list[int]:
	"""The centre of the largest circle that fits into the shape."""
	x, y = shapely.maximum_inscribed_circle(shape, tolerance=1).coords[0]
	return [round(x), round(y)]


def without_slivers(shapes: list[BaseGeometry]) -> list[BaseGeometry]:
	"""The shapes with the same corners on both sides of every border, to within MESH: all borders are laid on one another,
	and each face between them goes to the first shape that covers it. Files draw neighbours apart by a hair, or with a
	corner on one side only, and would come apart when simplified."""
	borders = shapely.union_all([shape.boundary for shape in shapes], grid_size=MESH)
	faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(borders)))
	owners: dict[int, int] = {}
	points = [face.representative_point() for face in faces]
	for face, shape in zip(*STRtree(shapes).query(points, predicate="within"), strict=True):
		owners[face] = min(shape, owners.get(face, shape))
	parts: dict[int, list[BaseGeometry]] = {}
	for face, shape in owners.items():
		parts.setdefault(shape, []).append(faces[face])
	return [
		shapely.coverage_union_all(parts[at]) if at in parts else shape for at, shape in enumerate(shapes)
	]


def within_budget(shapes: list[BaseGeometry], budget: int) -> list[BaseGeometry]:
	"""The shapes simplified as little as the budget allows. A border stays one for both its neighbours."""
	tolerance = 1.0
	while True:
		simplified = list(shapely.coverage_simplify(shapes, tolerance))
		if sum(len(path(shape)) for shape in simplified) <= budget or tolerance > WIDTH:
			return simplified
		tolerance *= GROWTH


def path(shape: BaseGeometry) -> str:
	"""SVG path data in whole steps, each position told from the one before. A part that the grid swallows is left out,
	unless it is all there is."""
	polygons = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
	drawn = [ring_path(ring) for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]
	visible = [text for text in drawn if text]
	if visible or not polygons:
		return "".join(visible)
	x, y = (round(value) for value in polygons[0].exterior.coords[0])
	return f"M{x},{y}h1v1h-1z"


def ring_path(ring: shapely.LinearRing) -> str:
	"""Empty where fewer than three positions differ on the grid."""
	points = [(round(x), round(y)) for x, y in ring.coords]
	kept = [point for at, point in enumerate(points[:-1]) if point != points[at - 1 if at else -2]]
	if len(set(kept)) < 3:
		return ""
	steps = (f"{x - a},{y - b}" for (a, b), (x, y) in pairwise(kept))
	return f"M{kept[0][0]},{kept[0][1]}l{' '.join(steps)}z"


# --- and back


def centres_of(web: dict) -> dict[str, tuple[float, float]]:
	"""{code: (latitude, longitude)} of a place inside of each area."""
	(west, north), (across, down) = web["origin"], web["scale"]
	places = {code: centre_of(drawing) for code, drawing in web["areas"].items()}
	return {
		code: (round(north - y / down, 5), round(west + x / across, 5)) for code, (x, y) in places.items()
	}


def centre_of(drawing: str) -> tuple[float, float]:
	"""The centroid of the largest part of what path() drew; where that lies outside of it, its roomiest place."""
	part = max(shapely.get_parts(shape_of(drawing)), key=lambda part: part.area)
	return part.centroid.coords[0] if part.contains(part.centroid) else tuple(middle(part))


def shape_of(drawing: str) -> BaseGeometry:
	"""What path() drew: a ring inside of another one is a hole."""
	rings = [Polygon(positions(text)).buffer(0) for text in drawing.split("M")[1:]]
	return shapely.symmetric_difference_all(rings)


def positions(ring: str) -> list[tuple[int, int]]:
	if "h" in ring:  # the square in place of what is smaller than a step
		x, y = (int(number) for number in ring.partition("h")[0].split(","))
		return [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)]
	steps = [[int(number) for number in pair.split(",")] for pair in re.split("[l ]", ring.rstrip("z"))]
	return list(zip(*(accumulate(axis) for axis in zip(*steps, strict=True)), strict=True))
