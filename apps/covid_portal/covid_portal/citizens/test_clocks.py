"""The legal clocks over Tết 2022, worked out by hand from the decreed holidays (Notice 7036/TB-LĐTBXH of 31/12/2021):
Monday 31/1 to Friday 4/2 are holidays; so are Monday 11/4 (Hùng Kings, in lieu of Sunday 10/4), 30/4-3/5."""

from datetime import date, datetime
from unittest import TestCase

import frappe

from covid_portal.citizens import clocks
from covid_portal.citizens.petitions import decline
from covid_portal.organisation.working_time import WorkingTime
from covid_portal.patches import petitions_by_due
from covid_portal.testing import petitions
from covid_portal.testing.case import PortalTestCase

TET = (
	"2022-01-31",
	"2022-02-01",
	"2022-02-02",
	"2022-02-03",
	"2022-02-04",
	"2022-04-11",
	"2022-05-02",
	"2022-05-03",
)
OFFICE = {
	day: [(datetime.min.replace(hour=8).time(), datetime.min.replace(hour=17).time())] for day in range(5)
}
WORKING = WorkingTime(OFFICE, frozenset(date.fromisoformat(day) for day in TET))


def due(received: str, days: int) -> str:
	return str(WORKING.end_of_day(date.fromisoformat(received), days))


class TestWorkingDays(TestCase):
	def test_over_tet_by_hand(self):
		"""Thursday 27/1/2022: Fri 28 is day 1; Sat, Sun, and Mon-Fri of Tết do not count; Mon 7/2 is day 2, Thu 10/2 day 5,
		Thu 17/2 day 10, Thu 24/2 day 15."""
		self.assertEqual(due("2022-01-27", 5), "2022-02-10 17:00:00")
		self.assertEqual(due("2022-01-27", 10), "2022-02-17 17:00:00")
		self.assertEqual(due("2022-01-27", 15), "2022-02-24 17:00:00")

	def test_received_on_the_first_day_of_the_year(self):
		"""Tuesday 1/2/2022, Mùng 1: Mon 7/2 is day 1, Fri 11/2 day 5, Fri 18/2 day 10."""
		self.assertEqual(due("2022-02-01", 5), "2022-02-11 17:00:00")
		self.assertEqual(due("2022-02-01", 10), "2022-02-18 17:00:00")

	def test_over_hung_kings_day(self):
		"""Friday 8/4/2022: Mon 11/4 is off; Tue 12 is day 1, Mon 18/4 day 5."""
		self.assertEqual(due("2022-04-08", 5), "2022-04-18 17:00:00")

	def test_a_day_without_holidays(self):
		"""Wednesday 16/3/2022: Thu 17 is day 1, Wed 23/3 day 5."""
		self.assertEqual(due("2022-03-16", 5), "2022-03-23 17:00:00")

	def test_without_hours_of_work_only_holidays_are_left_out(self):
		plain = WorkingTime({}, WORKING.holidays)
		self.assertEqual(str(plain.end_of_day(date(2022, 1, 28), 5)), "2022-02-07 23:59:59")


class TestClocks(PortalTestCase):
	def setUp(self) -> None:
		super().setUp()
		petitions.staff()
		self.petition = petitions.petition()

	def states(self) -> dict[str, str]:
		rows = frappe.get_all("Petition Clock", {"petition": self.petition.name}, ["rule", "met_by", "state"])
		return {f"{row.rule} {row.met_by}": row.state for row in rows}

	def due_at(self, rule: str) -> datetime:
		return frappe.db.get_value("Petition Clock", {"petition": self.petition.name, "rule": rule}, "due_at")

	def test_every_rule_in_force_runs_and_the_next_stands_on_the_petition(self):
		self.assertEqual(
			self.states(),
			{
				"forward-5 Assigned": "Met",
				"result-10 Told": "Running",
				"reply-15 Told": "Running",
				"answer-20 Answered": "Running",
			},
		)
		self.assertEqual(
			frappe.db.get_value("Petition", self.petition.name, "next_due"), self.due_at("result-10")
		)
		references = frappe.get_all(
			"Petition Clock", {"petition": self.petition.name}, pluck="legal_reference"
		)
		self.assertTrue(all(references))

	def test_a_rule_that_is_no_longer_in_force_makes_no_clock(self):
		frappe.db.set_value("Petition Clock Rule", "result-10", "valid_to", "2020-12-31")
		self.petition = petitions.petition()
		self.assertNotIn("result-10 Told", self.states())

	def test_what_runs_out_is_late_escalated_and_told_to_the_unit_above(self):
		petitions.assign("district", "Petition Officer", "DHC-ZZ1")
		clocks.escalate(self.past("result-10"), self.due_at("result-10"))
		self.assertEqual(self.states()["result-10 Told"], "Late")
		self.assertEqual(
			frappe.db.get_value(
				"Petition Clock", {"petition": self.petition.name, "rule": "result-10"}, "escalated_to"
			),
			"DHC-ZZ1",
		)
		told = frappe.get_all("Notification Log", {"document_name": self.petition.name}, pluck="for_user")
		self.assertIn("zz.district@example.com", told)
		self.assertEqual(frappe.db.get_value("Petition", self.petition.name, "is_late"), 1)

	def test_after_the_answers_time_the_sender_is_told_every_seven_days(self):
		due = self.due_at("answer-20")
		clocks.escalate(self.past("answer-20"), due)
		repeats = frappe.get_all(
			"Petition Clock",
			{"petition": self.petition.name, "rule": "answer-20", "met_by": "Told"},
			pluck="due_at",
		)
		self.assertEqual([(again - due).days for again in repeats], [7])
		told_at = repeats[0].replace(hour=9, minute=0, second=0)
		clocks.meet(self.petition, "Told", told_at)
		again = frappe.db.get_value(
			"Petition Clock",
			{"petition": self.petition.name, "state": "Running", "rule": "answer-20"},
			"due_at",
		)
		self.assertEqual((again - told_at).days, 7)

	def test_a_list_by_what_is_due_next_has_what_is_closed_behind_all_that_is_open(self):
		closed = petitions.petition()
		decline(closed, "Beyond what the province decides")
		names = (self.petition.name, closed.name)
		meta = frappe.get_meta("Petition")

		def listed() -> list[str]:
			order = f"{meta.sort_field} {meta.sort_order}"
			return frappe.get_all("Petition", {"name": ("in", names)}, pluck="name", order_by=order)

		self.assertEqual(listed(), list(names))
		frappe.db.sql("update tabPetition set due_order = null where name in %s", [names])
		for _time in range(2):
			petitions_by_due.give_order()
			self.assertEqual(listed(), list(names))

	def past(self, rule: str) -> list[frappe._dict]:
		"""As clocks.past() finds it when its time is over, without touching the clocks of others."""
		due = self.due_at(rule)
		name = frappe.db.get_value("Petition Clock", {"petition": self.petition.name, "rule": rule})
		rows = [row for row in clocks.past(due.replace(year=due.year + 1)) if row.name == name]
		self.assertEqual(len(rows), 1)
		return rows
