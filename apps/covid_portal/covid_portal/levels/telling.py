"""What everybody is told of why an area has its level: no more than follows from the level itself.

The level of a commune is public, and so is how many of its people are vaccinated. By which of the rule's ways it came to its
level – a band of few cases and raised, or a higher band and not raised – would tell the number of cases in a commune of some
thousand people to within one or two. So all ways that lead to the level are told as one: what is said follows from the rule,
the level, the row of the coverage, the level before and whether the beds suffice, and from no number of cases. Nothing can be
subtracted from it. Of an area whose level follows from its parts, the parts are public, and told. Nothing here knows Frappe.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from covid_portal.levels.reckoning import (
	HIGHEST,
	IN_FORCE,
	LOWEST,
	SHARE_OF_PARTS,
	Band,
	Measure,
	Rule,
	bounds,
	records,
	steps,
)

NOT_SAID = ("share",)  # of a step that tells of parts and beds


@dataclass(frozen=True)
class Way:
	"""One way to a level: the band, raised by so many."""

	band: int
	raised: int
	level: int


@dataclass(frozen=True)
class Known:
	"""What everybody knows of an area: the row of the coverage that it reaches, its level by the rule, the level before (0:
	none), and whether the beds in use let it fall."""

	row: int
	level: int
	before: int
	has_room: bool


def told(rule: Rule, areas: pd.DataFrame) -> dict[str, dict]:
	"""{area: {"level", "steps": with all numbers (reckoning.steps), "public": for everybody}} of areas that are assessed;
	`level` None and nothing public where an area is not."""
	done: dict[Known, list[dict]] = {}
	return {row["area"]: entry(rule, row, list(steps(rule, row)), done) for row in records(areas)}


def entry(rule: Rule, row: dict, steps: list[dict], done: dict[Known, list[dict]]) -> dict:
	if pd.isna(row["level"]):
		return {"level": None, "steps": steps, "public": []}
	level = int(row["level"])
	if row["is_group"] and rule.whole_method == SHARE_OF_PARTS:
		return {"level": level, "steps": steps, "public": public_parts(steps)}
	known = known_of(rule, row)
	if known not in done:
		done[known] = public_steps(rule, known)
	return {"level": level, "steps": steps, "public": done[known]}


def known_of(rule: Rule, row: dict) -> Known:
	return Known(
		row=int(row["coverage_class"]),
		level=int(row["level"]),
		before=0 if pd.isna(row[IN_FORCE]) else int(row[IN_FORCE]),
		has_room=bool(rule.capacity and row["capacity"] <= rule.capacity.most),
	)


def public_steps(rule: Rule, known: Known) -> list[dict]:
	"""The steps that are told of an area by its own figures. Depends on nothing but its arguments."""
	leading = leading_ways(rule, known)
	return [
		{"step": "rates", "rates": [rate_told(measure, leading) for measure in rule.measures]},
		coverage_told(rule, known.row),
		*raised_told(rule, leading),
		*capacity_told(rule, known),
	]


def public_parts(steps: list[dict]) -> list[dict]:
	"""The steps that are told of an area whose level follows from its parts."""
	return [
		{key: value for key, value in step.items() if key not in NOT_SAID or step["step"] == "parts"}
		for step in steps
	]


# --- ways


def leading_ways(rule: Rule, known: Known) -> list[Way]:
	"""All that end at the level; where a lower one would not have let it fall, those that end below it too."""
	held = is_held(rule, known)
	return [
		way for way in ways(rule, known.row) if way.level == known.level or (held and way.level < known.level)
	]


def is_held(rule: Rule, known: Known) -> bool:
	return bool(rule.capacity) and known.before == known.level and not known.has_room


def ways(rule: Rule, row: int) -> Iterator[Way]:
	"""All ways of a row of the coverage. Raising what is highest already is none of its own."""
	for band, level in enumerate(rule.coverage[row].levels, LOWEST):
		for raised in possible_raises(rule):
			if not raised or level < HIGHEST:
				yield Way(band, raised, min(level + raised, HIGHEST))


def possible_raises(rule: Rule) -> list[int]:
	raises = [modifier.raises for modifier in rule.modifiers]
	chosen = (part for count in range(len(raises) + 1) for part in combinations(raises, count))
	return sorted({sum(part) for part in chosen})


# --- steps


def rate_told(measure: Measure, leading: list[Way]) -> dict:
	bands = [way.band for way in leading]
	lowest, highest = (band_of(measure, edge(bands)) for edge in (min, max))
	return {"indicator": measure.indicator, "flow": measure.is_flow, **bounds(lowest, highest)}


def band_of(measure: Measure, number: int) -> Band:
	return next(band for band in measure.bands if band.number == number)


def coverage_told(rule: Rule, row: int) -> dict:
	following = rule.coverage[row + 1] if row + 1 < len(rule.coverage) else None
	return {
		"step": "coverage",
		"indicator": rule.coverage_indicator,
		"from": rule.coverage[row].low,
		"to": following and following.low,
	}


def raised_told(rule: Rule, leading: list[Way]) -> Iterator[dict]:
	"""That the level may be a raised one, and up to which rates; where every way raises, that it is one."""
	raised = [way for way in leading if way.raised]
	if not raised:
		return
	yield {
		"step": "raised",
		"because": [
			{"indicator": modifier.indicator, "group": modifier.group, "below": modifier.below}
			for modifier in rule.modifiers
		],
		"certain": len(raised) == len(leading),
		"rates": [rate_told(measure, raised) for measure in rule.measures],
	}


def capacity_told(rule: Rule, known: Known) -> Iterator[dict]:
	fell = bool(rule.capacity) and known.level < known.before
	if fell or is_held(rule, known):
		yield {
			"step": "capacity",
			"most": rule.capacity.most,
			"met": fell,
			"in_force": known.before,
			"level": known.level,
		}
