"""Two lines, one report: who may contest a figure, who settles it, and that an approver cannot overlook it."""

import frappe

from covid_portal.approval.decisions import decide
from covid_portal.approval.desk import bulk_workflow_approval
from covid_portal.approval.vocabulary import AppendOnly, NotYoursToDecide, ReasonMissing
from covid_portal.reporting import api, contests
from covid_portal.reporting.contests import ContestOpen, NotContestable, NotYoursToContest, NotYoursToSettle
from covid_portal.testing.case import REPORT, PortalTestCase, approve_as, draft, state_of, take
from covid_portal.testing.province import COMMUNE, assign

WHY = "The committee's list has one more household."


def contest(report, field: str = "new_f1", proposed: int | str = 25, reason: str = WHY) -> str:
	return contests.contest(report.name, field, proposed, reason)["contest"]


def stored(name: str) -> dict:
	return frappe.get_doc(contests.DOCTYPE, name)


class ContestCase(PortalTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		with cls.acting("reporter"):
			cls.draft = draft(cls.slot)

	def send(self):
		with self.acting("reporter"):
			return take(self.draft, "Submit")

	def contested(self, report=None, **values) -> str:
		with self.acting("government"):
			return contest(report or self.draft, **values)


class TestWhoContests(ContestCase):
	def test_the_other_line_contests_with_value_and_reason(self) -> None:
		record = stored(self.contested())
		self.assertEqual((record.unit, record.area, record.state), ("CPC-ZZ11", COMMUNE, "Open"))
		self.assertEqual((record.stated_value, record.proposed_value, record.reason), (21, 25, WHY))

	def test_not_the_unit_that_entered_it(self) -> None:
		with self.acting("reporter"):
			self.assertRefused(NotYoursToContest, contest, self.draft, says="your own unit")

	def test_the_accountable_unit_contests_what_the_other_line_entered(self) -> None:
		with self.acting("government"):
			report = frappe.get_doc(REPORT, self.draft.name)
			report.new_f1 = 22
			report.save()
		with self.acting("reporter"):
			record = stored(contest(report))
		self.assertEqual((record.unit, report.entered_by_unit), ("CHS-ZZ11", "CPC-ZZ11"))
		with self.acting("reporter"):
			self.assertRefused(
				NotYoursToSettle, contests.settle, record.name, "Ours.", 25, says="CPC of ZZ11"
			)
		with self.acting("government"):
			contests.settle(record.name, "They are right.", 25)
		self.assertEqual(frappe.get_doc(REPORT, report.name).new_f1, 25)

	def test_nobody_from_elsewhere(self) -> None:
		report = self.send()
		for who in (
			"sibling",
			"outsider",
			"district",
			"other line",
			"cdc",
			"publisher",
			"auditor",
			"administrator",
		):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, contest, report)
		for who in ("stranger", "Guest"):
			with self.acting(who):
				self.assertRefused((frappe.PermissionError, frappe.AuthenticationError), contest, report)

	def test_the_same_figure_once(self) -> None:
		self.contested()
		with self.acting("government"):
			self.assertRefused(NotContestable, contest, self.draft, says="contests this figure already")

	def test_a_reason_another_figure_and_a_figure_of_the_form(self) -> None:
		with self.acting("government"):
			self.assertRefused(ReasonMissing, contest, self.draft, reason="  ")
			self.assertRefused(NotContestable, contest, self.draft, proposed=21, says="another figure")
			self.assertRefused(NotContestable, contest, self.draft, proposed="", says="another figure")
			self.assertRefused(NotContestable, contest, self.draft, field="workflow_state", says="no figure")
			self.assertRefused(
				frappe.ValidationError, contest, self.draft, proposed="many", says="whole number"
			)

	def test_not_what_is_approved(self) -> None:
		report = approve_as(self.send(), "district", "cdc")
		with self.acting("government"):
			self.assertRefused(NotContestable, contest, report, says="correction")

	def test_a_figure_that_was_not_reported_is_told_from_a_zero(self) -> None:
		record = stored(self.contested(field="ended_f1", proposed=0))
		self.assertEqual((record.stated, record.proposed_value), (0, 0))
		with self.acting("government"):
			self.assertIsNone(contests.of_report(self.draft.name)[0]["stated"])


class TestWhoSeesIt(ContestCase):
	def test_both_units_and_the_district_see_it_and_nobody_else(self) -> None:
		name = self.contested(self.send())
		for who in ("reporter", "government", "district", "cdc", "auditor", "administrator"):
			with self.acting(who):
				self.assertEqual(frappe.get_list(contests.DOCTYPE, pluck="name"), [name], who)
				self.assertTrue(frappe.has_permission(contests.DOCTYPE, "read", doc=name), who)
				self.assertFalse(frappe.has_permission(contests.DOCTYPE, "write", doc=name), who)
				self.assertEqual(len(contests.of_report(self.draft.name)), 1)
		for who in ("sibling", "outsider", "other district"):
			with self.acting(who):
				self.assertEqual(frappe.get_list(contests.DOCTYPE, pluck="name"), [], who)
				self.assertFalse(frappe.has_permission(contests.DOCTYPE, "read", doc=name), who)
				self.assertRaises(frappe.PermissionError, contests.of_report, self.draft.name)

	def test_the_form_offers_each_line_its_part(self) -> None:
		self.contested()
		offered = {}
		for who in ("reporter", "government"):
			with self.acting(who):
				form = api.form(self.slot, COMMUNE)
				row = form["contests"][0]
				offered[who] = (form["can_contest"], row["can_settle"], row["can_withdraw"])
				self.assertEqual((row["stated"], row["proposed"], row["by_unit"]), (21, 25, "CPC of ZZ11"))
				self.assertEqual((form["unit_name"], form["entered_by"]), ("CHS of ZZ11", "CHS of ZZ11"))
		self.assertEqual(offered, {"reporter": (False, True, False), "government": (True, False, True)})


