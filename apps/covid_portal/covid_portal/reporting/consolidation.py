"""Consolidation: from the reports of a slot to one row per area, commune → district → province, in set-based SQL.

Flows are what is new in the slot; an area that did not report adds none. Stocks are what is so now; an area that did not
report keeps those of its last counted report, and is counted in `carried`. Running totals are the slot before's plus the
slot's flows; where areas were merged, split or closed, openings.py says what is the slot before's. Whoever is excused and
did not report is not expected. Approved corrections lie over the reports. The cost depends on the slot, not on the history
behind it.

Which figures an area has given is a long text, but areas answer in a handful of ways: each way is read, united with what
was carried over and written out once, and a row refers to its way by a number.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.reporting import definitions, openings, sheets
from covid_portal.reporting.overlay import Corrected, corrected_columns, corrected_figures, overlay_join
from covid_portal.reporting.slots import COUNTED

# A report counts: it is approved, or waits at a step whose documents count as provisional.
COUNTS = """(report.workflow_state = 'Approved' or (report.workflow_state = 'In Approval' and exists (
			select 1 from `tabApproval Step` waiting
			where waiting.reference_doctype = %(document_type)s and waiting.reference_name = report.name
				and waiting.state = 'Pending' and waiting.counts_as_provisional = 1)))"""
ADDING_UP = ("Sum", "Max")  # aggregations that say something of a whole
BASE_COLUMNS = [
	"name",
	"creation",
	"modified",
	"owner",
	"modified_by",
	"docstatus",
	"idx",
	"slot",
	"slot_time",
]
BASE_COLUMNS += ["report_type", "area", "area_level", "expected", "reported", "provisional", "carried"]
BASE_COLUMNS += ["carried_from", "answered"]

Way = tuple[str | None, str | None, str]


@dataclass
class Owed:
	"""An area that owes the slot's report, and how it stands."""

	area: str
	level: int
	parent: str | None
	provisional: int
	expected: int  # 0: excused, and not reported
	way: Way  # digests of what the report gives and of what was known before; fields that were corrected

	@property
	def reported(self) -> bool:
		"""Its report counts."""
		return self.way[0] is not None

	@property
	def goes_on(self) -> bool:
		"""It begins with what it ended the slot before with."""
		return self.way[1] is not None


@dataclass
class Known:
	"""What a way of answering comes to: the figures in the report, and all that is known of such an area now."""

	given: set[str]
	known: set[str]


@dataclass
class Whole:
	"""An area that contains others."""

	parent: str | None
	level: int
	known: set[str] = field(default_factory=set)


def consolidate(slot_name: str) -> None:
	"""(Re)build the slot's rows: those of reporting areas from reports, those above from these."""
	slot = frappe.get_doc("Report Slot", slot_name)
	report_type = frappe.get_cached_doc("Report Type", slot.report_type)
	lock_figures(report_type.name)
	values = values_of(slot, report_type)
	corrected = corrected_figures(slot.name, report_type.name, lock=True)
	owed = owed_of(values, report_type, corrected)
	opened = openings.of_slot(slot, report_type, [row.area for row in owed if not row.goes_on])
	begin(owed, opened)
	ways = ways_of(owed, slot, report_type, opened)
	wholes = wholes_of(report_type, owed, ways, opened)
	frappe.db.sql(f"delete from `tab{report_type.consolidated_type}` where slot = %s", slot.name)
	write_reporting_areas(values, report_type, corrected, owed, ways, opened)
	openings.insert_closed(opened, slot, report_type)
	write_areas_above(values, report_type, wholes)
	record_completeness(values, owed)
	sheets.renew([slot.name])


def lock_figures(report_type: str) -> None:
	"""One at a time changes consolidated figures of a type: a rebuild and a correction would each miss the other."""
	frappe.db.sql("select name from `tabReport Type` where name = %s for update", report_type)


