"""How units work on petitions, for everybody to see: received, answered, on time, median days, of the last twelve months.

Few petitions may tell who has sent them: a number from 1 to threshold-1 (Publishing Settings) is said as a range, as are figures of
communes, and nothing is said of how long so few answers took.
"""

from datetime import datetime
from typing import Any

import frappe
import pandas as pd
from frappe.utils import add_months

MONTHS = 12
COLUMNS = ["unit", "received_at", "answered_at", "answered_on_time"]
SECONDS_OF_A_DAY = 86400


def since(now: datetime) -> datetime:
	return add_months(now, -MONTHS)


def of_units(now: datetime, threshold: int) -> list[dict[str, Any]]:
	"""[{"unit", "received", "answered", "on_time", "on_time_share" (0-1 or None), "median_days" (or None)}], most received first.
	Counts are numbers or ranges {"from", "to"}. Merged petitions count with the one they were merged into, declined ones not at
	all."""
	rows = frappe.db.sql(
		f"""select {", ".join(COLUMNS)} from tabPetition
		where received_at >= %s and unit is not null and stage not in ('Merged', 'Declined')""",
		since(now),
	)
	if not rows:
		return []
	return [row_of(unit, group, threshold) for unit, group in grouped(pd.DataFrame(rows, columns=COLUMNS))]


def grouped(table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
	groups = list(table.groupby("unit"))
	return sorted(groups, key=lambda pair: (-len(pair[1]), pair[0]))


def row_of(unit: str, group: pd.DataFrame, threshold: int) -> dict[str, Any]:
	answered = group[group.answered_at.notna()]
	on_time = int(answered.answered_on_time.sum())
	tells = len(answered) >= threshold and not is_small(on_time, threshold)
	return {
		"unit": unit,
		"received": cell(len(group), threshold),
		"answered": cell(len(answered), threshold),
		"on_time": cell(on_time, threshold),
		"on_time_share": on_time / len(answered) if len(answered) and tells else None,
		"median_days": median_days(answered) if len(answered) >= threshold else None,
	}


def is_small(number: int, threshold: int) -> bool:
	return 0 < number < threshold


def cell(number: int, threshold: int) -> int | dict[str, int]:
	return {"from": 1, "to": threshold - 1} if is_small(number, threshold) else number


def median_days(answered: pd.DataFrame) -> float | None:
	if answered.empty:
		return None
	taken = pd.to_datetime(answered.answered_at) - pd.to_datetime(answered.received_at)
	return round(float(taken.dt.total_seconds().median()) / SECONDS_OF_A_DAY, 1)
