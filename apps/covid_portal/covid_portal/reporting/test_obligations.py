"""What is owed, and how it stands: completeness and timeliness are counted from it."""

from datetime import timedelta

import frappe
from frappe.utils import now_datetime

from covid_portal.reporting.obligations import is_on_time
from covid_portal.testing.case import PortalTestCase, accepted, draft, sent, take


class TestHowAnObligationStands(PortalTestCase):
	def owed(self) -> tuple:
		fields = ["state", "report", "on_time"]
		return frappe.db.get_value("Report Obligation", {"slot": self.slot, "area": "ZZ11"}, fields)

	def due(self, minutes: int) -> None:
		due_at = now_datetime() + timedelta(minutes=minutes)
		frappe.db.set_value("Report Obligation", {"slot": self.slot, "area": "ZZ11"}, "due_at", due_at)

	def test_it_follows_the_report_through_its_states(self) -> None:
		name = f"{self.slot}-ZZ11"
		self.assertEqual(self.owed(), ("Expected", None, 0))
		draft(self.slot)
		self.assertEqual(self.owed(), ("Draft", name, 0))
		take(name, "Submit")
		self.assertEqual(self.owed(), ("Submitted", name, 1))
		with self.acting("district"):
			take(name, "Return", "Please check.")
		self.assertEqual(self.owed(), ("Returned", name, 1))
		frappe.get_doc("Situation Report", name).save()
		self.assertEqual(self.owed(), ("Returned", name, 1))
		take(name, "Submit")
		for who, state in (("district", "Submitted"), ("cdc", "Accepted")):
			with self.acting(who):
				take(name, "Approve")
			self.assertEqual(self.owed(), (state, name, 1))

	def test_a_withdrawn_report_is_a_draft_again_and_a_refused_one_is_refused(self) -> None:
		report = take(sent(self.slot), "Withdraw")
		self.assertEqual(self.owed()[0], "Draft")
		report = take(report, "Submit")
		with self.acting("district"):
			take(report, "Refuse", "Of another commune.")
		self.assertEqual(self.owed()[0], "Refused")

	def test_only_the_own_areas_obligation_moves(self) -> None:
		accepted(self.slot)
		others = frappe.get_all(
			"Report Obligation", {"slot": self.slot, "area": ("!=", "ZZ11")}, pluck="state"
		)
		self.assertEqual(others, ["Expected"] * 3)

	def test_a_report_after_the_cut_off_is_taken_and_counted_late(self) -> None:
		self.due(-1)
		sent(self.slot)
		self.assertEqual(self.owed()[2], 0)

	def test_the_first_submission_decides_whether_it_was_in_time(self) -> None:
		report = sent(self.slot)
		first = frappe.db.get_value("Report Obligation", {"report": report.name}, "submitted_at")
		with self.acting("district"):
			take(report, "Return", "Please check.")
		self.due(-1)
		take(report, "Submit")
		owed = frappe.db.get_value("Report Obligation", {"report": report.name}, ["submitted_at", "on_time"])
		self.assertEqual(owed, (first, 1))

	def test_the_very_second_of_the_cut_off_and_the_grace_are_in_time(self) -> None:
		due_at = now_datetime().replace(microsecond=0)
		for late, grace, on_time in ((0, 0, 1), (1, 0, 0), (300, 5, 1), (301, 5, 0)):
			self.assertEqual(is_on_time(due_at + timedelta(seconds=late), due_at, grace), on_time)
