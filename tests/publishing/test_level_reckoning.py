"""Levels worked out by hand at every boundary of the rule, and on invented areas beside a reckoning area by area."""

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from covid_portal.levels.reckoning import (
	Band,
	Capacity,
	Coverage,
	Measure,
	Modifier,
	Rule,
	assess,
	band_faults,
	records,
	steps,
)

PERSONS = 100_000


def bands(*lows: float) -> tuple[Band, ...]:
	return tuple(
		Band(number, low, high)
		for number, (low, high) in enumerate(zip(lows, (*lows[1:], None), strict=True), 1)
	)


# Decision 4800/QĐ-BYT of 12/10/2021.
RULE = Rule(
	name="4800",
	version=1,
	measures=(Measure("community_cases", True, bands(0, 20, 50, 150)),),
	coverage_indicator="one_dose",
	coverage_group="adults",
	coverage=(Coverage(0, (1, 2, 3, 4)), Coverage(70, (1, 1, 2, 3))),
	modifiers=(Modifier("elderly_two", "elderly", 80),),
	capacity=Capacity("beds_used", "beds", 80, 2),
)


def areas(*rows: dict) -> pd.DataFrame:
	"""Communes C0, C1 … of the district D of the province P; what a row does not say: no cases, 100,000 people, all
	covered, beds free, no level in force."""
	usual = {
		"parent": "D",
		"area_level": 3,
		"is_group": 0,
		"reports": 100.0,
		"persons": PERSONS,
		"in_force": np.nan,
		"week.community_cases": 0,
		"now.one_dose": 1000,
		"group.adults": 1000,
		"now.elderly_two": 100,
		"group.elderly": 100,
		"now.beds": 100,
		"now.beds_used": 10,
	}
	wholes = [{"area": "P", "parent": None, "area_level": 1}, {"area": "D", "parent": "P", "area_level": 2}]
	table = pd.DataFrame(
		[{**usual, "is_group": 1, **row} for row in wholes]
		+ [{"area": f"C{number}", **usual, **row} for number, row in enumerate(rows)]
	)
	return table.set_index("area").astype(
		{name: float for name in usual if name.startswith(("week", "now", "group"))}
	)


def level(rule: Rule = RULE, **row: float) -> float | None:
	found = assess(rule, areas({key.replace("__", "."): value for key, value in row.items()})).at[
		"C0", "level"
	]
	return None if math.isnan(found) else int(found)


@pytest.mark.parametrize(
	("cases", "covered", "uncovered"),
	[
		(0, 1, 1),
		(19, 1, 1),
		(20, 1, 2),
		(49, 1, 2),
		(50, 2, 3),
		(149, 2, 3),
		(150, 3, 4),
		(9999, 3, 4),
	],
)
def test_the_level_at_each_end_of_each_band_with_and_without_coverage(
	cases: int, covered: int, uncovered: int
) -> None:
	assert level(week__community_cases=cases, now__one_dose=700) == covered
	assert level(week__community_cases=cases, now__one_dose=699) == uncovered


def test_a_rate_that_lies_on_a_boundary_is_on_it_whatever_the_population() -> None:
	for persons in (3_000, 7_000, 35_000, 130_000):
		for low, number in ((20, 2), (50, 3), (150, 4)):
			cases = low * persons / 100_000
			if cases.is_integer():
				assert level(week__community_cases=cases, persons=persons, now__one_dose=0) == number
				assert level(week__community_cases=cases - 1, persons=persons, now__one_dose=0) < number


def test_unvaccinated_elderly_raise_the_level_by_one_not_beyond_four_and_not_where_there_was_no_case() -> (
	None
):
	assert level(week__community_cases=1, now__elderly_two=80) == 1
	assert level(week__community_cases=1, now__elderly_two=79) == 2
	assert level(week__community_cases=0, now__elderly_two=79) == 1
	assert level(week__community_cases=150, now__elderly_two=79) == 4
	assert level(week__community_cases=150, now__elderly_two=79, now__one_dose=0) == 4


def test_what_is_not_known_counts_as_not_reached() -> None:
	assert level(week__community_cases=20, now__one_dose=np.nan) == 2
	assert level(week__community_cases=20, now__elderly_two=np.nan) == 2
	assert level(week__community_cases=20, group__adults=0) == 2


