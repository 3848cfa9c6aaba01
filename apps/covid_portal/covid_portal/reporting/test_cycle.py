"""The clock on a database of its own rows, committed: downtime, two at once, a clock moved back, a slot that fails.

A report type of the test's own ("ZZ Cycle", not active, so no scheduler touches it) owes by the test province, in a
year that no other slot lies in. Everything is removed afterwards.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from types import ModuleType
from unittest.mock import patch

import frappe
from frappe.tests.utils import FrappeTestCase

from covid_portal.reporting import clock
from covid_portal.testing import lasting, province
from covid_portal.testing.province import address

TYPE, CODE = "ZZ Cycle", "ZZC"
START = datetime(2031, 3, 3, 7, 0)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
COUNTED = {
	"Report Slot": "name",
	"Report Obligation": "slot",
	"Report Notice": "slot",
	"Consolidated Report": "slot",
}
# Waits until both processes are up, then lets the clock tick.
PROCESS = """
import sys, time
from datetime import datetime
import frappe
site, sites, name, now, start = sys.argv[1:]
frappe.init(site=site, sites_path=sites)
frappe.connect()
frappe.set_user("Administrator")
from covid_portal.reporting import clock
report_type = frappe.get_doc("Report Type", name)
frappe.db.commit()
time.sleep(max(0, float(start) - time.time()))
failures = clock.advance_type(report_type, datetime.fromisoformat(now))
frappe.destroy()
if failures:
	raise failures[0]
