"""How the areas stand that owe a slot's report: whether it counts, what it gives, what was known of the area before.

Which figures an area has given is a long text, but areas answer in a handful of ways: each way is read and united with what
was carried over once.
"""

from collections.abc import Set
from dataclasses import dataclass
from operator import attrgetter

import frappe
from frappe.model.document import Document

from covid_portal.reporting import definitions, known_figures, openings
from covid_portal.reporting.counted_reports import REPORT_COUNTS
from covid_portal.reporting.known_figures import join_fields, split_fields
from covid_portal.reporting.overlay import Corrected
from covid_portal.reporting.slots import day_of

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
			on report.name = concat(%(slot)s, '-', owed.area) and {REPORT_COUNTS}
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


def ways_of(owed: list[Owed], slot: Document, report_type: Document) -> dict[Way, Known]:
	"""What is known of an area now: the figures given or corrected, and the stocks carried over."""
	given = figures_given(report_type.document_type, slot.name, {row.way[0]: row.area for row in owed})
	carried = known_figures.figures_of_all({row.way[1] for row in owed})
	# A stock that was retired is known no longer: its last value is history, not what is so now.
	asked = definitions.indicators(report_type.name, day_of(slot.slot_time))
	stocks = {row.fieldname for row in asked if row.kind == "Stock"}
	return {
		way: Known(given[way[0]], given[way[0]] | split_fields(way[2]) | (carried[way[1]] & stocks))
		for way in dict.fromkeys(row.way for row in owed)
	}


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
