"""The public figures of a slot as plain data: what latest.json holds and the pages are rendered from.

Only indicators marked public, for the province and the areas right below it. A figure nobody reported is None.
"""

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import frappe
import pandas as pd
from frappe.model.document import Document
from frappe.utils import get_datetime
from frappe.utils.data import get_system_timezone

from covid_portal.reporting import definitions
from covid_portal.reporting.context import populations

DAYS_SHOWN = 30
DAILY = "new_cases"
COMPLETENESS = ("expected", "reported", "provisional", "carried", "missing")


class NoProvince(frappe.ValidationError):
	"""Publishing Settings name no province."""


def slot_data(slot: Document) -> dict:
	"""The structure of latest.json for the slot, as consolidated now."""
	indicators = public_indicators(slot)
	rows = consolidated_rows(slot.name, indicators)
	before = consolidated_rows(slot.previous_slot, indicators)
	province = frappe.db.get_single_value("Publishing Settings", "province")
	if province not in rows:
		frappe.throw(
			frappe._("Publishing Settings must name the province; {0} has no figures.").format(province),
			NoProvince,
		)
	level = rows[province].area_level + 1
	districts = [row for row in rows.values() if row.area_level == level]
	persons = populations([province, *(row.area for row in districts)], get_datetime(slot.slot_time).date())
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
		"days": daily_cases(province, slot),
	}


def public_indicators(slot: Document) -> list[frappe._dict]:
	rows = definitions.indicators(slot.report_type, get_datetime(slot.slot_time).date())
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


def consolidated_rows(slot: str | None, indicators: list[dict]) -> dict[str, frappe._dict]:
	"""{area: row} of the areas above the reporting ones."""
	columns = [row.fieldname for row in indicators]
	columns += [f"total_{row.fieldname}" for row in indicators if row.cumulative]
	figures = ", ".join(f"figures.`{column}`" for column in columns)
	rows = frappe.db.sql(
		f"""select figures.area, figures.area_level, figures.expected, figures.reported, figures.provisional,
			figures.carried, figures.answered, area.full_name, area.full_name_en, area.name_en, {figures}
		from `tabConsolidated Report` figures
		join `tabArea` area on area.name = figures.area
		where figures.slot = %s and area.is_group = 1
		order by area.lft""",
		slot,
		as_dict=True,
	)
	return {row.area: row for row in rows}


def completeness(row: dict) -> dict[str, int]:
	counts = {key: row[key] for key in COMPLETENESS if key != "missing"}
	return {**counts, "missing": row.expected - row.reported}


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
	answered = set((row.answered or "").split(",")) if row else set()
	return {
		item.fieldname: row[item.fieldname] if item.fieldname in answered else None for item in indicators
	}


def difference(now: int | None, then: int | None) -> int | None:
	return None if now is None or then is None else now - then


def daily_cases(province: str, slot: Document) -> list[dict]:
	"""New cases a day, from the last slot of the day before to that of the day, with the mean of seven days.

	The last day is provisional until its last slot is in; a mean is given where all seven days are whole.
	"""
	until = get_datetime(slot.slot_time)
	rows = frappe.db.sql(
		f"""select date(slot_time) as day, sum(`{DAILY}`) as cases, count(*) as slots
		from `tabConsolidated Report`
		where area = %s and report_type = %s and slot_time > %s and slot_time <= %s
		group by date(slot_time) order by day""",
		(province, slot.report_type, until.date() - timedelta(days=DAYS_SHOWN + 6), until),
		as_dict=True,
	)
	per_day = len(frappe.get_cached_doc("Report Type", slot.report_type).times)
	table = pd.DataFrame([dict(row) for row in rows])
	if table.empty:
		return []
	table["whole"] = table["slots"].astype(int) >= per_day
	table["cases"] = table["cases"].astype(int)
	table["mean"] = table["cases"].where(table["whole"]).rolling(7).mean().round(1)
	return [day_row(row) for row in table.tail(DAYS_SHOWN).itertuples()]


def day_row(row: NamedTuple) -> dict:
	return {
		"date": row.day.isoformat(),
		"new_cases": row.cases,
		"mean_7": None if pd.isna(row.mean) else row.mean,
		"provisional": not row.whole,
	}


def with_zone(at: datetime | str) -> str:
	"""ISO 8601 with the offset of the portal's time zone; the database keeps local times."""
	return get_datetime(at).replace(microsecond=0, tzinfo=ZoneInfo(get_system_timezone())).isoformat()
