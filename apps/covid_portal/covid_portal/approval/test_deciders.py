"""Everybody who may not decide on a report, and what each is told."""

import frappe
from frappe.model.document import Document

from covid_portal.approval.contributions import contributions
from covid_portal.approval.decisions import decide
from covid_portal.approval.guard import on_behalf
from covid_portal.approval.vocabulary import AppendOnly, NotYoursToDecide
from covid_portal.testing.case import REPORT, PortalTestCase, approve_as, draft, sent, take
from covid_portal.testing.province import address, assign


def contributors(report) -> list[str]:
	return [user for _name, user in contributions(REPORT, [report.name])]


class TestWhoMayNotDecide(PortalTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		with cls.acting("reporter"):
			cls.report = sent(cls.slot)

	def assertCannotDecide(self, who: str, report, error=frappe.PermissionError, says: str = "") -> None:
		with self.acting(who):
			for decision in ("Approve", "Return", "Refuse"):
				self.assertRefused(error, decide, REPORT, report.name, decision, "a reason", says=says)

	def test_the_message_names_the_area_the_slot_and_the_unit_it_waits_for(self) -> None:
		slot_time = frappe.db.get_value("Report Slot", self.slot, "slot_time")
		with self.acting("cdc"):
			said = self.assertRefused(NotYoursToDecide, decide, REPORT, self.report.name, "Approve")
		for words in ("Commune ZZ11", f"{slot_time:%H:%M}", f"{slot_time:%d/%m/%Y}", "DHC of ZZ1"):
			self.assertIn(words, said)

	def test_not_the_author(self) -> None:
		self.assertCannotDecide("reporter", self.report, NotYoursToDecide, "waits for")

	def test_not_the_other_reporter_of_the_area(self) -> None:
		self.assertCannotDecide("government", self.report, NotYoursToDecide, "waits for")

	def test_not_the_approver_of_the_other_line(self) -> None:
		self.assertCannotDecide("other line", self.report, NotYoursToDecide, "waits for")

	def test_not_the_approver_of_another_district(self) -> None:
		self.assertCannotDecide("other district", self.report)

	def test_not_a_sibling_an_outsider_a_stranger_or_a_guest(self) -> None:
		for who in ("sibling", "outsider", "stranger", "Guest"):
			self.assertCannotDecide(who, self.report)

	def test_not_the_next_unit_before_its_turn(self) -> None:
		self.assertCannotDecide("cdc", self.report, NotYoursToDecide, "DHC of ZZ1")

	def test_not_the_district_again_after_its_turn(self) -> None:
		report = approve_as(self.report, "district")
		self.assertCannotDecide("district", report, NotYoursToDecide, "CDC of ZZ")

	def test_not_those_who_only_read(self) -> None:
		for who in ("publisher", "auditor", "administrator"):
			self.assertCannotDecide(who, self.report, NotYoursToDecide)

	def test_not_the_system_administrator_without_the_duty(self) -> None:
		self.assertCannotDecide("Administrator", self.report, NotYoursToDecide)

	def test_not_a_disabled_user(self) -> None:
		self.assertCannotDecide("disabled", self.report)

	def test_not_before_a_duty_begins_or_after_it_has_ended(self) -> None:
		for who in ("ended", "future"):
			self.assertCannotDecide(who, self.report)

	def test_not_from_a_unit_that_was_disabled(self) -> None:
		frappe.db.set_value("Unit", "DHC-ZZ1", "disabled", 1)
		self.assertCannotDecide("district", self.report)

	def test_not_an_approver_who_entered_the_report(self) -> None:
		assign("district", "Reporter", "CHS-ZZ12")
		with self.acting("district"):
			report = sent(self.slot, "ZZ12")
		self.assertCannotDecide("district", report, NotYoursToDecide, "yourself")

	def test_not_an_approver_who_sent_what_another_had_entered(self) -> None:
		assign("district", "Reporter", "CHS-ZZ12")
		with self.acting("sibling"):
			report = draft(self.slot, "ZZ12")
		with self.acting("district"):
			report = take(report, "Submit")
		self.assertCannotDecide("district", report, NotYoursToDecide, "yourself")

	def test_not_an_approver_who_sent_it_in_an_earlier_round(self) -> None:
		assign("district", "Reporter", "CHS-ZZ12")
		with self.acting("sibling"):
			report = draft(self.slot, "ZZ12")
		with self.acting("district"):
			report = take(report, "Submit")
		with self.acting("colleague"):
			report = take(report, "Return", "Please check.")
		with self.acting("sibling"):
			report = take(report, "Submit")
		self.assertCannotDecide("district", report, NotYoursToDecide, "yourself")

	def co_edited(self, **changes) -> Document:
		"""Entered and sent by the sibling, changed in between by the district's approver, who also reports there."""
		assign("district", "Reporter", "CHS-ZZ12")
		with self.acting("sibling"):
			report = draft(self.slot, "ZZ12")
		with self.acting("district"):
			frappe.get_doc(REPORT, report.name).update(changes).save()
		with self.acting("sibling"):
			return take(report, "Submit")

	def test_not_an_approver_who_changed_what_another_entered_and_sent(self) -> None:
		report = self.co_edited(recovered=6)
		self.assertEqual(contributors(report), [address("district")])
		self.assertCannotDecide("district", report, NotYoursToDecide, "yourself")
		with self.acting("colleague"):
			self.assertEqual(take(report, "Approve").approval_unit, "CDC-ZZ")

	def test_not_in_a_later_round_either(self) -> None:
		report = self.co_edited(explanations=[{"rule": "deaths_reported", "explanation": "Changed."}])
		with self.acting("colleague"):
			report = take(report, "Return", "Please check.")
		with self.acting("sibling"):
			report = take(report, "Submit")
		self.assertCannotDecide("district", report, NotYoursToDecide, "yourself")

	def test_not_an_approver_who_changed_a_report_by_the_workbook_channel(self) -> None:
		with self.acting("sibling"):
			report = draft(self.slot, "ZZ12")
		with self.acting("district"):
			changed = frappe.get_doc(REPORT, report.name)
			changed.recovered = 6
			with on_behalf(changed):
				changed.save(ignore_permissions=True)
		with self.acting("sibling"):
			report = take(report, "Submit")
		self.assertCannotDecide("district", report, NotYoursToDecide, "yourself")

	def test_a_save_that_changes_nothing_is_no_contribution(self) -> None:
		report = self.co_edited()
		self.assertEqual(contributors(report), [])
		with self.acting("district"):
			self.assertEqual(take(report, "Approve").approval_unit, "CDC-ZZ")

	def test_a_decision_is_no_contribution(self) -> None:
		report = approve_as(self.report, "district", "cdc")
		self.assertEqual(contributors(report), [])

	def test_contributions_are_forgotten_with_a_draft_and_not_entered_by_hand(self) -> None:
		with self.acting("sibling"):
			report = draft(self.slot, "ZZ12")
		frappe.get_doc(REPORT, report.name).update({"recovered": 6}).save()
		row = frappe.get_doc("Approval Contribution", {"reference_name": report.name})
		self.assertRefused(AppendOnly, row.save)
		self.assertRefused(AppendOnly, frappe.delete_doc, row.doctype, row.name)
		frappe.delete_doc(REPORT, report.name)
		self.assertEqual(contributors(report), [])

	def test_not_an_administrator_who_is_the_author(self) -> None:
		assign("administrator", "Reporter", "CHS-ZZ12")
		assign("administrator", "Approver", "DHC-ZZ1")
		with self.acting("administrator"):
			report = sent(self.slot, "ZZ12")
		self.assertCannotDecide("administrator", report, NotYoursToDecide, "yourself")

	def test_not_the_approver_of_an_earlier_step_at_a_later_one(self) -> None:
		assign("district", "Approver", "CDC-ZZ")
		report = approve_as(self.report, "district")
		self.assertCannotDecide("district", report, NotYoursToDecide, "earlier step")
		with self.acting("cdc"):
			self.assertEqual(take(report, "Approve").workflow_state, "Approved")

	def test_the_substitute_decides_while_the_substitution_runs(self) -> None:
		absent = frappe.db.get_value("Duty Assignment", {"user": "zz.district@example.com"}, "name")
		assign("stranger", "Approver", "DHC-ZZ1", 0, 0, substitute_for=absent)
		with self.acting("stranger"):
			self.assertEqual(take(self.report, "Approve").approval_unit, "CDC-ZZ")
