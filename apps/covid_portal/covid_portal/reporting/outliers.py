"""A figure against its own history: what the area may be expected to report, from what it reported before.

Robust: the median of the last slots of the same time of day and the median distance from it (MAD) are not moved by a few
wild values. A floor, the square root of the median and at least one, is what counts of rare events vary by anyway: after
0, 0, 0 a 2 is no alarm. What one slot in ten reaches is ordinary too: doses come on the days of a campaign. Bounds are
whole numbers; there are none where the history is too short.
"""

from datetime import timedelta
from typing import NamedTuple

import frappe
import numpy as np
import pandas as pd
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime

from covid_portal.reporting import definitions
from covid_portal.reporting.context import SENT
from covid_portal.reporting.slots import COUNTED, day_of

SLOTS = 28  # of the same time of day
OLDEST_DAYS = 60  # what lies further back says nothing about now
FEWEST = 7  # figures, below which there is no history to speak of
MAD_TO_DEVIATION = 1.4826  # of a normal distribution
SELDOM = 0.1
THRESHOLD = 4.0  # deviations, where the rule names none
LOW, HIGH = "low.", "high."  # name spaces of the bounds in rules


class Bounds(NamedTuple):
	low: int
	high: int
	median: float
	largest: int
	slots: int


def outlier_rules(report_type: str, slot: Document | dict) -> list[frappe._dict]:
	rules = definitions.rules(report_type, day_of(slot.slot_time))
	return [rule for rule in rules if rule.kind == "Outlier"]


def bounds_of(report_type: Document, slot: Document | dict, area: str) -> dict[str, Bounds]:
	"""{rule: bounds} for one area; rules without enough history are left out."""
	rules = outlier_rules(report_type.name, slot)
	past = history(report_type, slot, rules, area)
	if past.empty:
		return {}
	known = ((rule, bounds_table(past, rule).get(area)) for rule in rules)
	return {rule.name: bounds for rule, bounds in known if bounds}


def bounds_values(report_type: Document, slot: Document | dict, areas: pd.Series) -> pd.DataFrame:
	"""Columns low.<field> and high.<field> beside the areas, in their order; missing where there is no history.

	One query for all areas of the slot and all rules.
	"""
	rules = outlier_rules(report_type.name, slot)
	past = history(report_type, slot, rules)
	columns = {}
	for rule in rules:
		known = bounds_table(past, rule) if len(past) else {}
		columns[LOW + rule.name] = [known[area].low if area in known else None for area in areas]
		columns[HIGH + rule.name] = [known[area].high if area in known else None for area in areas]
	return pd.DataFrame(columns, index=areas.index, dtype="Float64")


def history(
	report_type: Document, slot: Document | dict, rules: list[dict], area: str | None = None
) -> pd.DataFrame:
	"""One row per area and slot with the figures of the rules; one that was not given is missing, not 0."""
	fields = list(dict.fromkeys(rule.fieldname for rule in rules))
	names = past_slots(report_type.name, slot) if fields else []
	if not names:
		return pd.DataFrame(
			{"area": pd.Series(dtype=object), **{f: pd.Series(dtype="float64") for f in fields}}
		)
	columns = ", ".join(f"`{field}`" for field in fields)
	rows = frappe.db.sql(
		f"""select area, answered, {columns} from `tab{report_type.document_type}`
		where slot in %(slots)s and workflow_state in %(sent)s {"and area = %(area)s" if area else ""}""",
		{"slots": names, "sent": SENT, "area": area},
	)
	table = pd.DataFrame(list(rows), columns=["area", "answered", *fields])
	given = table["answered"].fillna("").str.split(",")
	for field in fields:
		table[field] = table[field].astype("float64").where([field in answered for answered in given])
	return table.drop(columns="answered")


def past_slots(report_type: str, slot: Document | dict) -> list[str]:
	"""The last counted slots of the same time of day."""
	at = get_datetime(slot.slot_time)
	days = [at - timedelta(days=number) for number in range(1, OLDEST_DAYS + 1)]
	return frappe.get_all(
		"Report Slot",
		{"report_type": report_type, "slot_time": ("in", days), "state": ("in", COUNTED)},
		pluck="name",
		order_by="slot_time desc",
		limit=SLOTS,
	)


def bounds_table(past: pd.DataFrame, rule: dict) -> dict[str, Bounds]:
	"""{area: bounds} of one rule."""
	field = rule.fieldname
	figures = past.dropna(subset=[field]).groupby("area")[field]
	known = figures.agg(["count", "median", "max"])
	known["common_low"] = figures.quantile(SELDOM, interpolation="higher")
	known["common_high"] = figures.quantile(1 - SELDOM, interpolation="lower")
	distance = (past[field] - past["area"].map(known["median"])).abs()
	known["deviation"] = distance.groupby(past["area"]).median() * MAD_TO_DEVIATION
	known = known[known["count"] >= FEWEST]
	reach = (rule.threshold or THRESHOLD) * np.maximum(
		known["deviation"], np.sqrt(known["median"].clip(lower=1))
	)
	known = known.assign(
		low=np.minimum(np.ceil((known["median"] - reach).clip(lower=0)), known["common_low"]),
		high=np.maximum(np.floor(known["median"] + reach), known["common_high"]),
	)
	return {
		area: Bounds(
			int(row["low"]), int(row["high"]), float(row["median"]), int(row["max"]), int(row["count"])
		)
		for area, row in known.to_dict("index").items()
	}


def expected(bounds: Bounds) -> str:
	"""What was expected, in words: what stood there in the slots compared with."""
	return _("In the last {0} slots of this time of day it was at most {1}, usually {2}.").format(
		bounds.slots, bounds.largest, f"{bounds.median:g}"
	)
