"""The consolidated sheet of an area: its figures beside those before, per day and per head; who is missing in them.

pandas over a few reads: one for the rows of eight days, one for the reports below, one for the population.
"""

from datetime import datetime, timedelta

import frappe
import pandas as pd
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime

from covid_portal.reporting import definitions, series
from covid_portal.reporting.consolidated_rows import COUNTS, completeness
from covid_portal.reporting.counted_reports import REPORT_COUNTS, values_of
from covid_portal.reporting.day_totals import only_known
from covid_portal.reporting.slots import day_of

WEEK = timedelta(days=7)
POPULATION = "total"
PER = 100_000


class NotConsolidated(frappe.ValidationError):
	"""The area has no consolidated figures in the slot."""


@frappe.whitelist(methods=["GET"])
def sheet(slot: str, area: str) -> dict:
	"""compare(), for whoever may read the area's consolidated report."""
	frappe.get_doc("Consolidated Report", f"{slot}-{area}").check_permission("read")
	return compare(slot, area)


def compare(slot: str, area: str) -> dict:
	"""{"slot", "area", times, completeness, "lists": {missing, late, provisional, carried}, "population", "groups"}.

	A figure: now, before (slot before), change, week_ago (same hour), week_change, mean_7 (a day, over 7 × 24 hours; of
	a stock, of its values at this hour), per_100k, week_per_100k (flows of 7 days). None: not reported, or not all there.
	"""
	document = frappe.get_doc("Report Slot", slot)
	indicators = definitions.indicators(document.report_type, day_of(document.slot_time))
	rows = week_rows(document, area, indicators)
	if rows.empty or get_datetime(document.slot_time) not in rows.index:
		frappe.throw(
			_("{0} has no consolidated figures in the slot {1}.").format(area, slot), NotConsolidated
		)
	persons = population_of(area, document)
	table = figures_table(document, rows, indicators, persons)
	return {
		"slot": slot,
		"slot_time": str(document.slot_time),
		"previous_time": str(document.window_start),
		"week_time": str(get_datetime(document.slot_time) - WEEK),
		"area": area,
		"area_name": frappe.db.get_value("Area", area, "full_name") or area,
		"completeness": completeness(rows.loc[get_datetime(document.slot_time)]),
		"lists": reporting_lists(document, area),
		"population": persons,
		"groups": grouped(table, indicators),
	}


# --- figures


def week_rows(slot: Document, area: str, indicators: list[dict]) -> pd.DataFrame:
	"""The area's rows of the last eight days by slot time, those of areas merged into it among them; a figure that is not
	known is <NA>."""
	fields = [row.fieldname for row in indicators]
	columns = ", ".join(f"`{field}`" for field in (*COUNTS, *fields))
	consolidated = frappe.get_cached_value("Report Type", slot.report_type, "consolidated_type")
	until, shares = get_datetime(slot.slot_time), series.areas_of_series(area)
	rows = frappe.db.sql(
		f"""select area, slot_time, known, {columns} from `tab{consolidated}`
		where area in %s and report_type = %s and slot_time between %s and %s order by slot_time""",
		(list(shares), slot.report_type, min(until - WEEK, get_datetime(slot.window_start)), until),
		as_dict=True,
	)
	table = pd.DataFrame([dict(row) for row in rows])
	if table.empty:
		return table
	table[fields] = table[fields].astype("Int64")
	return series.as_one(only_known(table, fields), area, shares, indicators).set_index("slot_time")


def figures_table(
	slot: Document, rows: pd.DataFrame, indicators: list[dict], persons: int | None
) -> pd.DataFrame:
	"""One row per figure, indexed by field."""
	fields, at = [row.fieldname for row in indicators], get_datetime(slot.slot_time)
	flows = [row.fieldname for row in indicators if row.kind == "Flow"]
	values = rows[fields]
	table = pd.DataFrame({"now": values.loc[at]})
	table["before"] = at_time(values, get_datetime(slot.window_start))
	table["week_ago"] = at_time(values, at - WEEK)
	table["change"], table["week_change"] = table["now"] - table["before"], table["now"] - table["week_ago"]
	week = flow_sums(slot, values, at)
	table["mean_7"] = stock_means(values, at).where(~table.index.isin(flows), week / 7).round(1)
	table["per_100k"] = (table["now"].astype("Float64") * PER / persons).round(1) if persons else pd.NA
	table["week_per_100k"] = (
		(week * PER / persons).where(table.index.isin(flows)).round(1) if persons else pd.NA
	)
	return table


def at_time(values: pd.DataFrame, at: datetime) -> pd.Series:
	if at in values.index:
		return values.loc[at]
	return pd.Series(pd.NA, index=values.columns, dtype="Int64")


