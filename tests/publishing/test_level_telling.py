"""What is told in public of why a commune has its level, attacked: from everything that is told of any commune it is worked out
which numbers of cases it may have had. That must be no more than its level, coverage and the level before tell by themselves.
"""

import json
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

from covid_portal.levels.reckoning import Band, Capacity, Coverage, Measure, Modifier, Rule, assess
from covid_portal.levels.telling import told

COUNTS = range(19)
POPULATIONS = (900, 6_500, 12_000)
RULE = Rule(
	name="4800",
	version=1,
	measures=(
		Measure(
			"community_cases",
			True,
			(Band(1, 0, 20), Band(2, 20, 50), Band(3, 50, 150), Band(4, 150, None)),
		),
	),
	coverage_indicator="one_dose",
	coverage_group="adults",
	coverage=(Coverage(0, (1, 2, 3, 4)), Coverage(70, (1, 1, 2, 3))),
	modifiers=(Modifier("elderly_two", "elderly", 80),),
	capacity=Capacity("beds_used", "beds", 80, 2),
)
# 218/QĐ-BYT's bands, and a rule that raises by one or two.
WIDE = (Band(1, 0, 90), Band(2, 90, 450), Band(3, 450, 600, True, True), Band(4, 600, None, False))
LATER = replace(RULE, measures=(Measure("community_cases", True, WIDE),))
RAISING = replace(
	RULE, modifiers=(Modifier("elderly_two", "elderly", 80), Modifier("elderly_two", "elderly", 40, raises=2))
)


def every_commune(persons: int) -> pd.DataFrame:
	"""A commune for each number of cases, coverage, share of the elderly, beds and level before that there can be."""
	cases = product(COUNTS, (600, 800), (30, 60, 90), (50, 95), (np.nan, 2, 3))
	rows = [
		{
			"area": f"C{number}",
			"parent": f"D{used}",
			"area_level": 3,
			"is_group": 0,
			"in_force": before,
			"week.community_cases": count,
			"now.one_dose": dose,
			"now.elderly_two": elderly,
		}
		for number, (count, dose, elderly, used, before) in enumerate(cases)
	]
	wholes = [
		{"area": f"D{used}", "area_level": 2, "is_group": 1, "now.beds_used": used} for used in (50, 95)
	]
	usual = {
		"reports": 100.0,
		"persons": persons,
		"group.adults": 1000,
		"group.elderly": 100,
		"now.beds": 100,
	}
	table = pd.DataFrame([*wholes, *rows]).assign(**usual).set_index("area")
	return table.astype(
		{name: float for name in table if name.startswith(("week", "now", "group", "in_force"))}
	)


def public_knowledge(found: pd.DataFrame) -> pd.Series:
	"""What is known of each commune without its reasons."""
	columns = ["level", "coverage_class", "in_force", "capacity"]
	return sum(
		(" " + found[column].astype(str) for column in columns[1:]), start=found[columns[0]].astype(str)
	)


def told_as_text(rule: Rule, found: pd.DataFrame) -> pd.Series:
	return pd.Series({area: json.dumps(entry["public"]) for area, entry in told(rule, found).items()})


def possible_counts(known: pd.Series, found: pd.DataFrame) -> pd.Series:
	"""Of each commune the numbers of cases of all communes that look like it."""
	alike = found["week.community_cases"].groupby(known).agg(lambda counts: frozenset(counts))
	return known.map(alike)


def communes(rule: Rule, persons: int) -> pd.DataFrame:
	found = assess(rule, every_commune(persons))
	return found[found["is_group"] == 0]


@pytest.mark.parametrize("rule", [RULE, LATER, RAISING], ids=["4800", "218", "raising"])
@pytest.mark.parametrize("persons", POPULATIONS)
def test_reasons_narrow_no_number_of_cases_further_than_the_level_does(rule: Rule, persons: int) -> None:
	found = communes(rule, persons)
	known = public_knowledge(found)
	with_reasons = known + told_as_text(rule, found)
	assert possible_counts(with_reasons, found).equals(possible_counts(known, found))


def test_the_band_by_itself_would() -> None:
	"""So the attack finds what it looks for."""
	found = communes(RULE, 6_500)
	known = public_knowledge(found)
	with_band = known + " band " + found["band"].astype(str)
	narrowed = possible_counts(with_band, found) != possible_counts(known, found)
	assert narrowed.any()
	smallest = possible_counts(with_band, found)[narrowed].map(len).min()
	assert smallest <= 2, "one or two cases, in a commune of 6,500 people"


@pytest.mark.parametrize("rule", [RULE, LATER, RAISING], ids=["4800", "218", "raising"])
@pytest.mark.parametrize("persons", POPULATIONS)
def test_what_is_told_is_true(rule: Rule, persons: int) -> None:
	found = communes(rule, persons)
	rows = found.to_dict("index")
	for area, entry in told(rule, found).items():
		row, (rates, coverage, *rest) = rows[area], entry["public"]
		ends = rates["rates"][0]
		told_band = Band(0, ends["from"], ends["to"], ends["from_included"], ends["to_included"])
		assert told_band.holds(np.float64(row["rate.community_cases"]))
		assert coverage["from"] <= row["coverage"] < (coverage["to"] or 101)
		raised = next((step for step in rest if step["step"] == "raised"), None)
		if raised and raised["certain"]:
			assert row["applies.0"]
		if any(step["step"] == "capacity" and step["met"] for step in rest):
			assert row["level"] < row["in_force"] and row["capacity"] <= 80


@pytest.mark.parametrize(
	("count", "dose", "elderly", "expected"),
	[
		# Covered, 4800: level 1 is below 50, level 2 is below 150 (below 50 where raised), level 3 is 50 and more.
		(0, 800, 90, (0, 50, None)),
		(20, 800, 60, (0, 150, (False, 50))),
		(60, 800, 90, (0, 150, (False, 50))),
		(160, 800, 90, (50, None, (False, 150))),
		(160, 800, 60, (150, None, (True, None))),
		# Not covered: level 1 is below 20, level 2 below 50, level 3 20 to below 150, level 4 50 and more.
		(0, 600, 90, (0, 20, None)),
		(1, 600, 60, (0, 50, (False, 20))),
		(60, 600, 90, (20, 150, (False, 50))),
		(160, 600, 60, (50, None, (False, 150))),
	],
)
def test_hand_worked_reasons(count: int, dose: int, elderly: int, expected: tuple) -> None:
	table = every_commune(100_000).loc[["D50", "C0"]].copy()
	table.loc["C0", ["week.community_cases", "now.one_dose", "now.elderly_two"]] = count, dose, elderly
	rates, _coverage, *rest = told(RULE, assess(RULE, table))["C0"]["public"]
	raised = (rest[0]["certain"], rest[0]["rates"][0]["to"]) if rest else None
	assert (rates["rates"][0]["from"], rates["rates"][0]["to"], raised) == expected


def test_a_level_that_may_have_been_kept_says_so_whether_it_was_or_not() -> None:
	found = communes(RULE, 100_000)
	held = found[(found["in_force"] == 2) & (found["level"] == 2) & (found["capacity"] > 80)]
	assert held["kept"].any() and not held["kept"].all()
	entries = told(RULE, held)
	assert all(
		entry["public"][-1]["step"] == "capacity" and not entry["public"][-1]["met"]
		for entry in entries.values()
	)


def test_of_an_area_that_is_not_assessed_nothing_is_told() -> None:
	entry = told(RULE, assess(RULE, every_commune(100_000).loc[["D50", "C0"]].assign(reports=0.0)))["C0"]
	assert (entry["level"], entry["public"]) == (None, [])
