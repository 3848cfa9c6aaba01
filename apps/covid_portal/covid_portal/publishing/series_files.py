"""The course of each area above the reporting ones as open data: a file for each month, and one that lists them.

A build makes the months of its slots anew from the rows; the list of an area takes the others over from the live build, so
that the cost does not grow with the history. Merged areas go on in their successors, as in `reporting.series`. A month's
file holds nothing but figures and their slots: where none of an area's has changed, its bytes have not.
"""

import hashlib
import json
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

import frappe
import numpy as np
import pandas as pd
from frappe.utils import get_datetime, getdate

from covid_portal.publishing.figures import COMPLETENESS, with_zone
from covid_portal.publishing.files import csv_file, data_file
from covid_portal.reporting import definitions, series
from covid_portal.reporting.consolidated_rows import COUNTS
from covid_portal.reporting.day_totals import day_rows, with_day, with_unknown
from covid_portal.reporting.slots import DAY, day_of

SERIES = "du-lieu-mo/v1/series"
KEYS = ("area", "slot", "slot_time", *COUNTS)
SLOT_COLUMNS = ("code", "slot", "time", *COMPLETENESS)
DAY_COLUMNS = ("date", "slots", "whole")


@dataclass
class Course:
	"""What the list of one area says: its months' files, and a row for each day with its sums, by columns: DAY_COLUMNS and
	figures, of which None says that nobody gave it."""

	code: str
	name: str
	name_en: str
	months: list[dict] = field(default_factory=list)
	columns: dict[str, list] = field(default_factory=lambda: {name: [] for name in DAY_COLUMNS})

	@property
	def fields(self) -> list[str]:
		return [name for name in self.columns if name not in DAY_COLUMNS]

	def table(self, fields: Collection[str]) -> pd.DataFrame:
		"""The days as a table: DAY_COLUMNS, and of these figures the ones that there are."""
		keys = {name: self.columns[name] for name in DAY_COLUMNS}
		figures = {
			name: pd.array(self.columns[name], dtype="Int64") for name in fields if name in self.columns
		}
		return pd.DataFrame({**keys, **figures})


@dataclass(frozen=True)
class Begun:
	"""What the parts of a build so far came to: all courses, and the months they have made."""

	courses: dict[str, Course]
	months: set[str]


@dataclass(frozen=True)
class Series:
	"""The courses of all areas as a build has them: `files`, {path in the snapshot: content}, are those that are made anew;
	the others are those of the live build. `months_made`: also by earlier parts of the same build."""

	courses: dict[str, Course]
	files: dict[str, bytes]
	months_made: set[str]
	live: Path

	@property
	def begun(self) -> Begun:
		"""For the next part of the same build."""
		return Begun(self.courses, self.months_made)

	def slots(self, code: str, days: int) -> list[dict]:
		"""The area's slots of its last so many days with slots, oldest first, as the months' files hold them."""
		course = self.courses[code]
		first = min(course.columns["date"][-days:], default="")
		months = [row for row in course.months if row["month"] >= first[:7]]
		rows = (row for month in months for row in self.content(month["json"])["slots"])
		return [row for row in rows if f"{day_of(datetime.fromisoformat(row['time']))}" >= first]

	def content(self, address: str) -> dict:
		"""The JSON file at this address, as it will be read."""
		path = address.lstrip("/")
		return json.loads(self.files[path] if path in self.files else (self.live / path).read_bytes())


def series_of(
	slots: Sequence[str],
	report_type: str,
	province: str,
	live: Path,
	begun: Begun | None = None,
	more_follows: bool = False,
) -> Series:
	"""What the months of these slots look like now. With the last part of a build, months that the live build lacks are made
	as well, all of them of an area that it lacks, and the lists."""
	courses = begun.courses if begun else live_courses(province, live)
	own = months_of(slots)
	wanted = {month: list(courses) for month in own}
	if not more_follows:
		wanted |= missing_months(report_type, courses, own)
	files: dict[str, bytes] = {}
	for month in sorted(wanted):  # one at a time: years of rows together take more memory than a build may
		for area, table in month_tables(report_type, wanted[month], month):
			made = month_files(area, month, table)
			take_month(courses[area], report_type, listed(area, month, made, table), table)
			files |= made
	for course in [] if more_follows else courses.values():
		files |= course_files(course, report_type)
	return Series(courses, files, {*wanted, *(begun.months if begun else ())}, live)


def live_courses(province: str, live: Path) -> dict[str, Course]:
	return {area["code"]: live_course(area, live) for area in series_areas(province)}


