"""Series that outlive their areas: what was merged away goes on in its successor.

`Area.successors` are rows (area, share of the population in percent); none, or a share of 0, means all of it. Running totals
and stocks are handed over by consolidation (openings.py); here, what was reported before is read as one series.
"""

import frappe
import pandas as pd

MOST_STEPS = 10  # of reorganisation one after another; more would be a circle


def areas_of_series(area: str) -> dict[str, float]:
	"""{area: share} whose figures together are the series of `area`: itself (1.0) and all that was merged into it,
	directly or by steps, each with the share of it that came along."""
	return areas_of_each_series([area])[area]


def areas_of_each_series(areas: list[str]) -> dict[str, dict[str, float]]:
	"""{area: areas_of_series(area)} of many at once."""
	rows = frappe.db.sql(
		"""with recursive series as (
			select name as root, name as area, 1.0e0 as share, 0 as step from `tabArea` where name in %(areas)s
			union all
			select series.root, former.parent, series.share * coalesce(nullif(former.share, 0), 100) / 100, series.step + 1
			from series
			join `tabArea Successor` former on former.area = series.area and former.parenttype = 'Area'
			where series.step < %(most)s
		) select root, area, sum(share) from series group by root, area""",
		{"areas": areas, "most": MOST_STEPS},
	)
	found = {area: {area: 1.0} for area in areas}
	for root, area, share in rows:
		found[root][area] = min(float(share), 1.0)
	return found


def as_one(table: pd.DataFrame, area: str, shares: dict[str, float], indicators: list[dict]) -> pd.DataFrame:
	"""One row per slot of the rows (area, slot_time, figures with <NA>, counts) of areas_of_series(area).

	Sums take their shares; what does not add up is kept where a slot has one row only. An area that goes on reporting
	after it gave a part away belongs to the series until the area has rows of its own.
	"""
	if set(table["area"]) <= {area}:
		return table
	own = table.loc[table["area"] == area, "slot_time"]
	table = table[~(table["area"].isin(areas_that_stay(area, shares)) & table["slot_time"].isin(own))].copy()
	fields = {row.fieldname: row.aggregation for row in indicators}
	sums = [field for field, aggregation in fields.items() if aggregation == "Sum"]
	weights = table["area"].map(shares)
	table[sums] = table[sums].astype("Float64").mul(weights, axis=0).round().astype("Int64")
	how = {field: AGGREGATES.get(aggregation, lone_value) for field, aggregation in fields.items()}
	others = [name for name in table.columns if name not in (*fields, "slot_time")]
	how |= {name: "sum" if pd.api.types.is_numeric_dtype(table[name]) else "first" for name in others}
	return table.groupby("slot_time", as_index=False).agg(how)[table.columns].assign(area=area)


def areas_that_stay(area: str, shares: dict[str, float]) -> list[str]:
	others = [name for name in shares if name != area]
	return frappe.get_all("Area", {"name": ("in", others), "valid_to": ("is", "not set")}, pluck="name")


def add_up(values: pd.Series) -> object:
	"""The sum of what is known; <NA> if nothing is."""
	return values.sum(min_count=1)


def lone_value(values: pd.Series) -> object:
	return values.iloc[0] if len(values) == 1 else pd.NA


AGGREGATES = {"Sum": add_up, "Max": "max"}
