"""The rows of the areas that report, written in two statements at most, from their reports and the slot before.

Their expressions are built once for all areas of a part: where an area's figure comes from depends on its way of answering
alone, so each row says by number which way that is.
"""

import json
from dataclasses import dataclass

import frappe
from frappe.model.document import Document

from covid_portal.reporting import definitions, openings
from covid_portal.reporting.consolidated_rows import base_sql, insert_sql, references
from covid_portal.reporting.overlay import Corrected, corrected_columns, overlay_join
from covid_portal.reporting.standings import Known, Owed, Way


@dataclass
class Part:
	"""Reporting areas whose rows are written in one statement: from what, and each column's expression."""

	owed: list[Owed]
	numbers: dict[Way, int]
	source: str
	columns: dict[str, str]

	def values(self) -> dict[str, str]:
		return {"owed": json.dumps([cells(row, self.numbers[row.way]) for row in self.owed])}


def cells(row: Owed, way: int) -> list[str | int]:
	"""As `source_sql` takes them apart again."""
	return [row.area, row.level, int(row.reported), int(row.provisional), int(row.expected), way]


def parts_of(
	owed: list[Owed],
	report_type: Document,
	corrected: Corrected,
	ways: dict[Way, Known],
	opened: openings.Openings,
) -> list[Part]:
	"""Two at most: most areas have a report and their own row before it, and their figures need no second thought."""
	usual, others = [], []
	for row in owed:
		certain = row.reported and row.goes_on and row.area not in corrected and row.area not in opened.rows
		(usual if certain else others).append(row)
	before = openings.before_join(report_type, "join")
	joins = f"{openings.previous_join(opened, report_type)} {overlay_join(corrected)}"
	parts = [part_of(report_type, usual, ways, before), part_of(report_type, others, ways, joins, corrected)]
	return [part for part in parts if part.owed]


def part_of(
	report_type: Document,
	owed: list[Owed],
	ways: dict[Way, Known],
	joins: str,
	corrected: Corrected | None = None,
) -> Part:
	"""`joins`: the slot before, and what was corrected; where nothing can be corrected, each has a report and a row before."""
	numbers = {way: number for number, way in enumerate(dict.fromkeys(row.way for row in owed), 1)}
	columns = {
		"area_level": "owed.level",
		"expected": "owed.expected",
		"reported": "owed.reported",
		"provisional": "owed.provisional",
		"carried": "1 - owed.reported",
		"carried_from": "if(owed.reported, null, coalesce(before_it.carried_from, before_it.slot))",
		"closed": "0",
		"known": f"elt(owed.way, {references(ways[way].known for way in numbers)})",
		**figure_columns(report_type, numbers, ways, corrected),
	}
	return Part(owed, numbers, source_sql(report_type, joins, certain=corrected is None), columns)


def source_sql(report_type: Document, joins: str, certain: bool) -> str:
	"""The areas, each with its report and what `joins` adds. `certain`: there is a report, and a row of the slot before."""
	return f"""from json_table(%(owed)s, '$[*]' columns (
			area varchar(140) character set utf8mb4 collate utf8mb4_unicode_ci path '$[0]', level int path '$[1]',
			reported int path '$[2]', provisional int path '$[3]', expected int path '$[4]',
			way int path '$[5]')) owed
		{"" if certain else "left"} join `tab{report_type.document_type}` report
			on report.name = concat(%(slot)s, '-', owed.area) and owed.reported
		{joins}"""


def changed_areas(values: dict, report_type: Document, part: Part) -> set[str]:
	"""Those of its areas whose row says something else than it is to say, or is not there."""
	stored = ", ".join(f"there.`{column}`" for column in part.columns)
	return set(
		frappe.db.sql_list(
			f"""select straight_join owed.area {part.source}
			left join `tab{report_type.consolidated_type}` there on there.name = concat(%(slot)s, '-', owed.area)
			where there.name is null or not (({stored}) <=> ({", ".join(part.columns.values())}))
			lock in share mode""",
			{**values, **part.values()},
		)
	)


def write(values: dict, report_type: Document, part: Part) -> None:
	if part.owed:
		frappe.db.sql(
			f"""{insert_sql(report_type, part.columns)}
			select straight_join {base_sql("owed.area")}, {", ".join(part.columns.values())} {part.source}""",
			{**values, **part.values()},
		)


# --- figures


def figure_columns(
	report_type: Document, numbers: dict[Way, int], ways: dict[Way, Known], corrected: Corrected | None
) -> dict[str, str]:
	figures, certain = definitions.indicators(report_type.name), corrected is None
	fields = set(corrected_columns(corrected or {}))
	columns = {
		row.fieldname: figure_sql(row, fields, lacking(row, numbers, ways), certain) for row in figures
	}
	totals = {f"total_{row.fieldname}": total_sql(row, fields, certain) for row in figures if row.cumulative}
	return columns | totals


def lacking(row: dict, numbers: dict[Way, int], ways: dict[Way, Known]) -> str:
	"""Numbers of the ways of answering that know the figure, and not from the report."""
	return ", ".join(
		str(number) for way, number in numbers.items() if row.fieldname in ways[way].known - ways[way].given
	)


def figure_sql(row: dict, corrected: set[str], lacking: str, certain: bool) -> str:
	"""What was corrected, else reported; of a stock, else what it was before."""
	field, goes_on = f"`{row.fieldname}`", row.kind != "Flow"
	reported = f"report.{field}"
	if goes_on and lacking:
		otherwise = f"before_it.{field}" if certain else "null"
		reported = f"if(owed.way in ({lacking}), {otherwise}, {reported})"
	if certain:
		return reported
	before = f"before_it.{field}, " if goes_on else ""
	return f"coalesce({over_sql(row, corrected)}{reported}, {before}0)"


def total_sql(row: dict, corrected: set[str], certain: bool) -> str:
	field, total = f"`{row.fieldname}`", f"`total_{row.fieldname}`"
	if certain:
		return f"before_it.{total} + report.{field}"
	return f"coalesce(before_it.{total}, 0) + coalesce({over_sql(row, corrected)}report.{field}, 0)"


def over_sql(row: dict, corrected: set[str]) -> str:
	"""What lies over the report, ahead of it in a coalesce()."""
	return f"corrected.`{row.fieldname}`, " if row.fieldname in corrected else ""
