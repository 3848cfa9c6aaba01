"""Ten days and one more, lived through by a small province; at the end of each, every figure is held against the reckoning.

The script of events: testing/ten_days/script.py. It is played on the real paths (stage.py), and reckoned with, apart from
the app, in pandas (reckoning.py).
"""

import json
from datetime import timedelta

import frappe
import pandas as pd
from frappe.tests.utils import FrappeTestCase

from covid_portal.publishing import snapshot
from covid_portal.publishing.open_data import SLOTS
from covid_portal.reporting import completeness, day_totals
from covid_portal.reporting.known_figures import figures_of
from covid_portal.testing.ten_days import reckoning, script
from covid_portal.testing.ten_days.reckoning import COUNTS, TOTALS
from covid_portal.testing.ten_days.script import INDICATORS, Slot
from covid_portal.testing.ten_days.stage import TYPE, Stage, name_of, ticks_of

COLUMNS = [*INDICATORS, *(f"total_{name}" for name in TOTALS), *COUNTS]


class TestTenDays(FrappeTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.stage = Stage()
		cls.addClassCleanup(cls.stage.close)
		cls.stage.open()

	def test_every_figure_at_the_end_of_every_day(self) -> None:
		acts = script.acts()
		for day in range(1, script.LAST_DAY + 1):
			today = [act for act in acts if act.at.date() == script.day_of(day)]
			self.stage.play(today, ticks_of(day))
			with self.subTest(day=day):
				if not script.is_down(script.moment(day, "20:00")):
					past = [act for act in acts if act.at.date() <= script.day_of(day)]
					self.check(reckoning.standing(past), [slot for slot in script.slots() if slot.day <= day])

	def check(self, stand: reckoning.Standing, slots: list[Slot]) -> None:
		expected = reckoning.consolidated(stand, slots)
		self.assertFigures(expected)
		self.assertSlots(stand, slots)
		self.assertCompleteness(stand, slots)
		self.assertPublished(stand, expected)
		self.assertDays(expected)

	def assertFigures(self, expected: pd.DataFrame) -> None:
		"""Every slot × area: figures, totals, what is not known, k of n, carried over."""
		rows = frappe.db.sql(
			"select * from `tabConsolidated Report` where report_type = %s", TYPE, as_dict=True
		)
		found = pd.DataFrame([self.shown(row) for row in rows]).set_index(["slot", "area"])
		self.assertSame(found, expected)

	def shown(self, row: dict) -> dict:
		known = figures_of(row.known)
		figures = {name: row.get(name) if name in known else pd.NA for name in INDICATORS}
		others = {name: row.get(name, 0) for name in COLUMNS if name not in INDICATORS}
		day, hour = (row.slot_time.date() - script.START.date()).days + 1, row.slot_time.hour
		return {"slot": Slot(day, hour), "area": row.area, **figures, **others}

	def assertSame(self, found: pd.DataFrame, expected: pd.DataFrame) -> None:
		found = found[COLUMNS].astype("Int64").sort_index()
		expected = expected[COLUMNS].astype("Int64").sort_index()
		if found.equals(expected):
			return
		self.assertEqual(list(found.index), list(expected.index))
		differences = [
			f"{slot.day}-{slot.hour:02} {area} {column}: {found.loc[(slot, area), column]}, "
			f"reckoned {expected.loc[(slot, area), column]}"
			for slot, area in expected.index
			for column in COLUMNS
			if not same(found.loc[(slot, area), column], expected.loc[(slot, area), column])
		]
		self.assertEqual(differences, [])

	def assertSlots(self, stand: reckoning.Standing, slots: list[Slot]) -> None:
		filters = {"report_type": TYPE, "slot_time": ("<=", slots[-1].at)}
		rows = frappe.get_all(
			"Report Slot", filters, ["name", "state", "expected", "reported", "provisional"]
		)
		states = reckoning.slot_states(stand, slots, script.moment(slots[-1].day, "20:00"))
		self.assertEqual(
			{row.name: row.state for row in rows}, {name_of(slot): states[slot] for slot in slots}
		)
		whole = reckoning.consolidated(stand, slots).xs("ZZ", level="area")
		self.assertEqual(
			{row.name: (row.expected, row.reported, row.provisional) for row in rows},
			{name_of(slot): tuple(whole.loc[slot, COUNTS[:3]]) for slot in slots},
		)

	def assertCompleteness(self, stand: reckoning.Standing, slots: list[Slot]) -> None:
		period = completeness.Period(script.START, slots[-1].at + timedelta(days=1))
		found = {}
		for level in (1, 2, 3):
			rows = completeness.rates(
				TYPE, period, by=("area", "day"), within="ZZ", area_level=level, now=slots[-1].at
			)
			found |= {(row.area, row.day): (row.expected, row.reported, row.on_time) for row in rows}
		expected = reckoning.completeness(stand, slots)
		self.assertEqual(
			found,
			{key: tuple(row) for key, row in zip(expected.index, expected.to_numpy().tolist(), strict=True)},
		)

	def assertPublished(self, stand: reckoning.Standing, expected: pd.DataFrame) -> None:
		"""The public files of all published slots say what stands now, versions after corrections and late reports too."""
		for slot in stand.published:
			file = snapshot.live() / SLOTS / f"{name_of(slot)}.json"
			data = json.loads(file.read_text(encoding="utf-8"))
			for area in (data["province"], *data["districts"]):
				row = expected.loc[(slot, area["code"])]
				self.assertEqual(
					[area[name] for name in COUNTS], [row[name] for name in COUNTS], (slot, area["code"])
				)
				for name, value in area["figures"].items():
					self.assertTrue(
						same(pd.NA if value is None else value, row[name]), (slot, area["code"], name)
					)
				for name, value in area["totals"].items():
					self.assertEqual(value, row[f"total_{name}"], (slot, area["code"], name))

	def assertDays(self, expected: pd.DataFrame) -> None:
		"""From 16:00 to 16:00: flows of a day are those of its slots, a stock is that of 16:00, totals grow by the flows."""
		for area in ("ZZ", "ZZ1", "ZZ21"):
			rows = expected.xs(area, level="area")
			last = max(slot.day for slot in rows.index)
			table = day_totals.slot_rows(TYPE, area, script.day_of(1), script.day_of(last))
			days = day_totals.day_rows(TYPE, table).set_index("day")
			for day in range(1, last + 1):
				own = rows[[slot.day == day for slot in rows.index]]
				shown = days.loc[script.day_of(day)]
				for name, (kind, *_rest) in INDICATORS.items():
					if name not in days:
						continue
					value = own[name].sum(min_count=1) if kind == "Flow" else own[name].iloc[-1]
					self.assertTrue(same(shown[name], value), (area, day, name))
				for name in TOTALS:
					evening = rows[[slot.day < day for slot in rows.index]]
					before = evening[f"total_{name}"].iloc[-1] if len(evening) else 0
					grown = own[f"total_{name}"].iloc[-1] - before
					self.assertEqual(grown, own[name].fillna(0).sum(), (area, day, name))


def same(one: object, other: object) -> bool:
	return (pd.isna(one) and pd.isna(other)) or (not pd.isna(one) and not pd.isna(other) and one == other)