def series_areas(province: str) -> list[dict]:
	"""The province and the areas right below it that are made of others: [{"code", "name", "name_en"}]."""
	rows = frappe.get_all(
		"Area",
		filters={"is_group": 1},
		or_filters={"name": province, "parent_area": province},
		fields=["name as code", "full_name as name", "full_name_en as name_en"],
		order_by="lft",
	)
	return [{**row, "name_en": row.name_en or row.name} for row in rows]


# --- months


def months_of(slots: Sequence[str]) -> set[str]:
	"""The months, as "2021-11", that the slots' days lie in."""
	return set(months_by_slot(slots).values())


def months_by_slot(slots: Sequence[str]) -> dict[str, str]:
	"""{slot: its month}, the oldest slot first."""
	rows = frappe.get_all(
		"Report Slot", {"name": ("in", list(slots))}, ["name", "slot_time"], order_by="slot_time asc"
	)
	return {row.name: month_of(row.slot_time) for row in rows}


def month_of(at: datetime) -> str:
	return f"{day_of(get_datetime(at)):%Y-%m}"


def month_after(month: str) -> str:
	return f"{next_month(getdate(f'{month}-01')):%Y-%m}"


def missing_months(
	report_type: str, courses: dict[str, Course], made_anyway: Collection[str]
) -> dict[str, list[str]]:
	"""{month with published slots: areas whose lists in the live build do not have it}: what was published before there were
	any. All months of an area that has no list yet, since its series may reach back to the areas it was made of, or whose
	list holds what is public no more."""
	published = published_months(report_type)
	public = set(public_fields(report_type))
	anew = [code for code, course in courses.items() if not course.months or not set(course.fields) <= public]
	listed_somewhere = {row["month"] for course in courses.values() for row in course.months}
	areas = {month: anew if month in listed_somewhere else list(courses) for month in published}
	return {month: wanted for month, wanted in areas.items() if wanted and month not in made_anyway}


def published_months(report_type: str) -> set[str]:
	"""The months that its published slots' days lie in, told by the database: of years of slots none is handed over."""
	return set(
		frappe.db.sql_list(
			f"""select distinct date_format({DAY}, '%%Y-%%m') from `tabReport Slot` slot
			where report_type = %s and published_at is not null""",
			report_type,
		)
	)


def bounds(month: str) -> tuple[datetime, datetime]:
	"""A slot is of the month if first < slot_time <= last: one at midnight ends the day before."""
	first = getdate(f"{month}-01")
	return datetime.combine(first, time.min), datetime.combine(next_month(first), time.min)


def next_month(first: date) -> date:
	return (first + timedelta(days=31)).replace(day=1)


# --- rows


def month_tables(report_type: str, areas: list[str], month: str) -> Iterator[tuple[str, pd.DataFrame]]:
	"""(area, its published slots of the month in order of time: KEYS, day, public figures) of those that have any."""
	indicators = public_in(report_type, month)
	shares = series.areas_of_each_series(areas)
	table = published_rows(report_type, sorted({name for part in shares.values() for name in part}), month)
	for area in areas:
		own = table[table["area"].isin(list(shares[area]))]
		if not own.empty:
			yield area, with_day(series.as_one(own, area, shares[area], indicators))


def public_in(report_type: str, month: str) -> list[frappe._dict]:
	"""The public indicators that were asked for in some slot of the month."""
	first = getdate(f"{month}-01")
	last = next_month(first) - timedelta(days=1)
	return [
		row
		for row in definitions.indicators(report_type)
		if row.public
		and (not row.valid_from or row.valid_from <= last)
		and (not row.valid_to or row.valid_to >= first)
	]


def published_rows(report_type: str, areas: list[str], month: str) -> pd.DataFrame:
	"""Rows of areas that are closed hold running totals only, and are none of the series."""
	fields = [row.fieldname for row in public_in(report_type, month)]
	columns = ", ".join(f"figures.`{column}`" for column in (*KEYS, "known", *fields))
	rows = frappe.db.sql(
		f"""select {columns}
		from `tabConsolidated Report` figures
		join `tabReport Slot` slot on slot.name = figures.slot
		where figures.area in %s and figures.report_type = %s and figures.closed = 0
			and slot.published_at is not null and figures.slot_time > %s and figures.slot_time <= %s
		order by figures.slot_time""",
		(areas, report_type, *bounds(month)),
		as_dict=True,
	)
	return with_unknown([dict(row) for row in rows], fields, KEYS)


def figure_columns(table: pd.DataFrame) -> list[str]:
	return [column for column in table.columns if column not in (*KEYS, "day")]


# --- a month's files