def flow_sums(slot: Document, values: pd.DataFrame, at: datetime) -> pd.Series:
	"""What came in during the 7 × 24 hours up to the slot; <NA> unless every slot of them is there and known.

	A slot counts with its window, so that a week of windows is a week of hours (16:00 to 16:00 at 16:00).
	"""
	window = values[(values.index > at - WEEK) & (values.index <= at)]
	per_day = len(frappe.get_cached_doc("Report Type", slot.report_type).times)
	if len(window) < 7 * per_day:
		return pd.Series(pd.NA, index=values.columns, dtype="Float64")
	return window.astype("Float64").sum(skipna=False)


def stock_means(values: pd.DataFrame, at: datetime) -> pd.Series:
	"""Mean of the values at this hour on the last seven days; <NA> unless all seven are known."""
	hours = [at - timedelta(days=days) for days in range(7)]
	if any(hour not in values.index for hour in hours):
		return pd.Series(pd.NA, index=values.columns, dtype="Float64")
	return values.loc[hours].astype("Float64").mean(skipna=False)


def grouped(table: pd.DataFrame, indicators: list[dict]) -> list[dict]:
	titles = {group.name: definitions.local_label(group, "group_name") for group in definitions.groups()}
	figures = {
		field: {key: plain(value) for key, value in row.items()}
		for field, row in table.to_dict("index").items()
	}
	rows: dict[str, list[dict]] = {}
	for item in indicators:
		label = {
			"fieldname": item.fieldname,
			"label": definitions.local_label(item),
			"kind": item.kind.lower(),
		}
		rows.setdefault(item.indicator_group, []).append({**label, **figures[item.fieldname]})
	return [{"key": key, "label": title, "rows": rows[key]} for key, title in titles.items() if key in rows]


def plain(value: object) -> int | float | None:
	"""A number that JSON knows; None for <NA>."""
	if pd.isna(value):
		return None
	number = float(value)
	return int(number) if number.is_integer() else number


# --- population, and who is missing


def population_of(area: str, slot: Document) -> int | None:
	"""Persons in the area on the slot's day: its own figure, else the sum over the areas below that have one."""
	day = day_of(slot.slot_time)
	rows = frappe.db.sql(
		"""select below.name, below.lft, below.rgt, persons.persons
		from `tabArea` whole
		join `tabArea` below on below.lft >= whole.lft and below.rgt <= whole.rgt
		join `tabArea Population` persons on persons.parent = below.name and persons.parenttype = 'Area'
		where whole.name = %s and persons.population_group = %s and persons.as_of <= %s
		order by below.lft, persons.as_of""",
		(area, POPULATION, day),
		as_dict=True,
	)
	newest = {row.name: row for row in rows}
	if area in newest:
		return newest[area].persons
	highest = [row for row in newest.values() if not any(is_inside(row, other) for other in newest.values())]
	return sum(row.persons for row in highest) or None


def is_inside(row: dict, other: dict) -> bool:
	return other.lft < row.lft and row.rgt < other.rgt


def reporting_lists(slot: Document, area: str) -> dict[str, list[dict]]:
	"""The reporting areas inside the area that are missing, late, provisional or carried over, each with its unit."""
	report_type = frappe.get_cached_doc("Report Type", slot.report_type)
	rows = frappe.db.sql(
		f"""select owed.area, part.full_name area_name, unit.unit_name, owed.state, owed.on_time, owed.submitted_at,
			counted.name report, counted.workflow_state, figures.carried_from, figures.known
		from `tabArea` whole
		join `tabArea` part on part.lft >= whole.lft and part.rgt <= whole.rgt
		join `tabReport Obligation` owed on owed.area = part.name and owed.slot = %(slot)s
		join `tabUnit` unit on unit.name = owed.unit
		left join (select report.name, report.area, report.workflow_state
			from `tab{report_type.document_type}` report where report.slot = %(slot)s and {REPORT_COUNTS}) counted
			on counted.area = owed.area
		left join `tab{report_type.consolidated_type}` figures
			on figures.slot = %(slot)s and figures.area = owed.area
		where whole.name = %(area)s order by part.lft""",
		{**values_of(slot, report_type), "area": area},
		as_dict=True,
	)
	return {
		"missing": [listed(row) for row in rows if not row.report],
		"late": [listed(row) for row in rows if row.submitted_at and not row.on_time],
		"provisional": [listed(row) for row in rows if row.report and row.workflow_state != "Approved"],
		"carried": [listed(row) for row in rows if not row.report and row.known],
	}


def listed(row: dict) -> dict:
	return {
		"area": row.area,
		"area_name": row.area_name,
		"unit_name": row.unit_name,
		"state": _(row.state),
		"carried_from": row.carried_from,
		"submitted_at": str(row.submitted_at) if row.submitted_at else None,
	}
