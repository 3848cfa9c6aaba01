"""What an area's own history says of a figure, and what becomes of a report that is far from it."""

from datetime import timedelta

import frappe
import pandas as pd
from frappe.utils import now_datetime

from covid_portal.organisation.writers import insert_rows
from covid_portal.reporting import api, definitions, outliers
from covid_portal.reporting.doctype.situation_report.situation_report import ExplanationMissing
from covid_portal.reporting.slots import CONSOLIDATED
from covid_portal.testing.case import REPORT, PortalTestCase, draft, take
from covid_portal.testing.province import COMMUNE, COMMUNES, OUTSIDE, SIBLING

RULE = "new_f1_unusual"


def rule(field: str = "new_f1", threshold: float = 5, name: str = RULE) -> frappe._dict:
	return frappe._dict(name=name, fieldname=field, threshold=threshold, kind="Outlier", severity="Warning")


def bounds(values: list, threshold: float = 5) -> outliers.Bounds | None:
	past = pd.DataFrame({"area": "A", "new_f1": pd.array(values, dtype="Float64").astype("float64")})
	return outliers.bounds_table(past, rule(threshold=threshold)).get("A")


class TestBounds(PortalTestCase):
	def test_after_nothing_but_zeros_a_two_is_no_alarm(self) -> None:
		known = bounds([0] * 28)
		self.assertEqual((known.low, known.high), (0, 5))

	def test_a_steady_figure_has_bounds_on_both_sides(self) -> None:
		known = bounds([98, 101, 99, 100, 102, 100, 97, 103] * 3)
		self.assertEqual(known.median, 100)
		self.assertEqual((known.low, known.high), (50, 150))

	def test_one_wild_value_moves_neither_bound(self) -> None:
		steady = [20, 22, 18, 21, 19, 20, 23, 17, 20, 21]
		self.assertEqual(bounds(steady)[:2], bounds([*steady[:-1], 9000])[:2])

	def test_what_comes_every_few_days_is_ordinary(self) -> None:
		self.assertGreaterEqual(bounds([0, 0, 0, 500] * 7).high, 500)

	def test_a_short_history_says_nothing(self) -> None:
		self.assertIsNone(bounds([3] * 6))
		self.assertIsNotNone(bounds([3] * 7))

	def test_what_was_not_answered_is_no_zero(self) -> None:
		self.assertIsNone(bounds([3] * 6 + [None] * 20))
		self.assertEqual(bounds([300] * 10 + [None] * 18).median, 300)

	def test_the_threshold_widens_the_bounds(self) -> None:
		self.assertEqual(bounds([100] * 10, threshold=2).high, 120)
		self.assertEqual(bounds([100] * 10, threshold=6).high, 160)

	def test_bounds_agree_with_the_definition(self) -> None:
		"""Counted by hand: median 10, distances 0 0 0 1 1 2 2 3 8, their median 1, times 1.4826, below the floor √10."""
		known = bounds([10, 10, 10, 11, 9, 12, 8, 13, 2])
		self.assertEqual((known.median, known.largest, known.slots), (10, 13, 9))
		self.assertEqual((known.low, known.high), (0, 25))


