"""How units work on petitions, for everybody to see: received, answered, on time, median days, of the last twelve months."""

from datetime import datetime
from typing import Any

import frappe
import pandas as pd
from frappe.utils import add_months

MONTHS = 12
COLUMNS = ["unit", "received_at", "answered_at", "answered_on_time"]
SECONDS_OF_A_DAY = 86400


def of_units(now: datetime) -> list[dict[str, Any]]:
	"""[{"unit", "name", "received", "answered", "on_time", "on_time_share" (0-1 or None), "median_days" (or None)}], most
	received first. Merged petitions count with the one they were merged into, declined ones not at all."""
	rows = frappe.db.sql(
		f"""select {", ".join(COLUMNS)} from tabPetition
		where received_at >= %s and unit is not null and stage not in ('Merged', 'Declined')""",
		add_months(now, -MONTHS),
	)
	if not rows:
		return []
	return [row_of(unit, group) for unit, group in grouped(pd.DataFrame(rows, columns=COLUMNS))]


def grouped(table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
	groups = list(table.groupby("unit"))
	return sorted(groups, key=lambda pair: (-len(pair[1]), pair[0]))


def row_of(unit: str, group: pd.DataFrame) -> dict[str, Any]:
	answered = group[group.answered_at.notna()]
	on_time = int(answered.answered_on_time.sum())
	return {
		"unit": unit,
		"received": len(group),
		"answered": len(answered),
		"on_time": on_time,
		"on_time_share": on_time / len(answered) if len(answered) else None,
		"median_days": median_days(answered),
	}


def median_days(answered: pd.DataFrame) -> float | None:
	if answered.empty:
		return None
	taken = pd.to_datetime(answered.answered_at) - pd.to_datetime(answered.received_at)
	return round(float(taken.dt.total_seconds().median()) / SECONDS_OF_A_DAY, 1)
