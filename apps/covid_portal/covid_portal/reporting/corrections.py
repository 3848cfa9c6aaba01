"""Corrections (đính chính): what is in force of a figure, and how an approved correction moves what was consolidated.

The slot's own figure moves in its area and in every area above, every later total with it, and a stock also in the later
slots it was carried to: in one statement, to exactly the rows that a rebuild gives (`test_corrections.py`).
"""

from dataclasses import dataclass
from datetime import datetime

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from covid_portal.approval.vocabulary import APPROVED
from covid_portal.organisation import jobs
from covid_portal.reporting import definitions, known_figures, sheets
from covid_portal.reporting.consolidation import consolidate_from, lock_figures
from covid_portal.reporting.counted_reports import REPORT_COUNTS, counted_report, values_of
from covid_portal.reporting.doctype.report_slot.report_slot import (
	announce_versions,
	published_from,
	renew_versions,
)
from covid_portal.reporting.known_figures import figures_of_all, reference, split_fields
from covid_portal.reporting.overlay import corrected_figures
from covid_portal.reporting.slots import COUNTED


def effective_figures(slot: Document, area: str, lock: bool = False) -> dict[str, int | None]:
	"""{fieldname: value} of the area in the slot: its counted report, its corrections over it; None: not reported."""
	report_type = frappe.get_cached_doc("Report Type", slot.report_type)
	row = counted_report(slot, area, report_type)
	answered = split_fields(row.answered) if row else set()
	fields = [item.fieldname for item in definitions.indicators(report_type.name)]
	values = {field: row[field] if field in answered else None for field in fields}
	return values | corrected_figures(slot.name, report_type.name, area, lock).get(area, {})


def counted_figures(slot: Document, area: str, lock: bool = False) -> dict[str, int]:
	"""{fieldname: figure} that consolidation counts for the area: a stock it did not report is the carried one."""
	report_type = frappe.get_cached_doc("Report Type", slot.report_type)
	rows = frappe.db.sql(
		f"""select * from `tab{report_type.consolidated_type}` where slot = %s and area = %s
		{"lock in share mode" if lock else ""}""",
		(slot.name, area),
		as_dict=True,
	)
	fields = [item.fieldname for item in definitions.indicators(report_type.name)]
	return {field: rows[0][field] if rows else 0 for field in fields}


# --- moving what was consolidated


@dataclass
class Move:
	"""An approved correction on its way into the consolidated rows."""

	slot: Document
	report_type: Document
	area: str
	areas: list[str]  # the area and all above
	deltas: dict[str, int]  # by how much each corrected figure moves
	indicators: dict[str, dict]

	@property
	def table(self) -> str:
		return f"`tab{self.report_type.consolidated_type}`"

	@property
	def at(self) -> datetime:
		return get_datetime(self.slot.slot_time)

	def of_kind(self, kind: str) -> list[str]:
		return [field for field in self.deltas if self.indicators[field].kind == kind]


def apply(slot: Document, area: str, new: dict[str, int]) -> None:
	"""Move the consolidated rows to the new figures of the area in the slot; the correction is stored as approved."""
	lock_figures(slot.report_type)
	move = plan(slot, area, new)
	if can_be_moved(move):
		update_rows(move)
		sheets.renew(slots_from(move))
	else:
		consolidate_from(slot.name)


def plan(slot: Document, area: str, new: dict[str, int]) -> Move:
	report_type = frappe.get_cached_doc("Report Type", slot.report_type)
	counted = counted_figures(slot, area, lock=True)
	return Move(
		slot=slot,
		report_type=report_type,
		area=area,
		areas=[area, *areas_above(area)],
		deltas={field: value - counted[field] for field, value in new.items()},
		indicators={row.fieldname: row for row in definitions.indicators(report_type.name)},
	)


def areas_above(area: str) -> list[str]:
	bounds = frappe.db.get_value("Area", area, ["lft", "rgt"])
	return frappe.get_all("Area", {"lft": ("<", bounds[0]), "rgt": (">", bounds[1])}, pluck="name")


def can_be_moved(move: Move) -> bool:
	"""Whether adding differences gives what a rebuild gives: sums only, and the area's rows follow on each other.

	Where the area was closed, merged or gave a part away, or a stock was retired, later rows follow other rules: then they
	are rebuilt, those of its successors among them.
	"""
	moved = [move.indicators[field] for field in move.deltas]
	plain = all(row.aggregation == "Sum" and not row.valid_to for row in moved)
	gives = frappe.db.exists("Area Successor", {"parent": move.area, "parenttype": "Area"})
	return plain and not gives and is_unbroken(move)


def is_unbroken(move: Move) -> bool:
	"""The area has a row of its own, not one of a closed area, in the slot and in every counted slot after it."""
	counted, rows = frappe.db.sql(
		f"""select count(*), count(figures.name) from `tabReport Slot` slot
		left join {move.table} figures
			on figures.slot = slot.name and figures.area = %s and figures.closed = 0
		where slot.report_type = %s and slot.slot_time >= %s and slot.state in %s""",
		(move.area, move.report_type.name, move.at, COUNTED),
	)[0]
	return rows > 0 and counted == rows


