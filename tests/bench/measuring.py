"""How things are timed: two sides in turn, A B A B, so that a busy machine slows both alike; medians, within a time."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median

LEAST = 5  # rounds, however long they take


@dataclass(frozen=True)
class Result:
	"""A figure beside its reference, both in milliseconds where the case names no other unit; `ratio` is what the target is set on."""

	case: str
	figure: float
	reference: float
	target: float
	rounds: int
	note: str = ""
	limit: float | None = None  # milliseconds it may take besides, where a requirement says so

	@property
	def ratio(self) -> float:
		return self.figure / self.reference

	@property
	def passes(self) -> bool:
		return self.ratio <= self.target and (self.limit is None or self.figure <= self.limit)

	def row(self) -> dict:
		return {**asdict(self), "ratio": round(self.ratio, 4), "passes": self.passes}


def in_turn(
	ours: Callable[[], object], theirs: Callable[[], object], rounds: int, seconds: float
) -> tuple[list, list]:
	"""Milliseconds of each call: so many rounds, or as many as fit into the time; one of each goes first, untimed."""
	ours(), theirs()
	figures, references, end = [], [], time.monotonic() + seconds
	while len(figures) < rounds and (time.monotonic() < end or len(figures) < LEAST):
		figures.append(timed(ours))
		references.append(timed(theirs))
	return figures, references


def timed(act: Callable[[], object]) -> float:
	started = time.perf_counter()
	act()
	return (time.perf_counter() - started) * 1000


def compared(
	case: str,
	figures: list[float],
	references: list[float],
	target: float,
	note: str = "",
	limit: float | None = None,
) -> Result:
	return Result(
		case, round(median(figures), 1), round(median(references), 1), target, len(figures), note, limit
	)


def table(results: list[Result]) -> str:
	"""The results as a person reads them in a terminal."""
	lines = [("case", "ours (ms)", "reference (ms)", "ratio", "target", "rounds", "", "reference")]
	lines += [
		(
			result.case,
			f"{result.figure:.1f}",
			f"{result.reference:.1f}",
			f"{result.ratio:.3g}",
			f"≤ {result.target:g}" + (f", {result.limit:g} ms" if result.limit else ""),
			str(result.rounds),
			"PASS" if result.passes else "MISS",
			result.note,
		)
		for result in results
	]
	widths = [max(len(line[column]) for line in lines) for column in range(8)]
	return "\n".join(
		"  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
		for line in lines
	)
