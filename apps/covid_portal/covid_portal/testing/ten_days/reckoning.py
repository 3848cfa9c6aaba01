"""What the portal must say, reckoned from the script alone, with pandas and the rules as the design words them.

Nothing of the app is used here: neither its SQL nor its helpers.
"""

from dataclasses import dataclass, field
from datetime import datetime

import pandas as pd

from covid_portal.testing.ten_days import script
from covid_portal.testing.ten_days.script import COMMUNES, INDICATORS, MERGED, Act, Slot

Key = tuple[Slot, str]
COUNTS = ["expected", "reported", "provisional", "carried"]
TOTALS = [name for name, (_kind, _how, cumulative, _first, _last) in INDICATORS.items() if cumulative]
WHOLES = ("ZZ1", "ZZ2", "ZZ")


@dataclass
class Report:
	figures: dict[str, int | None]
	state: str
	sent_at: datetime | None = None  # the first time


@dataclass
class Standing:
	"""How everything stands after the acts."""

	reports: dict[Key, Report] = field(default_factory=dict)
	in_force: dict[Key, dict[str, int]] = field(default_factory=dict)  # corrected figures
	asked: dict[Key, dict[str, int]] = field(default_factory=dict)  # corrections under way
	agreed: dict[Key, int] = field(default_factory=dict)
	excused: set[Key] = field(default_factory=set)
	due: dict[Key, datetime] = field(default_factory=dict)
	published: set[Slot] = field(default_factory=set)

	def counts(self, key: Key) -> bool:
		"""Accepted, or approved by the district and with the CDC."""
		return self.state(key) in ("approved", "with the CDC")

	def is_there(self, key: Key) -> bool:
		return self.state(key) in ("approved", "with the CDC", "sent")

	def state(self, key: Key) -> str:
		return self.reports[key].state if key in self.reports else ""

	def is_expected(self, key: Key) -> bool:
		return key not in self.excused or self.is_there(key)

	def in_time(self, key: Key) -> bool:
		due = self.due.get(key, key[0].at - script.CUTOFF)
		return self.is_there(key) and self.reports[key].sent_at <= due + script.GRACE

	def given(self, key: Key) -> dict[str, int]:
		figures = self.reports[key].figures if self.counts(key) else {}
		known = {name: value for name, value in figures.items() if value is not None}
		return known | self.in_force.get(key, {})


def standing(acts: list[Act]) -> Standing:
	stand = Standing()
	for act in acts:
		STEPS.get(act.does, nothing)(stand, act, (act.slot, act.area))
	return stand


def nothing(stand: Standing, act: Act, key: Key) -> None:
	"""What changes no report: who is there when is in COMMUNES, what is asked when in INDICATORS."""


def send(stand: Standing, act: Act, key: Key) -> None:
	before = stand.reports.get(key)
	first = before.sent_at if before and before.sent_at else script.wall(act.at)
	stand.reports[key] = Report(act.figures, "sent", first)


def draft(stand: Standing, act: Act, key: Key) -> None:
	stand.reports[key] = Report(act.figures, "draft")


def approve(stand: Standing, act: Act, key: Key) -> None:
	stand.reports[key].state = "approved" if act.who == "cdc" else "with the CDC"


def send_back(stand: Standing, act: Act, key: Key) -> None:
	stand.reports[key].state = "returned"


def correct(stand: Standing, act: Act, key: Key) -> None:
	stand.asked[key] = act.figures


def agree(stand: Standing, act: Act, key: Key) -> None:
	if act.who == "cdc":
		stand.in_force[key] = stand.in_force.get(key, {}) | stand.asked.pop(key)


def excuse(stand: Standing, act: Act, key: Key) -> None:
	stand.excused.add(key)


def revoke(stand: Standing, act: Act, key: Key) -> None:
	stand.excused.discard(key)


def extend(stand: Standing, act: Act, key: Key) -> None:
	stand.due[key] = act.times["due"]


def publish(stand: Standing, act: Act, key: Key) -> None:
	stand.published.add(act.slot)


STEPS = {"send": send, "draft": draft, "approve": approve, "return": send_back, "settle": send_back}
STEPS |= {"correct": correct, "agree": agree, "excuse": excuse, "revoke": revoke, "extend": extend}
STEPS |= {"publish": publish}


# --- figures


def consolidated(stand: Standing, slots: list[Slot]) -> pd.DataFrame:
	"""A row per slot and area: the figures (<NA>: not known), the running totals, the counts."""
	communes = {area: commune_rows(stand, area, slots) for area in COMMUNES}
	for heir, givers in MERGED.items():
		opening = opening_of(heir, [communes[giver] for giver in givers])
		communes[heir] = commune_rows(stand, heir, slots, opening)
	rows = pd.concat({area: table for area, table in communes.items() if len(table)}, names=["area", "slot"])
	wholes = [whole_rows(rows, whole) for whole in WHOLES]
	return pd.concat([rows, *wholes]).swaplevel().sort_index()


