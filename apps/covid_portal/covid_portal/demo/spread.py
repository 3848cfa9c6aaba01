"""Infections, by a renewal process on the communes, and the day each is found.

A commune's infections of the last ten days press on itself, on the rest of its district, and by gravity
(people over distance squared) on the other districts. Control measures answer to what was found in the last
week, in the district and in the province: so an outbreak rises, is fought down, and has meanwhile reached the
neighbours.
One commune's outbreak differs much from the next (overdispersion). One step is one slot, half a day.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from covid_portal.demo.place import Place
from covid_portal.demo.timeline import Timeline

REPRODUCTION = 2.1
DISPERSION = 0.35
WEEK = 14

# Where an infection acts: own commune, own district, elsewhere.
MIXING = (0.58, 0.27, 0.15)

# Cases found a day, per 100,000, at which the province's measures halve the reproduction number; a district
# bears several times as much.
TOLERATED = 1.8
TOLERATED_LOCALLY = 4.0


class Source(NamedTuple):
	"""Infections that start an outbreak in the largest communes of a district.

	Days count from the first reported one; on day `screened` all are tested, and many are found at once.
	"""

	persons: int
	communes: int
	day: int
	screened: int | None = None


FACTORY = Source(34, 5, -20)
MARKET = Source(26, 4, -11)
SECOND_FACTORY = Source(30, 1, 2, screened=5)
FUNERAL = Source(25, 1, 7, screened=10)

ARRIVALS_PER_100_000 = 62.0
INFECTED_ARRIVALS = 0.0032
# What an infected arrival, met at the commune and kept at home, infects compared with others; it is more in
# the highlands, where a home is one room.
LEAK, LEAK_IN_HIGHLANDS = 0.01, 0.06


@dataclass(frozen=True)
class Found:
	"""Matrices slot × commune. `local` cases include those among contacts; `screened`: tested en masse."""

	local: np.ndarray
	imported: np.ndarray
	arrivals: np.ndarray
	screened: np.ndarray


def _weights(first: int, last: int, peak: float) -> np.ndarray:
	"""A discrete bell over `first`..`last` slots, leaning to the early side, adding up to 1."""
	steps = np.arange(first, last + 1, dtype=float)
	weights = (steps - first + 1.0) * np.exp(-(steps - first + 1.0) / (peak - first + 1.0))
	return weights / weights.sum()


GENERATION = _weights(3, 20, 8)
DETECTION = (5, _weights(5, 16, 9))
DETECTION_OF_ARRIVALS = (1, _weights(1, 8, 3))


def find(place: Place, timeline: Timeline, rng: np.random.Generator) -> Found:
	arrivals = _arrivals(place, timeline, rng)
	infected_arrivals = rng.binomial(arrivals, INFECTED_ARRIVALS)
	imported = _found_later(infected_arrivals, *DETECTION_OF_ARRIVALS, timeline, rng)
	local, screened = _outbreaks(place, timeline, infected_arrivals, rng)
	return Found(local=local, imported=imported, arrivals=arrivals, screened=screened)


def schedule(
	due: np.ndarray, slot: int, persons: np.ndarray, first: int, weights: np.ndarray, rng: np.random.Generator
) -> None:
	"""Add `persons` (by commune) to `due`, in place: spread by the weights over slots from `slot + first`."""
	ahead = due[slot + first : slot + first + len(weights)]
	ahead += rng.multinomial(persons, weights).T[: len(ahead)]


def defer(due: np.ndarray, slot: int, share: float, rng: np.random.Generator) -> None:
	"""Part of what is due now happens in the next slot only: at night and on Sundays little is settled."""
	if slot + 1 < len(due):
		later = rng.binomial(due[slot], share)
		due[slot] -= later
		due[slot + 1] += later


def _arrivals(place: Place, timeline: Timeline, rng: np.random.Generator) -> np.ndarray:
	"""People coming home from the south: the remoter the district, the more had left it for work."""
	home = place.total * (1.0 + 2.0 * np.isin(place.district, place.remote) + place.highland)
	a_day = ARRIVALS_PER_100_000 / 1e5 * place.total.sum() * home / home.sum()
	of_slot = np.where(timeline.morning, 0.35, 0.65) * np.where(timeline.weekend, 1.25, 1.0)
	ebb = np.linspace(1.25, 0.9, timeline.slots)
	# Buses: people come in groups.
	return rng.poisson(np.outer(of_slot * ebb, a_day) * rng.gamma(0.9, 1 / 0.9, (timeline.slots, len(a_day))))


def _found_later(
	infected: np.ndarray, first: int, weights: np.ndarray, timeline: Timeline, rng: np.random.Generator
) -> np.ndarray:
	due = np.zeros_like(infected)
	for slot in range(timeline.slots):
		schedule(due, slot, infected[slot], first, weights, rng)
		defer(due, slot, _deferred(timeline, slot), rng)
	return due


def _outbreaks(
	place: Place, timeline: Timeline, infected_arrivals: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
	infected = np.zeros((timeline.slots, len(place.codes)), dtype=np.int64)
	due = np.zeros_like(infected)
	sources, screened = _sources(place, timeline, rng)
	gravity = _gravity(place)
	leak = LEAK + LEAK_IN_HIGHLANDS * place.highland
	for slot in range(timeline.slots):
		pressure = _pressure(infected + leak * infected_arrivals, slot)
		mean = _reproduction(place, due, slot) * _mixed(place, gravity, pressure)
		infected[slot] = rng.poisson(mean * rng.gamma(DISPERSION, 1 / DISPERSION, len(mean))) + sources[slot]
		schedule(due, slot, infected[slot], *DETECTION, rng)
		screened[slot] |= _to_screen(due, screened, slot, timeline, rng)
		_screen(due, slot, screened[slot], rng)
		defer(due, slot, _deferred(timeline, slot), rng)
	return due, screened


def _sources(place: Place, timeline: Timeline, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
	"""Infections the process starts from, and where and when they are known to be tested through.

	An industrial zone, a market, later a second workplace near the first and a funeral in the country.
	"""
	# A slot more, for what lies beyond the last.
	infected = np.zeros((timeline.slots + 1, len(place.codes)), dtype=np.int64)
	screened = np.zeros(infected.shape, dtype=bool)
	starts = ((place.hub, FACTORY), (place.market, MARKET), *_later_sources(place))
	for district, source in starts:
		at = place.largest(district, source.communes)
		shares = np.full(len(at), 1 / len(at))
		infected[timeline.afternoon(source.day), at] += rng.multinomial(source.persons, shares)
		if source.screened is not None:
			screened[timeline.afternoon(source.screened), at] = True
	return infected[:-1], screened[:-1]


def _later_sources(place: Place) -> tuple[tuple[int, Source], ...]:
	by_distance = [int(d) for d in np.argsort(place.km[place.hub], kind="stable") if d not in place.seeded]
	if len(by_distance) < 2:
		return ()
	return (by_distance[0], SECOND_FACTORY), (by_distance[len(by_distance) // 2], FUNERAL)


def _gravity(place: Place) -> np.ndarray:
	"""Row d: how the pressure that leaves district d is shared among the others."""
	persons = np.bincount(place.district, place.total)
	pull = persons / (8.0 + place.km) ** 2
	np.fill_diagonal(pull, 0.0)
	return pull / np.maximum(pull.sum(axis=1, keepdims=True), 1e-12)


def _pressure(infected: np.ndarray, slot: int) -> np.ndarray:
	past = infected[max(0, slot - 2 - len(GENERATION)) : max(0, slot - 2)][::-1]
	return GENERATION[: len(past)] @ past


def _mixed(place: Place, gravity: np.ndarray, pressure: np.ndarray) -> np.ndarray:
	own, around, elsewhere = MIXING
	districts = np.bincount(place.district, pressure, minlength=len(place.districts))
	reaching = around * districts + elsewhere * (districts @ gravity)
	return own * pressure + reaching[place.district] * place.share


def _reproduction(place: Place, due: np.ndarray, slot: int) -> np.ndarray:
	"""By commune, from what its district and the province found in the last week."""
	week = due[max(0, slot - WEEK) : slot].sum(axis=0) / 7.0
	persons = np.bincount(place.district, place.total)
	district = 1e5 * np.bincount(place.district, week, minlength=len(persons)) / persons
	province = 1e5 * week.sum() / persons.sum()
	measures = 0.6 * province / TOLERATED + 0.4 * district[place.district] / TOLERATED_LOCALLY
	return REPRODUCTION / (1.0 + measures)


def _to_screen(
	due: np.ndarray, screened: np.ndarray, slot: int, timeline: Timeline, rng: np.random.Generator
) -> np.ndarray:
	"""Communes that test whole neighbourhoods now: several cases in a day, and not done in the last three."""
	several = due[max(0, slot - 2) : slot].sum(axis=0) >= 3
	lately = screened[max(0, slot - 6) : slot].any(axis=0)
	return several & ~lately & (rng.random(len(several)) < (0.25 if timeline.morning[slot] else 0.6))


def _screen(due: np.ndarray, slot: int, where: np.ndarray, rng: np.random.Generator) -> None:
	"""Mass screening finds at once a good part of what would have been found in the days to come."""
	ahead = due[slot + 1 : slot + 10, where]
	early = rng.binomial(ahead, 0.7)
	due[slot + 1 : slot + 10, where] = ahead - early
	due[slot, where] += early.sum(axis=0)


def _deferred(timeline: Timeline, slot: int) -> float:
	return 0.3 * timeline.morning[slot] + 0.2 * timeline.weekend[slot]
