"""A rule tried out on the last reports, before anybody's report is refused by it."""

import frappe

from covid_portal.reporting.doctype.validation_rule.validation_rule import InvalidRule
from covid_portal.reporting.rule_trial import try_rule
from covid_portal.testing.case import REPORT, PortalTestCase, accepted, draft, sent
from covid_portal.testing.province import COMMUNE, OUTSIDE, SIBLING


def rule(expression: str, **values) -> dict:
	return {
		"report_type": REPORT,
		"kind": "Expression",
		"severity": "Error",
		"fieldname": "new_f1",
		"expression": expression,
		"message": "x",
		**values,
	}


class TestTrial(PortalTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		frappe.db.delete(REPORT, {"area": ("not like", "ZZ%")})  # those of the site; undone with the class
		accepted(cls.previous, COMMUNE, new_f1=10)
		sent(cls.slot, COMMUNE, new_f1=30)
		sent(cls.slot, SIBLING, new_f1=40, followed_f1=90)
		draft(cls.slot, OUTSIDE, new_f1=50)

	def broken(self, *given, **values) -> dict:
		with self.acting("administrator"):
			result = try_rule(rule(*given, **values))
		return {row["report"].split("-")[-1]: row["values"] for row in result.pop("examples")} | result

	def test_it_counts_what_it_would_break_and_shows_the_figures(self) -> None:
		self.assertEqual(
			self.broken("new_f1 <= 35"), {"ZZ12": {"new_f1": 40}, "tested": 3, "applied": 3, "broken": 1}
		)

	def test_the_slot_before_and_the_population_are_known(self) -> None:
		self.assertEqual(
			self.broken("new_f1 <= 2 * previous.new_f1"),
			{"ZZ11": {"new_f1": 30, "previous.new_f1": 10}, "tested": 3, "applied": 1, "broken": 1},
		)
		self.assertEqual(self.broken("new_f1 * 30 <= population.adults")["broken"], 1)

	def test_it_does_not_apply_where_a_figure_is_missing(self) -> None:
		self.assertEqual(self.broken("ended_f1 <= new_f1")["applied"], 0)

	def test_an_outlier_without_history_applies_to_none(self) -> None:
		result = self.broken("", kind="Outlier", severity="Warning", threshold=4)
		self.assertEqual((result["tested"], result["applied"]), (3, 0))

	def test_a_rule_that_cannot_stand_is_refused_with_the_place(self) -> None:
		with self.acting("administrator"):
			self.assertRefused(InvalidRule, try_rule, rule("new_f1 < = 3"), says="character")
			self.assertRefused(InvalidRule, try_rule, rule("nobody <= 3"), says="nobody")

	def test_nothing_is_stored(self) -> None:
		with self.assertNothingStored(REPORT), self.acting("administrator"):
			try_rule(rule("new_f1 <= 35"))
		self.assertFalse(frappe.db.exists("Validation Rule", {"expression": "new_f1 <= 35"}))

	def test_nobody_else_tries_rules(self) -> None:
		for who in ("reporter", "district", "publisher", "auditor", "stranger", "Guest"):
			with self.acting(who):
				self.assertRaises(frappe.PermissionError, try_rule, rule("new_f1 <= 35"))
