"""What the map knows of each slot, in a file for each month: state of every commune's report, figures of every district.

A month is made anew as a whole: the figures of seven days reach into later slots. Of a slot there are a letter for each
commune and a number for each district, in the order of the codes the file begins with. The letters are what the small-cell rule
says of the communes (publishing/communes.py): of a district in which some have not reported, it withholds who.
"""

import json
from datetime import date, datetime
from pathlib import Path

import frappe
import pandas as pd
from frappe.utils import get_datetime

from covid_portal.publishing.communes import COMMUNES, of_slot
from covid_portal.publishing.figures import DAILY, with_zone
from covid_portal.publishing.mapping.measures import LETTERS, NO_LEVEL, NOT_EXPECTED, WITHHELD
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.series_files import bounds, month_after, month_of, months_of, published_months
from covid_portal.reporting import definitions
from covid_portal.reporting.comparison import PER, POPULATION, WEEK
from covid_portal.reporting.known_figures import figures_of_all

FOLDER = "du-lieu-mo/v1/map"
COUNTS = ("expected", "reported", "provisional")
LEVEL_LISTS = ("commune_levels", "levels")
FIGURES = ("new_cases", "week_cases", "week_rate")


def month_file(month: str) -> str:
	return f"{FOLDER}/{month}.json"


def months_to_make(publication: Publication) -> list[str]:
	"""The months of the publication's slots, those into which their seven days reach, and what the live build lacks: of a
	build in parts, these last two with the last part."""
	if publication.more_follows:
		return sorted(months_of(publication.slots))
	published = published_months(publication.latest["report_type"])
	files = {month: publication.live / month_file(month) for month in published}
	missing = {month for month, file in files.items() if not file.exists()}
	if not is_public(publication.latest["report_type"]):
		missing |= {month for month, file in files.items() if file.exists() and tells_figures(file)}
	newest = month_of(get_datetime(publication.latest["time"]))
	if files[newest].exists() and levels_moved(files[newest], publication):
		missing.add(newest)
	return sorted(published & (missing | months_touched(publication.slots) | months_left(publication)))


def levels_moved(file: Path, publication: Publication) -> bool:
	"""Whether levels were decided since the file was made: they are those of its newest slot."""
	month = json.loads(file.read_bytes())
	entry = month["slots"][-1]
	if entry["slot"] != publication.newest:
		return False
	told = level_entry(levels_now(publication), month)
	return told != {key: entry[key] for key in LEVEL_LISTS if key in entry}


def levels_of_slots(slots: list[dict], newest: str) -> dict[str, dict[str, str]]:
	"""{slot: {area: letter}} by the hook map_letters."""
	found: dict[str, dict] = {}
	for path in frappe.get_hooks("map_letters"):
		found |= frappe.get_attr(path)(slots, newest)
	return found.get("levels") or {slot["name"]: {} for slot in slots}


def levels_now(publication: Publication) -> dict[str, str]:
	"""{area: letter} of the newest slot."""
	time = get_datetime(publication.latest["time"]).replace(tzinfo=None)
	slot = frappe._dict(name=publication.newest, slot_time=time)
	return levels_of_slots([slot], publication.newest)[slot.name]


def level_entry(levels: dict[str, str], codes: dict[str, list[str]]) -> dict:
	"""Of the communes a letter each, of the districts a number; nothing of a time when no level was decided."""
	if not levels:
		return {}
	return {
		"commune_levels": "".join(levels.get(code, NO_LEVEL) for code in codes["communes"]),
		"levels": [int(levels[code]) if code in levels else None for code in codes["districts"]],
	}


def is_public(report_type: str) -> bool:
	return any(row.fieldname == DAILY and row.public for row in definitions.indicators(report_type))


def tells_figures(file: Path) -> bool:
	slots = json.loads(file.read_bytes())["slots"]
	return any(value is not None for slot in slots for value in slot[DAILY])


def months_touched(slots: tuple[str, ...]) -> set[str]:
	times = frappe.get_all("Report Slot", {"name": ("in", slots)}, pluck="slot_time")
	return {month_of(day) for at in map(get_datetime, times) for day in (at, at + WEEK)}


def months_left(publication: Publication) -> set[str]:
	"""Months into which seven days of earlier parts' slots may reach, and that none of them has made."""
	made = publication.begun.months if publication.begun else set()
	return {month_after(month) for month in made} - made