class TestAnUnusualReport(PortalTestCase):
	"""Ten days of 20, 21, 22 … new F1 lie behind the commune; its sibling has reported nothing."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		at = frappe.db.get_value("Report Slot", cls.slot, "slot_time")
		cls.past = [past_slot(at - timedelta(days=number), number) for number in range(1, 11)]
		for number, slot in enumerate(cls.past):
			past_report(slot, COMMUNE, new_f1=20 + number % 3)
			past_report(slot, OUTSIDE, new_f1=400)
		past_report(past_slot(at - timedelta(hours=5), 99), COMMUNE, new_f1=9000)  # another time of day

	def test_only_slots_of_the_same_time_of_day_are_compared_with(self) -> None:
		slot = frappe.get_doc("Report Slot", self.slot)
		self.assertEqual(sorted(outliers.past_slots(slot.report_type, slot)), sorted(self.past))

	def test_a_figure_far_from_its_history_needs_a_word(self) -> None:
		report = draft(self.slot, new_f1=400)
		said = self.assertRefused(ExplanationMissing, take, report, "Submit", says="far from what is usual")
		self.assertIn("In the last 10 slots of this time of day it was at most 22, usually 21.", said)

	def test_explained_it_is_sent(self) -> None:
		report = draft(self.slot, new_f1=400)
		report.append("explanations", {"rule": RULE, "explanation": "A wedding."})
		report.save()
		self.assertEqual(take(report, "Submit").workflow_state, "In Approval")

	def test_a_fall_far_below_needs_a_word_too(self) -> None:
		report = draft(self.slot, OUTSIDE, new_f1=0)
		self.assertRefused(ExplanationMissing, take, report, "Submit", says="at most 400")

	def test_an_ordinary_figure_and_a_blank_one_need_none(self) -> None:
		self.assertEqual(take(draft(self.slot, new_f1=24), "Submit").workflow_state, "In Approval")

	def test_an_area_without_history_is_not_asked(self) -> None:
		self.assertEqual(take(draft(self.slot, SIBLING, new_f1=400), "Submit").workflow_state, "In Approval")

	def test_a_draft_is_saved_without_a_word(self) -> None:
		self.assertEqual(draft(self.slot, new_f1=400).workflow_state, "Draft")

	def test_the_form_has_the_bounds_and_a_rule_the_browser_can_judge(self) -> None:
		with self.acting("reporter"):
			form = api.form(self.slot, COMMUNE)
		usual = form["outliers"]["new_f1"]
		self.assertEqual((usual["low"], usual["high"], usual["median"], usual["rule"]), (0, 43, 21, RULE))
		self.assertIn("at most 22", usual["message"])
		found = next(row for row in form["rules"] if row["name"] == RULE)
		self.assertEqual(found["message"], usual["message"])
		figure = {"name": "new_f1"}
		self.assertEqual(
			found["expression"]["args"],
			[{"op": "<=", "args": [{"value": 0}, figure]}, {"op": "<=", "args": [figure, {"value": 43}]}],
		)

	def test_the_form_of_an_area_without_history_has_none(self) -> None:
		with self.acting("sibling"):
			form = api.form(self.slot, SIBLING)
		self.assertEqual(form["outliers"], {})
		self.assertNotIn("Outlier", {row["kind"] for row in form["rules"]})

	def test_the_whole_slot_is_judged_in_two_queries_as_each_report_is(self) -> None:
		slot = frappe.get_doc("Report Slot", self.slot)
		report_type = definitions.report_type_of(REPORT)
		areas = pd.Series(list(COMMUNES))
		outliers.bounds_values(report_type, slot, areas)  # definitions are in the cache now
		with self.assertQueryCount(2):
			table = outliers.bounds_values(report_type, slot, areas)
		for area, low, high in zip(areas, table[f"low.{RULE}"], table[f"high.{RULE}"], strict=True):
			one = outliers.bounds_of(report_type, slot, area).get(RULE)
			found = None if pd.isna(low) else (low, high)
			self.assertEqual(found, one and (one.low, one.high), area)

	def test_the_rule_retired_asks_no_longer(self) -> None:
		document = frappe.get_doc("Validation Rule", RULE)
		document.enabled = 0
		document.save()
		self.assertEqual(take(draft(self.slot, new_f1=400), "Submit").workflow_state, "In Approval")


def past_slot(at, number: int) -> str:
	name = f"ZZP-{number:02d}"
	report_type = definitions.report_type_of(REPORT).name
	columns = ["name", "report_type", "slot_time", "window_start", "opens_at", "locks_at", "state"]
	insert_rows("Report Slot", columns, [[name, report_type, at, at, at, now_datetime(), CONSOLIDATED]])
	return name


def past_report(slot: str, area: str, **values: int) -> None:
	columns = ["name", "slot", "area", "workflow_state", "answered", *values]
	row = [f"{slot}-{area}", slot, area, "Approved", ",".join(values), *values.values()]
	insert_rows(REPORT, columns, [row])