def commune_rows(
	stand: Standing, area: str, slots: list[Slot], opening: pd.Series | None = None
) -> pd.DataFrame:
	"""By slot. A flow is what was given, a total all flows so far; a stock is the last one given while it is asked for.
	After the commune's last day nothing is left but its totals, unless another took its place."""
	first, last = COMMUNES[area][2:4]
	owed = [slot for slot in slots if first <= slot.day <= last]
	given = pd.DataFrame([stand.given((slot, area)) for slot in owed], index=owed, columns=list(INDICATORS))
	given = given.astype("Int64")
	start = opening if opening is not None else pd.Series(dtype="Int64")
	table = pd.DataFrame(index=owed)
	for name, (kind, _how, cumulative, _first, last_day) in INDICATORS.items():
		table[name] = (
			given[name] if kind == "Flow" else carried_on(given[name], start.get(name, pd.NA), last_day)
		)
		if cumulative:
			table[f"total_{name}"] = given[name].fillna(0).cumsum() + start.get(f"total_{name}", 0)
	keys = [(slot, area) for slot in owed]
	table["expected"] = [int(stand.is_expected(key)) for key in keys]
	table["reported"] = [int(stand.counts(key)) for key in keys]
	table["provisional"] = [int(stand.state(key) == "with the CDC") for key in keys]
	table["carried"] = 1 - table["reported"]
	return with_closed(table, area, [slot for slot in slots if slot.day > last])


def carried_on(given: pd.Series, opening: int | None, last_day: int) -> pd.Series:
	last = given.ffill()
	known = last if pd.isna(opening) else last.fillna(opening)
	return known.where([slot.day <= last_day for slot in given.index])


def with_closed(table: pd.DataFrame, area: str, after: list[Slot]) -> pd.DataFrame:
	if not after or area in {giver for givers in MERGED.values() for giver in givers}:
		return table
	closed = pd.DataFrame(index=after, columns=table.columns)
	for column in table.columns:
		closed[column] = (
			table[column].iloc[-1] if column.startswith("total_") else (0 if column in COUNTS else pd.NA)
		)
	return pd.concat([table, closed.astype(table.dtypes)])


def opening_of(heir: str, givers: list[pd.DataFrame]) -> pd.Series:
	"""What the givers had in their last slot, added up; the highest, where that is the rule; else nothing."""
	last = pd.DataFrame([table.iloc[-1] for table in givers])
	values = {f"total_{name}": last[f"total_{name}"].sum() for name in TOTALS}
	for name, (kind, how, *_rest) in INDICATORS.items():
		if kind == "Stock":
			values[name] = added_up(last[name].astype("Int64"), how)
	return pd.Series(values, dtype="Int64")


def whole_rows(rows: pd.DataFrame, whole: str) -> pd.DataFrame:
	parts = rows[rows.index.get_level_values("area").str.startswith(whole)]
	by_slot = parts.groupby(level="slot")
	table = by_slot[[*(f"total_{name}" for name in TOTALS), *COUNTS]].sum()
	for name, (_kind, how, *_rest) in INDICATORS.items():
		table[name] = by_slot[name].agg(lambda values, how=how: added_up(values, how)).astype("Int64")
	return pd.concat({whole: table}, names=["area", "slot"])


def added_up(values: pd.Series, how: str) -> int | None:
	"""Known if any part is; never, if the figure does not add up."""
	if how == "Max":
		return values.max()
	return values.sum(min_count=1) if how == "Sum" else pd.NA


# --- who reported, and the slots


def completeness(stand: Standing, slots: list[Slot]) -> pd.DataFrame:
	"""By area and day: expected, reported, on_time."""
	rows = []
	for slot in slots:
		for area in script.owing(slot):
			key = (slot, area)
			counts = (stand.is_expected(key), stand.is_there(key), stand.in_time(key))
			rows += [(whole, slot.at.date(), *map(int, counts)) for whole in (area, area[:3], area[:2])]
	table = pd.DataFrame(rows, columns=["area", "day", "expected", "reported", "on_time"])
	return table.groupby(["area", "day"]).sum()


def slot_states(stand: Standing, slots: list[Slot], now: datetime) -> dict[Slot, str]:
	def state(slot: Slot) -> str:
		if now >= slot.at + script.LOCK:
			return "Locked"
		return "Published" if slot in stand.published else "Consolidated"

	return {slot: state(slot) for slot in slots}
