"""The rows of the areas that contain others: districts, the province, whatever levels there are, each from its parts."""

from dataclasses import dataclass, field

import frappe
from frappe.model.document import Document

from covid_portal.reporting import definitions, openings
from covid_portal.reporting.consolidated_rows import COUNTS, base_sql, insert_sql, references
from covid_portal.reporting.standings import Known, Owed, Way

ADDING_UP = ("Sum", "Max")  # aggregations that say something of a whole


@dataclass
class Whole:
	"""An area that contains others."""

	parent: str | None
	level: int
	known: set[str] = field(default_factory=set)


def wholes_of(
	report_type: Document, owed: list[Owed], ways: dict[Way, Known], opened: openings.Openings
) -> dict[str, Whole]:
	"""Every area that contains reporting or closed ones: districts, the province, whatever levels there are."""
	rows = frappe.db.sql("select name, parent_area, level from `tabArea` where is_group = 1")
	tree = {name: Whole(parent, level) for name, parent, level in rows}
	closed = (
		frappe.get_all("Area", {"name": ("in", opened.closed)}, pluck="parent_area") if opened.closed else []
	)
	known = known_above(tree, report_type, owed, ways, closed)
	for area, figures in known.items():
		tree[area].known = figures
	return {area: tree[area] for area in known}


def known_above(
	tree: dict[str, Whole],
	report_type: Document,
	owed: list[Owed],
	ways: dict[Way, Known],
	closed: list[str | None],
) -> dict[str, set[str]]:
	"""{area: figures} of every whole. A figure of it is known if any of its parts knows it and it adds up at all.

	`closed`: what areas with a closed row belong to; of these, nothing but running totals goes up.
	"""
	adding_up = {
		row.fieldname for row in definitions.indicators(report_type.name) if row.aggregation in ADDING_UP
	}
	found: dict[str, set[str]] = {}
	parts = [(area, ways[way].known & adding_up) for area, way in {(row.parent, row.way) for row in owed}]
	for area, figures in [*parts, *((area, set()) for area in closed)]:
		while area in tree:
			found.setdefault(area, set()).update(figures)
			area = tree[area].parent
	return found


def write(values: dict, report_type: Document, wholes: dict[str, Whole]) -> None:
	"""From the bottom up. Each level sums the rows of its direct parts, which the level below has just written: one
	statement a level."""
	figures = definitions.indicators(report_type.name)
	columns = {name: f"sum(part.{name})" for name in COUNTS}
	columns |= {row.fieldname: aggregate_sql(row) for row in figures}
	columns |= {
		f"total_{row.fieldname}": sum_sql(f"total_{row.fieldname}") for row in figures if row.cumulative
	}
	for level in sorted({whole.level for whole in wholes.values()}, reverse=True):
		areas = [area for area, whole in wholes.items() if whole.level == level]
		frappe.db.sql(
			f"""{insert_sql(report_type, ["area_level", "known", *columns])}
			select straight_join {base_sql("whole.name")}, whole.level,
				elt(field(whole.name, {", ".join(map(frappe.db.escape, areas))}),
					{references(wholes[area].known for area in areas)}), {", ".join(columns.values())}
			from `tabArea` whole
			join `tabArea` area on area.parent_area = whole.name
			join `tab{report_type.consolidated_type}` part on part.name = concat(%(slot)s, '-', area.name)
			where whole.name in %(wholes)s
			group by whole.name""",
			{**values, "wholes": areas},
		)


def aggregate_sql(row: dict) -> str:
	"""Of a figure that does not add up, 0: the whole does not know it."""
	whole = {"Sum": sum_sql(row.fieldname), "Max": f"max(part.`{row.fieldname}`)"}
	return whole.get(row.aggregation, "0")


def sum_sql(field: str) -> str:
	"""Added up as doubles, which are exact for whole numbers of this size and quicker than the decimals of sum()."""
	return f"sum(part.`{field}` + 0e0)"


def levels_above() -> list[int]:
	"""The levels of areas that contain others, from the bottom up."""
	return frappe.db.sql_list("select distinct level from `tabArea` where is_group = 1 order by level desc")
