"""Levels of the test province: rules that cannot stand, proposals from reports, decisions, deviations, reviews, what is public."""

import json
from unittest.mock import patch

import frappe
from frappe.model.document import Document

from covid_portal.approval import bulk, storing
from covid_portal.approval.chain import CHAINED
from covid_portal.approval.decisions import decide
from covid_portal.approval.guard import GUARDED
from covid_portal.approval.line import STEP_COLUMNS
from covid_portal.approval.vocabulary import NotYoursToDecide
from covid_portal.levels import evaluation, figures, published, wording
from covid_portal.levels.doctype.area_level.area_level import DeviationUnfounded, LevelRefused
from covid_portal.levels.doctype.level_rule.level_rule import (
	BandsIllFitting,
	ReferenceMissing,
	RuleRefused,
	RulesOverlap,
)
from covid_portal.levels.evaluation import ReviewRefused
from covid_portal.levels.simulation import simulate
from covid_portal.publishing import snapshot
from covid_portal.reporting.consolidation import consolidate
from covid_portal.testing.case import PortalTestCase, accepted, acting
from covid_portal.testing.levels import make_rule
from covid_portal.testing.province import COMMUNE, DISTRICT, OUTSIDE, SIBLING


class LevelCase(PortalTestCase):
	@classmethod
	def proposed(cls, slot: str | None = None) -> dict[str, Document]:
		document = frappe.get_doc("Report Slot", slot or cls.slot)
		names = evaluation.propose(document, evaluation.evaluate_slot(document))
		rows = [frappe.get_doc("Area Level", name) for name in names]
		return {row.area: row for row in rows}

	@classmethod
	def consolidated(cls, cases: int = 3) -> None:
		accepted(cls.slot, COMMUNE, community_cases=cases, quarantine_cases=5 - cases)
		consolidate(cls.slot)
		frappe.db.set_value("Report Slot", cls.slot, "state", "Consolidated")


class TestRules(LevelCase):
	def test_a_gap_and_an_overlap_are_named_with_their_bands(self) -> None:
		rule = make_rule()
		for high, fault in ((19, "a gap between band 1 [0; 19) and band 2 [20; 50)"), (21, "overlap")):
			rule.bands[0].high = high
			with self.assertRaises(BandsIllFitting) as caught:
				rule.save()
			self.assertIn(fault, str(caught.exception))
			rule.reload()

	def test_a_higher_band_with_a_lower_level_is_named(self) -> None:
		rule = make_rule()
		rule.coverage[1].level_2 = "3"
		with self.assertRaises(BandsIllFitting) as caught:
			rule.save()
		self.assertIn("from 70 % on, a higher band has a lower level", str(caught.exception))

	def test_two_rules_for_one_day_are_both_named(self) -> None:
		make_rule(valid_to="2022-01-26")
		make_rule("ZZ next", valid_from="2022-01-27")
		with self.assertRaises(RulesOverlap) as caught:
			make_rule("ZZ third", valid_from="2022-01-26", valid_to="2022-01-26")
		self.assertIn(
			"ZZ third and ZZ 4800 would both be in force from 2022-01-26 to 2022-01-26", str(caught.exception)
		)
		make_rule("ZZ draft", in_force=0)

	def test_a_rule_without_a_reference_is_refused(self) -> None:
		with self.assertRaises(ReferenceMissing):
			make_rule(legal_reference=" ")

	def test_a_change_of_what_decides_makes_a_new_version(self) -> None:
		rule = make_rule()
		rule.title_en = "Another name"
		rule.save()
		self.assertEqual(rule.version, 1)
		rule.coverage[1].from_percent = 75
		rule.save()
		self.assertEqual(rule.version, 2)


