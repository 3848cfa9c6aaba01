"""Validation Rules applied: which are broken by the figures of one report, or by each row of a table of reports.

A rule of kind Expression says what must be true of the figures; one of kind Outlier that a figure lies within the bounds
that the area's own history sets (outliers.py). Both come down to a tree over names, evaluated by the same code.
"""

from collections.abc import Mapping
from datetime import date

import frappe
import numpy as np
import pandas as pd

from covid_portal.reporting import definitions, expressions, outliers
from covid_portal.reporting.definitions import rules

OUTLIER = "Outlier"


def tree_of(rule: dict) -> expressions.Tree:
	if rule.kind == OUTLIER:
		return within(rule.fieldname, {"name": outliers.LOW + rule.name}, {"name": outliers.HIGH + rule.name})
	return expressions.parse(rule.expression)


def within(field: str, low: expressions.Tree, high: expressions.Tree) -> expressions.Tree:
	figure = {"name": field}
	return {"op": "and", "args": [{"op": "<=", "args": [low, figure]}, {"op": "<=", "args": [figure, high]}]}


def known_tree(rule: dict, bounds: Mapping[str, outliers.Bounds]) -> expressions.Tree:
	"""The tree with the area's bounds as numbers: what the browser needs no history for."""
	if rule.kind != OUTLIER or rule.name not in bounds:
		return tree_of(rule)
	known = bounds[rule.name]
	return within(rule.fieldname, {"value": known.low}, {"value": known.high})


def names_of(rule: dict) -> list[str]:
	"""Figures, previous.<figure> and population.<group> that the rule speaks of."""
	return [rule.fieldname] if rule.kind == OUTLIER else expressions.names(tree_of(rule))


def message_of(rule: dict, bounds: Mapping[str, outliers.Bounds] | None = None) -> str:
	"""The rule's sentence; of an outlier also what was expected, where the bounds are at hand."""
	sentence = definitions.local_label(rule, "message")
	known = (bounds or {}).get(rule.name)
	return f"{sentence} {outliers.expected(known)}" if known else sentence


def bound_values(bounds: Mapping[str, outliers.Bounds]) -> dict[str, int]:
	"""The bounds as names for the rules' trees."""
	low = {outliers.LOW + rule: known.low for rule, known in bounds.items()}
	return low | {outliers.HIGH + rule: known.high for rule, known in bounds.items()}


def broken_rules(report_type: str, values: Mapping[str, int | None], on: date) -> list[frappe._dict]:
	"""Rules that the values break. Names: figure, previous.figure, population.group, and the bounds of outliers.

	A name not among the values, or None, is not known: the rule does not apply.
	"""
	return [rule for rule in rules(report_type, on) if expressions.holds(tree_of(rule), values) is False]


def broken_rules_table(report_type: str, table: pd.DataFrame, on: date) -> dict[str, pd.Series]:
	"""{rule name: boolean column, True where the row breaks it}, for all rows of one day at once."""
	return {rule.name: broken_column(tree_of(rule), table) for rule in rules(report_type, on)}


def broken_column(tree: expressions.Tree, table: pd.DataFrame) -> pd.Series:
	"""Where the rule applies and is broken."""
	broken = np.zeros(len(table), dtype=bool)
	numbers = numbers_of(tree, table)
	known = known_rows(tree, numbers, len(table))
	if known.any():
		results = expressions.evaluate(tree, {name: column[known] for name, column in numbers.items()})
		broken[known] = ~np.asarray(results, dtype=bool)
	return pd.Series(broken, index=table.index)


def applies(tree: expressions.Tree, table: pd.DataFrame) -> pd.Series:
	"""Where every figure of the tree was given and nothing is divided by 0."""
	return pd.Series(known_rows(tree, numbers_of(tree, table), len(table)), index=table.index)


def numbers_of(tree: expressions.Tree, table: pd.DataFrame) -> dict[str, np.ndarray]:
	"""The tree's columns, those that are there. Plain arrays: a slot has many rules and few rows, where what pandas costs
	for each column would count."""
	used = [name for name in expressions.names(tree) if name in table]
	return {name: table[name].to_numpy("float64", na_value=np.nan) for name in used}


def known_rows(tree: expressions.Tree, numbers: dict[str, np.ndarray], length: int) -> np.ndarray:
	if any(name not in numbers for name in expressions.names(tree)):
		return np.zeros(length, dtype=bool)
	known = ~np.logical_or.reduce(
		[np.zeros(length, dtype=bool), *(np.isnan(column) for column in numbers.values())]
	)
	for divisor in expressions.divisors(tree):
		known &= is_set(divisor, numbers)
	return known


def is_set(divisor: expressions.Tree, numbers: dict[str, np.ndarray]) -> np.ndarray | bool:
	"""Where the divisor is not 0."""
	try:
		with np.errstate(all="ignore"):
			return expressions.evaluate(divisor, numbers) != 0
	except ZeroDivisionError:  # numbers of the rule's own, divided by nothing
		return False