def update_rows(move: Move) -> None:
	"""The one statement: figures of the slot, totals from it on, stocks as far as they were carried."""
	united = united_sql(move)
	frappe.db.sql(
		f"""update {move.table} figures
		{f"left join ({united}) ways on ways.known = figures.known and ways.own = (figures.slot = %(slot)s)" if united else ""}
		set {", ".join(assignments(move))},
			{"figures.known = coalesce(ways.united, figures.known)," if united else ""}
			figures.modified = %(now)s, figures.modified_by = %(user)s
		where figures.area in %(areas)s and figures.report_type = %(report_type)s and figures.slot_time >= %(at)s""",
		{
			"slot": move.slot.name,
			"at": move.at,
			"areas": move.areas,
			"report_type": move.report_type.name,
			"now": now_datetime(),
			"user": frappe.session.user,
		},
	)


def assignments(move: Move) -> list[str]:
	ends, parts = carried_until(move), []
	for field, delta in move.deltas.items():
		until = ends.get(field)
		reach = "1" if until is None else f"figures.slot_time < {frappe.db.escape(str(until))}"
		if move.indicators[field].kind == "Flow":
			reach = "figures.slot = %(slot)s"
		parts.append(f"figures.`{field}` = figures.`{field}` + if({reach}, {delta:d}, 0)")
		if move.indicators[field].cumulative:
			parts.append(f"figures.`total_{field}` = figures.`total_{field}` + {delta:d}")
	return parts


def carried_until(move: Move) -> dict[str, datetime]:
	"""{stock: time of the next slot in which the area gives it anew, by report or correction}; no key: to the last."""
	stocks = move.of_kind("Stock")
	if not stocks:
		return {}
	first = ", ".join(
		f"min(if(find_in_set('{field}', report.answered), slot.slot_time, null)) `{field}`"
		for field in stocks
	)
	values = {**values_of(move.slot, move.report_type), "area": move.area}
	reported = frappe.db.sql(
		f"""select {first} from `tab{move.report_type.document_type}` report
		join `tabReport Slot` slot on slot.name = report.slot
		where report.area = %(area)s and slot.slot_time > %(slot_time)s and {REPORT_COUNTS}""",
		values,
		as_dict=True,
	)[0]
	ends = [reported, corrected_after(move, stocks)]
	times = {field: [found[field] for found in ends if found.get(field)] for field in stocks}
	return {field: min(found) for field, found in times.items() if found}


def corrected_after(move: Move, stocks: list[str]) -> dict[str, datetime]:
	return dict(
		frappe.db.sql(
			"""select figure.fieldname, min(slot.slot_time)
			from `tabCorrection` correction
			join `tabCorrection Figure` figure on figure.parent = correction.name
			join `tabReport Slot` slot on slot.name = correction.slot
			where correction.area = %s and correction.workflow_state = %s and figure.fieldname in %s
				and slot.report_type = %s and slot.slot_time > %s
			group by figure.fieldname lock in share mode""",
			(move.area, APPROVED, stocks, move.report_type.name, move.at),
		)
	)


def united_sql(move: Move) -> str:
	"""(own, known, united): what is known after a figure was given that nobody had reported; empty if nothing changes.

	In the slot itself all corrected figures are known, later the stocks. Rows answer in a handful of ways.
	"""
	ways = frappe.db.sql(
		f"""select distinct slot = %s, known from {move.table}
		where area in %s and report_type = %s and slot_time >= %s lock in share mode""",
		(move.slot.name, move.areas, move.report_type.name, move.at),
	)
	figures = figures_of_all(known for _own, known in ways)
	new = {1: set(move.deltas), 0: set(move.of_kind("Stock"))}
	united = {(own, known): figures[known] | new[own] for own, known in ways if new[own] - figures[known]}
	known_figures.remember(united.values())
	return " union all ".join(
		f"select {own:d} own, {frappe.db.escape(known)} known, {frappe.db.escape(reference(fields))} united"
		for (own, known), fields in united.items()
	)


def slots_from(move: Move) -> list[str]:
	"""The slot and the counted ones after it."""
	return frappe.get_all(
		"Report Slot",
		{"report_type": move.report_type.name, "slot_time": (">=", move.at), "state": ("in", COUNTED)},
		pluck="name",
	)


# --- publishing anew


def publish_later(slot: str) -> None:
	"""Queue the new versions after commit, once for a burst of approvals."""
	method = "covid_portal.reporting.corrections.publish_corrected"
	jobs.once_after_commit(method, f"corrected-{slot}", queue="long", slot=slot)


def publish_corrected(slot: str) -> None:
	"""Job: the slot and every published one after it get a new version, since their totals have moved."""
	document = frappe.get_doc("Report Slot", slot)
	later = published_from(document)
	renew_versions(later)
	record_version(slot)
	announce_versions(later)


def record_version(slot: str) -> None:
	"""Say on the slot's corrections which published version shows them first."""
	frappe.db.sql(
		"""update `tabCorrection` correction join `tabReport Slot` slot on slot.name = correction.slot
		set correction.version = slot.version
		where correction.slot = %s and correction.workflow_state = %s and correction.version = 0""",
		(slot, APPROVED),
	)
