"""Timing two things side by side in one run: taken in turn, so that a machine whose speed drifts treats both alike."""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Case:
	"""A figure beside its reference, in milliseconds, and the ratio the project promises at the most."""

	name: str
	ours_ms: float
	reference: str
	reference_ms: float
	most: float | None
	runs: int

	@property
	def ratio(self) -> float:
		return self.ours_ms / self.reference_ms

	@property
	def holds(self) -> bool:
		return self.most is None or self.ratio <= self.most

	def row(self) -> dict:
		return {**asdict(self), "ratio": round(self.ratio, 3), "holds": self.holds}


def in_turn(ours: Callable[[], object], reference: Callable[[], object], runs: int) -> tuple[float, float]:
	"""Median milliseconds of both, after one run of each that does not count."""
	ours(), reference()
	samples = [(milliseconds(ours), milliseconds(reference)) for _run in range(runs)]
	return statistics.median(row[0] for row in samples), statistics.median(row[1] for row in samples)


def milliseconds(call: Callable[[], object]) -> float:
	started = time.perf_counter()
	call()
	return (time.perf_counter() - started) * 1000


def many_at_once(call: Callable[[], object], at_once: int, times: int) -> Callable[[], None]:
	"""A call that makes `times` calls, so many at once."""

	def burst() -> None:
		with ThreadPoolExecutor(at_once) as pool:
			for done in [pool.submit(call) for _call in range(times)]:
				done.result()

	return burst