def consolidate_from(slot_name: str) -> None:
	"""Rebuild the slot and, because totals and stocks are carried on, every counted slot after it."""
	slot = frappe.get_doc("Report Slot", slot_name)
	for name in frappe.get_all(
		"Report Slot",
		{"report_type": slot.report_type, "slot_time": (">=", slot.slot_time), "state": ("in", COUNTED)},
		pluck="name",
		order_by="slot_time asc",
	):
		consolidate(name)


# --- areas that report


def owed_of(values: dict, report_type: Document, corrected: Corrected) -> list[Owed]:
	"""Who owes the slot. Read locked, as stored now: what is written after it reads the same."""
	rows = frappe.db.sql(
		f"""select straight_join owed.area, area.level, area.parent_area,
			coalesce(report.workflow_state = 'In Approval', 0), owed.state != 'Excused',
			md5(if(report.name is null, null, coalesce(report.answered, ''))), md5(before_it.answered)
		from `tabReport Obligation` owed
		join `tabArea` area on area.name = owed.area
		left join `tab{report_type.document_type}` report
			on report.slot = %(slot)s and report.area = owed.area and {COUNTS}
		{openings.before_join(report_type)}
		where owed.slot = %(slot)s
		lock in share mode""",
		values,
	)
	over = {area: join_fields(set(figures)) for area, figures in corrected.items()}
	return [Owed(*row[:5], way=(*row[5:], over.get(row[0], ""))) for row in rows]


def begin(owed: list[Owed], opened: openings.Openings) -> None:
	"""Areas that begin with something else than their own row of the slot before."""
	digests = {area: digest(row["answered"]) for area, row in opened.rows.items()}
	for row in owed:
		if row.area in digests:
			row.way = (row.way[0], digests[row.area], row.way[2])


def digest(text: str) -> str:
	"""As md5() in SQL."""
	return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def ways_of(
	owed: list[Owed], slot: Document, report_type: Document, opened: openings.Openings
) -> dict[Way, Known]:
	"""What is known of an area now: the figures given or corrected, and the stocks carried over."""
	given = answered_texts(report_type.document_type, slot.name, {row.way[0]: row.area for row in owed})
	carried = answered_texts(
		report_type.consolidated_type,
		slot.previous_slot,
		{row.way[1]: row.area for row in owed if row.area not in opened.rows},
	)
	carried |= {digest(row["answered"]): split_fields(row["answered"]) for row in opened.rows.values()}
	# A stock that was retired is known no longer: its last value is history, not what is so now.
	asked = definitions.indicators(report_type.name, slot.slot_time.date())
	stocks = {row.fieldname for row in asked if row.kind == "Stock"}
	return {
		way: Known(given[way[0]], given[way[0]] | split_fields(way[2]) | (carried[way[1]] & stocks))
		for way in dict.fromkeys(row.way for row in owed)
	}


def answered_texts(doctype: str, slot: str, examples: dict[str | None, str]) -> dict[str | None, set[str]]:
	"""{digest: figures}, read from one area that answers so; locked, to be the text that the digest is of."""
	areas = [area for digest, area in examples.items() if digest]
	query = f"select area, answered from `tab{doctype}` where slot = %s and area in %s lock in share mode"
	answered = dict(frappe.db.sql(query, (slot, areas))) if areas else {}
	return {digest: split_fields((digest and answered[area]) or "") for digest, area in examples.items()}


def write_reporting_areas(
	values: dict,
	report_type: Document,
	corrected: Corrected,
	owed: list[Owed],
	ways: dict[Way, Known],
	opened: openings.Openings,
) -> None:
	"""In two parts: most areas have a report and their own row before it, and their figures need no second thought."""
	usual, others = [], []
	for row in owed:
		certain = row.reported and row.goes_on and row.area not in corrected and row.area not in opened.rows
		(usual if certain else others).append(row)
	if usual:
		write_areas(values, report_type, usual, ways, openings.before_join(report_type, "join"))
	if others:
		joins = f"{openings.previous_join(opened, report_type)} {overlay_join(corrected)}"
		write_areas(values, report_type, others, ways, joins, corrected)


