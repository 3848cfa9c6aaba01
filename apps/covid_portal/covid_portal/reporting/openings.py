"""Opening balances: what an area begins a slot with where the areas that report are not those of the slot before.

An area that reports no longer hands its running totals and stocks to its successors: once, whole, in the first slot in
which one of them owes a report, by share where several do. Until then, and for ever where nothing took its place, it keeps
a closed row: its running totals stay in those above, it has no stocks and nothing is expected of it. An area that goes on
reporting hands a part to a new one where it names it as successor with a share between 0 and 100.

The very first slot of a report type begins with the Opening Balances (opening_balances.py).

What is split is split at rounded cumulative shares, so that the parts always add up to the whole. Nothing here costs more
than two look-ups per reporting area unless areas have changed in this very slot, or closed ones are kept.
"""

from dataclasses import dataclass, field

import frappe
from frappe.model.document import Document

from covid_portal.reporting import definitions, opening_balances
from covid_portal.reporting.known_figures import figures_of, figures_of_all, reference

MOST_STEPS = 10  # of reorganisation one after another; more would be a circle
Shares = dict[str, float]
Received = dict[str, dict[str, "Piece"]]  # heir → giver → part


@dataclass(frozen=True)
class Piece:
	"""The part of an area's figures between two cumulative shares."""

	low: float = 0.0
	high: float = 1.0

	def of(self, value: int) -> int:
		return round(value * self.high) - round(value * self.low)


@dataclass(frozen=True)
class Openings:
	"""What the slot's areas begin with. `rows`: of those that do not simply go on from their own row of the slot before;
	`closed`: areas that keep a closed row."""

	rows: dict[str, dict] = field(default_factory=dict)
	closed: list[str] = field(default_factory=list)


def of_slot(slot: Document, report_type: Document, reporting: set[str], new: set[str]) -> Openings:
	"""`reporting`: the areas that owe a report; `new`: those of them that have no row in the slot before."""
	if not slot.previous_slot:
		return Openings(first_rows(report_type, reporting))
	gone = gone_areas(slot, report_type, reporting)
	if not gone and not new:
		return Openings()
	successors = successors_by_area()
	if not successors:
		return Openings(closed=gone)
	received: Received = {}
	for area, heirs in heirs_of_gone(gone, successors, reporting).items():
		hand_over(received, area, heirs)
	for area, shares in parts_of_staying(new, successors, reporting - new).items():
		hand_over(received, area, shares)
	given = {giver for pieces in received.values() for giver in pieces}
	return Openings(opening_rows(slot, report_type, received), [area for area in gone if area not in given])


def first_rows(report_type: Document, reporting: set[str]) -> dict[str, dict]:
	"""{area: what it begins the very first slot with}: running totals from before, where an administrator has entered some."""
	totals = opening_balances.opening_totals(report_type, reporting)
	if not totals:
		return {}
	rows = definitions.indicators(report_type.name)
	numbers = [row.fieldname for row in rows if row.kind == "Stock"]
	numbers += [f"total_{row.fieldname}" for row in rows if row.cumulative]
	blank = {"slot": None, "carried_from": None, "known": reference(set()), **dict.fromkeys(numbers, 0)}
	return {area: blank | given for area, given in totals.items()}


def gone_areas(slot: Document, report_type: Document, reporting: set[str]) -> list[str]:
	"""Areas that reported in the slot before, or were closed then, and owe nothing in this one."""
	# Compared as text, so that the index is read in one go and not in ranges between hundreds of areas.
	return frappe.db.sql_list(
		f"""select figures.area from `tab{report_type.consolidated_type}` figures
		where figures.slot = %(previous)s and concat(figures.area) not in %(reporting)s
			and (figures.closed = 1 or exists (select 1 from `tabReport Obligation` earlier
				where earlier.slot = figures.slot and earlier.area = figures.area))
		order by figures.area""",
		{"previous": slot.previous_slot, "reporting": sorted(reporting) or [""]},
	)


def successors_by_area() -> dict[str, Shares]:
	"""{area: {successor: share in percent}}; a share that is not given means all of it."""
	found: dict[str, Shares] = {}
	rows = frappe.get_all(
		"Area Successor", {"parenttype": "Area"}, ["parent", "area", "share"], order_by="parent, idx"
	)
	for row in rows:
		found.setdefault(row.parent, {})[row.area] = float(row.share or 100)
	return found


def heirs_of_gone(gone: list[str], successors: dict[str, Shares], reporting: set[str]) -> dict[str, Shares]:
	"""{area: its heirs}, where there are any."""
	found = {area: heirs_of(area, successors, reporting) for area in gone}
	return {area: heirs for area, heirs in found.items() if heirs}


def heirs_of(
	area: str, successors: dict[str, Shares], reporting: set[str], steps: int = MOST_STEPS
) -> Shares:
	"""{heir: weight}: the successors that report, or in place of one that does not, its own."""
	heirs: Shares = {}
	for successor, share in successors.get(area, {}).items():
		if successor in reporting:
			later = {successor: 1.0}
		else:
			later = heirs_of(successor, successors, reporting, steps - 1) if steps else {}
		whole = sum(later.values())
		for heir, weight in later.items():
			heirs[heir] = heirs.get(heir, 0.0) + share * weight / whole
	return heirs


