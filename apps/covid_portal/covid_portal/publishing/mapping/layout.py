"""The tile map: a block for each district, in it a tile for each commune. The areas themselves say where they stand."""

from collections.abc import Sequence
from datetime import date

import frappe

ROW = 7  # tiles
WIDE, HIGH, GAP = 16, 10, 2  # of a tile of the small map, in its own steps
FOUR = "v-7l-4 5h6"  # the numeral, from its foot
COLUMNS = (
	"name",
	"full_name",
	"full_name_en",
	"is_group",
	"parent_area",
	"tile_column",
	"tile_row",
	"tile_index",
)


def blocks_of(province: str, day: date) -> list[dict]:
	"""The blocks of the province as it is on the day, in reading order: [{"code", "name", "name_en", "column", "row" (from
	0), "tiles": [{"code", "name", "name_en"}]}].

	An area that has ended or not yet begun has no tile. Communes in no district make a block of the province's own.
	"""
	areas = {row.name: row for row in areas_on(province, day)}
	parts: dict[str, list[dict]] = {}
	for row in areas.values():
		if row.name != province and not row.is_group:
			parts.setdefault(row.parent_area if row.parent_area in areas else province, []).append(row)
	return side_by_side([block(areas[code], tiles) for code, tiles in parts.items()])


def areas_on(province: str, day: date) -> list[frappe._dict]:
	"""The province and all below it that is valid on the day, wholes before their parts."""
	area = frappe.qb.DocType("Area")
	lft, rgt = frappe.db.get_value("Area", province, ["lft", "rgt"])
	return (
		frappe.qb.from_(area)
		.select(*(area[name] for name in COLUMNS))
		.where((area.lft >= lft) & (area.rgt <= rgt))
		.where(area.valid_from.isnull() | (area.valid_from <= day))
		.where(area.valid_to.isnull() | (area.valid_to >= day))
		.orderby(area.lft)
		.run(as_dict=True)
	)


def block(area: dict, tiles: list[dict]) -> dict:
	in_order = sorted(tiles, key=lambda row: (row["tile_index"], row["name"]))
	return {
		**named(area),
		"column": area["tile_column"],
		"row": area["tile_row"],
		"tiles": [named(row) for row in in_order],
	}


def named(area: dict) -> dict:
	name = area["full_name"]
	return {"code": area["name"], "name": name, "name_en": area["full_name_en"] or name}


def side_by_side(blocks: list[dict]) -> list[dict]:
	"""In reading order, none on another: of those with one place (a new district has none yet, which is stored as 0, 0)
	the one with the lowest code stays, the rest go to rows of their own below."""
	blocks = sorted(blocks, key=lambda row: (row["row"], row["column"], row["code"]))
	width = max((row["column"] for row in blocks), default=0) + 1
	bottom = max((row["row"] for row in blocks), default=0) + 1
	taken: set[tuple[int, int]] = set()
	moved: list[dict] = []
	for row in blocks:
		if (row["row"], row["column"]) in taken:
			row["row"], row["column"] = bottom + len(moved) // width, len(moved) % width
			moved.append(row)
		taken.add((row["row"], row["column"]))
	return sorted(blocks, key=lambda row: (row["row"], row["column"]))


def drawing_of(shades: Sequence[str]) -> dict:
	"""Tiles of these shades, seven to a row, as SVG: {"width", "height", "shapes": {shade: path}, "numerals": path of a 4 on each
	of shade l4}. One path for all of a shade: as elements of their own, the province's tiles cost a phone a third of the time
	before it shows the overview."""
	places = [((at % ROW) * (WIDE + GAP), (at // ROW) * (HIGH + GAP)) for at in range(len(shades))]
	shapes: dict[str, str] = {}
	for shade, (x, y) in zip(shades, places, strict=True):
		shapes[shade] = f"{shapes.get(shade, '')}M{x} {y}h{WIDE}v{HIGH}h-{WIDE}z"
	numerals = [
		f"M{x + 9} {y + 8.5}{FOUR}" for shade, (x, y) in zip(shades, places, strict=True) if shade == "l4"
	]
	rows = -(-len(shades) // ROW)
	return {
		"width": ROW * (WIDE + GAP) - GAP,
		"height": max(rows * (HIGH + GAP) - GAP, 1),
		"shapes": dict(sorted(shapes.items())),
		"numerals": "".join(numerals),
	}
