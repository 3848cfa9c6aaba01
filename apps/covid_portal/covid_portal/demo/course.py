"""What follows from the cases, slot by slot: the true figures of every commune, whoever reports them.

Every stock is carried exactly: what was there, plus what came, less what went. So the balance holds in the
figures a commune reports too, as long as it reports all the flows since its last report.
"""

import numpy as np

from covid_portal.demo import vaccination
from covid_portal.demo.place import Place
from covid_portal.demo.spread import WEEK, Found, defer, schedule
from covid_portal.demo.timeline import Timeline

Figures = dict[str, np.ndarray]

QUARANTINE_SLOTS = 28
ARRIVAL_SLOTS = 14
F2_SLOTS = 14
LOCKDOWN_SLOTS = 20

# Half-day steps from the finding of a case to recovery, about 11 to 20 days.
RECOVERY = (18, np.array([1, 2, 4, 6, 8, 9, 9, 8, 7, 6, 5, 4, 3, 2, 2, 1]) / 77)
DEATH = (12, np.full(14, 1 / 14))

# Of those treated in facilities: mild, oxygen, severe, ventilator, dies.
COURSES = np.array([0.925, 0.048, 0.016, 0.006, 0.005])
WORSE_AFTER = 6
VENTILATED_AFTER = 10


def follow(place: Place, timeline: Timeline, found: Found, rng: np.random.Generator) -> Figures:
	"""Matrices slot × commune (warm-up included), one for each figure of the situation report."""
	figures: Figures = {}
	figures |= _contacts(place, timeline, found, rng)
	figures |= _treatment(place, timeline, figures["new_cases"], rng)
	figures |= _tests(place, timeline, found, figures, rng)
	figures |= vaccination.follow(place, timeline, rng)
	figures |= _capacity(place, timeline, figures, rng)
	figures |= _arrivals(place, timeline, found, figures, rng)
	figures |= _control(place, figures, rng)
	return figures


def carried(new: np.ndarray, ended: np.ndarray) -> np.ndarray:
	"""The stock after each slot."""
	return np.cumsum(new - ended, axis=0)


def recently(flow: np.ndarray, slots: int) -> np.ndarray:
	"""Sum of a flow over the last `slots` slots, this one included."""
	total = np.cumsum(flow, axis=0)
	total[slots:] = total[slots:] - total[:-slots]
	return total


class _Stay:
	"""People who stay a fixed number of slots, unless they leave earlier; by slot of entry and commune."""

	def __init__(self, slots: int, communes: int, length: int) -> None:
		self.entered = np.zeros((slots, communes), dtype=np.int64)
		self.remaining = np.zeros_like(self.entered)
		self.ended = np.zeros_like(self.entered)
		self.length = length

	def enter(self, slot: int, persons: np.ndarray) -> None:
		self.entered[slot] = persons
		self.remaining[slot] = persons

	def release(self, slot: int) -> None:
		"""Those whose time is over."""
		if slot >= self.length:
			self.ended[slot] += self.remaining[slot - self.length]
			self.remaining[slot - self.length] = 0

	def leave(self, slot: int, persons: np.ndarray) -> np.ndarray:
		"""Up to `persons` of each commune leave now, the longest there first; how many did."""
		inside = self.remaining[max(0, slot - self.length) : slot]
		taken = np.clip(persons - (np.cumsum(inside, axis=0) - inside), 0, inside)
		inside -= taken
		self.ended[slot] += taken.sum(axis=0)
		return taken.sum(axis=0)

	def hand_over(self, slot: int, where: np.ndarray) -> None:
		"""Everyone of these communes is taken over by another body, at once."""
		window = slice(max(0, slot - self.length), slot + 1)
		self.ended[slot, where] += self.remaining[window, where].sum(axis=0)
		self.remaining[window, where] = 0

	def current(self) -> np.ndarray:
		return carried(self.entered, self.ended)


