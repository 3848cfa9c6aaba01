"""The level of areas by a rule, and why: tables in, tables out. Nothing here knows Frappe.

A rate is of 100,000 people: of a flow what came in during the 7 × 24 hours up to the slot, of a stock what is so now. What is
not known counts as not reached: an unknown coverage as the lowest, an unknown share of a modifier as below it, an unknown
capacity as too small. An area with too few reports, or without population, is not assessed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

PER = 100_000
LOWEST, HIGHEST = 1, 4
SHARE_OF_PARTS, OWN_FIGURES = "Share of Parts", "Own Figures"
REPORTS, PERSONS, IN_FORCE = "reports", "persons", "in_force"


@dataclass(frozen=True)
class Band:
	"""From `low` to `high` (None: without end), each itself included or not."""

	number: int
	low: float
	high: float | None
	low_included: bool = True
	high_included: bool = False

	def holds(self, rates: pd.Series) -> pd.Series:
		above = rates >= self.low if self.low_included else rates > self.low
		if self.high is None:
			return above
		return above & (rates <= self.high if self.high_included else rates < self.high)


@dataclass(frozen=True)
class Measure:
	indicator: str
	is_flow: bool
	bands: tuple[Band, ...]

	@property
	def column(self) -> str:
		return f"week.{self.indicator}" if self.is_flow else f"now.{self.indicator}"


@dataclass(frozen=True)
class Coverage:
	"""`levels`: of bands 1 to 4, where at least `low` percent are covered."""

	low: float
	levels: tuple[int, int, int, int]


@dataclass(frozen=True)
class Modifier:
	indicator: str
	group: str
	below: float
	raises: int = 1
	only_with_cases: bool = True


@dataclass(frozen=True)
class Capacity:
	"""Met where at most `most` percent of `total` are used, in the area of this level around or of the one assessed."""

	used: str
	total: str
	most: float
	level: int


@dataclass(frozen=True)
class Rule:
	name: str
	version: int
	measures: tuple[Measure, ...]
	coverage_indicator: str
	coverage_group: str
	coverage: tuple[Coverage, ...]
	modifiers: tuple[Modifier, ...] = ()
	capacity: Capacity | None = None
	whole_method: str = SHARE_OF_PARTS
	whole_share: float = 50
	least_reports: float = 50

	@property
	def flows(self) -> list[str]:
		return sorted({row.indicator for row in self.measures if row.is_flow})

	@property
	def stocks(self) -> list[str]:
		"""Whose value of the slot is asked for."""
		asked = {self.coverage_indicator} | {row.indicator for row in self.modifiers}
		asked |= {row.indicator for row in self.measures if not row.is_flow}
		return sorted(asked | ({self.capacity.used, self.capacity.total} if self.capacity else set()))

	@property
	def groups(self) -> list[str]:
		return sorted({self.coverage_group, *(row.group for row in self.modifiers)})


# --- whether bands are sound


def band_faults(bands: Sequence[Band]) -> Iterator[tuple[str, Band, Band | None]]:
	"""(fault, band, next band): "begin" (the first does not begin at 0), "empty", "order" (numbers do not rise by one from 1),
	"gap", "overlap", "end" (the last one ends)."""
	rows = sorted(bands, key=lambda row: (row.low, not row.low_included))
	if rows and (rows[0].low != 0 or not rows[0].low_included):
		yield "begin", rows[0], None
	for row in rows:
		if row.high is not None and (row.high < row.low or (row.high == row.low and not is_point(row))):
			yield "empty", row, None
	for row, following in pairwise(rows):
		if fault := fault_between(row, following):
			yield fault, row, following
	if rows and rows[-1].high is not None:
		yield "end", rows[-1], None
	if [row.number for row in rows] != list(range(LOWEST, HIGHEST + 1)):
		yield "order", (rows or [None])[0], None


def is_point(band: Band) -> bool:
	return band.low_included and band.high_included


def fault_between(band: Band, following: Band) -> str | None:
	if band.high is None or band.high > following.low:
		return "overlap"
	if band.high < following.low:
		return "gap"
	if band.high_included and following.low_included:
		return "overlap"
	return None if band.high_included or following.low_included else "gap"


# --- levels


def assess(rule: Rule, areas: pd.DataFrame) -> pd.DataFrame:
	"""The areas with their proposed `level` (NaN: not assessed) and what led to it.

	`areas`, by code, wholes and parts: parent, area_level, is_group, reports (percent of the week's slots), persons, in_force
	(level, NaN: none), week.<flow>, now.<stock>, group.<population group>.
	"""
	found = own_levels(rule, areas)
	if rule.whole_method == SHARE_OF_PARTS:
		found = levels_from_parts(rule, found)
	return kept_levels(rule, found)


def own_levels(rule: Rule, areas: pd.DataFrame) -> pd.DataFrame:
	"""By the areas' own figures."""
	found = areas.copy()
	persons = found[PERSONS].where(found[PERSONS] > 0)
	for measure in rule.measures:
		found[f"rate.{measure.indicator}"] = found[measure.column] * PER / persons
		found[f"band.{measure.indicator}"] = bands_of(measure, found[f"rate.{measure.indicator}"])
	bands = found[[f"band.{measure.indicator}" for measure in rule.measures]]
	known = bands.iloc[:, 0].notna() & (found[REPORTS] >= rule.least_reports)
	found["band"] = bands.max(axis=1).where(known)
	found["coverage"] = share(found, rule.coverage_indicator, rule.coverage_group)
	found["coverage_class"] = classes_of(rule, found["coverage"])
	found["level"] = by_matrix(rule, found)
	for number, modifier in enumerate(rule.modifiers):
		apply(modifier, number, found, rule)
	return found


def bands_of(measure: Measure, rates: pd.Series) -> pd.Series:
	found = pd.Series(np.nan, index=rates.index)
	for band in measure.bands:
		found = found.mask(band.holds(rates), band.number)
	return found


def share(areas: pd.DataFrame, indicator: str, group: str) -> pd.Series:
	"""Percent; NaN where either is not known."""
	whole = areas[f"group.{group}"]
	return 100 * areas[f"now.{indicator}"] / whole.where(whole > 0)


def classes_of(rule: Rule, shares: pd.Series) -> pd.Series:
	"""Place of the coverage row that is reached."""
	lows = np.array([row.low for row in rule.coverage])
	return pd.Series(np.searchsorted(lows, shares.fillna(0), side="right") - 1, index=shares.index)


def by_matrix(rule: Rule, areas: pd.DataFrame) -> pd.Series:
	matrix = np.array([row.levels for row in rule.coverage], dtype=float)
	place = areas["band"].fillna(LOWEST).astype(int) - 1
	levels = matrix[areas["coverage_class"], place]
	return pd.Series(levels, index=areas.index).where(areas["band"].notna())


def apply(modifier: Modifier, number: int, areas: pd.DataFrame, rule: Rule) -> None:
	shares = share(areas, modifier.indicator, modifier.group)
	applies = ~(shares >= modifier.below)
	if modifier.only_with_cases:
		applies &= areas[rule.measures[0].column] > 0
	areas[f"share.{number}"], areas[f"applies.{number}"] = shares, applies
	areas["level"] = (areas["level"] + modifier.raises * applies).clip(upper=HIGHEST)
	areas[f"level.{number}"] = areas["level"]


def levels_from_parts(rule: Rule, areas: pd.DataFrame) -> pd.DataFrame:
	"""A whole has the highest level that the rule's share of its assessed parts (the areas that contain no others) reaches."""
	found = areas.assign(**{f"parts.{level}": np.nan for level in range(LOWEST, HIGHEST + 1)})
	parts = found[~found["is_group"].astype(bool)]
	found.loc[found["is_group"].astype(bool), "level"] = np.nan
	steps = range(LOWEST, HIGHEST + 1)
	reaching = pd.DataFrame({f"parts.{level}": parts["level"] >= level for level in steps})
	whole = parts["parent"]
	while whole.notna().any():
		counts = reaching.groupby(whole).sum().astype(float)
		reached = (counts > 0) & (100 * counts).ge(rule.whole_share * counts[f"parts.{LOWEST}"], axis=0)
		levels = (reached * list(steps)).max(axis=1)
		found.loc[counts.index, counts.columns] = counts
		found.loc[counts.index, "level"] = levels.where(levels > 0).astype(float)
		whole = whole.map(found["parent"])
	return found


def kept_levels(rule: Rule, areas: pd.DataFrame) -> pd.DataFrame:
	"""A level falls only where the capacity is there; else the one in force stays."""
	found = areas.assign(reckoned=areas["level"], kept=False)
	if rule.capacity is None:
		return found
	found["capacity"] = capacity_of(rule.capacity, found)
	falls = found["level"] < found[IN_FORCE]
	found["kept"] = falls & ~(found["capacity"] <= rule.capacity.most)
	found["level"] = found["level"].mask(found["kept"], found[IN_FORCE])
	return found


def capacity_of(capacity: Capacity, areas: pd.DataFrame) -> pd.Series:
	"""Percent in use, where the capacity is looked at: in the area itself, or in the one of that level around it."""
	total = areas[f"now.{capacity.total}"]
	used = 100 * areas[f"now.{capacity.used}"] / total.where(total > 0)
	place = pd.Series(areas.index, index=areas.index)
	for _step in range(int(areas["area_level"].max()) if len(areas) else 0):
		above = place.map(areas["area_level"]) > capacity.level
		place = place.mask(above, place.map(areas["parent"]))
	return place.map(used)


# --- why


def records(areas: pd.DataFrame) -> list[dict]:
	"""The areas row by row, with their code as "area"."""
	return areas.rename_axis("area").reset_index().to_dict("records")


def steps(rule: Rule, row: dict) -> Iterator[dict]:
	"""Why the area of the row has its level, in order: dicts of numbers, each with "step" as its kind and the level reached
	after it."""
	if row["is_group"] and rule.whole_method == SHARE_OF_PARTS:
		counts = [plain(row.get(f"parts.{level}")) for level in range(LOWEST, HIGHEST + 1)]
		yield {"step": "parts", "reached": counts, "share": rule.whole_share, "level": plain(row["reckoned"])}
	else:
		yield from own_steps(rule, row)
	if rule.capacity and row["reckoned"] < row[IN_FORCE]:
		yield {
			"step": "capacity",
			"share": plain(row["capacity"]),
			"most": rule.capacity.most,
			"met": not row["kept"],
			"in_force": plain(row[IN_FORCE]),
			"level": plain(row["level"]),
		}


def own_steps(rule: Rule, row: dict) -> Iterator[dict]:
	for measure in rule.measures:
		yield rate_step(rule, measure, row)
	if pd.isna(row["band"]):
		return
	reached = rule.coverage[row["coverage_class"]]
	following = (
		rule.coverage[row["coverage_class"] + 1] if row["coverage_class"] + 1 < len(rule.coverage) else None
	)
	yield {
		"step": "coverage",
		"indicator": rule.coverage_indicator,
		"share": plain(row["coverage"]),
		"from": reached.low,
		"to": following.low if following else None,
		"band": int(row["band"]),
		"level": reached.levels[int(row["band"]) - 1],
	}
	for number, modifier in enumerate(rule.modifiers):
		yield {
			"step": "modifier",
			"indicator": modifier.indicator,
			"group": modifier.group,
			"share": plain(row[f"share.{number}"]),
			"below": modifier.below,
			"applies": bool(row[f"applies.{number}"]),
			"level": plain(row[f"level.{number}"]),
		}


def rate_step(rule: Rule, measure: Measure, row: dict) -> dict:
	number = plain(row[f"band.{measure.indicator}"])
	band = next((band for band in measure.bands if band.number == number), None)
	return {
		"step": "rate",
		"indicator": measure.indicator,
		"flow": measure.is_flow,
		"count": plain(row[measure.column]),
		"persons": plain(row[PERSONS]),
		"reports": plain(row[REPORTS]),
		"least_reports": rule.least_reports,
		"rate": plain(row[f"rate.{measure.indicator}"]),
		"band": number if not pd.isna(row["band"]) else None,
		**(bounds(band, band) if band else {}),
	}


def bounds(lowest: Band, highest: Band) -> dict:
	"""From the beginning of one band to the end of another; the end None where there is none."""
	return {
		"from": lowest.low,
		"from_included": lowest.low_included,
		"to": highest.high,
		"to_included": highest.high_included,
	}


def plain(value: float | None) -> int | float | None:
	"""A number that JSON knows, to four decimals."""
	if value is None or pd.isna(value):
		return None
	return int(value) if float(value).is_integer() else round(float(value), 4)
