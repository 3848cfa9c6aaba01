"""Figures by slot or by day, as slots.day_of() tells it (16:00 to 16:00).

Flows add up over the day's slots, stocks are those of its last one. A figure nobody reported is <NA>, not zero.
"""

from datetime import date, timedelta

import frappe
import pandas as pd

from covid_portal.organisation.scope import in_scope
from covid_portal.reporting import definitions, series
from covid_portal.reporting.known_figures import figures_of_all
from covid_portal.reporting.slots import day_of

KEYS = ("area", "slot", "slot_time", "expected", "reported")


def slot_rows(report_type: str, area: str, first: date, last: date) -> pd.DataFrame:
	"""The area's consolidated rows of these days, if the user may read them, those of the areas that were merged into it
	among them: slot_time, day, then the figures."""
	indicators = definitions.indicators(report_type)
	fields = [row.fieldname for row in indicators]
	consolidated = frappe.get_cached_value("Report Type", report_type, "consolidated_type")
	if not in_scope(frappe.get_doc(doctype=consolidated, area=area)):
		return with_day(with_unknown([], fields))
	shares = series.areas_of_series(area)
	columns = ", ".join(f"`{field}`" for field in (*KEYS, "known", *fields))
	rows = frappe.db.sql(
		f"""select {columns} from `tab{consolidated}`
		where area in %s and report_type = %s and slot_time > %s and slot_time <= %s
		order by slot_time""",
		(list(shares), report_type, first, last + timedelta(days=1)),
		as_dict=True,
	)
	table = with_unknown([dict(row) for row in rows], fields)
	return with_day(series.as_one(table, area, shares, indicators))


def with_unknown(rows: list[dict], fields: list[str], keys: tuple[str, ...] = KEYS) -> pd.DataFrame:
	"""The rows (keys, known, fields) as a table without `known`, in which what nobody gave is <NA>."""
	table = pd.DataFrame(rows, columns=[*keys, "known", *fields])
	table[fields] = table[fields].astype("Int64")
	return only_known(table, fields)


def only_known(table: pd.DataFrame, fields: list[str]) -> pd.DataFrame:
	"""The table without `known`, the reference to what is known of each row; the other figures of it are <NA>."""
	figures = figures_of_all(table["known"].unique())
	for field in fields:
		table.loc[[field not in figures[known] for known in table["known"]], field] = pd.NA
	return table.drop(columns="known")


def with_day(table: pd.DataFrame) -> pd.DataFrame:
	return table.assign(day=[day_of(at) for at in table["slot_time"]])


def day_rows(report_type: str, table: pd.DataFrame) -> pd.DataFrame:
	"""One row a day of slot_rows(), of the figures it has; `whole` says whether all of the day's slots are in."""
	kinds = {row.fieldname: row.kind for row in definitions.indicators(report_type) if row.fieldname in table}
	flows = [name for name, kind in kinds.items() if kind == "Flow"]
	stocks = [name for name in kinds if name not in flows]
	per_day = len(frappe.get_cached_doc("Report Type", report_type).times)
	by_day = table.groupby("day")
	# Not "last" of pandas, which skips what is missing: a stock not known in the evening is not the morning's.
	last = by_day.tail(1).set_index("day")[[*stocks, "expected", "reported"]]
	days = by_day[flows].sum(min_count=1).join(last)[[*kinds, "expected", "reported"]]
	days["whole"] = by_day["slot"].count() >= per_day
	return days.reset_index()
