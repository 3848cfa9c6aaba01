"""Completeness and timeliness: what counts, by what, and for whose eyes. Every figure is worked out by hand beside it."""

from datetime import timedelta

import frappe
from frappe.utils import now_datetime

from covid_portal.reporting import completeness, slots
from covid_portal.reporting.completeness import Period, UnknownPeriod, rates
from covid_portal.reporting.report.reporting_completeness.reporting_completeness import execute
from covid_portal.testing.case import PortalTestCase, make_slot, sent
from covid_portal.testing.province import DISTRICT, OTHER_DISTRICT, PROVINCE

STATES = {"ZZ11": ("Accepted", 1), "ZZ12": ("Submitted", 0), "ZZ21": ("Returned", 1), "ZZ22": ("Excused", 0)}


class CompletenessCase(PortalTestCase):
	def setUp(self) -> None:
		super().setUp()
		# Far from the slots of the site: a month in which nothing else lies.
		at = now_datetime().replace(day=10, hour=8, minute=37, second=0, microsecond=0) - timedelta(days=3650)
		self.first, self.second = (self.slot_at(at + hours) for hours in (timedelta(), timedelta(hours=8)))
		self.month, self.day = f"{at:%Y-%m}", f"{at:%Y-%m-%d}"
		self.set_states(self.first, STATES)
		self.set_states(self.second, dict.fromkeys(("ZZ11", "ZZ12", "ZZ21"), ("Accepted", 1)))
		self.type = frappe.db.get_value("Report Slot", self.first, "report_type")

	def slot_at(self, at) -> str:
		code = frappe.db.get_value(
			"Report Type", frappe.db.get_value("Report Slot", self.slot, "report_type"), "code"
		)
		return make_slot(0, slots.LOCKED, name=slots.slot_name(code, at), slot_time=at)

	def set_states(self, slot: str, states: dict) -> None:
		for area, (state, on_time) in states.items():
			values = {"state": state, "on_time": on_time}
			frappe.db.set_value("Report Obligation", {"slot": slot, "area": area}, values)

	def counts(self, row: dict) -> tuple:
		return row.expected, row.excused, row.reported, row.on_time


class TestCompleteness(CompletenessCase):
	def test_of_a_slot_by_area(self):
		rows = {row.area: row for row in rates(self.type, Period.of_slot(self.first), area_level=2)}
		self.assertEqual(set(rows), {DISTRICT, OTHER_DISTRICT})
		self.assertEqual(self.counts(rows[DISTRICT]), (2, 0, 2, 1))
		self.assertEqual((rows[DISTRICT].completeness, rows[DISTRICT].timeliness), (1.0, 0.5))
		# One returned: expected and not there, in time though it once was. One excused: out of both.
		self.assertEqual(self.counts(rows[OTHER_DISTRICT]), (1, 1, 0, 0))

	def test_of_a_day_and_of_a_month_for_a_whole(self):
		for period in (Period.of_day(self.day), Period.of_month(self.month)):
			(row,) = rates(self.type, period, within=PROVINCE)
			self.assertEqual(self.counts(row), (7, 1, 5, 4))

	def test_by_slot_day_month_and_unit(self):
		period = Period.of_month(self.month)
		by_slot = {
			row.slot: self.counts(row) for row in rates(self.type, period, by=("slot",), within=PROVINCE)
		}
		self.assertEqual(by_slot, {self.first: (3, 1, 2, 1), self.second: (4, 0, 3, 3)})
		(day,) = rates(self.type, period, by=("day",), within=PROVINCE)
		(month,) = rates(self.type, period, by=("month",), within=PROVINCE)
		self.assertEqual((str(day.day), month.month), (self.day, self.month))
		by_unit = {
			row.unit: self.counts(row) for row in rates(self.type, period, by=("unit",), within=PROVINCE)
		}
		self.assertEqual(by_unit["CHS-ZZ22"], (1, 1, 0, 0))
		both = rates(self.type, period, by=("area", "slot"), within=PROVINCE, area_level=2)
		self.assertEqual(len(both), 4)

	def test_nothing_expected_is_no_figure(self):
		(row,) = [
			row for row in rates(self.type, Period.of_slot(self.first), area_level=3) if row.area == "ZZ22"
		]
		self.assertEqual((row.completeness, row.timeliness), (None, None))

	def test_slots_to_come_do_not_count(self):
		self.assertEqual(rates(self.type, Period.of_slot(self.slot), within=PROVINCE), [])

	def test_everybody_gets_the_figures_of_their_scope(self):
		expected = {
			"district": 4,
			"cdc": 7,
			"other district": 3,
			"reporter": 2,
			"auditor": 7,
			"stranger": None,
		}
		for who, number in expected.items():
			with self.acting(who):
				if number is None:
					self.assertRefused(frappe.PermissionError, completeness.get, month=self.month)
					continue
				rows = completeness.get(month=self.month, area=PROVINCE)
			self.assertEqual([row.expected for row in rows], [number], who)

	def test_periods_and_keys_are_checked(self):
		for values in (
			{},
			{"month": "2021-13"},
			{"day": "never"},
			{"slot": "SIT"},
			{"month": "9999-12"},
			{"day": "9999-12-31"},
			{"month": "2021-11", "day": "2021-11-01"},
		):
			self.assertRefused(UnknownPeriod, completeness.get, **values)
		self.assertRefused(frappe.ValidationError, completeness.get, month=self.month, by="name) --")

	def test_the_desk_report_shows_the_same(self):
		columns, rows = execute({"month": self.month, "area_level": "2", "area": PROVINCE})
		self.assertEqual([column["fieldname"] for column in columns][:1], ["area"])
		self.assertEqual(
			{row["area"]: row["completeness"] for row in rows}, {DISTRICT: 100.0, OTHER_DISTRICT: 33.33}
		)

	def test_the_desk_report_goes_by_unit_slot_and_day_as_well(self):
		for by, key, number in (("Unit", "unit", 4), ("Slot", "slot", 2), ("Day", "day", 1)):
			columns, rows = execute({"month": self.month, "by": by, "area": PROVINCE})
			self.assertEqual((columns[0]["fieldname"], len(rows)), (key, number))
			self.assertEqual(sum(row["expected"] for row in rows), 7)
		self.assertRefused(frappe.ValidationError, execute, {"month": self.month, "by": "Owner"})


class TestAsReported(PortalTestCase):
	def test_a_report_counts_when_it_is_sent(self):
		sent(self.slot)
		now = frappe.db.get_value("Report Slot", self.slot, "slot_time")
		report_type = frappe.db.get_value("Report Slot", self.slot, "report_type")
		(row,) = rates(report_type, Period.of_slot(self.slot), within=DISTRICT, now=now)
		self.assertEqual((row.expected, row.reported, row.on_time), (2, 1, 1))