def month_data(publication: Publication, month: str) -> dict:
	"""{"month", "communes": [code], "districts": [code], "slots": [entry(), oldest first]}."""
	report_type = publication.latest["report_type"]
	first, last = bounds(month)
	slots = published_slots(report_type, first, last)
	states = {slot.name: told_states(slot.name, publication) for slot in slots}
	districts = with_week(report_type, district_rows(report_type, first - WEEK, last), last)
	codes = {
		"communes": sorted({code for letters in states.values() for code in letters}),
		"districts": sorted(districts.loc[districts["slot_time"] > first, "area"].unique()),
	}
	of_slot = dict(iter(districts.groupby("slot")))
	levels = levels_of_slots(slots, publication.newest)
	return {
		"month": month,
		**codes,
		"slots": [
			{
				"slot": slot.name,
				"time": with_zone(slot.slot_time),
				"reporting": in_a_row(states[slot.name], codes["communes"]),
				**district_entry(of_slot.get(slot.name, districts[:0]), codes["districts"]),
				**level_entry(levels[slot.name], codes),
			}
			for slot in slots
		],
	}


def told_states(slot: str, publication: Publication) -> dict[str, str]:
	"""{commune: letter} as the slot's file of communes says; empty for a slot published before there were such files."""
	if slot in publication.slots:
		communes = of_slot(publication, slot)["communes"]
	else:
		file = publication.live / COMMUNES / f"{slot}.json"
		communes = json.loads(file.read_bytes())["communes"] if file.exists() else {"code": [], "state": []}
	return {code: LETTERS[state] for code, state in zip(communes["code"], communes["state"], strict=True)}


def in_a_row(letters: dict[str, str], codes: list[str]) -> str:
	"""Who is not in a slot's list owed no report; where there is no list, nothing is said of anybody."""
	return "".join(letters.get(code, NOT_EXPECTED if letters else WITHHELD) for code in codes)


def district_entry(rows: pd.DataFrame, codes: list[str]) -> dict:
	"""A list for each figure, in the order of the districts; None: not known."""
	table = rows.set_index("area").reindex(codes)
	return {name: [plain(value) for value in table[name]] for name in (*COUNTS, *FIGURES)}


def plain(value: float | None) -> int | float | None:
	if pd.isna(value):
		return None
	return int(value) if float(value).is_integer() else round(float(value), 1)


# --- rows


def published_slots(report_type: str, first: datetime, last: datetime) -> list[frappe._dict]:
	return frappe.db.sql(
		"""select name, slot_time from `tabReport Slot` where report_type = %s and published_at is not null
		and slot_time > %s and slot_time <= %s order by slot_time""",
		(report_type, first, last),
		as_dict=True,
	)


def district_rows(report_type: str, first: datetime, last: datetime) -> pd.DataFrame:
	"""slot, slot_time, area, counts and new cases of the areas made of reporting ones, first < slot_time <= last; <NA>:
	nobody gave it, or it is not public."""
	columns = ("slot", "slot_time", "area", *COUNTS, DAILY, "known")
	rows = frappe.db.sql(
		f"""select {", ".join(f"figures.`{name}`" for name in columns)}
		from `tabConsolidated Report` figures join `tabArea` area on area.name = figures.area
		where figures.slot in (select name from `tabReport Slot` where report_type = %s and published_at is not null
			and slot_time > %s and slot_time <= %s) and area.is_group = 1 and area.parent_area is not null
		order by figures.slot_time""",
		(report_type, first, last),
	)
	table = pd.DataFrame(rows, columns=[*columns])
	public = is_public(report_type)
	figures = figures_of_all(table["known"].unique())
	known = [public and DAILY in figures[reference] for reference in table["known"]]
	return table.assign(new_cases=table[DAILY].where(known).astype("Float64")).drop(columns="known")


def with_week(report_type: str, rows: pd.DataFrame, day: datetime) -> pd.DataFrame:
	"""The rows with what came in during the 7 × 24 hours up to each slot, and that per 100,000 people: <NA> unless all slots
	of these days are there and known."""
	slots = 7 * len(frappe.get_cached_doc("Report Type", report_type).times)
	by_time = rows.pivot(index="slot_time", columns="area", values="new_cases").astype("float64")
	by_time.index = pd.to_datetime(by_time.index)
	week = by_time.rolling(WEEK, min_periods=slots).sum().melt(ignore_index=False, value_name="week_cases")
	table = rows.merge(week.reset_index(), on=["slot_time", "area"])
	persons = table["area"].map(populations(table["area"].unique().tolist(), day.date()))
	return table.assign(week_rate=table["week_cases"] * PER / persons)


def populations(areas: list[str], day: date) -> dict[str, float]:
	"""{area: persons}, the newest figure not after the day; where it has none, the sum of those right below it."""
	rows = frappe.db.sql(
		"""select area.name as area, area.parent_area as whole, persons.persons
		from `tabArea Population` persons join `tabArea` area on area.name = persons.parent
		where persons.parenttype = 'Area' and persons.population_group = %s and persons.as_of <= %s
			and (area.name in %s or area.parent_area in %s)
		order by persons.as_of""",
		(POPULATION, day, areas, areas),
		as_dict=True,
	)
	newest = {row.area: row for row in rows}
	sums: dict[str, float] = {}
	for row in newest.values():
		sums[row.whole] = sums.get(row.whole, 0) + row.persons
	return sums | {name: float(row.persons) for name, row in newest.items() if name in areas}
