"""The small-cell rule: what may be said of the parts of a whole whose own figure is public. Arrays in, arrays out.

A figure of 1 to threshold-1 is small. It is said as a range, and so much beside it is left open that nothing public narrows
it further: not the whole less its other parts, not an older version of the slot, not the day an area reported late. docs/
developers.md ("Small cells") says why each rule is there.

An area of which nothing is said is *left out*: whoever had not reported, or not yet to the end, when the slot was first
published, and enough others that nobody can tell which. It is never spoken of in this slot again, since the whole's next
version less its last one is what the late areas brought.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

FEWEST_COMPANIONS = 2  # reported areas that are left out beside those that had not
ZEROS = 2  # areas with nothing that are shown as "0 to threshold-1" beside the small ones
OPEN = np.inf


@dataclass(frozen=True)
class Whole:
	"""The parts of one whole in one slot.

	values: parts × fields; NaN: not given. settled: by part, reported and approved to the end. rank: by part, an order that
	readers cannot know; every choice between equals follows it.
	"""

	areas: list[str]
	fields: list[str]
	values: np.ndarray
	settled: np.ndarray
	rank: np.ndarray

	def column(self, field: str) -> np.ndarray:
		return self.values[:, self.fields.index(field)]


@dataclass(frozen=True)
class Said:
	"""What is said of the parts of one whole: `low` and `high` of each figure (parts × fields), the same where it is exact, NaN
	where none was given, 0 and infinity where it is withheld. left_out: by part, whether nothing is said of it at all."""

	areas: list[str]
	fields: list[str]
	low: np.ndarray
	high: np.ndarray
	left_out: np.ndarray

	def of(self, areas: list[str]) -> "Said":
		"""In this order of the parts."""
		places = [self.areas.index(area) for area in areas]
		return Said(areas, self.fields, self.low[places], self.high[places], self.left_out[places])

	def column(self, field: str) -> tuple[np.ndarray, np.ndarray]:
		place = self.fields.index(field)
		return self.low[:, place], self.high[:, place]

	def exact(self, field: str) -> np.ndarray:
		"""By part, whether it is said of it what the figure is, or that there is none."""
		low, high = self.column(field)
		return ~self.left_out & ~(low < high)


# --- a slot published for the first time


def first(whole: Whole, small: list[str], threshold: int) -> Said:
	"""What to say of a slot of which nothing was said before. `small`: the figures under the rule."""
	left_out = areas_left_out(whole, small, threshold)
	low, high = (np.where(left_out[:, None], end, whole.values) for end in (0, OPEN))
	for field in small:
		place = whole.fields.index(field)
		low[:, place], high[:, place] = cells(whole.values[:, place], left_out, whole.rank, threshold)
	return Said(whole.areas, whole.fields, low, high, left_out)


def nothing(whole: Whole) -> Said:
	"""All areas are left out."""
	low = np.zeros_like(whole.values)
	return Said(whole.areas, whole.fields, low, low + OPEN, np.ones(len(low), dtype=bool))


def areas_left_out(whole: Whole, small: list[str], threshold: int) -> np.ndarray:
	"""Who had not reported to the end, and companions: areas that had, in the secret order, at least two, and with them as
	much of each figure as an area could have brought unseen: threshold-1, or all there is."""
	left_out = ~whole.settled
	if whole.settled.all() or threshold < 2:
		return np.zeros_like(left_out)
	others = [place for place in np.argsort(whole.rank, kind="stable") if whole.settled[place]]
	companions, rest = others[:FEWEST_COMPANIONS], others[FEWEST_COMPANIONS:]
	for field in small:
		figures = np.nan_to_num(whole.column(field))
		needed = min(figures[others].sum(), threshold - 1)
		while figures[companions].sum() < needed:
			companions.append(rest.pop(next_companion(figures[rest], needed)))
	left_out[companions] = True
	return left_out | (left_out.sum() == len(left_out) - 1)  # nobody stands alone


def next_companion(figures: np.ndarray, needed: float) -> int:
	"""Place of the first that brings all that is needed, or of whoever brings the most."""
	enough = np.flatnonzero(figures >= needed)
	return int(enough[0] if len(enough) else figures.argmax())


# --- the cells of one figure


def cells(
	values: np.ndarray, left_out: np.ndarray, rank: np.ndarray, threshold: int
) -> tuple[np.ndarray, np.ndarray]:
	"""(low, high) of one figure's cells: the first way of saying them by which no small one is given away."""
	known, given = np.nan_to_num(values), ~np.isnan(values)
	places = [place for place in np.argsort(rank, kind="stable") if given[place] and not left_out[place]]
	for low, high in ways(known, left_out, places, threshold):
		if is_safe(known, low, high, threshold):
			break
	blank = ~given & (low == high)
	return np.where(blank, np.nan, low), np.where(blank, np.nan, high)