def write_areas(
	values: dict,
	report_type: Document,
	owed: list[Owed],
	ways: dict[Way, Known],
	joins: str,
	corrected: Corrected | None = None,
) -> None:
	"""One statement for these areas. `joins`: the slot before, and what was corrected; where nothing can be corrected,
	each has a report and a row before."""
	certain = corrected is None
	numbers = {way: number for number, way in enumerate(dict.fromkeys(row.way for row in owed), 1)}
	figures, fields = definitions.indicators(report_type.name), set(corrected_columns(corrected or {}))
	columns = {
		row.fieldname: figure_sql(row, fields, lacking(row, numbers, ways), certain) for row in figures
	}
	columns |= {
		f"total_{row.fieldname}": total_sql(row, fields, certain) for row in figures if row.cumulative
	}
	frappe.db.sql(
		f"""{insert_sql(report_type, columns)}
		select straight_join concat(%(slot)s, '-', owed.area), %(now)s, %(now)s, %(user)s, %(user)s, 0, 0,
			%(slot)s, %(slot_time)s, %(report_type)s, owed.area, owed.level,
			owed.expected, owed.reported, owed.provisional, 1 - owed.reported,
			if(owed.reported, null, coalesce(before_it.carried_from, before_it.slot)),
			elt(owed.way, {texts(ways[way].known for way in numbers)}), {", ".join(columns.values())}
		from json_table(%(owed)s, '$[*]' columns (
			area varchar(140) character set utf8mb4 collate utf8mb4_unicode_ci path '$[0]', level int path '$[1]',
			reported int path '$[2]', provisional int path '$[3]', expected int path '$[4]',
			way int path '$[5]')) owed
		{"" if certain else "left"} join `tab{report_type.document_type}` report
			on report.slot = %(slot)s and report.area = owed.area and owed.reported
		{joins}""",
		{**values, "owed": rows_json(owed, numbers)},
	)


def rows_json(owed: list[Owed], numbers: dict[Way, int]) -> str:
	return json.dumps(
		[
			[
				row.area,
				row.level,
				int(row.reported),
				int(row.provisional),
				int(row.expected),
				numbers[row.way],
			]
			for row in owed
		]
	)


def lacking(row: dict, numbers: dict[Way, int], ways: dict[Way, Known]) -> str:
	"""Numbers of the ways of answering that know the figure, and not from the report."""
	return ", ".join(
		str(number) for way, number in numbers.items() if row.fieldname in ways[way].known - ways[way].given
	)


def texts(sets: Iterable[set[str]]) -> str:
	return ", ".join(frappe.db.escape(join_fields(fields)) for fields in sets)


def figure_sql(row: dict, corrected: set[str], lacking: str, certain: bool) -> str:
	"""`certain`: there is a report, and a row of the slot before."""
	field = f"`{row.fieldname}`"
	over = f"corrected.{field}, " if row.fieldname in corrected else ""
	if row.kind == "Flow":
		return f"report.{field}" if certain else f"coalesce({over}report.{field}, 0)"
	if certain:
		return (
			f"if(owed.way in ({lacking}), before_it.{field}, report.{field})"
			if lacking
			else f"report.{field}"
		)
	given = f"if(owed.way in ({lacking}), null, report.{field})" if lacking else f"report.{field}"
	return f"coalesce({over}{given}, before_it.{field}, 0)"


def total_sql(row: dict, corrected: set[str], certain: bool) -> str:
	field, total = f"`{row.fieldname}`", f"`total_{row.fieldname}`"
	if certain:
		return f"before_it.{total} + report.{field}"
	over = f"corrected.{field}, " if row.fieldname in corrected else ""
	return f"coalesce(before_it.{total}, 0) + coalesce({over}report.{field}, 0)"


def insert_sql(report_type: Document, columns: Iterable[str]) -> str:
	names = ", ".join(f"`{column}`" for column in (*BASE_COLUMNS, *columns))
	return f"insert into `tab{report_type.consolidated_type}` ({names})"


# --- reports that count