class TestProposals(LevelCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		make_rule()

	def test_the_level_follows_from_the_reports_and_says_why(self) -> None:
		self.consolidated()
		found = self.proposed()[COMMUNE]
		# 3 cases among 1,000 people: 300 per 100,000, band 4; 800 of 1,000 adults have a dose.
		self.assertEqual((found.proposed_level, found.decided_level, found.unit), (3, "3", "DHC-ZZ1"))
		rate, coverage = found.steps()
		self.assertEqual((rate["count"], rate["rate"], rate["band"], coverage["share"]), (3, 300, 4, 80))

	def test_an_unchanged_proposal_carries_the_decision_on(self) -> None:
		self.consolidated()
		found = self.proposed()
		evaluation.send([row.name for row in found.values()])
		for row in found.values():
			if row.unit == "DHC-ZZ1":
				with acting("district"):
					decide("Area Level", row.name, "Approve")
		self.assertFalse({COMMUNE, SIBLING, DISTRICT} & set(self.proposed()))

	def test_what_moves_while_it_waits_is_sent_anew(self) -> None:
		self.consolidated()
		name = self.proposed()[COMMUNE].name
		evaluation.send([name])
		frappe.db.set_value("Consolidated Report", f"{self.slot}-{COMMUNE}", "community_cases", 0)
		self.assertIn(COMMUNE, self.proposed())
		moved = frappe.get_doc("Area Level", name)
		self.assertEqual(
			(moved.workflow_state, moved.proposed_level, moved.decided_level), ("Withdrawn", 1, "1")
		)

	def test_all_sent_in_one_act_are_stored_as_if_sent_one_by_one(self) -> None:
		self.consolidated()
		names = list(self.proposed())
		self.assertGreater(len(names), 3)
		stored = []
		for set_based in (True, False):
			frappe.db.savepoint("sending")
			with patch.object(storing, "is_set_based", lambda *_asked, found=set_based: found):
				with patch.object(bulk, "is_set_based", lambda *_asked, found=set_based: found):
					evaluation.send([frappe.db.get_value("Area Level", {"area": area}) for area in names])
			stored.append(self.rows_of_approval())
			frappe.db.rollback(save_point="sending")
		self.assertEqual(*stored)

	def rows_of_approval(self) -> list[tuple]:
		"""What a decision writes, without names, times and what follows from them."""
		levels = frappe.get_all("Area Level", {"slot": self.slot}, ["name", *GUARDED[:3]], order_by="name")
		of_levels = {"reference_doctype": "Area Level"}
		steps = [column for column in STEP_COLUMNS if column != "due_at"]
		timed = ("decided_at", "previous_digest", "content_digest")
		record = [column for column in CHAINED if column not in timed]
		return [
			*map(str, levels),
			*map(str, frappe.get_all("Approval Step", of_levels, steps, order_by="reference_name")),
			*map(str, frappe.get_all("Approval Decision", of_levels, record, order_by="reference_name")),
		]

	def test_a_second_evaluation_of_the_same_figures_changes_nothing(self) -> None:
		self.consolidated()
		evaluation.send([row.name for row in self.proposed().values()])
		before = frappe.get_all("Area Level", {"slot": self.slot}, ["name", "workflow_state", "reasoning"])
		self.assertEqual(self.proposed(), {})
		self.assertEqual(
			frappe.get_all("Area Level", {"slot": self.slot}, ["name", "workflow_state", "reasoning"]), before
		)
		self.assertEqual(frappe.db.count("Level Evaluation", {"slot": self.slot}), 1)

	def test_a_correction_proposes_anew_and_leaves_what_was_decided(self) -> None:
		self.consolidated()
		first = self.proposed()[COMMUNE]
		evaluation.send([first.name])
		with acting("district"):
			decide("Area Level", first.name, "Approve")
		frappe.db.set_value("Consolidated Report", f"{self.slot}-{COMMUNE}", "community_cases", 0)
		second = self.proposed()[COMMUNE]
		self.assertNotEqual(second.name, first.name)
		self.assertEqual((second.proposed_level, second.level_before), (1, 3))
		self.assertEqual(frappe.db.get_value("Area Level", first.name, "decided_level"), "3")

	def test_a_slot_whose_job_was_lost_is_caught_up_with(self) -> None:
		self.consolidated()
		asked: list[str] = []
		time = frappe.db.get_value("Report Slot", self.slot, "slot_time")
		with patch.object(evaluation, "evaluate_later", asked.extend):
			evaluation.catch_up(time)
			self.assertIn(self.slot, asked)
			self.proposed()
			asked.clear()
			evaluation.catch_up(time)
			self.assertNotIn(self.slot, asked)

	def test_a_correction_asks_for_the_levels_of_its_week_alone(self) -> None:
		time = frappe.db.get_value("Report Slot", self.slot, "slot_time")
		frappe.db.set_value("Report Slot", self.previous, "slot_time", frappe.utils.add_days(time, -8))
		asked: list[list[str]] = []
		with patch.object(evaluation, "evaluate_later", asked.append):
			evaluation.on_slots_corrected([])
			evaluation.on_slots_corrected([self.previous, self.slot])
		self.assertEqual(asked, [[self.previous]])

	def test_the_whole_reasoning_of_all_areas_is_kept_with_the_slot(self) -> None:
		self.consolidated()
		self.proposed()
		kept = evaluation.unpacked(frappe.db.get_value("Level Evaluation", self.slot, "reasoning"))
		self.assertEqual(kept[COMMUNE]["level"], 3)
		self.assertEqual(kept[COMMUNE]["steps"][0]["count"], 3)
		self.assertEqual(kept[DISTRICT]["steps"][0]["step"], "parts")

	def test_nobody_makes_a_level_himself(self) -> None:
		document = frappe.get_doc(
			doctype="Area Level", area=COMMUNE, slot=self.slot, decided_level="1", name="ZZ-own"
		)
		with self.assertRaises(LevelRefused):
			document.insert(set_name="ZZ-own")

	def test_the_draft_of_a_rule_is_tried_on_past_slots(self) -> None:
		self.consolidated()
		rule = frappe.get_doc("Level Rule", "ZZ 4800").as_dict()
		rule["coverage"][1]["level_4"] = "4"
		told = simulate(frappe.as_json(rule), 1)
		self.assertEqual(
			[(row["code"], row["before"], row["after"]) for row in told["areas"] if row["code"] == COMMUNE],
			[(COMMUNE, 3, 4)],
		)

	def test_what_a_draft_lacks_is_named(self) -> None:
		whole = frappe.get_doc("Level Rule", "ZZ 4800").as_dict()
		for changes, says in (
			({"coverage_indicator": None}, "fill in"),
			({"report_type": None}, "fill in"),
			({"modifiers": [{}]}, "fill in"),
			({"coverage": [{}]}, "from 1 to 4"),
			({"capacity_used": whole["coverage_indicator"], "capacity_total": None}, "all or nothing"),
		):
			with self.subTest(says, changed=list(changes)), self.assertRaises(RuleRefused) as caught:
				simulate(frappe.as_json({**whole, **changes}), 1)
			self.assertIn(says, str(caught.exception))


class TestDecisions(LevelCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		make_rule()
		cls.consolidated()
		cls.level = cls.proposed()[COMMUNE]

	def deviate(self, **values: str) -> None:
		with acting("district"):
			document = frappe.get_doc("Area Level", self.level.name)
			document.update({"decided_level": "4", **values})
			document.save()

	def test_another_level_needs_a_reason_and_a_reference(self) -> None:
		with self.assertRaises(DeviationUnfounded):
			self.deviate(deviation_reason="A market")
		with self.assertRaises(DeviationUnfounded):
			self.deviate(deviation_reference="Decision 1")

	def test_who_deviates_does_not_decide_and_a_second_person_does(self) -> None:
		self.deviate(deviation_reason="A market", deviation_reference="Decision 1")
		with acting("district"):
			decide("Area Level", self.level.name, "Submit")
			with self.assertRaises(NotYoursToDecide):
				decide("Area Level", self.level.name, "Approve")
		with acting("colleague"):
			decide("Area Level", self.level.name, "Approve")
		stored = frappe.get_doc("Area Level", self.level.name)
		self.assertEqual((stored.workflow_state, stored.decided_level), ("Approved", "4"))
		self.assertTrue(stored.decided_at)
		entry = self.entry()
		self.assertEqual((entry["level"], entry["proposed"]), (4, 3))
		self.assertEqual(entry["deviation"], {"reason": "A market", "reference": "Decision 1"})

	def entry(self) -> dict:
		"""What levels.json says of the commune."""
		fields = ["name", "full_name", "full_name_en", "parent_area", "is_group"]
		area, history = frappe.db.get_value("Area", COMMUNE, fields, as_dict=True), published.histories()
		return published.area_entry(
			area, history[COMMUNE], published.public_reasons([history[COMMUNE][0].name])
		)

	def approved(self) -> Document:
		evaluation.send([self.level.name])
		with acting("district"):
			decide("Area Level", self.level.name, "Approve")
		return frappe.get_doc("Area Level", self.level.name)

	def test_a_review_is_ordered_from_above_alone(self) -> None:
		decided = self.approved()
		for who in ("district", "other district", "reporter"):
			with acting(who), self.assertRaises(frappe.PermissionError):
				evaluation.order_review(decided.name, "Look again")
		with acting("cdc"):
			name = evaluation.order_review(decided.name, "Look again")["name"]
		review = frappe.get_doc("Area Level", name)
		self.assertEqual(
			(review.review_of, review.unit, review.workflow_state), (decided.name, "DHC-ZZ1", "Draft")
		)
		with acting("cdc"), self.assertRaises(ReviewRefused):
			evaluation.order_review(decided.name, "Once more")

	def test_in_public_no_step_says_a_figure_or_which_band_it_was(self) -> None:
		self.approved()
		why = self.entry()["why"]
		self.assertEqual([step["step"] for step in why], ["rates", "coverage"])
		# Level 3 with 70 % covered: 150 and more, which is band 4. With fewer covered it would be 50 to 150.
		self.assertEqual((why[0]["rates"][0]["from"], why[0]["rates"][0]["to"]), (150, None))
		self.assertNotIn("300", json.dumps(why))
		self.assertIn("per 100,000 people: 150 or more.", wording.why(why, "en")[0])

	def test_the_level_in_force_is_the_last_one_decided(self) -> None:
		self.approved()
		levels = figures.levels_in_force(self.level.slot_time)
		self.assertEqual(levels[COMMUNE], 3)
		self.assertNotIn(OUTSIDE, levels)
		letters = published.map_letters([{"name": self.slot, "slot_time": self.level.slot_time}], self.slot)
		self.assertEqual(letters["levels"][self.slot][COMMUNE], "3")

	def test_a_decision_asks_for_a_build(self) -> None:
		asked = []
		original, snapshot.rebuild = snapshot.rebuild, lambda makers=(), **_why: asked.append(tuple(makers))
		try:
			self.approved()
		finally:
			snapshot.rebuild = original
		self.assertIn("covid_portal.levels.published.files", asked[0])
