"""Consolidation: from the reports of a slot to one row per area, commune → district → province, in set-based SQL.

Flows are what is new in the slot; an area that did not report adds none. Stocks are what is so now; an area that did not
report keeps those of its last counted report, and is counted in `carried`. Running totals are the slot before's plus the
slot's flows; where areas were merged, split or closed, openings.py says what is the slot before's. Whoever is excused and
did not report is not expected. Approved corrections lie over the reports. The cost depends on the slot, not on the history
behind it.

Which figures an area has given is a long text, but areas answer in a handful of ways: each way is read and united with what
was carried over once, and a row refers to what is known of it (known_figures.py).
"""

import json
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from operator import attrgetter

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.reporting import definitions, known_figures, openings, sheets
from covid_portal.reporting.known_figures import join_fields, reference, split_fields
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
BASE_COLUMNS += ["report_type", "area"]

Way = tuple[str | None, str | None, str]


@dataclass
class Owed:
	"""An area that owes the slot's report, and how it stands."""

	area: str
	level: int
	parent: str | None
	provisional: int
	expected: int  # 0: excused, and not reported
	way: Way  # digest of what is given; reference to what was known before; fields that were corrected

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

	given: Set[str]
	known: Set[str]


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
	reporting, new = {row.area for row in owed}, {row.area for row in owed if not row.goes_on}
	opened = openings.of_slot(slot, report_type, reporting, new)
	begin(owed, opened)
	ways = ways_of(owed, slot, report_type, opened)
	wholes = wholes_of(report_type, owed, ways, opened)
	store_known(ways, wholes, opened)
	parts = parts_of(owed, report_type, corrected, ways, opened)
	clear(values, report_type, owed, parts)
	for part in parts:
		write_areas(values, report_type, part)
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


def clear(values: dict, report_type: Document, owed: list[Owed], parts: list["Part"]) -> None:
	"""Remove the rows that are about to be written. Where there are rows already, those of reporting areas that say the same
	as they are to say stay as they are, and are taken out of the parts."""
	table = f"`tab{report_type.consolidated_type}`"
	if not frappe.db.sql(f"select 1 from {table} where slot = %(slot)s limit 1 lock in share mode", values):
		return
	# Compared as text, so that the slot's rows are read in one go and not in ranges between hundreds of areas.
	removed = frappe.db.sql_list(
		f"select area from {table} where slot = %(slot)s and concat(area) not in %(owed)s lock in share mode",
		{**values, "owed": [row.area for row in owed] or [""]},
	)
	for part in parts:
		changed = changed_areas(values, report_type, part)
		part.owed = [row for row in part.owed if row.area in changed]
		removed.extend(changed)
	if removed:
		frappe.db.sql(f"delete from {table} where slot = %s and area in %s", (values["slot"], removed))


# --- areas that report


def owed_of(values: dict, report_type: Document, corrected: Corrected) -> list[Owed]:
	"""Who owes the slot. Read locked, as stored now: what is written after it reads the same.

	One row for all areas of a whole that stand alike: handing over hundreds of rows costs as much as finding them.
	"""
	rows = frappe.db.sql(
		f"""select straight_join group_concat(owed.area), count(*), area.level, area.parent_area,
			coalesce(report.workflow_state = 'In Approval', 0) under_way, owed.state != 'Excused' counted,
			md5(if(report.name is null, null, coalesce(report.answered, ''))) given, before_it.known known_before
		from `tabReport Obligation` owed
		join `tabArea` area on area.name = owed.area
		left join `tab{report_type.document_type}` report
			on report.slot = %(slot)s and report.area = owed.area and {COUNTS}
		{openings.before_join(report_type)}
		where owed.slot = %(slot)s
		group by area.level, area.parent_area, under_way, counted, given, known_before
		lock in share mode""",
		values,
	)
	over = {area: join_fields(set(figures)) for area, figures in corrected.items()}
	found = [
		Owed(area, *standing, way=(given, known_before, over.get(area, "")))
		for areas, count, *standing, given, known_before in rows
		for area in apart(areas, count)
	]
	return sorted(found, key=attrgetter("area"))  # as rows are stored: written so, they lie close together


def apart(areas: str, count: int) -> list[str]:
	"""The areas of a list made by the database, all of them or an error: it cuts lists off at group_concat_max_len."""
	found = areas.split(",")
	if len(found) != count:
		raise ValueError(
			f"The database handed over {len(found)} of {count} areas: raise its group_concat_max_len."
		)
	return found


def begin(owed: list[Owed], opened: openings.Openings) -> None:
	"""Areas that begin with something else than their own row of the slot before."""
	for row in owed:
		if row.area in opened.rows:
			row.way = (row.way[0], opened.rows[row.area]["known"], row.way[2])


