"""The language of Validation Rules: what it says, and that it says nothing else."""

import json
import unittest

from covid_portal.reporting.expressions import ExpressionError, depth, evaluate, holds, names, parse
from covid_portal.setup.csv_rows import shipped_rows


class TestTheLanguage(unittest.TestCase):
	def assertHolds(self, expected: bool | None, text: str, **values) -> None:
		self.assertIs(holds(parse(text), values), expected, text)

	def test_figures_are_added_subtracted_multiplied_and_divided(self) -> None:
		self.assertHolds(True, "a + b * 2 - c / 4 == 6", a=1, b=3, c=4)
		self.assertHolds(True, "(a + b) * 2 == 8", a=1, b=3)
		self.assertHolds(True, "-a == 0 - a", a=5)

	def test_comparisons_compare(self) -> None:
		for operator, below, same, above in (
			("==", False, True, False),
			("!=", True, False, True),
			("<", True, False, False),
			("<=", True, True, False),
			(">", False, False, True),
			(">=", False, True, True),
		):
			for value, expected in ((4, below), (5, same), (6, above)):
				self.assertHolds(expected, f"a {operator} 5", a=value)

	def test_comparisons_are_joined(self) -> None:
		self.assertHolds(True, "a > 0 or b == 0 and not c == 1", a=1, b=9, c=1)
		self.assertHolds(False, "a > 0 and b > 0 and c > 0", a=1, b=1, c=0)
		self.assertHolds(True, "not (a > 0 or b > 0)", a=0, b=0)

	def test_a_chain_of_comparisons_means_each_of_them(self) -> None:
		self.assertHolds(True, "0 <= a < b <= 10", a=1, b=10)
		self.assertHolds(False, "0 <= a < b <= 10", a=10, b=10)

	def test_the_slot_before_and_the_population_have_names_of_their_own(self) -> None:
		tree = parse("a <= 5 * previous.a + population.adults")
		self.assertEqual(names(tree), ["a", "previous.a", "population.adults"])
		self.assertIs(holds(tree, {"a": 7, "previous.a": 1, "population.adults": 2}), True)

	def test_a_rule_does_not_apply_where_a_figure_is_blank(self) -> None:
		self.assertHolds(None, "a + b == c", a=1, b=None, c=1)
		self.assertHolds(None, "a == 1 or b == 1", a=1)
		self.assertHolds(False, "a + b == c", a=0, b=0, c=1)

	def test_a_rule_does_not_apply_where_it_would_divide_by_zero(self) -> None:
		self.assertHolds(None, "a / b <= 1", a=3, b=0)
		self.assertHolds(None, "a / b <= 1", a=0, b=0)
		self.assertHolds(None, "a == 1 or 1 / (a - 1) > 0", a=1)
		self.assertHolds(None, "a / (1 / 0) == 1", a=1)
		self.assertHolds(True, "a / b <= 1", a=3, b=4)

	def test_the_tree_is_plain_json_for_the_browser(self) -> None:
		tree = parse("not a <= -2.5 * previous.b")
		self.assertEqual(json.loads(json.dumps(tree, allow_nan=False)), tree)

	def test_every_shipped_rule_is_of_the_language(self) -> None:
		for row in shipped_rows("validation_rules"):
			self.assertIn(row["fieldname"], names(parse(row["expression"])))


class TestWhatIsRefused(unittest.TestCase):
	def assertRefused(self, *texts: str) -> None:
		for text in texts:
			with self.assertRaises(ExpressionError, msg=text[:80]):
				parse(text)

	def test_calls(self) -> None:
		self.assertRefused(
			"exec('1') == 1", "a() == 1", "__import__('os') == 1", "previous.a() == 1", "abs(a) > 0"
		)

	def test_attributes_of_anything_but_the_two_spaces(self) -> None:
		self.assertRefused("a.real == 1", "frappe.db == 1", "previous.a.real == 1", "(1).real == 1")

	def test_texts_and_collections(self) -> None:
		self.assertRefused(
			"'a' == 'a'", "a == 'x'", "f'{a}' == 1", "b'a' == 1", "[1] == a", "{1} == a", "(a, b) == 1"
		)

	def test_subscripts_lambdas_and_other_constructs(self) -> None:
		self.assertRefused("a[0] == 1", "(lambda: 1) == 1", "[x for x in a] == 1", "(a if b else c) == 1")
		self.assertRefused("(a := 1) == 1", "await a == 1", "*a == 1", "a = 1", "a == 1; b == 1", "import os")

	def test_powers_shifts_and_other_operators(self) -> None:
		self.assertRefused(
			"9 ** 9 ** 9 > 0", "1 << 99 > 0", "a % 2 == 0", "a // 2 == 0", "a & b == 1", "~a == 1"
		)
		self.assertRefused("a is b", "a in b", "+a == 1", "a @ b == 1")

	def test_true_none_complex_and_endless_numbers(self) -> None:
		self.assertRefused(
			"a == True", "a == None", "a == 1j", "a == ...", "a <= 1e999", "a <= 1e999 - 1e999"
		)

	def test_numbers_that_neither_browser_nor_column_holds(self) -> None:
		self.assertRefused("a <= 9999999999999", f"a <= {'9' * 900}", "a <= 1e300")

	def test_what_is_no_comparison(self) -> None:
		self.assertRefused("a", "a + b", "1", "-a", "", "   ", "\n")

	def test_true_and_false_as_numbers_and_numbers_as_true_and_false(self) -> None:
		self.assertRefused(
			"(a == b) + 1 == 2", "-(a == b) == 1", "(a == b) == (c == d)", "a and b == 1", "not a"
		)

	def test_what_is_too_long(self) -> None:
		self.assertRefused("a == 1 " + " " * 1000, " or ".join(["a == 1"] * 200))

	def test_what_is_nested_too_deep_to_be_evaluated(self) -> None:
		self.assertRefused(
			"-" * 600 + "a == 1", "(" * 400 + "a" + ")" * 400 + " == 1 == (", "not " * 240 + "a == 1"
		)

	def test_no_accepted_text_is_too_deep_to_be_evaluated(self) -> None:
		for minuses in range(1, 980, 7):
			try:
				tree = parse("-" * minuses + "a == 1")
			except ExpressionError:
				continue
			self.assertEqual(depth(tree), minuses + 2)
			evaluate(tree, {"a": 1})

	def test_broken_text(self) -> None:
		self.assertRefused("a ==", "== 1", "a == 1)", "a \x00 == 1", "ca mắc mới == 1", "a =< 1", "1_0 a")
