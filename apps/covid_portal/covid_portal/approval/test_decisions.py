"""Who decides on a report, in which order, and what refuses everybody else."""

import frappe

from covid_portal.approval.decisions import decide
from covid_portal.approval.vocabulary import ApprovalError, ReasonMissing, RouteMissing
from covid_portal.testing.case import (
	REPORT,
	PortalTestCase,
	accepted,
	approve_as,
	draft,
	provisional,
	sent,
	state_of,
	take,
)
from covid_portal.testing.province import COMMUNE


def steps_of(report) -> list[tuple]:
	fields = ["round", "step", "unit", "duty", "state", "decided_by"]
	filters = {"reference_doctype": REPORT, "reference_name": report.name}
	return [
		tuple(row.values())
		for row in frappe.get_all("Approval Step", filters, fields, order_by="round, step")
	]


def decisions_on(report) -> list[dict]:
	fields = [
		"sequence",
		"round",
		"step",
		"decision",
		"from_state",
		"to_state",
		"user",
		"unit",
		"duty",
		"reason",
	]
	return frappe.get_all(
		"Approval Decision", {"reference_name": report.name}, fields, order_by="sequence asc"
	)


class TestTheWayOfAReport(PortalTestCase):
	def test_a_report_goes_from_the_commune_over_the_district_to_the_cdc(self) -> None:
		with self.acting("reporter"):
			report = sent(self.slot)
		self.assertEqual(
			(report.workflow_state, report.approval_unit, report.approval_step), ("In Approval", "DHC-ZZ1", 1)
		)
		with self.acting("district"):
			report = take(report, "Approve")
		self.assertEqual(
			(report.workflow_state, report.approval_unit, report.approval_step), ("In Approval", "CDC-ZZ", 2)
		)
		with self.acting("cdc"):
			report = take(report, "Approve")
		self.assertEqual(
			(report.workflow_state, report.approval_unit, report.approval_step), ("Approved", None, 0)
		)

	def test_every_decision_is_recorded_with_who_for_which_unit_and_both_states(self) -> None:
		with self.acting("reporter"):
			report = sent(self.slot)
		report = approve_as(report, "district", "cdc")
		self.assertEqual(
			[tuple(row.values()) for row in decisions_on(report)],
			[
				(
					1,
					1,
					0,
					"Submit",
					"Draft",
					"In Approval",
					"zz.reporter@example.com",
					"CHS-ZZ11",
					None,
					None,
				),
				(
					2,
					1,
					1,
					"Approve",
					"In Approval",
					"In Approval",
					"zz.district@example.com",
					"DHC-ZZ1",
					"Approver",
					None,
				),
				(
					3,
					1,
					2,
					"Approve",
					"In Approval",
					"Approved",
					"zz.cdc@example.com",
					"CDC-ZZ",
					"Approver",
					None,
				),
			],
		)

	def test_the_steps_are_frozen_when_the_report_is_sent(self) -> None:
		report = sent(self.slot)
		frappe.db.set_value("Unit", "CHS-ZZ11", "parent_unit", "DHC-ZZ2")
		self.assertEqual([row[2] for row in steps_of(report)], ["DHC-ZZ1", "CDC-ZZ"])
		with self.acting("district"):
			self.assertEqual(take(report, "Approve").approval_unit, "CDC-ZZ")

	def test_a_return_leads_back_to_the_author_and_resending_begins_a_new_round(self) -> None:
		with self.acting("reporter"):
			report = sent(self.slot)
		with self.acting("district"):
			report = take(report, "Return", "Under treatment fell by 40.")
		self.assertEqual((report.workflow_state, report.approval_unit), ("Returned", None))
		with self.acting("reporter"):
			report.recovered = 12
			report.save()
			report = take(report, "Submit")
		self.assertEqual(
			[(row[0], row[1], row[4]) for row in steps_of(report)],
			[(1, 1, "Returned"), (1, 2, "Waiting"), (2, 1, "Pending"), (2, 2, "Waiting")],
		)
		report = approve_as(report, "district", "cdc")
		self.assertEqual(report.workflow_state, "Approved")
		self.assertEqual([row.round for row in decisions_on(report)], [1, 1, 2, 2, 2])

	def test_the_cdc_returns_to_the_author_not_to_the_district(self) -> None:
		report = provisional(self.slot)
		with self.acting("cdc"):
			report = take(report, "Return", "Please check the beds.")
		self.assertEqual((report.workflow_state, report.approval_unit), ("Returned", None))

	def test_a_refusal_is_final(self) -> None:
		report = sent(self.slot)
		with self.acting("district"):
			report = take(report, "Refuse", "The station reported for another commune.")
		with self.acting("reporter"):
			self.assertRefused(ApprovalError, decide, REPORT, report.name, "Submit", says="Refused")

	def test_an_approved_report_takes_no_further_decision(self) -> None:
		report = accepted(self.slot)
		with self.acting("cdc"):
			for decision in ("Approve", "Return", "Refuse"):
				self.assertRefused(
					ApprovalError, decide, REPORT, report.name, decision, "why", says="Approved"
				)

	def test_nothing_that_is_not_a_decision_is_taken_for_one(self) -> None:
		report = sent(self.slot)
		for word in ("", "approve", "Publish", "__class__"):
			with self.acting("district"):
				self.assertRefused(ApprovalError, decide, REPORT, report.name, word, "why")

	def test_a_document_without_a_route_is_not_decided_on(self) -> None:
		self.assertRefused(RouteMissing, decide, "Unit", "CHS-ZZ11", "Approve")

	def test_without_an_enabled_route_nothing_is_sent(self) -> None:
		report = draft(self.slot)
		frappe.db.set_value("Approval Route", REPORT, "enabled", 0)
		self.assertRefused(RouteMissing, decide, REPORT, report.name, "Submit", says="administrator")


