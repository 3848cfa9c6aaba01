"""The public figures of a slot as plain data: what latest.json holds and the pages are rendered from.

Only indicators marked public, for the province and the areas right below it. A figure nobody reported is None.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

import frappe
import numpy as np
from frappe.model.document import Document
from frappe.utils import get_datetime
from frappe.utils.data import get_system_timezone

from covid_portal.reporting import definitions
from covid_portal.reporting.consolidated_rows import COUNTS, completeness
from covid_portal.reporting.context import populations_on
from covid_portal.reporting.known_figures import figures_of, figures_of_all
from covid_portal.reporting.slots import day_of

DAYS_SHOWN = 30
DAILY = "new_cases"
COMPLETENESS = (*COUNTS, "missing")


class NoProvince(frappe.ValidationError):
	"""Publishing Settings name no province."""


def slot_data(slot: Document) -> dict:
	"""The structure of latest.json for the slot, as consolidated now."""
	return slots_data([slot])[slot.name]


def slots_data(slots: Sequence[Document | frappe._dict]) -> dict[str, dict]:
	"""{slot: slot_data() of it}. `slots`: rows of Report Slot. As many queries as for one."""
	found: dict[str, dict] = {}
	for report_type in dict.fromkeys(slot.report_type for slot in slots):
		found |= data_of_type(report_type, [slot for slot in slots if slot.report_type == report_type])
	return found


def data_of_type(report_type: str, slots: Sequence[Document | frappe._dict]) -> dict[str, dict]:
	province = frappe.db.get_single_value("Publishing Settings", "province")
	rows = consolidated_rows(
		{name for slot in slots for name in (slot.name, slot.previous_slot) if name},
		[row for row in definitions.indicators(report_type) if row.public],
	)
	for slot in slots:
		if province not in rows.get(slot.name, {}):
			frappe.throw(
				frappe._("Publishing Settings must name the province; {0} has no figures.").format(province),
				NoProvince,
			)
	areas = sorted({area for slot in slots for area in rows[slot.name]})
	persons = populations_on(areas, {day_of(slot.slot_time) for slot in slots})
	course = province_course(province, report_type, [get_datetime(slot.slot_time) for slot in slots])
	return {
		slot.name: data_of(slot, province, rows, persons[day_of(slot.slot_time)], daily_cases(course, slot))
		for slot in slots
	}


def data_of(
	slot: Document | frappe._dict,
	province: str,
	rows_of: dict[str, dict[str, frappe._dict]],
	persons: dict[str, dict[str, int]],
	days: list[dict],
) -> dict:
	indicators = public_indicators(slot)
	rows, before = rows_of[slot.name], rows_of.get(slot.previous_slot, {})
	level = rows[province].area_level + 1
	districts = [row for row in rows.values() if row.area_level == level]
	return {
		"report_type": slot.report_type,
		"slot": slot.name,
		"time": with_zone(slot.slot_time),
		"window_start": with_zone(slot.window_start),
		"previous_slot": slot.previous_slot if before else None,
		"previous_time": with_zone(slot.window_start) if before else None,
		"version": slot.version,
		"published_at": with_zone(slot.published_at),
		"reporting": completeness(rows[province]),
		"indicators": [indicator_row(row) for row in indicators],
		"province": {
			**area_figures(rows[province], before.get(province), indicators),
			"population": persons[province],
		},
		"districts": [
			{**area_figures(row, before.get(row.area), indicators), "population": persons[row.area]}
			for row in districts
		],
		"days": days,
	}


def public_indicators(slot: Document | frappe._dict) -> list[frappe._dict]:
	rows = definitions.indicators(slot.report_type, day_of(slot.slot_time))
	return [row for row in rows if row.public]


def indicator_row(row: dict) -> dict:
	group = next(group for group in definitions.groups() if group.name == row.indicator_group)
	return {
		"field": row.fieldname,
		"label": row.label,
		"label_en": row.label_en or row.label,
		"unit": row.unit_label or "",
		"unit_en": row.unit_label_en or "",
		"group": group.name,
		"group_label": group.group_name,
		"group_label_en": group.group_name_en or group.group_name,
		"kind": row.kind.lower(),
	}


def consolidated_rows(slots: Collection[str], indicators: list[dict]) -> dict[str, dict[str, frappe._dict]]:
	"""{slot: {area: row}} of the areas above the reporting ones, in the order of the tree."""
	columns = [row.fieldname for row in indicators]
	columns += [f"total_{row.fieldname}" for row in indicators if row.cumulative]
	figures = ", ".join(f"figures.`{column}`" for column in columns)
	rows = frappe.db.sql(
		f"""select figures.slot, figures.area, figures.area_level, figures.expected, figures.reported,
			figures.provisional, figures.carried, figures.known, area.full_name, area.full_name_en, area.name_en,
			{figures}
		from `tabConsolidated Report` figures
		join `tabArea` area on area.name = figures.area
		where figures.slot in %s and area.is_group = 1
		order by area.lft""",
		[list(slots)],
		as_dict=True,
	)
	figures_of_all(row.known for row in rows)
	found: dict[str, dict[str, frappe._dict]] = {}
	for row in rows:
		found.setdefault(row.slot, {})[row.area] = row
	return found


def area_figures(row: dict, before: dict | None, indicators: list[dict]) -> dict:
	now, then = known_figures(row, indicators), known_figures(before, indicators)
	return {
		"code": row.area,
		"name": row.full_name,
		"name_en": row.full_name_en or row.full_name,
		**completeness(row),
		"figures": now,
		"previous": then,
		"change": {field: difference(now[field], then[field]) for field in now},
		"totals": {item.fieldname: row[f"total_{item.fieldname}"] for item in indicators if item.cumulative},
	}


def known_figures(row: dict | None, indicators: list[dict]) -> dict[str, int | None]:
	known = figures_of(row.known) if row else set()
	return {item.fieldname: row[item.fieldname] if item.fieldname in known else None for item in indicators}


def difference(now: int | None, then: int | None) -> int | None:
	return None if now is None or then is None else now - then


class Counted(NamedTuple):
	"""What the province counted in a slot."""

	slot_time: datetime
	day: date
	cases: int


def province_course(province: str, report_type: str, times: list[datetime]) -> list[Counted]:
	"""The province's slots in order, as far back as the days shown at any of these times reach."""
	rows = frappe.db.sql(
		f"""select slot_time, `{DAILY}` from `tabConsolidated Report`
		where area = %s and report_type = %s and slot_time > %s and slot_time <= %s order by slot_time""",
		(province, report_type, first_shown(min(times)), max(times)),
	)
	return [Counted(at, day_of(at), cases) for at, cases in rows]


