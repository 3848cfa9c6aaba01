"""Consolidation: from the reports of a slot to one row per area, commune → district → province, in set-based SQL.

Flows are what is new in the slot; an area that did not report adds none. Stocks are what is so now; an area that did not
report keeps those of its last counted report, and is counted in `carried`. Running totals are the slot before's plus the
slot's flows; where areas were merged, split or closed, openings.py says what is the slot before's. Whoever is excused and
did not report is not expected. Approved corrections lie over the reports. The cost depends on the slot, not on the history behind it.
"""

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.reporting import definitions, openings, sheets
from covid_portal.reporting.overlay import Corrected, corrected_columns, corrected_figures, overlay_join
from covid_portal.reporting.slots import COUNTED

# A report counts, over reports_and_steps_sql().
COUNTS = """(report.workflow_state = 'Approved'
			or (report.workflow_state = 'In Approval' and waiting.name is not null))"""
AGGREGATES = {"Sum": "sum", "Max": "max"}
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


def consolidate(slot_name: str) -> None:
	"""(Re)build the slot's rows: those of reporting areas from reports, those above from these."""
	slot = frappe.get_doc("Report Slot", slot_name)
	report_type = frappe.get_cached_doc("Report Type", slot.report_type)
	table = f"`tab{report_type.consolidated_type}`"
	lock_figures(report_type.name)
	frappe.db.sql(f"delete from {table} where slot = %s", slot.name)
	opened = openings.of_slot(slot, report_type)
	insert_reporting_areas(slot, report_type, opened)
	openings.insert_closed(opened, slot, report_type)
	insert_areas_above(slot, report_type)
	record_completeness(slot, report_type)
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


def insert_reporting_areas(slot: Document, report_type: Document, opened: openings.Openings) -> None:
	figures = definitions.indicators(report_type.name)
	corrected = corrected_figures(slot.name, report_type.name, lock=True)
	fields = set(corrected_columns(corrected))
	columns = {f"`{row.fieldname}`": figure_sql(row, fields) for row in figures}
	columns |= {f"`total_{row.fieldname}`": total_sql(row, fields) for row in figures if row.cumulative}
	before_it = openings.previous_join(opened, report_type)
	frappe.db.sql(
		f"""insert into `tab{report_type.consolidated_type}` ({column_list(columns)})
		select concat(%(slot)s, '-', owed.area), %(now)s, %(now)s, %(user)s, %(user)s, 0, 0,
			%(slot)s, %(slot_time)s, %(report_type)s, owed.area, area.level,
			owed.state != 'Excused', report.name is not null, coalesce(report.workflow_state = 'In Approval', 0), report.name is null,
			if(report.name is null, coalesce(before_it.carried_from, before_it.slot), null),
			coalesce(known.answered, ''), {", ".join(columns.values())}
		from `tabReport Obligation` owed
		join `tabArea` area on area.name = owed.area
		left join ({counted_reports_sql(report_type)}) report on report.area = owed.area
		{before_it}
		left join ({known_sql(slot, report_type, corrected, before_it)}) known on known.area = owed.area
		{overlay_join(corrected)}
		where owed.slot = %(slot)s""",
		values_of(slot, report_type),
	)


def figure_sql(row: dict, corrected: set[str]) -> str:
	field = f"`{row.fieldname}`"
	over = f"corrected.{field}, " if row.fieldname in corrected else ""
	if row.kind == "Flow":
		return f"coalesce({over}report.{field}, 0)"
	given = f"if(find_in_set('{row.fieldname}', report.answered), report.{field}, null)"
	return f"coalesce({over}{given}, before_it.{field}, 0)"


def total_sql(row: dict, corrected: set[str]) -> str:
	field = f"`{row.fieldname}`"
	over = f"corrected.{field}, " if row.fieldname in corrected else ""
	return f"coalesce(before_it.`total_{row.fieldname}`, 0) + coalesce({over}report.{field}, 0)"


def column_list(columns: dict[str, str]) -> str:
	return ", ".join([f"`{column}`" for column in BASE_COLUMNS] + list(columns))


def counted_reports_sql(report_type: Document) -> str:
	"""Reports that count: approved, and those that wait at a step whose documents count as provisional."""
	return f"""select report.* from {reports_and_steps_sql(report_type)}
		where report.slot = %(slot)s and {COUNTS}"""


def reports_and_steps_sql(report_type: Document) -> str:
	return f"""`tab{report_type.document_type}` report
		left join `tabApproval Step` waiting
			on waiting.reference_doctype = %(document_type)s and waiting.reference_name = report.name
			and waiting.state = 'Pending' and waiting.counts_as_provisional = 1"""


