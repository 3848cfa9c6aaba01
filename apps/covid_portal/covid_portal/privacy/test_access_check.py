"""The record of accesses is read again every day: what was tampered with is told to those who read it, once."""

from datetime import timedelta

import frappe
from frappe.utils import now_datetime

from covid_portal.approval.vocabulary import AppendOnly
from covid_portal.privacy import access, access_check, subjects
from covid_portal.testing.case import PortalTestCase
from covid_portal.testing.province import address, assign


class TestAccessCheck(PortalTestCase):
	def setUp(self) -> None:
		super().setUp()
		assign("stranger", "Operator", "PPC-ZZ")
		self.subject = subjects.create_subject()
		for number in range(3):
			access.record("Unit", "CHS-ZZ11", ["name"], f"Reason {number}", "Desk", self.subject)
		self.now = now_datetime() + timedelta(hours=2)
		self.found = self.check()

	def check(self) -> access_check.Found:
		self.now += timedelta(days=1)
		return access_check.run(self.now)

	def rows(self) -> list[str]:
		return frappe.get_all(
			"Personal Access", {"subject": self.subject}, pluck="name", order_by="sequence asc"
		)

	def told(self, who: str = "stranger") -> list[str]:
		filters = {"for_user": address(who), "document_type": "Access Check"}
		return frappe.get_all("Notification Log", filters, pluck="subject", order_by="creation asc")

	def broken(self) -> list[str]:
		return [place for place in self.check().broken if place.startswith(self.subject)]

	def test_a_sound_record_is_noted_and_nobody_is_told(self):
		before = len(self.told())
		self.assertEqual(self.broken(), [])
		self.assertEqual(len(self.told()), before)
		self.assertEqual(access_check.last_check().records, self.found.records)

	def test_a_changed_row_is_told_once_to_the_operator_and_to_no_reporter(self):
		frappe.db.set_value("Personal Access", self.rows()[1], "reason", "Something else")
		self.assertEqual(self.broken(), [f"{self.subject} #2"])
		told = len(self.told())
		self.assertIn(f"{self.subject} #2", self.told()[-1])
		self.assertEqual(self.broken(), [f"{self.subject} #2"], "it stays broken")
		self.assertEqual(len(self.told()), told, "and is not told again")
		self.assertEqual(self.told("reporter"), [])

	def test_the_newest_rows_taken_away_are_missed(self):
		frappe.db.delete("Personal Access", {"name": ("in", self.rows()[1:])})
		found = self.check()
		self.assertEqual(found.missing, 2)
		self.assertIn("2", self.told()[-1])
		self.assertEqual(self.check().missing, 0)

	def test_a_whole_chain_taken_away_is_missed(self):
		frappe.db.delete("Personal Access", {"subject": self.subject})
		self.assertEqual(self.check().missing, 3)

	def test_who_lowers_the_number_that_was_noted_is_found_too(self):
		last = access_check.last_check()
		frappe.db.set_value("Access Check", last.name, "records", 0)
		self.assertIn(f"Access Check {last.name}", self.check().broken)

	def test_a_check_is_not_entered_by_hand(self):
		self.assertRaises(AppendOnly, frappe.get_doc("Access Check", access_check.last_check().name).save)
