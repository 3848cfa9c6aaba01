"""What the charts of an area show, from its course (series_files.Course) and its slots. Nothing here knows Frappe.

A figure that nobody reported is None and stays so: a sum of seven days is given where all seven are whole, a share where
both its parts are known.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

DAYS_SHOWN, SLOT_DAYS_SHOWN, WEEK = 30, 14, 7
POSITIVE = ("pcr_positive", "rapid_positive")
NEGATIVE = ("pcr_negative", "rapid_negative")
QUARANTINE = ("quarantine_site_current", "quarantine_facility_current", "quarantine_home_current")
BEDS, BEDS_USED = "treatment_beds", "treatment_beds_used"
# Indicator, and the group of the population it is a part of.
VACCINATION = (
	("adults_one_dose", "adults"),
	("adults_two_doses", "adults"),
	("adults_booster", "adults"),
	("elderly_two_doses", "elderly"),
	("teens_one_dose", "teens"),
	("teens_two_doses", "teens"),
)
WHOLE_POPULATION = "total"

OF_DAYS = ("new_cases", "samples_taken", *POSITIVE, *NEGATIVE, *QUARANTINE, BEDS, BEDS_USED)

Row = dict[str, object]


# --- days


@dataclass(frozen=True)
class Day:
	"""`whole`: all of its slots are in. A figure nobody gave, or that is not public, is None."""

	date: str
	whole: bool
	figures: dict[str, int | None]

	def sum(self, *fields: str) -> int | None:
		"""Of what is known; None where nothing is."""
		known = [self.figures[name] for name in fields if self.figures.get(name) is not None]
		return sum(known) if known else None


def calendar(days: pd.DataFrame, public: Sequence[str], last: int) -> list[Day]:
	"""Every day to the last one of the course, those without any slot among them; no more than so many."""
	fields = [name for name in OF_DAYS if name in public and name in days]
	shown = days[["date", "whole", *fields]].tail(last).astype(object)
	known = {row["date"]: row for row in shown.where(shown.notna(), None).to_dict("records")}
	return [
		Day(
			day,
			bool(known.get(day, {}).get("whole")),
			{name: known.get(day, {}).get(name) for name in fields},
		)
		for day in every_day(known, last)
	]


def every_day(dates: Iterable[str], last: int | None = None) -> list[str]:
	"""From the first of the dates to the last, none left out; no more than so many."""
	known = sorted(dates)
	if not known:
		return []
	first, until = date.fromisoformat(known[0]), date.fromisoformat(known[-1])
	if last:
		first = max(first, until - timedelta(days=last - 1))
	return [(first + timedelta(days=n)).isoformat() for n in range((until - first).days + 1)]


def over_a_week(days: Sequence[Day], *fields: str) -> list[int | None]:
	"""The sum of the seven days that end with each; None where one of them is not whole or has no figure."""
	values = [day.sum(*fields) if day.whole else None for day in days]
	weeks = [values[max(0, at - WEEK + 1) : at + 1] for at in range(len(values))]
	return [None if len(week) < WEEK or None in week else sum(week) for week in weeks]


def rows(days: Sequence[Day], figures: Callable[[Day, int], Row]) -> list[Row]:
	"""[{"date", "provisional", …}] of the days shown; `figures(day, its place)` gives the rest."""
	placed = list(enumerate(days))[-DAYS_SHOWN:]
	return [{"date": day.date, "provisional": not day.whole, **figures(day, at)} for at, day in placed]


def share(part: int | None, whole: int | None) -> float | None:
	"""Part of whole in percent with one decimal; None where one is not known or the whole is nothing."""
	return None if part is None or not whole else rounded(100 * part / whole)


def rounded(value: float) -> float:
	"""One decimal, as numpy and pandas round: so that a figure is the same wherever it is made."""
	return float(np.round(value, 1))


# --- charts by day


def cases(days: Sequence[Day]) -> list[Row]:
	weeks = over_a_week(days, "new_cases")
	means = [None if week is None else rounded(week / WEEK) for week in weeks]
	return rows(days, lambda day, at: {"new_cases": day.sum("new_cases"), "mean_7": means[at]})


def tests(days: Sequence[Day]) -> list[Row]:
	"""Samples, and of the week's results the share that was positive; both methods together."""
	positive, results = over_a_week(days, *POSITIVE), over_a_week(days, *POSITIVE, *NEGATIVE)
	return rows(
		days,
		lambda day, at: {
			"samples_taken": day.sum("samples_taken"),
			"positive": day.sum(*POSITIVE),
			"results": day.sum(*POSITIVE, *NEGATIVE),
			"positivity_7": share(positive[at], results[at]),
		},
	)


def quarantine(days: Sequence[Day]) -> list[Row]:
	return rows(
		days, lambda day, _at: {name: day.figures[name] for name in QUARANTINE if name in day.figures}
	)


def beds(days: Sequence[Day]) -> list[Row]:
	def figures(day: Day, _at: int) -> Row:
		used, there = day.sum(BEDS_USED), day.sum(BEDS)
		return {BEDS_USED: used, BEDS: there, "occupancy": share(used, there)}

	return rows(days, figures)


# --- charts of the newest slot, and by slot


def vaccination(figures: dict[str, int | None], population: dict[str, int]) -> list[Row]:
	"""[{"field", "group", "people", "population", "share"}] of the indicators that there are."""
	return [
		{
			"field": field,
			"group": group,
			"people": figures[field],
			"population": population.get(group),
			"share": share(figures[field], population.get(group)),
		}
		for field, group in VACCINATION
		if field in figures
	]


def completeness(slots: list[Row]) -> list[Row]:
	"""[{"slot", "time", "expected", "reported", "provisional", "final", "share"}], oldest first."""
	return [
		{
			**{key: row[key] for key in ("slot", "time", "expected", "reported", "provisional")},
			"final": row["reported"] - row["provisional"],
			"share": share(row["reported"], row["expected"]),
		}
		for row in slots
	]


def slot_cases(slots: list[Row]) -> list[Row]:
	return [
		{"slot": row["slot"], "time": row["time"], "new_cases": row["figures"].get("new_cases")}
		for row in slots
	]
