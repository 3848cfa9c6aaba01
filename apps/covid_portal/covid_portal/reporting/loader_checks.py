"""What the loader checks before it stores anything: the same as the forms, for all rows of a slot at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import frappe
import numpy as np
import pandas as pd
from frappe import _

from covid_portal.reporting import definitions, outliers
from covid_portal.reporting.context import SENT
from covid_portal.reporting.figures import LARGEST
from covid_portal.reporting.rules import broken_rules_table
from covid_portal.reporting.slots import day_of

if TYPE_CHECKING:
	from covid_portal.reporting.loader import Batch


class LoaderError(frappe.ValidationError):
	"""Rows that cannot be loaded; the message lists slot, area and figure of the first ones. Nothing is stored."""


@dataclass(frozen=True)
class Complaint:
	"""What is wrong with one area's row, and with which figure of it; `message` is a sentence."""

	area: str
	message: str
	fieldname: str | None = None

	def sentence(self, slot: str) -> str:
		return _("{0}, area {1}: {2}").format(slot, self.area, self.message)


def check(batch: "Batch") -> Iterator[Complaint]:
	yield from check_areas(batch)
	sent = batch.table[batch.table["events"].map(bool)]
	yield from check_figures(batch, sent)
	yield from check_rules(batch, sent)


def check_areas(batch: "Batch") -> Iterator[Complaint]:
	there = set(frappe.get_all(batch.doctype, {"slot": batch.slot.name}, pluck="area"))
	for area in batch.table["area"][batch.table["area"].duplicated()]:
		yield Complaint(area, _("stands there twice."))
	for area in batch.table["area"]:
		if area not in batch.obligations:
			yield Complaint(area, _("owes no report in this slot."))
		if area in there:
			yield Complaint(area, _("has a report already."))


def check_figures(batch: "Batch", sent: pd.DataFrame) -> Iterator[Complaint]:
	"""Bounds hold for every report, mandatory figures for those that are sent."""
	if all_within(batch, sent):
		return
	for row in batch.indicators:
		for rows, what in wrong_rows(batch.table, sent, row):
			if rows.any():
				yield from complaints(batch.table["area"][rows], row, what)


def all_within(batch: "Batch", sent: pd.DataFrame) -> bool:
	"""Whether nothing is wrong with any figure, asked of all at once: column by column it takes ten times as long."""
	figures = batch.table[[row.fieldname for row in batch.indicators]].to_numpy("float64", na_value=np.nan)
	lowest = np.array([row.minimum for row in batch.indicators], dtype="float64")
	highest = np.array([row.maximum or LARGEST for row in batch.indicators], dtype="float64")
	mandatory = np.array([bool(row.mandatory) for row in batch.indicators])
	lacking = np.isnan(figures[batch.table.index.isin(sent.index)][:, mandatory])
	return not (lacking.any() or (figures < lowest).any() or (figures > highest).any())


def wrong_rows(table: pd.DataFrame, sent: pd.DataFrame, row: dict) -> Iterator[tuple[np.ndarray, str]]:
	"""(which rows, what is wrong) for one figure."""
	column, highest = table[row.fieldname].to_numpy("float64", na_value=np.nan), row.maximum or LARGEST
	if row.mandatory:
		yield np.isnan(column) & table.index.isin(sent.index), _("is not filled in")
	yield column < row.minimum, _("is below {0}").format(row.minimum)
	yield column > highest, _("is above {0}").format(highest)


def complaints(areas: pd.Series, indicator: dict, what: str) -> Iterator[Complaint]:
	label = definitions.local_label(indicator)
	return (Complaint(area, f"{label} {what}.", indicator.fieldname) for area in areas)


def check_rules(
	batch: "Batch", sent: pd.DataFrame, broken: dict[str, pd.Series] | None = None
) -> Iterator[Complaint]:
	"""Errors hold for every report; a warning asks for an explanation where the report is sent.

	`broken`: what broken_rules() gave, where the caller has asked already.
	"""
	known = {rule.name: rule for rule in definitions.rules(batch.report_type.name)}
	for name, rows in (broken_rules(batch) if broken is None else broken).items():
		rule = known[name]
		if not rows.any():
			continue
		concerned = rows if rule.severity == "Error" else rows & rows.index.isin(sent.index)
		for area, explanations in batch.table.loc[concerned, ["area", "explanations"]].itertuples(
			index=False
		):
			if rule.severity == "Error" or not is_explained(explanations, name):
				yield Complaint(area, definitions.local_label(rule, "message"), rule.fieldname)


def is_explained(explanations: dict | None, rule: str) -> bool:
	return bool(((explanations or {}).get(rule) or "").strip())


def broken_rules(batch: "Batch") -> dict[str, pd.Series]:
	"""{rule: which rows of the batch break it}; outliers where the batch asks to be held against history."""
	values = with_context(batch, batch.table)
	if batch.against_history:
		values = values.join(outliers.bounds_values(batch.report_type, batch.slot, batch.table["area"]))
	return broken_rules_table(batch.report_type.name, values, day_of(batch.slot.slot_time))


def with_context(batch: "Batch", sent: pd.DataFrame) -> pd.DataFrame:
	"""The rows with what rules compare them to: previous.<figure> and population.<group>."""
	previous = previous_table(batch) if batch.previous is None else batch.previous
	population = population_table(batch) if batch.population is None else batch.population
	values = sent.merge(previous, on="area", how="left").merge(population, on="area", how="left")
	return values.set_index(sent.index)


def previous_table(batch: "Batch") -> pd.DataFrame:
	fields = [row.fieldname for row in batch.indicators]
	columns = ", ".join(f"`{column}`" for column in fields)
	rows = frappe.db.sql(
		f"""select area, answered, {columns} from `tab{batch.doctype}`
		where slot = %s and workflow_state in (%s, %s)""",
		(batch.slot.previous_slot, *SENT),
	)
	table = pd.DataFrame(list(rows), columns=["area", "answered", *fields])
	given = table["answered"].str.split(",")
	for name in fields:
		table[name] = table[name].where([name in answered for answered in given])
	return table.drop(columns="answered").rename(columns={name: f"previous.{name}" for name in fields})


def population_table(batch: "Batch") -> pd.DataFrame:
	rows = frappe.db.sql(
		"""select parent, population_group, persons from `tabArea Population`
		where parenttype = 'Area' and as_of <= %s order by as_of""",
		day_of(batch.slot.slot_time),
	)
	table = pd.DataFrame(list(rows), columns=["area", "population_group", "persons"])
	newest = table.drop_duplicates(["area", "population_group"], keep="last")
	wide = newest.pivot(index="area", columns="population_group", values="persons").add_prefix("population.")
	return wide.reset_index()