def counted_report(slot: Document, area: str, report_type: Document) -> dict | None:
	"""The area's report of the slot as its row, if it counts."""
	rows = frappe.db.sql(
		f"""select report.* from `tab{report_type.document_type}` report
		where report.slot = %(slot)s and report.area = %(area)s and {COUNTS}""",
		{**values_of(slot, report_type), "area": area},
		as_dict=True,
	)
	return rows[0] if rows else None


def values_of(slot: Document, report_type: Document) -> dict:
	return {
		"slot": slot.name,
		"slot_time": slot.slot_time,
		"report_type": report_type.name,
		"document_type": report_type.document_type,
		"previous": slot.previous_slot,
		"now": now_datetime(),
		"user": frappe.session.user,
	}


# --- areas above


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


def write_areas_above(values: dict, report_type: Document, wholes: dict[str, Whole]) -> None:
	"""From the bottom up. Each level sums the rows of its direct parts, which the level below has just written: one
	statement a level."""
	figures = definitions.indicators(report_type.name)
	columns = {row.fieldname: aggregate_sql(row, row.fieldname) for row in figures}
	columns |= {
		f"total_{row.fieldname}": sum_sql(f"total_{row.fieldname}") for row in figures if row.cumulative
	}
	for level in sorted({whole.level for whole in wholes.values()}, reverse=True):
		areas = [area for area, whole in wholes.items() if whole.level == level]
		frappe.db.sql(
			f"""{insert_sql(report_type, columns)}
			select straight_join concat(%(slot)s, '-', whole.name), %(now)s, %(now)s, %(user)s, %(user)s, 0, 0,
				%(slot)s, %(slot_time)s, %(report_type)s, whole.name, whole.level,
				sum(part.expected), sum(part.reported), sum(part.provisional), sum(part.carried),
				null, elt(field(whole.name, {", ".join(map(frappe.db.escape, areas))}),
					{texts(wholes[area].known for area in areas)}), {", ".join(columns.values())}
			from `tabArea` whole
			join `tabArea` area on area.parent_area = whole.name
			join `tab{report_type.consolidated_type}` part on part.name = concat(%(slot)s, '-', area.name)
			where whole.name in %(wholes)s
			group by whole.name""",
			{**values, "wholes": areas},
		)


def levels_above() -> list[int]:
	"""The levels of areas that contain others, from the bottom up."""
	return frappe.db.sql_list("select distinct level from `tabArea` where is_group = 1 order by level desc")


def aggregate_sql(row: dict, field: str) -> str:
	return {"Sum": sum_sql(field), "Max": f"max(part.`{field}`)"}.get(row.aggregation, "0")


def sum_sql(field: str) -> str:
	"""Added up as doubles, which are exact for whole numbers of this size and quicker than the decimals of sum()."""
	return f"sum(part.`{field}` + 0e0)"


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


def consolidated_figures(slot_name: str) -> tuple:
	"""All that consolidation says about the slot, to be compared before and after: rows without names and time stamps."""
	report_type = frappe.get_cached_doc(
		"Report Type", frappe.db.get_value("Report Slot", slot_name, "report_type")
	)
	figures = definitions.indicators(report_type.name)
	columns = [row.fieldname for row in figures]
	columns += [f"total_{row.fieldname}" for row in figures if row.cumulative]
	return frappe.db.sql(
		f"""select area, expected, reported, provisional, carried, answered, {", ".join(f"`{column}`" for column in columns)}
		from `tab{report_type.consolidated_type}` where slot = %s order by area""",
		slot_name,
	)


def split_fields(answered: str) -> set[str]:
	return set(filter(None, answered.split(",")))


def join_fields(fields: set[str]) -> str:
	return ",".join(sorted(fields))


def record_completeness(values: dict, owed: list[Owed]) -> None:
	frappe.db.set_value(
		"Report Slot",
		values["slot"],
		{
			"expected": sum(int(row.expected) for row in owed),
			"reported": sum(row.reported for row in owed),
			"provisional": sum(row.provisional for row in owed),
			"consolidated_at": values["now"],
		},
		update_modified=False,
	)