def parts_of_staying(new: set[str], successors: dict[str, Shares], reporting: set[str]) -> dict[str, Shares]:
	"""{area that goes on reporting: shares of the new areas that come from it, after the rest that it keeps}"""
	givers = [area for area in successors if area in reporting and new & set(successors[area])]
	staying = frappe.get_all("Area", {"name": ("in", givers), "valid_to": ("is", "not set")}, pluck="name")
	found = {}
	for area in staying:
		given = {heir: share for heir, share in successors[area].items() if heir in new}
		rest = 100 - sum(given.values())
		if rest > 0:
			found[area] = {area: rest, **given}
	return found


def hand_over(received: Received, area: str, weights: Shares) -> None:
	"""The area's figures cut at the cumulative weights, the last cut at the very end. Who receives keeps what it has,
	unless that is what is cut."""
	total, low, reached = sum(weights.values()), 0.0, 0.0
	for number, (heir, weight) in enumerate(weights.items(), 1):
		reached += weight
		high = 1.0 if number == len(weights) else reached / total
		received.setdefault(heir, {heir: Piece()})[area] = Piece(low, high)
		low = high


def opening_rows(slot: Document, report_type: Document, received: Received) -> dict[str, dict]:
	"""{heir: what its row of the slot before would be, had the areas been these already}"""
	if not received:
		return {}
	rows = frappe.db.sql(
		f"select * from `tab{report_type.consolidated_type}` where slot = %s and area in %s",
		(slot.previous_slot, sorted({giver for pieces in received.values() for giver in pieces})),
		as_dict=True,
	)
	before = {row.area: row for row in rows}
	figures_of_all(row.known for row in rows)
	figures = definitions.indicators(report_type.name)
	return {
		heir: united([(piece, before[giver]) for giver, piece in pieces.items() if giver in before], figures)
		for heir, pieces in received.items()
	}


def united(parts: list[tuple[Piece, dict]], figures: list[dict]) -> dict:
	stocks = {item.fieldname: stock_of(parts, item) for item in figures if item.kind == "Stock"}
	totals = [f"total_{item.fieldname}" for item in figures if item.cumulative]
	return {
		"slot": parts[0][1].slot,
		"carried_from": min(row.carried_from or row.slot for _piece, row in parts),
		"known": reference({name for name, value in stocks.items() if value is not None}),
		**{name: value or 0 for name, value in stocks.items()},
		**{total: sum(piece.of(row[total]) for piece, row in parts) for total in totals},
	}


def stock_of(parts: list[tuple[Piece, dict]], item: dict) -> int | None:
	"""The stock carried on; None where it is not known, or does not add up and would have to be split or added."""
	name = item.fieldname
	known = [(piece, row[name]) for piece, row in parts if name in figures_of(row.known)]
	if not known:
		return None
	if item.aggregation == "Sum":
		return sum(piece.of(value) for piece, value in known)
	if item.aggregation == "Max":
		return max(value for _piece, value in known)
	return known[0][1] if len(parts) == 1 and parts[0][0] == Piece() else None


# --- into the rows of the slot


def before_join(report_type: Document, kind: str = "left join") -> str:
	"""Joins `before_it` to `owed`: the area's row of the slot before, %(previous)s. By its name, which is the shortest way."""
	table = f"`tab{report_type.consolidated_type}`"
	return f"{kind} {table} before_it on before_it.name = concat(%(previous)s, '-', owed.area)"


def previous_join(opened: Openings, report_type: Document) -> str:
	"""Joins `before_it` to `owed`: what the area begins the slot with."""
	if not opened.rows:
		return before_join(report_type)
	table = f"`tab{report_type.consolidated_type}`"
	columns = list(next(iter(opened.rows.values())))
	names = ", ".join(f"`{column}`" for column in columns)
	changed = " union all ".join(
		f"select {', '.join(map(literal, (area, *row.values())))}" for area, row in opened.rows.items()
	)
	others = ", ".join(map(literal, opened.rows))
	return f"""left join (
			select area, {names} from {table} where slot = %(previous)s and area not in ({others})
			union all {changed}
		) before_it on before_it.area = owed.area"""


def literal(value: str | int | None) -> str:
	if value is None:
		return "null"
	return str(value) if isinstance(value, int) else frappe.db.escape(value)


def insert_closed(values: dict, report_type: Document, opened: Openings) -> None:
	"""Rows of the areas that report no longer and have no heir: their running totals alone."""
	if not opened.closed:
		return
	totals = [
		f"`total_{row.fieldname}`" for row in definitions.indicators(report_type.name) if row.cumulative
	]
	kept = ["report_type", "area", "area_level", *totals]
	table = f"`tab{report_type.consolidated_type}`"
	frappe.db.sql(
		f"""insert into {table} (name, creation, modified, owner, modified_by, docstatus, idx,
			slot, slot_time, closed, known, {", ".join(kept)})
		select concat(%(slot)s, '-', area), %(now)s, %(now)s, %(user)s, %(user)s, 0, 0,
			%(slot)s, %(slot_time)s, 1, '', {", ".join(kept)}
		from {table} where slot = %(previous)s and area in %(closed)s""",
		{**values, "closed": opened.closed},
	)
