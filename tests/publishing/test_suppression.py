"""The small-cell rule against a reader who keeps every version: on tables and stories that hypothesis thinks up."""

from itertools import pairwise

import numpy as np
import pytest
from attack import Version, given_away
from hypothesis import given, settings
from hypothesis import strategies as st

from covid_portal.publishing.suppression import (
	Figure,
	Said,
	Whole,
	again,
	band,
	first,
	tellable,
)

FIELD, LIMIT = "new_cases", 5
small_values = st.one_of(st.integers(0, LIMIT), st.integers(0, 40))


def whole(values: list[float], reported: list[bool], rank: list[int] | None = None) -> Whole:
	"""Who has not reported brings nothing."""
	column = np.where(reported, values, 0).astype(float)[:, None]
	order = np.array(rank if rank is not None else range(len(values)))
	return Whole([f"A{number}" for number in order], [FIELD], column, np.array(reported), order)


def version_of(table: Whole, said: Said, corrected: bool = False) -> Version:
	low, high = (np.nan_to_num(end, posinf=np.inf) for end in said.of(table.areas).column(FIELD))
	return Version(
		int(table.values.sum()),
		low,
		high,
		said.of(table.areas).left_out,
		int((~table.settled).sum()),
		corrected,
	)


def naive(table: Whole) -> Said:
	"""Small cells as ranges and nothing else, as one would do it without thinking of the rest."""
	values = table.values
	small = (values >= 1) & (values < LIMIT)
	low, high = np.where(small, 1, values), np.where(small, LIMIT - 1, values)
	return Said(table.areas, table.fields, low, high, ~table.settled)


def broken(tables: list[Whole], versions: list[Version]) -> list[tuple[int, int]]:
	"""(version, part) of small figures that what is said of parts narrows."""
	small = [np.flatnonzero((table.values[:, 0] >= 1) & (table.values[:, 0] < LIMIT)) for table in tables]
	return [(at, part) for at, parts in enumerate(small) for part in given_away(versions, at, parts, LIMIT)]


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[Whole], list[bool]]:
	"""Versions of one slot's figure: reports come late, one or several at a time; figures are corrected."""
	parts = draw(st.integers(1, 7))
	values = draw(st.lists(small_values, min_size=parts, max_size=parts))
	reported = draw(st.lists(st.sampled_from([True, True, True, False]), min_size=parts, max_size=parts))
	rank = draw(st.permutations(range(parts)))
	tables, corrected = [whole(values, reported, rank)], [False]
	for correct in draw(st.lists(st.booleans(), max_size=2)):
		counted = [number for number in range(parts) if reported[number] is correct]
		if counted:
			place = draw(st.sampled_from(counted))
			values, reported = list(values), list(reported)
			values[place], reported[place] = (draw(small_values) if correct else values[place]), True
			tables.append(whole(values, reported, rank))
			corrected.append(correct)
	return tables, corrected


def told(tables: list[Whole]) -> list[Said]:
	said = [first(tables[0], [FIELD], LIMIT)]
	for before, now in pairwise(tables):
		said.append(again(now, said[-1], {FIELD: before.values.sum()}, [FIELD], LIMIT))
	return said


# --- nothing is given away


@settings(max_examples=120, deadline=None, derandomize=True)
@given(stories())
def test_no_small_figure_can_be_narrowed_from_all_versions(story: tuple[list[Whole], list[bool]]) -> None:
	tables, corrected = story
	said = told(tables)
	versions = [version_of(*known) for known in zip(tables, said, corrected, strict=True)]
	assert not broken(tables, versions)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(stories())
def test_what_is_said_is_true_and_never_less_withheld_than_before(
	story: tuple[list[Whole], list[bool]],
) -> None:
	tables, _corrected = story
	before = None
	for table, said in zip(tables, told(tables), strict=True):
		low, high = said.column(FIELD)
		assert (low <= table.values[:, 0]).all() and (table.values[:, 0] <= high).all()
		exact = said.exact(FIELD)
		assert not ((table.values[:, 0] >= 1) & (table.values[:, 0] < LIMIT) & exact).any()
		assert before is None or not (exact & ~before).any()
		before = exact


@settings(max_examples=100, deadline=None, derandomize=True)
@given(stories())
def test_the_same_figures_are_said_the_same_way_again(story: tuple[list[Whole], list[bool]]) -> None:
	table = story[0][0]
	said = first(table, [FIELD], LIMIT)
	repeated = again(table, said, {FIELD: table.values.sum()}, [FIELD], LIMIT)
	assert np.array_equal(said.low, repeated.low) and np.array_equal(said.high, repeated.high)
	assert np.array_equal(said.left_out, repeated.left_out)


# --- the attack breaks what is not safe


@pytest.mark.parametrize(
	("values", "why"),
	[
		([3, 0, 12], "the whole less the other parts"),
		([1, 1, 0, 9], "two that are both as small as they can be"),
		([4, 4, 4], "three that are as large as they can be"),
	],
)
def test_ranges_alone_are_broken(values: list[int], why: str) -> None:
	table = whole(values, [True] * len(values))
	assert broken([table], [version_of(table, naive(table))]), why
	assert not broken([table], [version_of(table, first(table, [FIELD], LIMIT))])


