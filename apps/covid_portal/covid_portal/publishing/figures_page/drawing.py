"""Geometry of the page's charts as SVG that needs no script.

Down, everything is pixels. Across, a place is a share of the plot in percent; the plot is what remains beside the axis
(figures.css), so that a chart fills a phone or a wide screen with text of one size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from covid_portal.publishing.charts import BAR, ceiling, interval

ABOVE, BETWEEN, BELOW = 20, 30, 28  # pixels: for the highest label, between panels, for the days
ROW, THICK = 24, 14  # pixels of a lying bar's row, and of the bar
HATCHED = ' class="provisional"'
HIGH_ROW = 41  # of a row with its name above the bar
ROOM = 80.0  # percent of the plot that the longest lying bar takes: its figure stands behind it
Row = dict[str, object]


@dataclass(frozen=True)
class Panel:
	"""Bars, one on the other, and lines of these fields of the rows. `hatched`: the bars that always are; the others are
	where their row is provisional. `highest`: the top of the axis, where it is set."""

	height: int
	bars: tuple[str, ...] = ()
	lines: tuple[str, ...] = ()
	hatched: tuple[str, ...] = ()
	highest: int | None = None
	unit: str = ""


def over_time(rows: Sequence[Row], panels: Sequence[Panel], when: str = "date") -> dict:
	"""{"height", "panels": [{"grid", "base", "unit", "bars", "lines"}], "labels"} of rows in order of time."""
	step = 100 / max(len(rows), 1)
	centres = [round(step * (i + 0.5), 2) for i in range(len(rows))]
	drawn, top = [], ABOVE
	for panel in panels:
		placed = _panel(rows, panel, centres, step * BAR, top)
		drawn.append({**placed, "marks": marks(placed)})
		top += panel.height + BETWEEN
	return {"panels": drawn, "height": top - BETWEEN + BELOW, "labels": _labels(rows, centres, when)}


def _panel(rows: Sequence[Row], panel: Panel, centres: list[float], width: float, top: int) -> dict:
	stacked = [sum(row.get(name) or 0 for name in panel.bars) for row in rows]
	values = [*stacked, *(row.get(name) or 0 for name in panel.lines for row in rows)]
	highest = panel.highest or ceiling(values)
	scale = _Scale(top + panel.height, panel.height, highest)
	bars = [
		bar
		for row, x in zip(rows, centres, strict=True)
		for bar in _stack(row, panel, x - width / 2, width, scale)
	]
	return {
		"grid": [
			{"y": scale.at(value), "value": value} for value in range(0, highest + 1, interval(highest))
		],
		"base": scale.base,
		"unit": panel.unit,
		"bars": bars,
		"lines": [_line(rows, name, centres, scale) for name in panel.lines],
	}


def marks(panel: dict) -> Markup:
	"""Gridlines, bars and lines as elements of SVG: the same in every language, hence not the template's."""
	grid = "".join(f'<line x1="0" x2="100%" y1="{tick["y"]}" y2="{tick["y"]}"/>' for tick in panel["grid"])
	bars = "".join(
		f'<rect x="{bar["x"]}%" y="{bar["y"]}" width="{bar["width"]}%" height="{bar["height"]}"'
		f"{HATCHED if bar['hatched'] else ''}/>"
		for bar in panel["bars"]
	)
	lines = "".join(_line_marks(line, number) for number, line in enumerate(panel["lines"], 1))
	return Markup(f'<g class="grid">{grid}</g><g class="bars">{bars}</g>{lines}')


def _line_marks(line: dict, number: int) -> str:
	pieces = [
		f'<line class="{layer}" x1="{piece["x1"]}%" y1="{piece["y1"]}" x2="{piece["x2"]}%" y2="{piece["y2"]}"/>'
		for layer in ("halo", "stroke")
		for piece in line["pieces"]
	]
	points = [f'<circle cx="{point["x"]}%" cy="{point["y"]}" r="3"/>' for point in line["points"]]
	return f'<g class="line line-{number} of-{line["name"]}">{"".join([*pieces, *points])}</g>'


@dataclass(frozen=True)
class _Scale:
	base: int
	height: int
	highest: int

	def at(self, value: float) -> float:
		return round(self.base - self.height * value / self.highest, 1)


def _stack(row: Row, panel: Panel, x: float, width: float, scale: _Scale) -> list[dict]:
	"""A bar without a figure, or of nothing, is none."""
	bars, below = [], 0
	for name in panel.bars:
		value = row.get(name)
		if not value:
			continue
		y, ground = scale.at(below + value), scale.at(below)
		hatched = name in panel.hatched or bool(row.get("provisional") and not panel.hatched)
		place = {"x": round(x, 2), "width": round(width, 2), "y": y, "height": round(ground - y, 1)}
		bars.append({**place, "name": name, "value": value, "hatched": hatched, "row": row})
		below += value
	return bars


def _line(rows: Sequence[Row], name: str, centres: list[float], scale: _Scale) -> dict:
	"""Pieces between neighbours that are both known, a point for one that has no neighbour, and the last one's figure."""
	values = [row.get(name) for row in rows]
	points = [
		None if value is None else (x, scale.at(value)) for x, value in zip(centres, values, strict=True)
	]
	pieces = [{"x1": a[0], "y1": a[1], "x2": b[0], "y2": b[1]} for a, b in pairwise(points) if a and b]
	around = [None, *points, None]
	alone = [
		{"x": point[0], "y": point[1]}
		for before, point, after in zip(around, points, around[2:], strict=False)
		if point and not before and not after
	]
	last = next((value for value in reversed(values) if value is not None), None)
	return {"name": name, "pieces": pieces, "points": alone, "last": last}


def _labels(rows: Sequence[Row], centres: list[float], when: str) -> list[dict]:
	"""Days below the plot, counted back from the last, which always stays; some are left out on a narrow screen."""
	days = [str(row[when])[:10] for row in rows]
	a_day = max((days.count(day) for day in set(days)), default=1)
	every = a_day * (1 if len(rows) <= 10 * a_day else 2 if len(rows) <= 16 * a_day else 7)
	back = list(enumerate(reversed(list(zip(rows, centres, strict=True)))))
	return [
		{"x": x, "date": row[when], "major": every >= 7 * a_day or i % (2 * every) == 0}
		for i, (row, x) in back
		if i % every == 0
	]


def lying(rows: Sequence[Row], field: str, highest: float | None = None, above: bool = False) -> dict:
	"""Bars that lie below each other, of rows in their order: {"height", "rows": [{"y", "middle", "width", "value", "row"}]}.
	`above`: their names stand above them, not before."""
	known = [row[field] for row in rows if row[field] is not None]
	most = highest or max(known, default=0) or 1
	tall, gap = (HIGH_ROW, HIGH_ROW - THICK - 4) if above else (ROW, (ROW - THICK) // 2)
	return {
		"height": tall * len(rows),
		"thick": THICK,
		"above": above,
		"rows": [
			{
				"y": tall * i + gap,
				"middle": tall * i + gap + THICK / 2 + 4,
				"width": None if row[field] is None else round(ROOM * row[field] / most, 2),
				"value": row[field],
				"row": row,
			}
			for i, row in enumerate(rows)
		],
	}