class TestReasons(PortalTestCase):
	def test_a_return_and_a_refusal_need_a_reason(self) -> None:
		report = sent(self.slot)
		for decision in ("Return", "Refuse"):
			for reason in (None, "", " \n\t"):
				with self.acting("district"):
					self.assertRefused(
						ReasonMissing, decide, REPORT, report.name, decision, reason, says="Commune ZZ11"
					)

	def test_a_reason_that_no_record_could_hold_is_refused(self) -> None:
		report = sent(self.slot)
		with self.acting("district"):
			self.assertRefused(
				ApprovalError, decide, REPORT, report.name, "Return", "x" * 10_001, says="10000"
			)

	def test_the_reason_is_kept_as_it_was_written(self) -> None:
		reason = 'Số "đang điều trị" <giảm> 40 & không có lý do 🙏'
		report = sent(self.slot)
		with self.acting("district"):
			take(report, "Return", f"  {reason}\n")
		self.assertEqual(decisions_on(report)[-1].reason, reason)


class TestTakingBack(PortalTestCase):
	def test_the_author_takes_back_what_nobody_has_decided_on(self) -> None:
		with self.acting("reporter"):
			report = take(sent(self.slot), "Withdraw")
			self.assertEqual((report.workflow_state, report.approval_unit), ("Withdrawn", None))
			report.new_f1 = 22
			report.save()
			report = take(report, "Submit")
		self.assertEqual([row[4] for row in steps_of(report)], ["Withdrawn", "Waiting", "Pending", "Waiting"])

	def test_either_line_of_the_area_may_take_it_back(self) -> None:
		with self.acting("reporter"):
			report = sent(self.slot)
		with self.acting("government"):
			self.assertEqual(take(report, "Withdraw").workflow_state, "Withdrawn")
		self.assertEqual(decisions_on(report)[-1].unit, "CHS-ZZ11")

	def test_not_after_the_first_decision(self) -> None:
		with self.acting("reporter"):
			report = sent(self.slot)
		approve_as(report, "district")
		with self.acting("reporter"):
			self.assertRefused(
				ApprovalError, decide, REPORT, report.name, "Withdraw", says="has been decided on already"
			)

	def test_nobody_else_takes_it_back(self) -> None:
		report = sent(self.slot)
		for who in ("district", "sibling", "outsider", "auditor", "administrator", "Guest"):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, decide, REPORT, report.name, "Withdraw")

	def test_a_draft_is_not_withdrawn(self) -> None:
		report = draft(self.slot)
		self.assertRefused(ApprovalError, decide, REPORT, report.name, "Withdraw", says="Draft")

	def test_nobody_else_sends_a_draft(self) -> None:
		with self.acting("reporter"):
			report = draft(self.slot)
		for who in ("sibling", "outsider", "district", "cdc", "administrator", "Guest"):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, decide, REPORT, report.name, "Submit")
		self.assertEqual(state_of(report.name), "Draft")
		with self.acting("government"):
			self.assertEqual(take(report, "Submit").area, COMMUNE)