def _contacts(place: Place, timeline: Timeline, found: Found, rng: np.random.Generator) -> Figures:
	"""Cases by where they were found, and their contacts; a contact who becomes a case leaves quarantine."""
	shape = found.local.shape
	site, facility, home = (_Stay(*shape, QUARANTINE_SLOTS) for _ in range(3))
	second = _Stay(*shape, F2_SLOTS)
	among_contacts = np.zeros_like(found.local)
	at_site = np.where(place.highland > 0.5, 0.62, 0.44) * rng.uniform(0.8, 1.2, shape[1])
	week = recently(found.local, WEEK)
	for slot in range(shape[0]):
		cases = _among_contacts(found.local[slot], week[slot], rng)
		for stay in (site, home, facility):
			stay.release(slot)
			among_contacts[slot] += stay.leave(slot, cases - among_contacts[slot])
		new = _traced(found, among_contacts[slot], slot, rng)
		channels = _channels(new, at_site, rng)
		for stay, persons in zip((site, facility, home), channels, strict=True):
			stay.enter(slot, persons)
		_hand_over(slot, new, (site, facility, home), rng)
		second.release(slot)
		second.enter(slot, rng.poisson(new * rng.gamma(2.0, 1.1, len(new))))
	return {
		"new_cases": found.local + found.imported,
		"community_cases": found.local - among_contacts,
		"quarantine_cases": among_contacts,
		"imported_cases": found.imported,
		**_first_contacts(site, facility, home),
		**_quarantine(site, facility, home),
		"new_f2": second.entered,
		"followed_f2": second.current(),
		"ended_f2": second.ended,
	}


def _first_contacts(*stays: _Stay) -> Figures:
	return {
		"new_f1": sum(stay.entered for stay in stays),
		"followed_f1": sum(stay.current() for stay in stays),
		"ended_f1": sum(stay.ended for stay in stays),
	}


def _quarantine(site: _Stay, facility: _Stay, home: _Stay) -> Figures:
	figures: Figures = {}
	for name, stay in (("site", site), ("facility", facility), ("home", home)):
		figures[f"quarantine_{name}_current"] = stay.current()
		figures[f"quarantine_{name}_new"] = stay.entered
		figures[f"quarantine_{name}_ended"] = stay.ended
	return figures


def _among_contacts(local: np.ndarray, week: np.ndarray, rng: np.random.Generator) -> np.ndarray:
	"""The better known an outbreak, the more of its cases are found among people already in quarantine."""
	return rng.binomial(local, 0.35 + 0.4 * np.minimum(week / 12.0, 1.0))


def _traced(found: Found, among_contacts: np.ndarray, slot: int, rng: np.random.Generator) -> np.ndarray:
	community = found.local[slot] - among_contacts
	mean = 6.5 * community + 1.6 * among_contacts + 1.2 * found.imported[slot]
	return rng.poisson(mean * rng.gamma(1.6, 1 / 1.6, len(mean)))