def test_naming_who_reported_late_is_broken() -> None:
	on_time, late = whole([3, 7, 9, 8, 6, 5], [False] + [True] * 5), whole([3, 7, 9, 8, 6, 5], [True] * 6)
	plain = [version_of(on_time, naive(on_time)), version_of(late, naive(late))]
	assert (1, 0) in broken([on_time, late], plain)
	safe = told([on_time, late])
	versions = [version_of(on_time, safe[0]), version_of(late, safe[1])]
	assert not broken([on_time, late], versions)


def test_showing_a_corrected_figure_beside_the_old_range_is_broken() -> None:
	tables = [whole([3, 2, 12, 9], [True] * 4), whole([20, 2, 12, 9], [True] * 4)]
	plain = [version_of(tables[0], naive(tables[0])), version_of(tables[1], naive(tables[1]), True)]
	assert broken(tables, plain)


# --- how it is said


def cells(values: list[float], reported: list[bool] | None = None) -> list[tuple[float, float]]:
	said = first(whole(values, reported or [True] * len(values)), [FIELD], LIMIT)
	return list(zip(*(end.tolist() for end in said.column(FIELD)), strict=True))


def test_ranges_are_enough_where_the_small_figures_hide_each_other() -> None:
	assert cells([1, 4, 0, 12]) == [(1, 4), (1, 4), (0, 0), (12, 12)]


def test_zeros_stand_with_the_small_figures_and_are_not_told_from_them() -> None:
	assert cells([4, 0, 0, 0]) == [(0, 4), (0, 4), (0, 4), (0, 0)]


def test_a_large_figure_is_left_open_where_zeros_are_not_enough() -> None:
	assert cells([1, 0, 9, 30]) == [(1, 4), (0, 0), (5, np.inf), (30, 30)]


def test_where_nothing_else_helps_the_figure_is_said_of_no_part() -> None:
	assert cells([3]) == [(0, np.inf)]
	assert cells([1, 1, 5]) == [(0, np.inf)] * 3


def test_who_had_not_reported_is_left_out_with_two_others_and_never_alone() -> None:
	table = whole([3, 0, 9, 8, 6, 5], [False] + [True] * 5)
	assert first(table, [FIELD], LIMIT).left_out.tolist() == [True, True, True, False, False, False]
	assert first(whole([3, 9], [False, True]), [FIELD], LIMIT).left_out.all()
	assert first(whole([3, 9, 8, 7], [False, True, True, True]), [FIELD], LIMIT).left_out.all()


def test_a_figure_that_becomes_small_is_said_of_no_part_any_more() -> None:
	tables = [whole([12, 0, 9], [True] * 3), whole([3, 0, 9], [True] * 3)]
	assert told(tables)[1].column(FIELD)[1].tolist() == [np.inf] * 3


def test_a_large_figure_follows_its_correction() -> None:
	tables = [whole([12, 0, 9], [True] * 3), whole([15, 0, 9], [True] * 3)]
	assert told(tables)[1].column(FIELD)[0].tolist() == [15, 0, 9]


def test_figures_corrected_together_are_withheld_together() -> None:
	fields = ["new_cases", "doses"]
	first_day = Whole(
		["A", "B", "C"], fields, np.array([[2.0, 50], [3, 60], [9, 70]]), np.ones(3, bool), np.arange(3)
	)
	second_day = Whole(
		["A", "B", "C"], fields, np.array([[4.0, 55], [3, 60], [9, 70]]), np.ones(3, bool), np.arange(3)
	)
	said = first(first_day, ["new_cases"], LIMIT)
	assert said.exact("doses").all()
	later = again(second_day, said, {"new_cases": 14, "doses": 180}, ["new_cases"], LIMIT)
	assert not later.exact("doses").any() and not later.exact("new_cases").any()


def test_below_a_threshold_of_two_there_is_no_rule() -> None:
	said = first(whole([1, 2, 0], [True, True, False]), [FIELD], 1)
	assert said.exact(FIELD).all()


# --- which figures


def figure(field: str, group: str = "cases", **more: bool) -> Figure:
	return Figure(field, group, **{"is_stock": False, "adds_up": True, "small": True, **more})


def test_of_figures_that_a_rule_ties_the_first_alone_is_published() -> None:
	rules = [{"cases", "community", "imported"}, {"imported", "previous.arrived"}]
	chosen = [figure("cases"), figure("community"), figure("arrived"), figure("doses", small=False)]
	assert tellable(chosen, rules) == ["cases", "doses"]


def test_figures_that_are_never_small_may_be_tied() -> None:
	chosen = [figure("one_dose", small=False), figure("two_doses", small=False)]
	assert tellable(chosen, [{"one_dose", "two_doses"}]) == ["one_dose", "two_doses"]


def test_a_stock_is_not_published_with_what_came_in_and_went_out() -> None:
	chosen = [figure("now", is_stock=True), figure("came"), figure("went"), figure("tests", group="tests")]
	assert tellable(chosen, []) == ["now", "came", "tests"]


def test_a_small_figure_held_against_its_own_past_or_not_added_up_is_published_for_no_commune() -> None:
	chosen = [figure("beds", adds_up=False), figure("total"), figure("cases")]
	assert tellable(chosen, [{"total", "previous.total"}]) == ["cases"]


@pytest.mark.parametrize(
	("value", "expected"),
	[(0, (0, 19)), (19.9, (0, 19)), (20, (20, 49)), (150, (150, None)), (None, None), (np.nan, None)],
)
def test_a_band_names_its_ends_and_not_the_value(value: float | None, expected: tuple | None) -> None:
	assert band(value, [0, 20, 50, 150]) == expected