def counted_report(slot: Document, area: str, report_type: Document) -> dict | None:
	"""The area's report of the slot as its row, if it counts."""
	rows = frappe.db.sql(
		f"select * from ({counted_reports_sql(report_type)} and report.area = %(area)s) report",
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


def known_sql(slot: Document, report_type: Document, corrected: Corrected, before_it: str) -> str:
	"""(area, answered): what is known of the area now, that is, the figures given and the stocks carried over.

	Areas answer in a handful of ways, so that the sets are united here once per way and joined back by it.
	"""
	given = (
		"concat_ws(',', nullif(report.answered, ''), corrected.fields)" if corrected else "report.answered"
	)
	source = f"""select owed.area, coalesce({given}, '') given, coalesce(before_it.answered, '') carried
		from `tabReport Obligation` owed
		left join ({counted_reports_sql(report_type)}) report on report.area = owed.area
		{overlay_join(corrected)}
		{before_it}
		where owed.slot = %(slot)s"""
	ways = frappe.db.sql(f"select distinct given, carried from ({source}) ways", values_of(slot, report_type))
	# A stock that was retired is known no longer: its last value is history, not what is so now.
	asked = definitions.indicators(report_type.name, slot.slot_time.date())
	stocks = {row.fieldname for row in asked if row.kind == "Stock"}
	united = " union all ".join(
		f"select {frappe.db.escape(given)} given, {frappe.db.escape(carried)} carried, "
		f"{frappe.db.escape(join_fields(split_fields(given) | (split_fields(carried) & stocks)))} answered"
		for given, carried in ways
	)
	if not united:
		united = "select '' given, '' carried, '' answered"
	return f"""select source.area, united.answered from ({source}) source
		join ({united}) united on united.given = source.given and united.carried = source.carried"""


def insert_areas_above(slot: Document, report_type: Document) -> None:
	"""Every area that contains reporting ones, from the bottom up: districts, the province, whatever levels there are.

	Each level sums the rows of its direct parts, which the level below has just written: one statement a level.
	"""
	figures = definitions.indicators(report_type.name)
	columns = {f"`{row.fieldname}`": aggregate_sql(row, row.fieldname) for row in figures}
	columns |= {
		f"`total_{row.fieldname}`": f"sum(part.`total_{row.fieldname}`)" for row in figures if row.cumulative
	}
	for level in levels_above():
		frappe.db.sql(
			f"""insert into `tab{report_type.consolidated_type}` ({column_list(columns)})
			select concat(%(slot)s, '-', whole.name), %(now)s, %(now)s, %(user)s, %(user)s, 0, 0,
				%(slot)s, %(slot_time)s, %(report_type)s, whole.name, whole.level,
				sum(part.expected), sum(part.reported), sum(part.provisional), sum(part.carried),
				null, '', {", ".join(columns.values())}
			from `tab{report_type.consolidated_type}` part
			join `tabArea` area on area.name = part.area
			join `tabArea` whole on whole.name = area.parent_area and whole.level = %(level)s
			where part.slot = %(slot)s
			group by whole.name, whole.level""",
			{**values_of(slot, report_type), "level": level},
		)
	record_known_above(slot, report_type)


def levels_above() -> list[int]:
	"""The levels of areas that contain others, from the bottom up."""
	return frappe.db.sql_list("select distinct level from `tabArea` where is_group = 1 order by level desc")


def aggregate_sql(row: dict, field: str) -> str:
	aggregate = AGGREGATES.get(row.aggregation)
	return f"{aggregate}(part.`{field}`)" if aggregate else "0"


def record_known_above(slot: Document, report_type: Document) -> None:
	"""A figure of a whole is known if any of its parts knows it and it adds up at all."""
	table = f"`tab{report_type.consolidated_type}`"
	ways = frappe.db.sql(
		f"""select distinct area.parent_area, part.answered from {table} part
		join `tabArea` area on area.name = part.area where part.slot = %s and part.answered != ''""",
		slot.name,
	)
	adding_up = {
		row.fieldname for row in definitions.indicators(report_type.name) if row.aggregation in AGGREGATES
	}
	parent_of = dict(frappe.get_all("Area", {"is_group": 1}, ["name", "parent_area"], as_list=True))
	known: dict[str, set[str]] = {}
	for area, answered in ways:
		while area:
			known.setdefault(area, set()).update(split_fields(answered) & adding_up)
			area = parent_of.get(area)
	if known:
		united = " union all ".join(
			f"select {frappe.db.escape(area)} area, {frappe.db.escape(join_fields(fields))} answered"
			for area, fields in known.items()
		)
		frappe.db.sql(
			f"update {table} whole join ({united}) united on united.area = whole.area "
			"set whole.answered = united.answered where whole.slot = %s",
			slot.name,
		)


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


def record_completeness(slot: Document, report_type: Document) -> None:
	frappe.db.sql(
		f"""update `tabReport Slot` slot join (
			select sum(expected) expected, sum(reported) reported, sum(provisional) provisional
			from `tab{report_type.consolidated_type}` part
			where part.slot = %(slot)s and part.area in (select area from `tabReport Obligation` where slot = %(slot)s)
		) sums set slot.expected = coalesce(sums.expected, 0), slot.reported = coalesce(sums.reported, 0),
			slot.provisional = coalesce(sums.provisional, 0), slot.consolidated_at = %(now)s
		where slot.name = %(slot)s""",
		{"slot": slot.name, "now": now_datetime()},
	)
