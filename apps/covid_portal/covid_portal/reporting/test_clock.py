"""The clock: slots ahead, opening, closing, consolidating, locking; twice, late and backwards without harm.

It runs on a report type of the tests' own, with units of a type of its own, while all others rest.
"""

from datetime import datetime, timedelta
from unittest.mock import patch

import frappe
from frappe.utils import get_datetime

from covid_portal.organisation.writers import insert_rows
from covid_portal.reporting import definitions, slots
from covid_portal.reporting.clock import advance_slots
from covid_portal.reporting.doctype.report_slot.report_slot import NotConsolidated
from covid_portal.testing.case import REPORT, PortalTestCase
from covid_portal.testing.province import create_unit_of

NOON = datetime(2021, 11, 20, 12, 0)
MORNING, AFTERNOON = "ZZC-2021-11-20-0800", "ZZC-2021-11-20-1600"


class ClockCase(PortalTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		frappe.db.set_value("Report Type", {"name": ("!=", "ZZ Clock")}, "active", 0)
		insert_rows(
			"Unit Type", ["name", "code", "type_name", "line"], [["ZZ-CLOCK", "ZZ-CLOCK", "Clock", "Health"]]
		)
		create_unit_of("ZZ-CLOCK", "ZZ11", valid_from="2021-07-01")
		create_unit_of("ZZ-CLOCK", "ZZ21", valid_from="2021-07-01", valid_to="2021-11-20")
		cls.report_type = make_report_type()

	def advance(self, now: datetime) -> None:
		"""One tick. The clock commits after each state; here that would outlive the test."""
		with patch.object(frappe.db, "commit"):
			advance_slots(now)

	def change(self, **values: object) -> None:
		report_type = frappe.get_doc("Report Type", "ZZ Clock")
		report_type.update(values)
		report_type.flags.ignore_validate = True
		report_type.save()
		self.addCleanup(frappe.clear_document_cache, "Report Type", "ZZ Clock")

	def states(self) -> dict[str, str]:
		rows = frappe.get_all(
			"Report Slot", {"report_type": "ZZ Clock"}, ["name", "state"], order_by="slot_time"
		)
		return {row.name: row.state for row in rows}

	def everything(self) -> list[list[tuple]]:
		tables = ("Report Slot", "Report Obligation", "Consolidated Report")
		return [
			frappe.db.sql(f"select * from `tab{table}` where name like 'ZZC-%%' order by name")
			for table in tables
		]


def make_report_type():
	"""08:00 and 16:00, due half an hour before, locked a day after; older than the site's own, which stays the first."""
	report_type = frappe.get_doc(
		doctype="Report Type",
		title="ZZ Clock",
		code="ZZC",
		document_type=REPORT,
		consolidated_type="Consolidated Report",
		unit_type="ZZ-CLOCK",
		active=1,
		times=[{"time": "08:00:00"}, {"time": "16:00:00"}],
		cutoffs=[{"area_level": 3, "minutes_before": 30}],
		slots_ahead_hours=24,
		lock_after_hours=24,
	)
	report_type.flags.ignore_validate = True  # a second type for the DocType: only a test has that
	report_type.insert()
	frappe.db.set_value("Report Type", "ZZ Clock", {"creation": "2001-01-01", "modified": "2001-01-01"})
	columns = ["name", "report_type", "fieldname", "label", "kind", "aggregation", "cumulative"]
	insert_rows("Indicator", columns, [["ZZ-new_cases", "ZZ Clock", "new_cases", "New", "Flow", "Sum", 1]])
	definitions.forget()
	return report_type


class TestTheClock(ClockCase):
	def test_it_makes_slots_ahead_from_the_one_whose_window_runs(self) -> None:
		self.advance(NOON)
		names = [AFTERNOON, "ZZC-2021-11-21-0800"]
		self.assertEqual(list(self.states()), names)
		first, second = (frappe.get_doc("Report Slot", name) for name in names)
		self.assertEqual((first.previous_slot, second.previous_slot), (None, AFTERNOON))
		self.assertEqual(get_datetime(first.window_start), datetime(2021, 11, 20, 8))
		self.assertEqual(get_datetime(second.window_start), datetime(2021, 11, 20, 16))
		self.assertEqual(get_datetime(first.locks_at), datetime(2021, 11, 21, 16))

	def test_a_slot_opens_with_the_obligations_of_that_day(self) -> None:
		self.advance(NOON)
		fields = ["area", "unit", "due_at", "state"]
		owed = frappe.get_all("Report Obligation", {"slot": AFTERNOON}, fields, order_by="area", as_list=True)
		due_at = datetime(2021, 11, 20, 15, 30)
		self.assertEqual(
			owed,
			(("ZZ11", "ZZ-CLOCK-ZZ11", due_at, "Expected"), ("ZZ21", "ZZ-CLOCK-ZZ21", due_at, "Expected")),
		)
		self.assertEqual(self.states()[AFTERNOON], slots.OPEN)
		self.assertEqual(frappe.db.get_value("Report Slot", AFTERNOON, "expected"), 2)

	def test_a_unit_that_ended_yesterday_owes_nothing_today(self) -> None:
		self.advance(NOON + timedelta(days=1))
		owed = frappe.get_all("Report Obligation", {"slot": "ZZC-2021-11-21-1600"}, pluck="area")
		self.assertEqual(owed, ["ZZ11"])

	def test_it_closes_consolidates_and_waits_for_the_publisher(self) -> None:
		self.advance(NOON)
		for hour, minute, state in (
			(15, 29, slots.OPEN),
			(15, 30, slots.CLOSING),
			(15, 59, slots.CLOSING),
			(16, 0, slots.CONSOLIDATED),
			(23, 59, slots.CONSOLIDATED),
		):
			self.advance(NOON.replace(hour=hour, minute=minute))
			self.assertEqual(self.states()[AFTERNOON], state, f"{hour}:{minute}")
		self.assertEqual(frappe.db.count("Consolidated Report", {"slot": AFTERNOON}), 5)

	def test_a_published_slot_is_locked_when_its_time_has_come(self) -> None:
		self.advance(NOON)
		self.advance(NOON.replace(hour=16))
		frappe.db.set_value("Report Slot", AFTERNOON, "state", slots.PUBLISHED)
		self.advance(datetime(2021, 11, 21, 15, 59))
		self.assertEqual(self.states()[AFTERNOON], slots.PUBLISHED)
		self.advance(datetime(2021, 11, 21, 16, 0))
		self.assertEqual(self.states()[AFTERNOON], slots.LOCKED)

	def test_a_slot_that_nobody_published_is_locked_by_its_time_and_can_be_published_later(self) -> None:
		self.advance(NOON)
		self.advance(datetime(2021, 11, 21, 16, 0))
		slot = frappe.get_doc("Report Slot", AFTERNOON)
		self.assertEqual((slot.state, slot.published_at), (slots.LOCKED, None))
		slot.renew_version("Administrator")
		self.assertEqual((slot.state, slot.version), (slots.LOCKED, 1))
		self.assertTrue(slot.published_at)

	def test_ticking_twice_does_what_ticking_once_does(self) -> None:
		for now in (NOON, NOON.replace(hour=16), NOON + timedelta(days=1)):
			self.advance(now)
			once = self.everything()
			self.advance(now)
			self.assertEqual(self.everything(), once)

	def test_after_three_days_of_downtime_every_slot_has_been_through_its_states(self) -> None:
		self.advance(NOON)
		self.advance(NOON + timedelta(days=3))
		states = self.states()
		self.assertEqual(
			list(states)[:2] + list(states)[-1:], [AFTERNOON, "ZZC-2021-11-21-0800", "ZZC-2021-11-24-0800"]
		)
		past, coming = list(states.values())[:6], list(states.values())[6:]
		self.assertEqual(past, [slots.LOCKED] * 4 + [slots.CONSOLIDATED] * 2)
		self.assertEqual(coming, [slots.OPEN, slots.SCHEDULED])
		for name in list(states)[:6]:
			self.assertTrue(frappe.db.exists("Report Obligation", {"slot": name}), name)
			self.assertTrue(frappe.db.exists("Consolidated Report", {"slot": name}), name)
		names = list(states)
		before = [frappe.db.get_value("Report Slot", name, "previous_slot") for name in names]
		self.assertEqual(before, [None, *names[:-1]])

	def test_a_clock_set_back_an_hour_takes_nothing_back(self) -> None:
		self.advance(NOON)
		self.advance(NOON.replace(hour=16))
		stands = self.everything()
		self.advance(NOON.replace(hour=15))
		self.assertEqual(self.everything(), stands)

	def test_a_resting_report_type_makes_and_opens_nothing(self) -> None:
		frappe.db.set_value("Report Type", "ZZ Clock", "active", 0)
		self.advance(NOON)
		self.assertEqual(self.states(), {})

	def test_other_times_go_on_from_the_last_slot_that_was_opened(self) -> None:
		self.advance(NOON)
		self.change(times=[{"time": "07:00:00"}, {"time": "15:00:00"}])
		self.advance(NOON)
		later = "ZZC-2021-11-21-0700"
		self.assertEqual(self.states(), {AFTERNOON: slots.OPEN, later: slots.SCHEDULED})
		slot = frappe.get_doc("Report Slot", later)
		self.assertEqual(slot.previous_slot, AFTERNOON)
		self.assertEqual(get_datetime(slot.window_start), datetime(2021, 11, 20, 16))
		self.assertEqual(get_datetime(slot.opens_at), datetime(2021, 11, 20, 16))

	def test_slots_that_are_coming_take_over_another_lock(self) -> None:
		self.advance(NOON)
		self.change(lock_after_hours=48)
		self.advance(NOON)
		locks = frappe.get_all("Report Slot", {"report_type": "ZZ Clock"}, pluck="locks_at", order_by="name")
		self.assertEqual(locks, [datetime(2021, 11, 21, 16), datetime(2021, 11, 23, 8)])

	def test_before_the_first_day_of_a_type_there_is_no_slot(self) -> None:
		self.change(active_from="2021-11-21")
		self.advance(NOON - timedelta(days=1))
		self.assertEqual(self.states(), {})
		self.advance(NOON)
		self.assertEqual(list(self.states()), ["ZZC-2021-11-21-0800"])

	def test_what_fails_in_making_slots_does_not_stop_those_that_are_there(self) -> None:
		self.advance(NOON)
		failing = patch("covid_portal.reporting.clock.make_slots", side_effect=ValueError("no times"))
		with failing, patch.object(frappe.db, "rollback"):  # which would undo the test's own rows here
			self.assertRaises(ValueError, self.advance, NOON.replace(hour=16))
		self.assertEqual(self.states()[AFTERNOON], slots.CONSOLIDATED)

	def test_a_slot_may_open_some_minutes_before_its_time(self) -> None:
		frappe.db.set_value("Report Type", "ZZ Clock", "opens_before_minutes", 60)
		frappe.clear_document_cache("Report Type", "ZZ Clock")
		self.addCleanup(frappe.clear_document_cache, "Report Type", "ZZ Clock")
		self.advance(NOON)
		self.assertEqual(self.states()[AFTERNOON], slots.SCHEDULED)
		self.advance(NOON.replace(hour=15))
		self.assertEqual(self.states()[AFTERNOON], slots.OPEN)

	def test_nothing_is_published_before_it_is_consolidated(self) -> None:
		self.advance(NOON)
		slot = frappe.get_doc("Report Slot", AFTERNOON)
		self.assertRefused(NotConsolidated, slot.publish_figures, "Administrator")

	def test_nobody_makes_a_slot_by_hand(self) -> None:
		slot = frappe.get_doc(
			doctype="Report Slot",
			report_type="ZZ Clock",
			slot_time=NOON,
			window_start=NOON,
			opens_at=NOON,
			locks_at=NOON,
		)
		self.assertRefused(frappe.ValidationError, slot.insert, says="clock")
