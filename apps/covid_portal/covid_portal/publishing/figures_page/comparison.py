"""New cases of seven days for 100,000 people, area beside area: as open data by month, and as the chart's rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import pandas as pd

from covid_portal.publishing.figures_page import data
from covid_portal.publishing.files import csv_file, data_file
from covid_portal.publishing.series_files import Course, Series, month_after
from covid_portal.reporting.context import populations

COMPARISON = "du-lieu-mo/v1/comparison"
COLUMNS = ("date", "code", "name", "name_en", "population", "cases_7_days", "per_100000")
CASES = "new_cases"
FOR = 100_000  # people


@dataclass(frozen=True)
class Comparison:
	"""By date, for each area: the new cases of the seven days that end with it, <NA> where not all of them are whole."""

	courses: dict[str, Course]
	weeks: dict[str, pd.Series]

	def newest_day(self, area: str) -> str | None:
		"""The last day that has a figure for the area."""
		known = self.weeks[area].dropna() if area in self.weeks else ()
		return known.index[-1] if len(known) else None

	def entries(self, dates: list[str]) -> list[dict]:
		"""The areas on these days of one month: lists in the order of the dates. The population is that of the month's first
		day."""
		population = populations(list(self.courses), f"{dates[0][:7]}-01")
		return [
			area_entry(course, self.weeks[code].reindex(dates), population[code])
			for code, course in self.courses.items()
		]

	def rows(self, day: str) -> list[dict]:
		"""One day: [{"code", "name", "name_en", "population", "cases_7_days", "per_100000"}], the highest rate first."""
		lists = ("cases_7_days", "per_100000")
		rows = [{**row, **{name: row[name][0] for name in lists}} for row in self.entries([day])]
		return sorted(
			rows, key=lambda row: (row["per_100000"] is None, -(row["per_100000"] or 0), row["code"])
		)


def comparison_of(series: Series, public: Sequence[str]) -> Comparison:
	if CASES not in public:
		return Comparison(series.courses, {})
	return Comparison(
		series.courses, {code: cases_of_weeks(row.table([CASES])) for code, row in series.courses.items()}
	)


def cases_of_weeks(days: pd.DataFrame) -> pd.Series:
	whole = days.loc[days["whole"].astype(bool)].set_index("date")
	cases = whole[CASES].astype("Float64") if CASES in whole else pd.Series(dtype="Float64")
	daily = cases.reindex(data.every_day(days["date"])).astype(float)
	return daily.rolling(data.WEEK, min_periods=data.WEEK).sum()


def area_entry(course: Course, weeks: pd.Series, population: dict[str, int]) -> dict:
	people = population.get(data.WHOLE_POPULATION)
	cases = [None if pd.isna(value) else int(value) for value in weeks]
	return {
		"code": course.code,
		"name": course.name,
		"name_en": course.name_en,
		"population": people,
		"cases_7_days": cases,
		"per_100000": [rate(value, people) for value in cases],
	}


def rate(cases: int | None, people: int | None) -> float | None:
	return None if cases is None or not people else data.rounded(FOR * cases / people)


# --- files


def month_files(series: Series, comparison: Comparison) -> dict[str, bytes]:
	"""{path in the snapshot: content} of the months that this build changes."""
	made: dict[str, bytes] = {}
	for month, dates in months_to_make(series, comparison).items():
		made |= files_of_month(month, dates, comparison.entries(dates))
	return made


def months_to_make(series: Series, comparison: Comparison) -> dict[str, list[str]]:
	"""{month: its days}: those whose slots are made anew, the ones that a week reaches into, and what the live build lacks."""
	months = days_of_months(series, comparison)
	anew = series.months_made
	reached = {month_after(month) for month in anew}
	lacking = {month for month in months if not (series.live / address(month, "json")).is_file()}
	return {month: months[month] for month in sorted(months.keys() & (anew | reached | lacking))}


def days_of_months(series: Series, comparison: Comparison) -> dict[str, list[str]]:
	"""{month: its days}, up to the last one with a slot: a later month that begins changes nothing in an earlier one."""
	days = sorted({day for week in comparison.weeks.values() for day in week.index})
	with_slots = sorted({day for course in series.courses.values() for day in course.columns["date"]})
	last = {day[:7]: day for day in with_slots}
	within = [day for day in days if day <= last.get(day[:7], "")]
	return {month: list(dates) for month, dates in groupby(within, key=lambda day: day[:7])}


def files_of_month(month: str, dates: list[str], areas: list[dict]) -> dict[str, bytes]:
	flat = [
		[day, *(area[key] for key in COLUMNS[1:5]), area["cases_7_days"][at], area["per_100000"][at]]
		for at, day in enumerate(dates)
		for area in areas
	]
	return {
		address(month, "json"): data_file({"month": month, "dates": dates, "areas": areas}),
		address(month, "csv"): csv_file(COLUMNS, flat),
	}


def address(month: str, form: str) -> str:
	"""Where a month's file lies in the snapshot."""
	return f"{COMPARISON}/{month}.{form}"
