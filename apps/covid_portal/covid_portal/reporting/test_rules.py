"""Rules for one report and rules for a whole table of them are one and the same."""

import random

import frappe
import pandas as pd

from covid_portal.reporting import definitions, expressions
from covid_portal.reporting.rules import broken_column, broken_rules, broken_rules_table
from covid_portal.setup.csv_rows import shipped_rows
from covid_portal.testing.case import REPORT, PortalTestCase, figures

# Small numbers and many blanks: sums that do and do not add up, zeros to divide by.
VALUES = (None, None, 0, 0, 1, 2, 3, 5, 40, 2_000_000_000)
ODD_ONES = (
	"a / b <= 1",
	"a / b / c >= 0.5",
	"a / (b - c) > -1 and a / c < 3",
	"1 / 0 == a",
	"a / (1 / 0) == 1 or b == 0",
	"not (a > b or b > c) or a == c",
	"0 <= a <= b <= c",
	"-a + 0.1 + 0.2 == 0.3 - b",
	"a * b * 2 != c",
	"a == d",
	"1 == 1",
	"1 == 2",
)


class TestScalarAndTableAgree(PortalTestCase):
	def assertAgree(self, text: str, rows: list[dict]) -> None:
		tree = expressions.parse(text)
		table = pd.DataFrame(rows).astype("Int64")
		alone = [expressions.holds(tree, row) is False for row in rows]
		self.assertEqual(broken_column(tree, table).tolist(), alone, text)

	def rows(self, fields: list[str], count: int = 400) -> list[dict]:
		dice = random.Random(2021)
		return [{field: dice.choice(VALUES) for field in fields} for _row in range(count)]

	def test_on_every_shipped_rule(self) -> None:
		for row in shipped_rows("validation_rules"):
			if row["expression"]:  # an outlier rule has none of its own
				names = expressions.names(expressions.parse(row["expression"]))
				self.assertAgree(row["expression"], self.rows(names))

	def test_on_divisions_chains_and_figures_that_are_no_column(self) -> None:
		rows = self.rows(["a", "b", "c"])
		for text in ODD_ONES:
			self.assertAgree(text, rows)

	def test_on_expressions_made_up_at_random(self) -> None:
		dice = random.Random(38)
		rows = self.rows(["a", "b", "c"], 60)
		for _text in range(300):
			self.assertAgree(made_up(dice), rows)

	def test_on_a_table_that_is_no_longer_whole(self) -> None:
		table = pd.DataFrame(self.rows(["a", "b"], 20)).astype("Int64")
		tree = expressions.parse("a <= b")
		whole = broken_column(tree, table)
		self.assertEqual(broken_column(tree, table[5:9]).to_dict(), whole[5:9].to_dict())
		self.assertEqual(broken_column(tree, table[:0]).tolist(), [])


class TestTheRulesOfTheReport(PortalTestCase):
	def broken(self, **changes) -> set[str]:
		rows = broken_rules(REPORT, figures(**changes), self.today)
		keys = dict(definitions_by_key())
		return {keys[row.name] for row in rows}

	def setUp(self) -> None:
		super().setUp()
		self.today = pd.Timestamp("2021-11-20").date()

	def test_sound_figures_break_none(self) -> None:
		self.assertEqual(self.broken(), set())

	def test_each_contradiction_breaks_its_rule(self) -> None:
		for key, changes in {
			"cases_add_up": {"community_cases": 4},
			"treatment_adds_up": {"treated_at_home": 16},
			"oxygen_within_treatment": {"on_oxygen": 41},
			"severe_within_treatment": {"severe_cases": 41},
			"ventilator_within_severe": {"on_ventilator": 5},
			"samples_add_up": {"samples_taken": 131},
			"rapid_positive_within_samples": {"rapid_positive": 31, "rapid_negative": None},
			"rapid_results_within_samples": {"rapid_positive": 2},
			"pcr_positive_within_samples": {"pcr_positive": 101, "previous.pcr_pending": 0},
			"pcr_results_within_samples": {"pcr_negative": 100, "previous.pcr_pending": 5},
			"beds_within_total": {"treatment_beds_used": 61},
			"second_dose_within_first": {"adults_two_doses": 801},
			"deaths_reported": {"deaths": 1},
			"doses_over_population": {"population.adults": 799},
			"vaccination_fall": {"previous.adults_one_dose": 801},
			"cases_jump": {"new_cases": 11, "previous.new_cases": 0},
			"f1_not_followed": {"followed_f1": 0},
		}.items():
			self.assertIn(key, self.broken(**changes))

	def test_a_rule_counts_from_its_first_day_to_its_last(self) -> None:
		rule = definitions.rules(REPORT)[0]
		table = pd.DataFrame([figures()])
		for dates, applies in (
			({"valid_from": "2021-11-20", "valid_to": "2021-11-20"}, True),
			({"valid_from": "2021-11-21"}, False),
			({"valid_to": "2021-11-19"}, False),
		):
			for field in ("valid_from", "valid_to"):
				self.set_rule(rule.name, field, dates.get(field))
			self.assertEqual(rule.name in broken_rules_table(REPORT, table, self.today), applies, dates)

	def set_rule(self, name: str, field: str, value: str | None) -> None:
		frappe.db.set_value("Validation Rule", name, field, value)
		definitions.forget()


def made_up(dice: random.Random) -> str:
	def number(level: int) -> str:
		if not level or dice.random() < 0.3:
			return dice.choice(("a", "b", "c", "0", "1", "2.5"))
		return f"({number(level - 1)} {dice.choice('+-*/')} {number(level - 1)})"

	def truth(level: int) -> str:
		if not level or dice.random() < 0.4:
			return f"{number(2)} {dice.choice(('==', '!=', '<', '<=', '>', '>='))} {number(2)}"
		kind = dice.choice(("and", "or", "not"))
		return (
			f"not ({truth(level - 1)})"
			if kind == "not"
			else f"({truth(level - 1)}) {kind} ({truth(level - 1)})"
		)

	return truth(2)


def definitions_by_key() -> list[tuple[str, str]]:
	return frappe.get_all("Validation Rule", fields=["name", "rule_key"], as_list=True)
