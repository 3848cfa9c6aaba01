"""Vaccination: sessions on some days in some communes, and how many have had which dose after each slot."""

import numpy as np

from covid_portal.demo.place import Place
from covid_portal.demo.timeline import Timeline


def follow(place: Place, timeline: Timeline, rng: np.random.Generator) -> dict[str, np.ndarray]:
	"""Sessions on some days, by what each group still lacks; two doses never outrun the first."""
	slots, communes = timeline.slots, len(place.codes)
	names = ("doses_given", "adults_one_dose", "adults_two_doses", "adults_booster")
	names += ("elderly_two_doses", "teens_one_dose", "teens_two_doses")
	figures = {name: np.zeros((slots, communes), dtype=np.int64) for name in names}
	now = _vaccinated_at_first(place, rng)
	ceiling = _ceiling(place, rng)
	session = rng.random((slots, communes)) < _session_chance(timeline)[:, None]
	for slot in range(slots):
		doses = _session(place, now, ceiling, session[slot], rng)
		for name, stock in now.items():
			figures[name][slot] = stock
		figures["doses_given"][slot] = doses
	return figures


def _vaccinated_at_first(place: Place, rng: np.random.Generator) -> dict[str, np.ndarray]:
	communes = len(place.codes)
	share = np.clip(rng.normal(0.77 - 0.06 * place.highland, 0.04, communes), 0.55, 0.9)
	share[_crowded(place)] = (0.98, 0.94)[: len(_crowded(place))]
	one = place.adults * share
	two = one * np.clip(rng.normal(0.52, 0.06, communes), 0.3, 0.75)
	shares = {
		"adults_one_dose": one,
		"adults_two_doses": two,
		"adults_booster": two * rng.uniform(0.002, 0.012, communes),
		"elderly_two_doses": place.elderly * rng.uniform(0.45, 0.7, communes),
		"teens_one_dose": place.teens * rng.uniform(0.05, 0.25, communes),
		"teens_two_doses": place.teens * rng.uniform(0.0, 0.02, communes),
	}
	return {name: share.astype(np.int64) for name, share in shares.items()}


def _crowded(place: Place) -> np.ndarray:
	"""Communes whose factories draw workers registered elsewhere, and vaccinate them."""
	return place.largest(place.hub, 2)


def _ceiling(place: Place, rng: np.random.Generator) -> np.ndarray:
	"""Adults who will ever come; where large factories stand, more than are registered there."""
	ceiling = place.adults * np.clip(rng.normal(0.93, 0.02, len(place.codes)), 0.85, 0.97)
	crowded = _crowded(place)
	ceiling[crowded] = place.adults[crowded] * 1.06
	return ceiling.astype(np.int64)


def _session_chance(timeline: Timeline) -> np.ndarray:
	return np.where(timeline.morning, 0.03, 0.21) * np.where(timeline.weekend, 0.55, 1.0)


def _session(
	place: Place, now: dict[str, np.ndarray], ceiling: np.ndarray, held: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
	"""One slot's doses; moves the stocks in `now`. Who comes is limited by who is left."""
	come = rng.binomial(place.adults, np.where(held, rng.uniform(0.01, 0.06, len(held)), 0.0))
	children = rng.binomial(place.teens, np.where(held, rng.uniform(0.0, 0.12, len(held)), 0.0))
	first = rng.binomial(come, np.where(ceiling > place.adults, 0.7, 0.22))
	second = rng.binomial(come - first, 0.75)
	booster = rng.binomial(come - first - second, 0.15)
	first = np.minimum(first, np.maximum(ceiling - now["adults_one_dose"], 0))
	second = np.minimum(second, (now["adults_one_dose"] - now["adults_two_doses"]) // 2)
	booster = np.minimum(booster, now["adults_two_doses"] - now["adults_booster"])
	elderly = rng.binomial(second, 0.1)
	elderly = np.minimum(elderly, np.maximum(place.elderly * 9 // 10 - now["elderly_two_doses"], 0))
	teens = np.minimum(children, np.maximum(place.teens * 9 // 10 - now["teens_one_dose"], 0))
	teens_second = np.minimum(rng.binomial(children, 0.05), now["teens_one_dose"] - now["teens_two_doses"])
	added = (first, second, booster, elderly, teens, teens_second)
	for name, persons in zip(tuple(now), added, strict=True):
		now[name] = now[name] + persons
	return first + second + booster + teens + teens_second