def test_an_area_with_too_few_reports_or_without_population_is_not_assessed() -> None:
	assert level(reports=50.0) == 1
	assert level(reports=49.9) is None
	assert level(persons=np.nan) is None
	assert level(persons=0) is None
	assert level(week__community_cases=np.nan) is None


def test_a_level_falls_only_where_the_district_has_beds() -> None:
	def fallen(used: float, **row: float) -> int:
		table = areas({"in_force": 3.0, **row})
		table.loc["D", "now.beds_used"] = used
		return int(assess(RULE, table).at["C0", "level"])

	assert fallen(80) == 1
	assert fallen(81) == 3
	assert fallen(np.nan) == 3
	assert fallen(99, **{"week.community_cases": 150, "now.one_dose": 0}) == 4  # a rise asks for none
	assert fallen(99, in_force=1.0) == 1


@pytest.mark.parametrize(
	("counts", "expected"), [((2, 2, 0), 2), ((3, 1, 0), 1), ((1, 1, 2), 4), ((0, 1, 1), 4), ((1, 0, 0), 1)]
)
def test_a_district_has_the_highest_level_that_half_of_its_communes_reach(
	counts: tuple, expected: int
) -> None:
	"""`counts`: communes at level 1, 2 and 4."""
	cases = [0] * counts[0] + [20] * counts[1] + [150] * counts[2]
	rows = [{"week.community_cases": value, "now.one_dose": 0} for value in cases]
	unassessed = [{"reports": 0.0}] * 5
	found = assess(RULE, areas(*rows, *unassessed))
	assert found.at["D", "level"] == expected
	assert found.at["P", "level"] == expected


def test_a_district_by_its_own_figures_where_the_rule_says_so() -> None:
	rule = Rule(**{**RULE.__dict__, "whole_method": "Own Figures"})
	table = areas({"week.community_cases": 150, "now.one_dose": 0})
	assert assess(rule, table).at["D", "level"] == 1


def test_a_band_may_leave_out_its_beginning() -> None:
	above = (Band(1, 0, 90), Band(2, 90, 450), Band(3, 450, 600, True, True), Band(4, 600, None, False))
	rule = Rule(**{**RULE.__dict__, "measures": (Measure("community_cases", True, above),)})
	assert not list(band_faults(above))
	found = [
		level(rule, week__community_cases=cases, now__one_dose=0) for cases in (89, 90, 449, 450, 600, 601)
	]
	assert found == [1, 2, 2, 3, 3, 4]


def test_each_step_is_told_with_its_numbers() -> None:
	table = assess(
		RULE, areas({"week.community_cases": 60, "now.one_dose": 699, "now.elderly_two": 79, "in_force": 2.0})
	)
	told = next(list(steps(RULE, row)) for row in records(table) if row["area"] == "C0")
	assert [step["step"] for step in told] == ["rate", "coverage", "modifier"]
	assert (told[0]["count"], told[0]["rate"], told[0]["band"], told[0]["from"], told[0]["to"]) == (
		60,
		60,
		3,
		50,
		150,
	)
	assert (told[1]["share"], told[1]["from"], told[1]["to"], told[1]["level"]) == (69.9, 0, 70, 3)
	assert (told[2]["share"], told[2]["applies"], told[2]["level"]) == (79, True, 4)
	json.dumps(told, allow_nan=False)


# --- bands


edges = st.lists(st.integers(1, 10_000), min_size=3, max_size=3, unique=True).map(sorted)
closed = st.lists(st.booleans(), min_size=3, max_size=3)


def made(lows: list[int], ends: list[bool]) -> list[Band]:
	"""Sound bands: at each edge one of both neighbours holds it."""
	return [
		Band(
			number,
			0 if number == 1 else lows[number - 2],
			lows[number - 1] if number < 4 else None,
			number == 1 or not ends[number - 2],
			number < 4 and ends[number - 1],
		)
		for number in range(1, 5)
	]