def ways_of(
	owed: list[Owed], slot: Document, report_type: Document, opened: openings.Openings
) -> dict[Way, Known]:
	"""What is known of an area now: the figures given or corrected, and the stocks carried over."""
	given = figures_given(report_type.document_type, slot.name, {row.way[0]: row.area for row in owed})
	carried = known_figures.figures_of_all({row.way[1] for row in owed})
	# A stock that was retired is known no longer: its last value is history, not what is so now.
	asked = definitions.indicators(report_type.name, slot.slot_time.date())
	stocks = {row.fieldname for row in asked if row.kind == "Stock"}
	return {
		way: Known(given[way[0]], given[way[0]] | split_fields(way[2]) | (carried[way[1]] & stocks))
		for way in dict.fromkeys(row.way for row in owed)
	}


def store_known(ways: dict[Way, Known], wholes: dict[str, Whole], opened: openings.Openings) -> None:
	"""What rows are about to refer to, but for what rows of the slot before do already."""
	stored = {way[1] for way in ways} - {row["known"] for row in opened.rows.values()}
	known_figures.remember(
		one.known for one in (*ways.values(), *wholes.values()) if reference(one.known) not in stored
	)


def figures_given(doctype: str, slot: str, examples: dict[str | None, str]) -> dict[str | None, Set[str]]:
	"""{digest: figures}; of a way of answering that the process has not met yet, read from one area that answers so; locked,
	to be the text that the digest is of."""
	found = {digest: known_figures.kept.get(digest) for digest in examples if digest}
	unread = {examples[digest]: digest for digest, figures in found.items() if figures is None}
	if unread:
		query = f"select area, answered from `tab{doctype}` where slot = %s and area in %s lock in share mode"
		for area, answered in frappe.db.sql(query, (slot, list(unread))):
			found[unread[area]] = known_figures.keep(unread[area], split_fields(answered))
	return {None: frozenset(), **found}


@dataclass
class Part:
	"""Reporting areas whose rows are written in one statement: from what, and each column's expression."""

	owed: list[Owed]
	numbers: dict[Way, int]
	source: str
	columns: dict[str, str]

	def values(self) -> dict[str, str]:
		return {"owed": rows_json(self.owed, self.numbers)}


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
	certain = corrected is None
	numbers = {way: number for number, way in enumerate(dict.fromkeys(row.way for row in owed), 1)}
	figures, fields = definitions.indicators(report_type.name), set(corrected_columns(corrected or {}))
	columns = {
		"area_level": "owed.level",
		"expected": "owed.expected",
		"reported": "owed.reported",
		"provisional": "owed.provisional",
		"carried": "1 - owed.reported",
		"carried_from": "if(owed.reported, null, coalesce(before_it.carried_from, before_it.slot))",
		"closed": "0",
		"known": f"elt(owed.way, {references(ways[way].known for way in numbers)})",
	}
	columns |= {
		row.fieldname: figure_sql(row, fields, lacking(row, numbers, ways), certain) for row in figures
	}
	columns |= {
		f"total_{row.fieldname}": total_sql(row, fields, certain) for row in figures if row.cumulative
	}
	source = f"""from json_table(%(owed)s, '$[*]' columns (
			area varchar(140) character set utf8mb4 collate utf8mb4_unicode_ci path '$[0]', level int path '$[1]',
			reported int path '$[2]', provisional int path '$[3]', expected int path '$[4]',
			way int path '$[5]')) owed
		{"" if certain else "left"} join `tab{report_type.document_type}` report
			on report.slot = %(slot)s and report.area = owed.area and owed.reported
		{joins}"""
	return Part(owed, numbers, source, columns)


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


def write_areas(values: dict, report_type: Document, part: Part) -> None:
	if part.owed:
		frappe.db.sql(
			f"""{insert_sql(report_type, part.columns)}
			select straight_join {base_sql("owed.area")}, {", ".join(part.columns.values())} {part.source}""",
			{**values, **part.values()},
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


def references(sets: Iterable[Set[str]]) -> str:
	return ", ".join(frappe.db.escape(reference(fields)) for fields in sets)


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


def base_sql(area: str) -> str:
	"""The values of BASE_COLUMNS."""
	return f"""concat(%(slot)s, '-', {area}), %(now)s, %(now)s, %(user)s, %(user)s, 0, 0,
			%(slot)s, %(slot_time)s, %(report_type)s, {area}"""


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
	columns = {name: f"sum(part.{name})" for name in ("expected", "reported", "provisional", "carried")}
	columns |= {row.fieldname: aggregate_sql(row, row.fieldname) for row in figures}
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
		f"""select area, expected, reported, provisional, carried, known, {", ".join(f"`{column}`" for column in columns)}
		from `tab{report_type.consolidated_type}` where slot = %s order by area""",
		slot_name,
	)


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