"""


@contextmanager
def undone_the_first_time(module: ModuleType, name: str, undone: list[str]) -> Iterator[None]:
	"""The function does its work, and the database takes it back, as it does to one of two that wait for each other."""
	function = getattr(module, name)

	def act(*arguments):
		done = function(*arguments)
		if name not in undone:
			undone.append(name)
			raise frappe.QueryDeadlockError
		return done

	with patch.object(module, name, act):
		yield


class TestCycle(FrappeTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.addClassCleanup(lasting.remove, TYPE, CODE)
		lasting.remove(TYPE, CODE)
		province.create()
		create_type()
		frappe.db.commit()
		cls.report_type = frappe.get_doc("Report Type", TYPE)

	def setUp(self) -> None:
		super().setUp()
		lasting.remove_slots(CODE)
		frappe.db.commit()

	def tick(self, now: datetime) -> list[Exception]:
		return clock.advance_type(self.report_type, now)

	def slots(self) -> list[dict]:
		return frappe.get_all(
			"Report Slot",
			{"report_type": TYPE},
			["name", "slot_time", "state", "previous_slot", "expected", "locks_at"],
			order_by="slot_time asc",
		)

	def assertUnbroken(self) -> None:
		"""Slots at 08:00 and 16:00 without a gap, each after the one before, each owed by the four communes once opened."""
		slots = self.slots()
		for before, after in pairwise(slots):
			self.assertEqual(after.previous_slot, before.name)
			self.assertEqual(
				(after.slot_time - before.slot_time) // HOUR, 16 if after.slot_time.hour == 8 else 8
			)
		for slot in slots:
			owed = frappe.db.count("Report Obligation", {"slot": slot.name})
			self.assertEqual(owed, 0 if slot.state == "Scheduled" else 4, slot.name)

	def assertConsolidated(self, until: datetime) -> None:
		"""Every slot up to then has its seven rows: four communes, two districts, the province."""
		for slot in self.slots():
			rows = frappe.db.count("Consolidated Report", {"slot": slot.name})
			self.assertEqual(rows, 7 if slot.slot_time <= until else 0, slot.name)
			stands = "Locked" if slot.locks_at <= until else "Consolidated"
			self.assertEqual(slot.state == stands, slot.slot_time <= until, slot.name)

	def test_three_days_of_downtime_are_caught_up_slot_by_slot(self):
		self.tick(START)
		steps: list[tuple[str, str]] = []
		kind = type(frappe.get_doc("Report Slot", self.slots()[0].name))
		original = kind.set_state

		def set_state(slot, state):
			steps.append((slot.name, state))
			original(slot, state)

		later = START + 3 * DAY + 5 * MINUTE
		with patch.object(kind, "set_state", set_state):
			self.assertEqual(self.tick(later), [])
		self.assertUnbroken()
		self.assertConsolidated(later)
		past = [slot.name for slot in self.slots() if slot.slot_time <= later]
		self.assertEqual(len(past), 6)
		walk = ["Open", "Closing", "Consolidated", "Locked"]
		self.assertEqual([name for name, state in steps if state == "Consolidated"], past)
		self.assertEqual([state for name, state in steps if name == past[3]], walk)

	def test_after_downtime_nothing_that_is_past_is_reminded_of(self):
		self.tick(START)
		lasting.remove_notices(CODE)
		self.tick(START + 3 * DAY + 5 * MINUTE)
		slots = {slot.name: slot.slot_time for slot in self.slots()}
		notices = frappe.get_all("Report Notice", {"slot": ("in", list(slots))}, ["slot", "kind"])
		late = {slots[notice.slot] for notice in notices if notice.kind == "Escalation"}
		# Slots that locked during the downtime are history; those that can still be sent are late.
		self.assertEqual(late, {datetime(2031, 3, 5, 8, 0), datetime(2031, 3, 5, 16, 0)})
		reminded = {slots[notice.slot] for notice in notices if notice.kind == "Reminder"}
		self.assertEqual(reminded, {datetime(2031, 3, 6, 8, 0)})

	def test_two_clocks_at_once_make_nothing_twice_and_skip_nothing(self):
		self.tick(START)
		later = datetime(2031, 3, 6, 7, 5)  # past the reminder of the slot at 08:00
		start = time.time() + 4
		processes = [start_process(later, start) for _number in range(2)]
		for process in processes:
			_out, errors = process.communicate(timeout=120)
			self.assertEqual(process.returncode, 0, errors)
		frappe.db.rollback()  # a fresh look
		self.assertUnbroken()
		self.assertConsolidated(later)
		self.assertEveryNoticeOnce()

	def test_what_the_database_undoes_for_the_other_clock_is_done_again(self):
		self.tick(START)
		later = datetime(2031, 3, 6, 7, 5)
		undone: list[str] = []
		with (
			undone_the_first_time(clock.reminders, "send_due", undone),
			undone_the_first_time(clock.sheets, "create", undone),
		):
			self.assertEqual(self.tick(later), [])
		self.assertEqual(sorted(undone), ["create", "send_due"])
		self.assertUnbroken()
		self.assertConsolidated(later)
		self.assertEveryNoticeOnce()

	def assertEveryNoticeOnce(self) -> None:
		notices = frappe.get_all(
			"Report Notice", {"slot": ("like", f"{CODE}-%")}, ["slot", "kind", "recipients"]
		)
		self.assertEqual({notice.kind for notice in notices}, {"Reminder", "Escalation"})
		told = frappe.get_all(
			"Notification Log", {"for_user": address("district")}, ["document_name", "subject"]
		)
		escalated = {notice.slot for notice in notices if notice.kind == "Escalation"}
		self.assertEqual(sorted(row.document_name for row in told), sorted(escalated))
		reminded = frappe.db.count("Notification Log", {"for_user": address("reporter")})
		self.assertEqual(reminded, len({notice.slot for notice in notices if notice.kind == "Reminder"}))

	def test_a_clock_moved_back_an_hour_undoes_and_repeats_nothing(self):
		self.tick(START + HOUR + MINUTE)  # 08:01
		before = all_rows()
		self.tick(START + MINUTE)
		self.assertEqual(all_rows(), before)
		for minutes in range(0, 9 * 60, 10):
			self.tick(START + HOUR + minutes * MINUTE)
		self.assertUnbroken()
		self.assertConsolidated(START + 9 * HOUR)
		slot = f"{CODE}-2031-03-03-1600"
		for kind, who in (("Reminder", "reporter"), ("Escalation", "district")):
			self.assertEqual(frappe.db.count("Report Notice", {"slot": slot, "kind": kind}), 4)
			told = {"for_user": address(who), "document_name": ("like", f"{slot}%")}
			self.assertEqual(frappe.db.count("Notification Log", told), 1)

	def test_every_minute_of_a_day_sends_each_notice_once(self):
		for minutes in range(9 * 60 + 5):
			if minutes % 60 in (0, 1, 29, 30, 31, 59) or minutes < 3:
				self.tick(START + minutes * MINUTE)
		told = frappe.get_all("Notification Log", {"for_user": address("reporter")}, pluck="document_name")
		self.assertEqual(len(told), len(set(told)))
		self.assertEqual(len(told), 2)

	def test_a_slot_locks_at_its_time_whether_it_is_published_or_not(self):
		self.tick(START)
		self.tick(START + 2 * HOUR)
		first = f"{CODE}-2031-03-03-0800"
		frappe.db.set_value("Report Slot", first, "state", "Published")
		self.tick(START + 2 * DAY)
		states = {slot.name: slot.state for slot in self.slots()}
		self.assertEqual(states[first], "Locked")
		self.assertEqual(states[f"{CODE}-2031-03-03-1600"], "Locked")
		self.assertEqual(states[f"{CODE}-2031-03-04-1600"], "Consolidated")

	def test_a_slot_that_fails_holds_up_totals_and_nothing_else(self):
		self.tick(START)
		with patch.object(clock, "consolidate", side_effect=ValueError("no space")):
			failures = self.tick(START + DAY + 2 * HOUR)
		self.assertEqual([str(failure) for failure in failures], ["no space"])
		states = [slot.state for slot in self.slots()][:4]
		self.assertEqual(states, ["Closing", "Closing", "Closing", "Open"])
		self.assertEqual(self.tick(START + DAY + 2 * HOUR), [])
		self.assertConsolidated(START + DAY + 2 * HOUR)


# --- what it needs


def create_type() -> None:
	flow = {"fieldname": "new_cases", "kind": "Flow", "aggregation": "Sum", "cumulative": 1}
	told = [reminder("Reminder", 60, "Before"), reminder("Escalation", 0, "After")]
	lasting.create_type(TYPE, CODE, [flow], told)


def reminder(kind: str, minutes: int, side: str) -> dict:
	return {
		"kind": kind,
		"area_level": 3,
		"minutes": minutes,
		"side": side,
		"desk": 1,
		"email": 0,
		"others": 0,
	}


def all_rows() -> dict[str, list[tuple]]:
	return {
		doctype: sorted(
			frappe.db.sql(f"select * from `tab{doctype}` where `{column}` like '{CODE}-%%'"), key=str
		)
		for doctype, column in COUNTED.items()
	}


def start_process(now: datetime, start: float) -> subprocess.Popen:
	arguments = [frappe.local.site, frappe.local.sites_path, TYPE, now.isoformat(), str(start)]
	return subprocess.Popen(
		[sys.executable, "-c", PROCESS, *arguments],
		cwd=frappe.local.sites_path,
		stdout=subprocess.PIPE,
		stderr=subprocess.PIPE,
		text=True,
	)
