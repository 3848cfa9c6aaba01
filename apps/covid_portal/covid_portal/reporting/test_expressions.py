"""The language of Validation Rules: what it lets through, where it says a fault is, and that nothing else gets in."""

import random
import unittest

import pandas as pd

from covid_portal.reporting import expressions
from covid_portal.reporting.expressions import ExpressionError, parse
from covid_portal.reporting.rules import broken_column

GRAMMAR = [
	"a",
	"b",
	"previous.a",
	"population.adults",
	"0",
	"7",
	"2.5",
	"+",
	"-",
	"*",
	"/",
	"(",
	")",
	"and",
	"or",
]
GRAMMAR += ["not", "==", "!=", "<", "<=", ">", ">=", " "]
HOSTILE = [
	"__import__",
	"os",
	".system",
	"()",
	"[0]",
	"lambda",
	":",
	"exec",
	"'",
	'"',
	"\\",
	"\n",
	"\0",
	"é",
	"🙏",
]
HOSTILE += [
	"**",
	"%",
	"if",
	"else",
	":=",
	"await",
	"{",
	"}",
	"f'{a}'",
	"9" * 400,
	"1e999",
	"1j",
	"True",
	"None",
	"@",
]
VALUES = {"a": 3, "b": 0, "previous.a": 2, "population.adults": 1000}


def fault(text: str) -> ExpressionError:
	try:
		parse(text)
	except ExpressionError as error:
		return error
	raise AssertionError(f"{text} was let through")


def number(chance: random.Random, depth: int) -> str:
	if depth == 0 or chance.random() < 0.3:
		return chance.choice([*VALUES, "0", "7", "2.5"])
	left, right = number(chance, depth - 1), number(chance, depth - 1)
	return chance.choice([f"({left} {chance.choice('+-*/')} {right})", f"-({left})"])


def comparison(chance: random.Random, depth: int) -> str:
	if depth == 0 or chance.random() < 0.4:
		return f"{number(chance, 3)} {chance.choice(['==', '!=', '<', '<=', '>', '>='])} {number(chance, 3)}"
	left, right = comparison(chance, depth - 1), comparison(chance, depth - 1)
	return chance.choice([f"({left}) and ({right})", f"({left}) or ({right})", f"not ({left})"])


def meant(text: str) -> bool | None:
	"""The same by Python itself; a rule that divides by 0 anywhere does not apply."""
	tree = parse(text)
	try:
		if any(expressions.evaluate(divisor, VALUES) == 0 for divisor in expressions.divisors(tree)):
			return None
	except ZeroDivisionError:
		return None
	plain = text.replace("previous.a", "2").replace("population.adults", "1000")
	return bool(eval(plain, {"__builtins__": {}}, {"a": VALUES["a"], "b": VALUES["b"]}))


class TestWhatIsLetThrough(unittest.TestCase):
	def test_figures_the_slot_before_and_the_people_of_the_area(self) -> None:
		tree = parse("a + previous.a <= 2 * population.adults")
		self.assertEqual(expressions.names(tree), ["a", "previous.a", "population.adults"])
		self.assertTrue(expressions.holds(tree, VALUES))

	def test_a_rule_may_stand_on_several_lines(self) -> None:
		self.assertTrue(expressions.holds(parse("  a > 1\n  and b == 0 "), VALUES))

	def test_nothing_but_the_language(self) -> None:
		for text in (
			"__import__('os').system('id') == 0",
			"(lambda: 1)() == 1",
			"a.__class__ == 1",
			"previous.a.real > 0",
			"[a for a in b] == 1",
			"a ** 9 > 1",
			"'a' == 'b'",
			"True == 1",
			"a in b",
			"(a := 3) > 1",
			"f(a) > 1",
			"a if b else a > 1",
			"",
			"a +",
			"a > 1; b > 2",
		):
			fault(text)

	def test_numbers_and_truth_are_not_mixed(self) -> None:
		for text in ("a and b > 1", "not a", "(a > 1) + 1 > 1", "-(a > 1) == 0", "(a == 1) == (b == 1)", "a"):
			fault(text)

	def test_no_number_and_no_nesting_without_end(self) -> None:
		for text in (
			"a < " + "9" * 400,
			"a < 1e999",
			"-" * 500 + "a > 1",
			"(" * 300 + "a" + ")" * 300 + " > 1",
		):
			fault(text)
		fault("a > 1 or " * 200 + "a > 1")


class TestWhereTheFaultIs(unittest.TestCase):
	def test_the_message_names_the_place(self) -> None:
		error = fault("a > 1 and deaths ** 2 > 1")
		self.assertEqual(error.column, 11)
		self.assertIn("at character 11: “deaths ** 2 > 1”", str(error))

	def test_spaces_before_and_letters_with_accents_do_not_shift_it(self) -> None:
		self.assertEqual(fault("  tử_vong > 1 and f(x) > 1").column, 19)

	def test_what_cannot_be_read_is_placed_too(self) -> None:
		self.assertEqual(fault("a > > 1").column, 5)


class TestRandomText(unittest.TestCase):
	def test_any_text_is_either_a_rule_or_refused_with_a_sentence(self) -> None:
		chance = random.Random(38)
		for _round in range(6000):
			words = GRAMMAR if chance.random() < 0.7 else GRAMMAR + HOSTILE
			text = " ".join(chance.choice(words) for _word in range(chance.randint(1, 14)))
			self.is_sound(text)
		for _round in range(2000):
			self.is_sound("".join(chr(chance.randint(0, 0x2FF)) for _letter in range(chance.randint(1, 40))))

	def test_random_rules_mean_what_python_means_by_them(self) -> None:
		chance = random.Random(4168)
		for _round in range(600):
			text = comparison(chance, 4)
			self.assertTrue(self.is_sound(text), text)
			self.assertEqual(expressions.holds(parse(text), VALUES), meant(text), text)

	def is_sound(self, text: str) -> bool:
		"""Whether it is a rule; if so, a report and a table of reports are judged alike, without an error."""
		try:
			tree = parse(text)
		except ExpressionError as error:
			self.assertTrue(str(error))
			return False
		values = {name: VALUES.get(name) for name in expressions.names(tree)}
		one = expressions.holds(tree, values)
		table = pd.DataFrame([values] if values else [{"a": 1}])
		self.assertEqual(bool(broken_column(tree, table).iloc[0]), one is False, text)
		return True