def ways(
	known: np.ndarray, hidden: np.ndarray, places: list[int], threshold: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
	"""From saying much to saying nothing: small cells as ranges; some zeros among them, told from them by nothing; one
	large cell after the other as "threshold or more"; all cells withheld. What decides between them is public itself."""
	low, high = np.where(hidden, 0, known), np.where(hidden, OPEN, known)
	small = ~hidden & is_small(known, threshold)
	low[small], high[small] = 1, threshold - 1
	yield low, high
	if zeros := [place for place in places if known[place] == 0][:ZEROS]:
		mixed = small.copy()
		mixed[zeros] = True
		yield np.where(mixed, 0, low), np.where(mixed, threshold - 1, high)
	low, high = low.copy(), high.copy()
	for place in places:
		if known[place] >= threshold:
			low[place], high[place] = threshold, OPEN
			yield low, high
	yield np.zeros_like(known), np.full_like(known, OPEN)


def is_small(values: np.ndarray, threshold: int) -> np.ndarray:
	return (values >= 1) & (values < threshold)


def is_safe(known: np.ndarray, low: np.ndarray, high: np.ndarray, threshold: int) -> bool:
	"""Whether every small figure may still be anything from 1 to threshold-1, as far as its whole leaves room for that, for
	one who knows the whole and what is said of the other parts."""
	total, unsaid = known.sum(), ~(low == high)
	rest = total - low[~unsaid].sum()
	most = min(threshold - 1, total)
	return all(
		max(low[place], reach_down(place, rest, high, unsaid)) <= 1
		and min(high[place], reach_up(place, rest, low, unsaid)) >= most
		for place in np.flatnonzero(is_small(known, threshold))
	)


def reach_down(place: int, rest: float, high: np.ndarray, unsaid: np.ndarray) -> float:
	"""The least the cell can be: what is left when all others are as large as is said."""
	return rest - high[unsaid & (np.arange(len(high)) != place)].sum()


def reach_up(place: int, rest: float, low: np.ndarray, unsaid: np.ndarray) -> float:
	return rest - low[unsaid & (np.arange(len(low)) != place)].sum()


# --- a later version of a slot


def again(
	whole: Whole, before: Said, total_before: Mapping[str, float], small: list[str], threshold: int
) -> Said:
	"""What to say of a slot of which `before` was said when the whole's figures were `total_before`.

	What was withheld stays withheld. Cells that were exact follow the figures. Where a change can be seen in the whole and in
	no exact cell, or a figure that was exact is small now, the figure is said of no part any more; so is then every figure
	that changed with it, since they would tell where it happened.
	"""
	if not speaks_of_the_same(whole, before):
		return nothing(whole)
	before = before.of(whole.areas)
	known = [field for field in whole.fields if field in before.fields]
	watched = [field for field in known if field in small or has_ranges(field, before)]
	lost = {field for field in watched if not still_holds(field, whole, before, total_before, threshold)}
	if lost:
		lost |= {field for field in known if has_changed(field, whole, before)}
	return renewed(whole, before, lost | set(whole.fields) - set(known))


def speaks_of_the_same(whole: Whole, before: Said) -> bool:
	"""The same parts, and whoever was spoken of still stands as reported."""
	if set(whole.areas) != set(before.areas):
		return False
	return bool((whole.settled | before.of(whole.areas).left_out).all())


def has_ranges(field: str, before: Said) -> bool:
	return not (before.exact(field) | before.left_out).all()


def still_holds(
	field: str, whole: Whole, before: Said, total_before: Mapping[str, float], threshold: int
) -> bool:
	"""Whether the figure's cells can be said as before without giving a small one away."""
	known = np.nan_to_num(whole.column(field))
	(low, high), exact = before.column(field), before.exact(field)
	seen = (known - np.nan_to_num(low))[exact].sum()
	unseen = known.sum() - total_before.get(field, np.nan) - seen
	low, high = np.where(exact, known, low), np.where(exact, known, high)
	return bool(
		not is_small(known[exact], threshold).any()
		and ((low <= known) & (known <= high)).all()
		and (unseen == 0 or (before.left_out.any() and np.isfinite(unseen)))
		and (is_safe(known, low, high, threshold) or is_withheld(low, high))
	)


def is_withheld(low: np.ndarray, high: np.ndarray) -> bool:
	return bool((low == 0).all() and np.isinf(high).all())


def has_changed(field: str, whole: Whole, before: Said) -> bool:
	"""Whether a cell that was exact would be said otherwise."""
	exact = before.exact(field)
	was, now = before.column(field)[0][exact], whole.column(field)[exact]
	return not np.array_equal(was, now, equal_nan=True)


def renewed(whole: Whole, before: Said, lost: set[str]) -> Said:
	low, high = whole.values.copy(), whole.values.copy()
	for place, field in enumerate(whole.fields):
		if field in lost:
			low[:, place], high[:, place] = 0, OPEN
		else:
			ranged = ~before.exact(field)
			low[ranged, place], high[ranged, place] = (end[ranged] for end in before.column(field))
	low[before.left_out], high[before.left_out] = 0, OPEN
	return Said(whole.areas, whole.fields, low, high, before.left_out)


# --- which figures


@dataclass(frozen=True)
class Figure:
	"""An indicator chosen for communes. adds_up: its wholes are sums. `small`: the rule holds for it."""

	field: str
	group: str
	is_stock: bool
	adds_up: bool
	small: bool


def tellable(chosen: list[Figure], rules: list[set[str]]) -> list[str]:
	"""Those of the chosen figures that may be published side by side, in their order.

	The rule protects figures one by one. So of figures that are tied to each other, and of which any is small, the first alone
	is published. `rules`: for each rule that reports obey, the figures it names, those of the slot before as "previous.x".
	"""
	taken: list[Figure] = []
	for figure in chosen:
		if may_be_small(figure, rules) and not any(tied(figure, other, rules, taken) for other in taken):
			taken.append(figure)
	return [figure.field for figure in taken]


def may_be_small(figure: Figure, rules: list[set[str]]) -> bool:
	"""The rule protects sums, slot by slot: not a figure that a rule holds against its own last one."""
	before = f"previous.{figure.field}"
	return not figure.small or (figure.adds_up and not any(before in rule for rule in rules))


def tied(figure: Figure, other: Figure, rules: list[set[str]], taken: list[Figure]) -> bool:
	either = figure.small or other.small
	return either and (other.field in tied_by_rules(figure.field, rules) or balances(figure, other, taken))


def tied_by_rules(field: str, rules: list[set[str]]) -> set[str]:
	"""The figures that rules lead to from this one, over others in between."""
	found, named = {field}, [{name.removeprefix("previous.") for name in rule} for rule in rules]
	while more := {name for rule in named if rule & found for name in rule} - found:
		found |= more
	return found


def balances(figure: Figure, other: Figure, taken: list[Figure]) -> bool:
	"""A stock is yesterday's and what came in, less what went out: beside a stock, a group may show one flow."""
	group = [row for row in (*taken, figure) if row.group == figure.group]
	flows = [row for row in group if not row.is_stock]
	return other.group == figure.group and len(flows) > 1 and len(group) > len(flows)


# --- for levels, maps and the list of corrections


def band(value: float | None, edges: list[int]) -> tuple[int, int | None] | None:
	"""The band that the value lies in: (least, most), `most` None for the last; None if there is no value.

	`edges`: where bands begin, rising, the first one 0: [0, 20, 50, 150] has bands 0-19, 20-49, 50-149, 150 and more.
	What is said of a commune beside its figures (its level, and why) names bands and never the value.
	"""
	if value is None or np.isnan(value):
		return None
	place = int(np.searchsorted(edges, value, side="right")) - 1
	return edges[place], edges[place + 1] - 1 if place + 1 < len(edges) else None
