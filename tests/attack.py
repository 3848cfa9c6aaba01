"""What a reader can work out who kept every version of every file: the least and the most that a withheld figure can be.

One figure of the parts of one whole in one slot, over the versions of the slot. Known are the whole in every version, what is
said of each part, how many had reported, whether the list of corrections speaks of the figure; and that a part of which
nothing is said changes only by reporting late. Solved exactly, as an integer programme. Nothing here knows the portal's code.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class Version:
	"""total: the whole. low, high: by part what is said of it (the same: exact; infinite: open). silent: by part, whether
	nothing is said of it, so that it may not have reported. missing: how many had not. corrected: since the version before."""

	total: int
	low: np.ndarray
	high: np.ndarray
	silent: np.ndarray
	missing: int
	corrected: bool = False
	carried: bool = False

	def without_parts(self) -> "Version":
		"""As one knows it to whom only wholes are published."""
		parts = len(self.low)
		return Version(
			self.total,
			np.zeros(parts),
			np.full(parts, np.inf),
			np.ones(parts, dtype=bool),
			self.missing,
			self.corrected,
			self.carried,
		)


class Programme:
	"""Unknowns for each version v and part a: the figure x, whether it has reported r, whether it changes before the next
	version c."""

	def __init__(self, versions: list[Version]) -> None:
		self.versions, self.parts = versions, len(versions[0].low)
		self.most = max(version.total for version in versions)
		self.size = 3 * len(versions) * self.parts
		self.rows: list[dict[int, float]] = []
		self.low: list[float] = []
		self.high: list[float] = []
		for number in range(len(versions)):
			self.say_sums(number)
			self.say_who_reported(number)
			if number + 1 < len(versions):
				self.say_what_may_change(number)

	def at(self, kind: int, version: int, part: int) -> int:
		return (kind * len(self.versions) + version) * self.parts + part

	def x(self, version: int, part: int) -> int:
		return self.at(0, version, part)

	def r(self, version: int, part: int) -> int:
		return self.at(1, version, part)

	def c(self, version: int, part: int) -> int:
		return self.at(2, version, part)

	def say(self, terms: dict[int, float], low: float, high: float) -> None:
		self.rows.append(terms)
		self.low.append(low)
		self.high.append(high)

	def say_sums(self, number: int) -> None:
		total = self.versions[number].total
		self.say({self.x(number, part): 1 for part in range(self.parts)}, total, total)

	def say_who_reported(self, number: int) -> None:
		version = self.versions[number]
		reported = self.parts - version.missing
		self.say({self.r(number, part): 1 for part in range(self.parts)}, reported, reported)
		for part in [] if version.carried else np.flatnonzero(version.silent):
			self.say({self.x(number, part): 1, self.r(number, part): -self.most}, -np.inf, 0)

	def say_what_may_change(self, number: int) -> None:
		now, then = self.versions[number], self.versions[number + 1]
		for part in range(self.parts):
			step = {self.x(number + 1, part): 1, self.x(number, part): -1}
			self.say({**step, self.c(number, part): -self.most}, -np.inf, 0)
			self.say({**step, self.c(number, part): self.most}, 0, np.inf)
			late = {self.r(number + 1, part): 1, self.r(number, part): -1}
			self.say(late, 0, 1)
			if not then.corrected:
				self.say(
					{self.c(number, part): 1, **{key: -value for key, value in late.items()}}, -np.inf, 0
				)
		if then.missing > now.missing:
			raise ValueError("a report that counted does no more")

	@cached_property
	def limits(self) -> LinearConstraint:
		starts = np.cumsum([0, *(len(terms) for terms in self.rows)])
		places = [place for terms in self.rows for place in terms]
		values = [value for terms in self.rows for value in terms.values()]
		matrix = csr_matrix((values, places, starts), shape=(len(self.rows), self.size))
		return LinearConstraint(matrix, self.low, self.high)

	@cached_property
	def bounds(self) -> Bounds:
		low, high = np.zeros(self.size), np.ones(self.size)
		for number, version in enumerate(self.versions):
			for part in range(self.parts):
				low[self.x(number, part)] = version.low[part]
				high[self.x(number, part)] = min(version.high[part], self.most)
				low[self.r(number, part)] = 0 if version.silent[part] else 1
		return Bounds(low, high)

	def ends(self, version: int, part: int) -> tuple[int, int]:
		"""(least, most) of a part's figure in a version."""
		target = np.zeros(self.size)
		target[self.x(version, part)] = 1
		found = []
		for sign in (1, -1):
			answer = milp(
				sign * target,
				integrality=np.ones(self.size),
				bounds=self.bounds,
				constraints=self.limits,
			)
			assert answer.success, answer.message
			found.append(round(sign * answer.fun))
		return found[0], found[1]


def given_away(versions: list[Version], at: int, parts: list[int], threshold: int) -> list[int]:
	"""Those of the parts with a small figure for which what is said of parts excludes, in the version `at`, a value from 1 to
	threshold-1 that the wholes alone leave possible."""
	programme, found = Programme(versions), []
	wholes = Programme([version.without_parts() for version in versions])
	for part in parts:
		least, most = programme.ends(at, part)
		if least > 1 or most < threshold - 1:
			bare_least, bare_most = wholes.ends(at, part)
			if least > max(bare_least, 1) or most < min(bare_most, threshold - 1):
				found.append(part)
	return found