def first_shown(until: datetime) -> date:
	return day_of(until) - timedelta(days=DAYS_SHOWN + 6)


def daily_cases(course: Sequence[Counted], slot: Document | frappe._dict) -> list[dict]:
	"""New cases a day, from the last slot of the day before to that of the day, with the mean of seven days.

	The last day is provisional until its last slot is in; a mean is given where all seven days are whole.
	"""
	until = get_datetime(slot.slot_time)
	first = datetime.combine(first_shown(until), time.min)
	per_day = len(frappe.get_cached_doc("Report Type", slot.report_type).times)
	shown = [row for row in course if first < row.slot_time <= until]
	days = [(day, [row.cases for row in rows]) for day, rows in groupby(shown, attrgetter("day"))]
	sums = [sum(cases) if len(cases) >= per_day else None for _day, cases in days]
	return [
		{
			"date": day.isoformat(),
			"new_cases": sum(cases),
			"mean_7": mean_of(sums[max(0, at - 6) : at + 1]),
			"provisional": len(cases) < per_day,
		}
		for at, (day, cases) in enumerate(days)
	][-DAYS_SHOWN:]


def mean_of(week: list[int | None]) -> float | None:
	"""To one decimal, rounded as numpy and pandas do, so that a figure is the same wherever it is made."""
	return None if len(week) < 7 or None in week else float(np.round(sum(week) / 7, 1))


def with_zone(at: datetime | str) -> str:
	"""ISO 8601 with the offset of the portal's time zone; the database keeps local times."""
	return get_datetime(at).replace(microsecond=0, tzinfo=ZoneInfo(get_system_timezone())).isoformat()