class TestSettling(ContestCase):
	def test_the_accountable_unit_takes_the_figure_over(self) -> None:
		name = self.contested()
		with self.acting("reporter"):
			contests.settle(name, "Checked together.", 25)
		record = stored(name)
		self.assertEqual(
			(record.state, record.settled_value, record.settled_by_unit), ("Settled", 25, "CHS-ZZ11")
		)
		self.assertEqual(frappe.get_doc(REPORT, self.draft.name).new_f1, 25)

	def test_or_keeps_its_own(self) -> None:
		name = self.contested()
		with self.acting("reporter"):
			contests.settle(name, "The household moved away.")
		self.assertEqual(
			(stored(name).settled_value, frappe.get_doc(REPORT, self.draft.name).new_f1), (21, 21)
		)

	def test_a_settlement_that_breaks_a_rule_settles_nothing(self) -> None:
		name = self.contested(field="community_cases", proposed=4)
		with self.acting("reporter"):
			self.assertRefused(frappe.ValidationError, contests.settle, name, "Yes.", 4, says="add up")
		self.assertEqual(stored(name).state, "Open")

	def test_not_the_other_line_nor_the_district_before_it_was_sent(self) -> None:
		name = self.contested()
		for who in ("government", "district", "sibling", "auditor"):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, contests.settle, name, "Mine.", 25)

	def test_the_district_returns_the_report_with_the_settled_figure(self) -> None:
		name = self.contested(self.send())
		with self.acting("reporter"):
			self.assertRefused(NotYoursToDecide, contests.settle, name, "Mine.", 25)
		with self.acting("district"):
			result = contests.settle(name, "Asked both.", 25)
		self.assertEqual((result["workflow_state"], state_of(self.draft.name)), ("Returned", "Returned"))
		reason = frappe.get_all(
			"Approval Decision", {"reference_name": self.draft.name, "decision": "Return"}, pluck="reason"
		)[0]
		self.assertIn("settled on 25. Asked both.", reason)
		self.assertEqual(stored(name).settled_by_unit, "DHC-ZZ1")

	def test_or_keeps_it_and_goes_on(self) -> None:
		name = self.contested(self.send())
		with self.acting("district"):
			contests.settle(name, "The station is right.")
			self.assertEqual(take(self.draft, "Approve").approval_unit, "CDC-ZZ")
		self.assertEqual((stored(name).state, stored(name).settled_value), ("Settled", 21))

	def test_a_settled_contest_stays_as_it_is(self) -> None:
		name = self.contested()
		with self.acting("reporter"):
			contests.settle(name, "Checked.", 25)
			self.assertRefused(NotContestable, contests.settle, name, "Again.", 21)
		record = stored(name)
		record.settled_value = 1
		self.assertRefused(AppendOnly, record.save)
		self.assertRefused(AppendOnly, frappe.delete_doc, contests.DOCTYPE, name)

	def test_the_contesting_unit_takes_it_back(self) -> None:
		name = self.contested()
		with self.acting("reporter"):
			self.assertRefused(NotYoursToContest, contests.withdraw, name)
		with self.acting("government"):
			contests.withdraw(name)
		self.assertEqual(stored(name).state, "Withdrawn")


class TestApproving(ContestCase):
	def test_an_open_contest_is_not_approved_in_passing(self) -> None:
		self.contested(self.send())
		with self.acting("district"):
			said = self.assertRefused(
				ContestOpen, decide, REPORT, self.draft.name, "Approve", says="contested figures"
			)
		self.assertIn("21 reported, 25 by CPC of ZZ11", said)

	def test_nor_in_bulk(self) -> None:
		self.contested(self.send())
		with self.acting("district"):
			bulk_workflow_approval(frappe.as_json([self.draft.name]), REPORT, "Approve")
		self.assertEqual(frappe.db.get_value(REPORT, self.draft.name, "approval_unit"), "DHC-ZZ1")

	def test_approved_with_a_reason_it_is_settled_with_that(self) -> None:
		name = self.contested(self.send())
		with self.acting("district"):
			take(self.draft, "Approve", "Both lists compared: the station's is complete.")
		record = stored(name)
		self.assertEqual(
			(record.state, record.settled_value, record.settled_by_unit), ("Settled", 21, "DHC-ZZ1")
		)

	def test_one_raised_after_the_district_stops_the_cdc(self) -> None:
		report = approve_as(self.send(), "district")
		self.contested(report)
		with self.acting("cdc"):
			self.assertRefused(ContestOpen, decide, REPORT, report.name, "Approve")

	def test_a_withdrawn_contest_stops_nobody(self) -> None:
		name = self.contested(self.send())
		with self.acting("government"):
			contests.withdraw(name)
		with self.acting("district"):
			self.assertEqual(take(self.draft, "Approve").approval_unit, "CDC-ZZ")

	def test_an_approver_who_entered_the_report_settles_nothing(self) -> None:
		assign("reporter", "Approver", "DHC-ZZ1")
		name = self.contested(self.send())
		with self.acting("reporter"):
			self.assertRefused(NotYoursToDecide, contests.settle, name, "Mine.", says="yourself")
