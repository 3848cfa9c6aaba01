"""Validation Rules applied: which are broken by the figures of one report, or by each row of a table of reports."""

from collections.abc import Mapping
from datetime import date

import frappe
import pandas as pd

from covid_portal.reporting import expressions
from covid_portal.reporting.definitions import rules


def broken_rules(report_type: str, values: Mapping[str, int | None], on: date) -> list[frappe._dict]:
	"""Rules that the values break. Names: figure, previous.figure, population.group; None where not known."""
	return [
		rule
		for rule in rules(report_type, on)
		if expressions.holds(expressions.parse(rule.expression), values) is False
	]


def broken_rules_table(report_type: str, table: pd.DataFrame, on: date) -> dict[str, pd.Series]:
	"""{rule name: boolean column, True where the row breaks it}, for all rows of one day at once."""
	return {
		rule.name: broken_column(expressions.parse(rule.expression), table) for rule in rules(report_type, on)
	}


def broken_column(tree: expressions.Tree, table: pd.DataFrame) -> pd.Series:
	"""As expressions.holds() is False, row by row."""
	used = expressions.names(tree)
	broken = pd.Series(False, index=table.index)
	if any(name not in table for name in used):
		return broken
	applies = table[used].notna().all(axis=1)
	for divisor in expressions.divisors(tree):
		if applies.any():
			applies[applies] = column_of(divisor, table[applies]) != 0
	if applies.any():
		broken[applies] = ~column_of(tree, table[applies]).astype(bool)
	return broken


def column_of(tree: expressions.Tree, table: pd.DataFrame) -> pd.Series:
	numbers = {name: table[name].astype("float64") for name in expressions.names(tree)}
	return pd.Series(expressions.evaluate(tree, numbers), index=table.index)