@given(edges, closed, st.randoms())
def test_sound_bands_have_no_fault_and_hold_every_rate_once(
	lows: list[int], ends: list[bool], random
) -> None:
	rows = made(lows, ends)
	random.shuffle(rows)
	assert not list(band_faults(rows))
	rates = pd.Series(
		[0, *lows, *(low - 0.5 for low in lows), *(low + 0.5 for low in lows), 1e6], dtype=float
	)
	assert (sum(band.holds(rates).astype(int) for band in rows) == 1).all()


@given(edges, closed, st.integers(0, 2), st.sampled_from(["gap", "overlap"]))
def test_a_gap_or_an_overlap_at_any_edge_is_found(
	lows: list[int], ends: list[bool], place: int, fault: str
) -> None:
	rows = made(lows, ends)
	band = rows[place]
	off = -0.25 if fault == "gap" else 0.25
	rows[place] = Band(band.number, band.low, band.high + off, band.low_included, band.high_included)
	assert fault in [found for found, _band, _next in band_faults(rows)]


@given(edges, closed, st.integers(0, 2), st.booleans())
def test_an_edge_that_both_or_neither_of_its_bands_holds_is_found(lows, ends, place: int, both: bool) -> None:
	rows = made(lows, ends)
	band, following = rows[place], rows[place + 1]
	rows[place] = Band(band.number, band.low, band.high, band.low_included, both)
	rows[place + 1] = Band(following.number, following.low, following.high, both, following.high_included)
	assert ("overlap" if both else "gap") in [fault for fault, _band, _next in band_faults(rows)]


def test_bands_that_do_not_begin_at_zero_end_or_are_not_four_are_found() -> None:
	def faults(*rows: Band) -> set[str]:
		return {fault for fault, _band, _next in band_faults(rows)}

	sound = bands(0, 20, 50, 150)
	assert faults(Band(1, 1, 20), *sound[1:]) == {"begin"}
	assert faults(*sound[:3], Band(4, 150, 900)) == {"end"}
	assert faults(*sound[:3]) == {"end", "order"}
	assert faults(sound[0], Band(3, 20, 50), Band(2, 50, 150), sound[3]) == {"order"}
	assert "empty" in faults(sound[0], Band(2, 20, 20), Band(3, 20, 150), sound[3])
	assert faults() == {"order"}


# --- a reckoning of its own


def by_hand(row: dict) -> int | None:
	"""One commune by 4800, in plain words of the decision."""
	if row["reports"] < 50 or not row["persons"] or math.isnan(row["week.community_cases"]):
		return None
	rate = row["week.community_cases"] * 100_000 / row["persons"]
	band = 1 + (rate >= 20) + (rate >= 50) + (rate >= 150)
	covered = 100 * row["now.one_dose"] / row["group.adults"] >= 70
	found = {1: 1, 2: 1, 3: 2, 4: 3}[band] if covered else band
	old = 100 * row["now.elderly_two"] / row["group.elderly"]
	if old < 80 and row["week.community_cases"] > 0:
		found = min(4, found + 1)
	return found


def test_all_at_once_is_the_same_as_one_by_one() -> None:
	rng = np.random.default_rng(7)
	rows = [
		{
			"reports": float(rng.choice([0, 49, 50, 100])),
			"persons": int(rng.integers(500, 20_000)),
			"week.community_cases": int(rng.poisson(4)),
			"now.one_dose": int(rng.integers(500, 1000)),
			"now.elderly_two": int(rng.integers(60, 101)),
		}
		for _number in range(559)
	]
	table = areas(*rows)
	found = assess(RULE, table)["level"]
	for area, row in itertools.islice(table.to_dict("index").items(), 2, None):
		expected = by_hand(row)
		assert (None if math.isnan(found[area]) else int(found[area])) == expected, area


def test_the_rules_of_the_province_pack_have_sound_bands() -> None:
	pack = Path(__file__).parents[2] / "fixtures/thanh-hoa/level_rules.json"
	for rule in json.loads(pack.read_text(encoding="utf-8")):
		measures: dict[str, list[Band]] = {}
		for row in rule["bands"]:
			band = Band(
				int(row["band"]),
				row["low"],
				row.get("high"),
				bool(row.get("low_included", 1)),
				bool(row.get("high_included", 0)),
			)
			measures.setdefault(row["indicator"], []).append(band)
		for indicator, bands in measures.items():
			assert not list(band_faults(bands)), (rule["title"], indicator)
