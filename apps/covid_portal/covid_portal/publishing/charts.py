"""Geometry of the charts that are drawn on the server as SVG.

Across, a place is a share of the chart's width in percent, so a chart fills a phone or a wide screen with text of
one size; down, it is pixels.
"""

import math
from itertools import pairwise

TOP, BASE = 26, 232  # pixels to the highest gridline and to zero
BAR = 0.72  # of a day's width


def day_chart(days: list[dict]) -> dict:
	"""Bars, 7-day line, gridlines and day labels of [{"date","new_cases","mean_7","provisional"}].

	{"bars": [{x, y, width, height, centre, day, value, provisional, labelled}], "line": [{x1, y1, x2, y2}],
	"grid": [{y, value}], "labels": [{x, date, major}], "left", "base"}. A day without a figure has no bar, one
	without a mean no line to it.
	"""
	top = ceiling([row.get(key) or 0 for row in days for key in ("new_cases", "mean_7")])
	left = 2.5 + 2 * len(f"{top:,}")  # percent kept for the figures of the axis
	step = (100 - left) / max(len(days), 1)
	centres = [round(left + step * (i + 0.5), 2) for i in range(len(days))]
	bars = [_bar(row, x, step * BAR, top) for row, x in zip(days, centres, strict=True)]
	_mark_labels(bars)
	return {
		"bars": [bar for bar in bars if bar["value"] is not None],
		"line": _line(days, centres, top),
		"grid": [{"y": _y(value, top), "value": value} for value in range(0, top + 1, interval(top))],
		"labels": _labels(days, centres),
		"left": left,
		"base": BASE,
	}


def ceiling(values: list[float]) -> int:
	"""The smallest round number that no value exceeds: a multiple of the interval of the gridlines."""
	highest = max([*values, 4])
	distance = interval(highest)
	return math.ceil(highest / distance) * distance


def interval(highest: float) -> int:
	"""A round distance (1, 2, 5, 10, 20, 50 …) that gives at most five gridlines above zero."""
	magnitude = 10 ** math.floor(math.log10(max(highest, 1)))
	steps = (magnitude // 10, magnitude // 5, magnitude // 2, magnitude, 2 * magnitude, 5 * magnitude)
	return next(step for step in steps if step >= 1 and highest / step <= 5)


def _y(value: float, top: int) -> float:
	return round(BASE - (BASE - TOP) * value / top, 1)


def _bar(row: dict, centre: float, width: float, top: int) -> dict:
	value = row.get("new_cases")
	y = _y(value or 0, top)
	return {
		"x": round(centre - width / 2, 2),
		"centre": centre,
		"width": round(width, 2),
		"y": y,
		"height": round(BASE - y, 1),
		"value": value,
		"date": row["date"],
		"provisional": bool(row.get("provisional")),
	}


def _mark_labels(bars: list[dict]) -> None:
	"""The last bar and the highest always carry their figure; the others where there is room for it."""
	values = [bar["value"] for bar in bars if bar["value"] is not None]
	for bar in bars:
		bar["labelled"] = bar["value"] is not None and (bar is bars[-1] or bar["value"] == max(values))
		bar["roomy"] = len(bars) <= 16 and max(values, default=0) < 1000


def _line(days: list[dict], centres: list[float], top: int) -> list[dict]:
	points = [
		(x, _y(row["mean_7"], top)) if row.get("mean_7") is not None else None
		for row, x in zip(days, centres, strict=True)
	]
	return [{"x1": a[0], "y1": a[1], "x2": b[0], "y2": b[1]} for a, b in pairwise(points) if a and b]


def _labels(days: list[dict], centres: list[float]) -> list[dict]:
	"""Every day, of which some are left out on a narrow screen; counted back from the last, which always stays."""
	every, narrow = (1, 2) if len(days) <= 16 else (7, 7)
	back = list(zip(range(len(days) - 1, -1, -1), days, centres, strict=True))
	return [{"x": x, "date": row["date"], "major": i % narrow == 0} for i, row, x in back if i % every == 0]