def month_files(area: str, month: str, table: pd.DataFrame) -> dict[str, bytes]:
	fields, rows = figure_columns(table), slot_rows(table)
	flat = [
		[area, *(row[key] for key in SLOT_COLUMNS[1:]), *(row["figures"][field] for field in fields)]
		for row in rows
	]
	return {
		month_path(area, month, "json"): data_file(
			{"code": area, "month": month, "fields": fields, "slots": rows}
		),
		month_path(area, month, "csv"): csv_file([*SLOT_COLUMNS, *fields], flat),
	}


def month_path(area: str, month: str, form: str) -> str:
	return f"{SERIES}/{area}/{month}.{form}"


def slot_rows(table: pd.DataFrame) -> list[dict]:
	fields = figure_columns(table)
	table = table.assign(missing=table["expected"] - table["reported"])
	counts, figures = known(table[list(COMPLETENESS)]), known(table[fields])
	return [
		{
			"slot": slot,
			"time": with_zone(at),
			**dict(zip(COMPLETENESS, count, strict=True)),
			"figures": dict(zip(fields, row, strict=True)),
		}
		for slot, at, count, row in zip(table["slot"], table["slot_time"], counts, figures, strict=True)
	]


def known(table: pd.DataFrame) -> np.ndarray:
	"""Plain numbers, and None for what nobody gave, row by row."""
	values = table.to_numpy(dtype=object)
	values[pd.isna(values)] = None
	return values


# --- the list of an area


def live_course(area: dict, live: Path) -> Course:
	"""The course as the live build lists it; without months and days if it does not."""
	path = live / SERIES / f"{area['code']}.json"
	if not path.is_file():
		return Course(**area)
	content = json.loads(path.read_bytes())
	columns = {**{name: content["days"][name] for name in DAY_COLUMNS}, **content["days"]["figures"]}
	return Course(**area, months=content["months"], columns=columns)


def listed(area: str, month: str, files: dict[str, bytes], table: pd.DataFrame) -> dict:
	return {
		"month": month,
		"slots": len(table),
		"first": with_zone(table["slot_time"].iloc[0]),
		"last": with_zone(table["slot_time"].iloc[-1]),
		**{form: f"/{month_path(area, month, form)}" for form in ("json", "csv")},
		"sha256": hashlib.sha256(files[month_path(area, month, "json")]).hexdigest(),
	}


def take_month(course: Course, report_type: str, shard: dict, table: pd.DataFrame) -> None:
	"""This month's file and days, in place of what the list had of it."""
	month, dates = shard["month"], course.columns["date"]
	others = [row for row in course.months if row["month"] != month]
	course.months = sorted([*others, shard], key=lambda row: row["month"])
	place = slice(bisect_left(dates, f"{month}-"), bisect_left(dates, f"{month_after(month)}-"))
	days, before = columns_of(days_of(report_type, table)), len(dates)
	for name in {**course.columns, **days}:
		column = course.columns.setdefault(name, [None] * before)
		column[place] = days.get(name) or [None] * len(days["date"])


def columns_of(days: pd.DataFrame) -> dict[str, list]:
	figures = [name for name in days.columns if name not in DAY_COLUMNS]
	return {
		**days[[*DAY_COLUMNS]].to_dict("list"),
		**dict(zip(figures, known(days[figures]).T.tolist(), strict=True)),
	}


def days_of(report_type: str, table: pd.DataFrame) -> pd.DataFrame:
	"""Flows are the sum of the day's slots, stocks those of its last one; `whole`: all of the day's slots are in."""
	days = day_rows(report_type, table)
	days["slots"] = table.groupby("day")["slot"].count().to_numpy()
	days["date"] = [day.isoformat() for day in days["day"]]
	return days[[*DAY_COLUMNS, *figure_columns(table)]]


def public_fields(report_type: str) -> list[str]:
	return [row.fieldname for row in definitions.indicators(report_type) if row.public]


def course_files(course: Course, report_type: str) -> dict[str, bytes]:
	fields = [name for name in public_fields(report_type) if name in course.columns]
	dates, slots, whole = (course.columns[name] for name in DAY_COLUMNS)
	figures = {name: course.columns[name] for name in fields}
	content = {
		"code": course.code,
		"name": course.name,
		"name_en": course.name_en,
		"months": course.months,
		"days": {"date": dates, "slots": slots, "whole": whole, "figures": figures},
	}
	rows = zip([course.code] * len(dates), dates, slots, map(int, whole), *figures.values(), strict=True)
	return {
		f"{SERIES}/{course.code}.json": data_file(content),
		f"{SERIES}/{course.code}.csv": csv_file(["code", *DAY_COLUMNS, *fields], rows),
	}