def _channels(new: np.ndarray, at_site: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
	facility = rng.binomial(new, 0.04)
	site = rng.binomial(new - facility, at_site)
	return site, facility, new - facility - site


def _hand_over(slot: int, new: np.ndarray, stays: tuple[_Stay, ...], rng: np.random.Generator) -> None:
	"""Now and then a commune's few contacts are all taken to a site of the district, which counts them."""
	few = (new > 0) & (new < 12) & (rng.random(len(new)) < 0.012)
	for stay in stays:
		stay.hand_over(slot, few)


def _treatment(place: Place, timeline: Timeline, new_cases: np.ndarray, rng: np.random.Generator) -> Figures:
	"""Where and how cases are treated; a patient's course is drawn when the case is found."""
	to_home = np.where(place.highland > 0.5, 0.15, 0.38) * rng.uniform(0.6, 1.2, len(place.codes))
	at_home = rng.binomial(new_cases, to_home)
	in_facilities = rng.multinomial(new_cases - at_home, COURSES)
	home_out = _discharged(at_home, *RECOVERY, timeline, rng)
	out = [_discharged(in_facilities[..., course], *RECOVERY, timeline, rng) for course in range(4)]
	deaths = _discharged(in_facilities[..., 4], *DEATH, timeline, rng)
	facilities = carried(in_facilities.sum(axis=2), sum(out) + deaths)
	worse = [_delayed(in_facilities[..., c], out[c], WORSE_AFTER) for c in (1, 2, 3)]
	dying = _delayed(in_facilities[..., 4], deaths, WORSE_AFTER)
	severe = worse[1] + worse[2] + dying
	return {
		"under_treatment": facilities + carried(at_home, home_out),
		"treated_at_home": carried(at_home, home_out),
		"treated_in_facilities": facilities,
		"severe_cases": severe,
		"on_oxygen": worse[0] + severe,
		"on_ventilator": sum(
			_delayed(in_facilities[..., c], gone, VENTILATED_AFTER) for c, gone in ((3, out[3]), (4, deaths))
		),
		"recovered": home_out + sum(out),
		"deaths": deaths,
	}


def _discharged(
	admitted: np.ndarray, first: int, weights: np.ndarray, timeline: Timeline, rng: np.random.Generator
) -> np.ndarray:
	"""How many leave in each slot; discharges are papers signed by day."""
	due = np.zeros_like(admitted)
	for slot in range(len(due)):
		schedule(due, slot, admitted[slot], first, weights, rng)
		defer(due, slot, 0.75 if timeline.morning[slot] else 0.1, rng)
	return due


def _delayed(admitted: np.ndarray, left: np.ndarray, after: int) -> np.ndarray:
	"""The stock of those whose state sets in `after` slots from admission and lasts until they leave."""
	begun = np.zeros_like(admitted)
	begun[after:] = admitted[:-after]
	return carried(begun, left)


def _tests(
	place: Place, timeline: Timeline, found: Found, figures: Figures, rng: np.random.Generator
) -> Figures:
	pcr = _pcr_samples(timeline, found, figures, rng)
	rapid = _rapid_samples(place, timeline, found, figures, rng)
	positive = rng.binomial(figures["community_cases"], 0.55) + rng.binomial(rapid, 0.0004)
	rapid_positive = np.minimum(positive, rapid)
	unclear = rng.binomial(rapid - rapid_positive, 0.0006)
	pcr, negative, pending = _laboratory(timeline, pcr, figures["new_cases"], rng)
	return {
		"samples_taken": pcr + rapid,
		"pcr_samples": pcr,
		"pcr_positive": figures["new_cases"],
		"pcr_negative": negative,
		"pcr_pending": pending,
		"rapid_samples": rapid,
		"rapid_positive": rapid_positive,
		"rapid_negative": rapid - rapid_positive - unclear,
	}


def _activity(timeline: Timeline, night: float, sunday: float) -> np.ndarray:
	"""By slot: what of a day's work falls into it."""
	return np.where(timeline.morning, night, 1.0 - night) * np.where(timeline.weekend, sunday, 1.0)


def _pcr_samples(timeline: Timeline, found: Found, figures: Figures, rng: np.random.Generator) -> np.ndarray:
	work = _activity(timeline, night=0.3, sunday=0.7)[:, None]
	contacts = 2.0 * figures["new_f1"] + work * 0.24 * figures["followed_f1"]
	others = work * (0.12 * figures["followed_f2"] + 0.15 * found.arrivals)
	return rng.poisson(contacts + others + 1.5 * figures["new_cases"])


def _rapid_samples(
	place: Place, timeline: Timeline, found: Found, figures: Figures, rng: np.random.Generator
) -> np.ndarray:
	"""Routine tests of workers, drivers, patients; where an outbreak is screened, whole neighbourhoods."""
	work = _activity(timeline, night=0.12, sunday=0.55)[:, None]
	routine = 0.0011 * place.total * rng.gamma(1.2, 1 / 1.2, found.local.shape)
	neighbourhoods = found.screened * rng.uniform(0.04, 0.16, found.local.shape) * place.total
	return rng.poisson(work * (routine + 0.5 * found.arrivals) + neighbourhoods + 0.6 * figures["new_f1"])


def _laboratory(
	timeline: Timeline, samples: np.ndarray, positive: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
	"""Samples taken, negative results, and what is pending: each slot the laboratories finish a good part."""
	samples, negative, pending = samples.copy(), np.zeros_like(samples), np.zeros_like(samples)
	waiting = np.zeros_like(samples[0])
	for slot in range(len(samples)):
		# Each positive was a sample once: at the least it was taken now.
		samples[slot] = np.maximum(samples[slot], positive[slot] - waiting)
		open_ = waiting + samples[slot] - positive[slot]
		negative[slot] = rng.binomial(open_, 0.55 if timeline.morning[slot] else 0.75)
		pending[slot] = waiting = open_ - negative[slot]
	return samples, negative, pending


def _capacity(place: Place, timeline: Timeline, figures: Figures, rng: np.random.Generator) -> Figures:
	"""Beds stand in a few communes of each district and take its patients; more are set up in time."""
	hosts = [place.largest(d, _hosts(place, d)) for d in range(len(place.districts))]
	patients = place.by_district(figures["treated_in_facilities"])
	beds, used = np.zeros_like(figures["new_cases"]), np.zeros_like(figures["new_cases"])
	for district, at in enumerate(hosts):
		each = -(-patients[:, district] // len(at))
		used[:, at] = (patients[:, [district]] + np.arange(len(at))) // len(at)
		planned = 20 * int(rng.integers(2, 5))
		beds[:, at] = np.maximum(np.maximum.accumulate(-(-each * 115 // 2000) * 20), planned)[:, None]
	week = recently(figures["new_cases"], WEEK)
	standing = (rng.random(len(place.codes)) < 0.3).astype(np.int64)
	return {
		"treatment_beds": beds,
		"treatment_beds_used": used,
		"oxygen_points": beds // 25 + rng.integers(0, 2, len(place.codes)),
		"mobile_stations": standing + (week >= 5) + (week >= 20),
	}


def _hosts(place: Place, district: int) -> int:
	return 1 + int(place.total[place.district == district].sum() // 90_000)


def _arrivals(
	place: Place, timeline: Timeline, found: Found, figures: Figures, rng: np.random.Generator
) -> Figures:
	"""Part of the arrivals stay at home for a week: they join the contacts in home quarantine."""
	stay = _Stay(*found.arrivals.shape, ARRIVAL_SLOTS)
	for slot in range(timeline.slots):
		stay.release(slot)
		stay.enter(slot, rng.binomial(found.arrivals[slot], 0.35))
	by_day = np.where(timeline.morning, 0.2, 1.0)[:, None]
	others = 0.4 * found.arrivals + by_day * 0.00025 * place.total
	at_risk = 0.012 + 0.05 * np.minimum(recently(figures["community_cases"], WEEK), 10) / 10
	return {
		"arrivals": found.arrivals,
		"health_declarations": found.arrivals + rng.poisson(others),
		"sanctions": rng.poisson(by_day * at_risk),
		"quarantine_home_new": figures["quarantine_home_new"] + stay.entered,
		"quarantine_home_ended": figures["quarantine_home_ended"] + stay.ended,
		"quarantine_home_current": figures["quarantine_home_current"] + stay.current(),
	}


def _control(place: Place, figures: Figures, rng: np.random.Generator) -> Figures:
	"""A cluster closes a hamlet or a street for ten days; roads into it and at the edges are watched."""
	community = figures["community_cases"]
	closed = np.minimum(community // 3 + rng.binomial(np.minimum(community, 3), 0.12), 3)
	areas = recently(closed, LOCKDOWN_SLOTS)
	edge = rng.random(len(place.codes)) < 0.03 + 0.12 * place.highland
	return {"lockdown_areas": areas, "checkpoints": edge + areas + (areas > 2)}
