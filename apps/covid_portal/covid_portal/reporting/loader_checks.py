"""What the loader checks before it stores anything: the same as the forms, for all rows of a slot at once."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import frappe
import pandas as pd
from frappe import _

from covid_portal.reporting import definitions
from covid_portal.reporting.context import SENT
from covid_portal.reporting.figures import LARGEST
from covid_portal.reporting.rules import broken_rules_table

if TYPE_CHECKING:
	from covid_portal.reporting.loader import Batch


class LoaderError(frappe.ValidationError):
	"""Rows that cannot be loaded; the message lists slot, area and figure of the first ones. Nothing is stored."""


def check(batch: "Batch") -> Iterator[str]:
	yield from check_areas(batch)
	yield from check_figures(batch)
	yield from check_rules(batch)


def check_areas(batch: "Batch") -> Iterator[str]:
	there = set(frappe.get_all(batch.doctype, {"slot": batch.slot.name}, pluck="area"))
	for area in batch.table["area"][batch.table["area"].duplicated()]:
		yield _("{0}, area {1}: stands there twice.").format(batch.slot.name, area)
	for area in batch.table["area"]:
		if area not in batch.obligations:
			yield _("{0}, area {1}: owes no report in this slot.").format(batch.slot.name, area)
		if area in there:
			yield _("{0}, area {1}: has a report already.").format(batch.slot.name, area)


def check_figures(batch: "Batch") -> Iterator[str]:
	areas, sent = batch.table["area"], is_sent(batch)
	for row in batch.indicators:
		column = batch.table[row.fieldname]
		if row.mandatory:
			yield from complaints(batch, areas[sent & column.isna()], row, _("is not filled in"))
		yield from complaints(batch, areas[column < row.minimum], row, _("is below {0}").format(row.minimum))
		highest = row.maximum or LARGEST
		yield from complaints(batch, areas[column > highest], row, _("is above {0}").format(highest))


def is_sent(batch: "Batch") -> pd.Series:
	"""True where the report was sent: a draft may have blanks and open questions."""
	return batch.table["events"].map(bool)


def complaints(batch: "Batch", areas: pd.Series, indicator: dict, what: str) -> Iterator[str]:
	label = definitions.local_label(indicator)
	return (_("{0}, area {1}: {2} {3}.").format(batch.slot.name, area, label, what) for area in areas)


def check_rules(batch: "Batch") -> Iterator[str]:
	known = {rule.name: rule for rule in definitions.rules(batch.report_type.name)}
	columns = broken_rules_table(batch.report_type.name, with_context(batch), batch.slot.slot_time.date())
	for name, broken in columns.items():
		rule = known[name]
		if rule.severity == "Warning":
			explained = [is_explained(given, name) for given in batch.table["explanations"]]
			broken &= is_sent(batch) & ~pd.Series(explained, index=broken.index, dtype=bool)
		for area in batch.table["area"][broken]:
			message = definitions.local_label(rule, "message")
			yield _("{0}, area {1}: {2}").format(batch.slot.name, area, message)


def is_explained(explanations: dict | None, rule: str) -> bool:
	return bool(((explanations or {}).get(rule) or "").strip())


def with_context(batch: "Batch") -> pd.DataFrame:
	"""The rows with what rules compare them to: previous.<figure> and population.<group>."""
	values = batch.table.merge(previous_table(batch), on="area", how="left")
	return values.merge(population_table(batch), on="area", how="left")


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
		batch.slot.slot_time.date(),
	)
	table = pd.DataFrame(list(rows), columns=["area", "population_group", "persons"])
	newest = table.drop_duplicates(["area", "population_group"], keep="last")
	wide = newest.pivot(index="area", columns="population_group", values="persons").add_prefix("population.")
	return wide.reset_index()
