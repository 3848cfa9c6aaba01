"""The day of a slot is one for all that goes by days, at midnight too: obligations, completeness, figures."""

from datetime import date, datetime

import frappe

from covid_portal.reporting import day_totals
from covid_portal.reporting.completeness import Period, rates
from covid_portal.reporting.slots import DAY, day_of
from covid_portal.reporting.test_clock import ClockCase
from covid_portal.testing.province import PROVINCE

TYPE = "ZZ Clock"
MIDNIGHT, NOON = "ZZC-2021-11-21-0000", "ZZC-2021-11-21-1200"
SATURDAY, SUNDAY = date(2021, 11, 20), date(2021, 11, 21)
SUNDAY_NOON = datetime(2021, 11, 21, 12)


class TestDayOfSlot(ClockCase):
	def setUp(self) -> None:
		super().setUp()
		self.change(times=[{"time": "00:00:00"}, {"time": "12:00:00"}])
		for now in (datetime(2021, 11, 20, 13), datetime(2021, 11, 21), SUNDAY_NOON):
			self.advance(now)

	def counted(self, period: Period, key: str) -> dict:
		"""{key: expected} of the province."""
		rows = rates(TYPE, period, by=(key,), within=PROVINCE, now=SUNDAY_NOON)
		return {row[key]: row.expected for row in rows}

	def test_a_slot_is_of_the_day_that_it_ends(self) -> None:
		for at, day in (
			(datetime(2021, 11, 21), SATURDAY),
			("2021-11-21 00:00:00", SATURDAY),
			(datetime(2021, 11, 21, 0, 1), SUNDAY),
			(datetime(2021, 11, 21, 16), SUNDAY),
		):
			self.assertEqual(day_of(at), day)
			found = frappe.db.sql(f"select {DAY} from (select cast(%s as datetime(6)) as slot_time) slot", at)
			self.assertEqual(found[0][0], day)

	def test_a_unit_owes_the_slot_at_midnight_that_ends_its_last_day(self) -> None:
		for slot, areas in ((MIDNIGHT, ["ZZ11", "ZZ21"]), (NOON, ["ZZ11"])):
			owed = frappe.get_all("Report Obligation", {"slot": slot}, pluck="area", order_by="area")
			self.assertEqual(owed, areas)

	def test_completeness_and_figures_go_by_the_same_days(self) -> None:
		counted = self.counted(Period.of_month("2021-11"), "day")
		self.assertEqual(counted, {SATURDAY: 2, SUNDAY: 1})
		table = day_totals.day_rows(TYPE, day_totals.slot_rows(TYPE, PROVINCE, SATURDAY, SUNDAY))
		self.assertEqual(dict(zip(table["day"], table["expected"], strict=True)), counted)

	def test_one_day_has_the_slot_that_ends_it_and_not_the_one_that_ended_the_day_before(self) -> None:
		for day, slot in ((SATURDAY, MIDNIGHT), (SUNDAY, NOON)):
			self.assertEqual(list(self.counted(Period.of_day(day), "slot")), [slot])
			self.assertEqual(day_totals.slot_rows(TYPE, PROVINCE, day, day)["slot"].tolist(), [slot])
		self.assertEqual(self.counted(Period.of_slot(MIDNIGHT), "slot"), {MIDNIGHT: 2})

	def test_the_last_slot_of_a_month_is_of_that_month(self) -> None:
		frappe.db.set_value("Report Slot", MIDNIGHT, "slot_time", datetime(2021, 11, 1))
		for month, slots in (("2021-10", [MIDNIGHT]), ("2021-11", [NOON])):
			self.assertEqual(list(self.counted(Period.of_month(month), "slot")), slots)
