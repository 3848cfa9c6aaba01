"""A duty ends while documents wait: they stay, the next holder decides, and those above are told meanwhile."""

import frappe

from covid_portal.approval import handover
from covid_portal.approval.inbox import inbox
from covid_portal.organisation.doctype.duty_assignment.duty_assignment import InvalidDutyAssignment
from covid_portal.testing.case import PortalTestCase, approve_as, change_route, sent, step
from covid_portal.testing.province import address, assign

DISTRICT = "DHC-ZZ1"


class TestHandover(PortalTestCase):
	def end_all(self) -> None:
		for who in ("district", "colleague"):
			frappe.delete_doc("Duty Assignment", f"{address(who)}-Approver-{DISTRICT}")

	def told(self, who: str) -> int:
		return frappe.db.count("Notification Log", {"for_user": address(who), "document_name": DISTRICT})

	def test_those_above_and_the_administrators_are_told_when_the_last_one_goes(self) -> None:
		sent(self.slot)
		frappe.delete_doc("Duty Assignment", f"{address('district')}-Approver-{DISTRICT}")
		self.assertEqual(self.told("cdc"), 0)
		frappe.delete_doc("Duty Assignment", f"{address('colleague')}-Approver-{DISTRICT}")
		self.assertEqual(
			(self.told("cdc"), self.told("administrator"), self.told("other district")), (1, 1, 0)
		)

	def test_nobody_is_told_where_nothing_waits(self) -> None:
		self.end_all()
		self.assertEqual(self.told("cdc"), 0)

	def test_they_are_told_where_the_last_one_left_has_decided_already_or_is_the_author(self) -> None:
		change_route(lambda route: route.set("steps", [step("District", approvals=2)]))
		approve_as(sent(self.slot), "district")
		handover.daily()
		self.assertEqual(self.told("cdc"), 0)
		frappe.delete_doc("Duty Assignment", f"{address('colleague')}-Approver-{DISTRICT}")
		self.assertEqual(self.told("cdc"), 1)

	def test_nobody_is_told_where_the_step_was_passed_up_to_one_who_can_decide(self) -> None:
		change_route(lambda route: route.set("steps", [step("District", approvals=2)]))
		report = sent(self.slot)
		frappe.db.set_value("Approval Step", {"reference_name": report.name}, "escalated_unit", "CDC-ZZ")
		self.end_all()
		self.assertEqual(self.told("cdc"), 0)
		frappe.delete_doc("Duty Assignment", f"{address('cdc')}-Approver-CDC-ZZ")
		handover.daily()
		self.assertEqual(self.told("administrator"), 1)

	def test_they_are_told_of_a_document_that_only_its_author_could_decide_on(self) -> None:
		assign("district", "Reporter", "CHS-ZZ11")
		with self.acting("district"):
			sent(self.slot)
		handover.daily()
		self.assertEqual(self.told("cdc"), 0)
		frappe.delete_doc("Duty Assignment", f"{address('colleague')}-Approver-{DISTRICT}")
		self.assertEqual(self.told("cdc"), 1)

	def test_a_disabled_account_counts_as_nobody(self) -> None:
		sent(self.slot)
		for who in ("district", "colleague"):
			frappe.db.set_value("User", address(who), "enabled", 0)
		handover.daily()
		self.assertEqual(self.told("cdc"), 1)

	def test_the_next_holder_finds_it_and_decides(self) -> None:
		report = sent(self.slot)
		self.end_all()
		assign("stranger", "Approver", DISTRICT)
		with self.acting("stranger"):
			waiting = [row["name"] for group in inbox()["groups"] for row in group["rows"]]
		self.assertEqual(waiting, [report.name])
		self.assertEqual(approve_as(report, "stranger").approval_unit, "CDC-ZZ")


class TestSubstituteRecords(PortalTestCase):
	def substitute(self, **values) -> None:
		frappe.get_doc(
			doctype="Duty Assignment",
			**{
				"user": address("sibling"),
				"unit": DISTRICT,
				"duty": "Approver",
				"valid_from": frappe.utils.today(),
				"substitute_for": f"{address('district')}-Approver-{DISTRICT}",
				**values,
			},
		).insert()

	def test_it_is_for_the_same_seat_and_within_its_dates(self) -> None:
		wrong = (
			{"duty": "Head"},
			{"unit": "DHC-ZZ2"},
			{"user": address("district"), "duty": "Approver"},
			{"valid_from": frappe.utils.add_days(frappe.utils.today(), -1)},
			{"substitute_for": f"{address('ended')}-Approver-{DISTRICT}"},
		)
		for values in wrong:
			with self.subTest(**values), self.assertRaises(InvalidDutyAssignment):
				self.substitute(**values)

	def test_a_substitute_has_none_of_his_own(self) -> None:
		principal = f"{address('district')}-Approver-{DISTRICT}"
		second = assign("outsider", "Approver", DISTRICT, substitute_for=principal)
		with self.assertRaises(InvalidDutyAssignment):
			self.substitute(substitute_for=second)
		self.substitute()

	def test_it_ends_with_the_duty_and_what_has_not_begun_never_does(self) -> None:
		today = frappe.utils.getdate()
		self.substitute()
		later = {"user": address("outsider"), "valid_from": frappe.utils.add_days(today, 5)}
		self.substitute(**later)
		principal = frappe.get_doc("Duty Assignment", f"{address('district')}-Approver-{DISTRICT}")
		principal.update({"valid_to": today}).save()
		rows = frappe.get_all(
			"Duty Assignment", {"substitute_for": principal.name}, ["user", "valid_to"], as_list=True
		)
		self.assertEqual(list(rows), [(address("sibling"), today)])

	def test_nobody_stands_in_for_a_seat_that_was_moved(self) -> None:
		self.substitute()
		principal = frappe.get_doc("Duty Assignment", f"{address('district')}-Approver-{DISTRICT}")
		for values in ({"unit": "DHC-ZZ2"}, {"duty": "Head"}, {"user": address("outsider")}):
			with self.subTest(**values), self.assertRaises(InvalidDutyAssignment):
				frappe.get_doc("Duty Assignment", principal.name).update(values).save()
