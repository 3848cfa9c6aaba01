"""Who reports a slot, when, and what becomes of it.

Most communes report in the hour before the slot's time; remote ones and weekends do worse. Past slots are
settled, the last but one nearly so, and the last is still open.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from covid_portal.demo.place import Place
from covid_portal.demo.timeline import Timeline
from covid_portal.demo.wording import RETURN_REASONS

ACCEPTED, PROVISIONAL, WAITING, RETURNED, DRAFT, MISSING = OUTCOMES = (
	"accepted",
	"provisional",
	"waiting",
	"returned",
	"draft",
	"missing",
)
SENT = (ACCEPTED, PROVISIONAL, WAITING, RETURNED)

MISSED, LATE, RETURNED_ONCE = 0.015, 0.02, 0.015

# The slot before the open one: this many communes missing and awaiting the province.
BEFORE = {MISSING: 6, PROVISIONAL: 4}

# The open slot: what waits where, so that every step of a tour has something to act on.
WAITING_AT_HUB, WAITING_REMOTEST, WAITING_DISTRICTS = 6, 3, 6
OPEN_RETURNED, OPEN_DRAFTS, LEFT_TO_FILL_IN = 2, 5, 2

EARLIEST_MINUTES, LATEST_MINUTES = 70, 40

# Optional figures a commune may be in the habit of leaving out, all of a group together.
HABITS = {
	("treatment_beds", "treatment_beds_used", "oxygen_points"): 0.06,
	("mobile_stations",): 0.05,
	("arrivals", "health_declarations"): 0.05,
	("sanctions",): 0.06,
	("new_f2", "followed_f2", "ended_f2"): 0.04,
	("quarantine_facility_current", "quarantine_facility_new", "quarantine_facility_ended"): 0.03,
	("elderly_two_doses",): 0.03,
	("teens_one_dose", "teens_two_doses"): 0.05,
	("lockdown_areas", "checkpoints"): 0.03,
}
# And what anybody forgets once in a while: figures no later report is reckoned from.
FORGOTTEN = {"oxygen_points": 0.008, "mobile_stations": 0.008, "checkpoints": 0.005, "teens_two_doses": 0.004}


@dataclass
class Conduct:
	"""Matrices slot × commune; times are NaT where a thing has not happened."""

	outcome: np.ndarray
	late: np.ndarray
	returned_once: np.ndarray
	return_reason: np.ndarray
	first_submitted_at: np.ndarray
	returned_at: np.ndarray
	submitted_at: np.ndarray
	decided_at: np.ndarray
	approved_at: np.ndarray

	@property
	def sent(self) -> np.ndarray:
		return np.isin(self.outcome, SENT)


def conduct(
	place: Place,
	timeline: Timeline,
	cut_off_minutes: int,
	open_window: tuple[datetime, datetime],
	rng: np.random.Generator,
) -> Conduct:
	"""How each commune reports each slot. `open_window`: since when the open slot takes reports, and now."""
	care = _carelessness(place, timeline)
	outcome = _outcomes(place, care, rng)
	settled = np.isin(outcome, (ACCEPTED, PROVISIONAL))
	settled[-1] = False
	late = settled & (rng.random(care.shape) < LATE * care)
	again = settled & (outcome == ACCEPTED) & ~late & (rng.random(care.shape) < RETURNED_ONCE * care)
	reasons = rng.choice(np.array(RETURN_REASONS, dtype=object), care.shape)
	reasons[~again & (outcome != RETURNED)] = ""
	times = _times(timeline, outcome, late, again, cut_off_minutes, open_window, rng)
	return Conduct(outcome, late, again, reasons, *times)


def blanks(place: Place, slots: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
	"""Slot × commune, true where an optional figure is not answered: out of habit, or forgotten."""
	communes = len(place.codes)
	left_out = {}
	for figures, share in HABITS.items():
		habit = rng.random(communes) < share * (0.7 + 1.2 * place.highland)
		left_out |= dict.fromkeys(figures, np.tile(habit, (slots, 1)))
	for figure, share in FORGOTTEN.items():
		left_out[figure] = left_out[figure] | (rng.random((slots, communes)) < share)
	return left_out


def _carelessness(place: Place, timeline: Timeline) -> np.ndarray:
	"""How much likelier than others a commune misses a slot or is late: 1 on average."""
	weekend = np.where(timeline.weekend[timeline.reported], 1.6, 1.0)
	care = np.outer(weekend, 0.6 + 3.0 * place.highland)
	return care / care.mean()


def _outcomes(place: Place, care: np.ndarray, rng: np.random.Generator) -> np.ndarray:
	outcome = np.where(rng.random(care.shape) < MISSED * care, MISSING, ACCEPTED).astype(object)
	if len(outcome) > 1:
		outcome[-2] = _slot_before(place, care[-2], rng)
	outcome[-1] = _open_slot(place, rng)
	return outcome


def _slot_before(place: Place, care: np.ndarray, rng: np.random.Generator) -> np.ndarray:
	outcome = np.full(len(care), ACCEPTED, dtype=object)
	picked = rng.choice(len(care), min(len(care), sum(BEFORE.values())), replace=False, p=care / care.sum())
	outcome[picked] = np.repeat(list(BEFORE), list(BEFORE.values()))[: len(picked)]
	return outcome


def _open_slot(place: Place, rng: np.random.Generator) -> np.ndarray:
	"""About half have sent. The remotest district's first communes are left for the visitor to fill in."""
	communes = len(place.codes)
	eagerness = rng.uniform(0.42, 0.62, len(place.districts))[place.district]
	sent = rng.random(communes) < eagerness
	settled = np.where(rng.random(communes) < 0.72, ACCEPTED, PROVISIONAL)
	outcome = np.where(sent, settled, MISSING).astype(object)
	free = rng.permutation(communes)
	to_fill_in = np.flatnonzero(place.district == place.remotest)[:LEFT_TO_FILL_IN]
	outcome[to_fill_in] = MISSING
	free = free[~np.isin(free, to_fill_in)]
	for district, count in _waiting(place, rng):
		outcome[free[place.district[free] == district][:count]] = WAITING
	free = free[outcome[free] != WAITING]
	outcome[free[:OPEN_RETURNED]] = RETURNED
	outcome[free[OPEN_RETURNED : OPEN_RETURNED + OPEN_DRAFTS]] = DRAFT
	return outcome


def _waiting(place: Place, rng: np.random.Generator) -> list[tuple[int, int]]:
	"""Districts that still have to decide, and how many reports each."""
	others = [d for d in range(len(place.districts)) if d not in (place.hub, place.remotest)]
	some = rng.permutation(others)[:WAITING_DISTRICTS]
	return [
		(place.hub, WAITING_AT_HUB),
		(place.remotest, WAITING_REMOTEST),
		*((int(district), int(rng.integers(1, 4))) for district in some),
	]


def _times(
	timeline: Timeline,
	outcome: np.ndarray,
	late: np.ndarray,
	again: np.ndarray,
	cut_off: int,
	open_window: tuple[datetime, datetime],
	rng: np.random.Generator,
) -> tuple[np.ndarray, ...]:
	"""First sent, returned, sent (again), decided by the district, approved by the province."""
	first = _first_sent(outcome.shape, late, again, cut_off, rng)
	returned = first + rng.uniform(3, 9, first.shape)
	sent = np.where(again, returned + rng.uniform(3, 10, first.shape), first)
	decided = sent + 2 + np.minimum(rng.exponential(7, first.shape), 28)
	approved = decided + 1 + np.minimum(rng.exponential(5, first.shape), 20)
	minutes = np.stack([first, returned, sent, decided, approved])
	times = timeline.times[:, None] + np.rint(minutes * 60).astype("timedelta64[s]")
	opened, now = (np.datetime64(moment, "s") for moment in open_window)
	times = np.minimum(times, now)
	times[:, -1] = _open_times(minutes.shape[1:][1], outcome[-1], opened, now, rng)
	for time, happened in zip(times, _happened(outcome, again), strict=True):
		time[~happened] = np.datetime64("NaT")
	return tuple(times)


def _first_sent(
	shape: tuple[int, int], late: np.ndarray, again: np.ndarray, cut_off: int, rng: np.random.Generator
) -> np.ndarray:
	"""Minutes after the slot's time, so mostly negative; those who send twice began early."""
	room = max(EARLIEST_MINUTES - cut_off - 2, 1)
	in_time = -cut_off - 1 - room * rng.beta(1.5, 2.6, shape)
	begun_early = -EARLIEST_MINUTES - rng.uniform(0, 5, shape)
	after_cut_off = -rng.uniform(0, 1, shape) * max(cut_off - 1, 0)
	after_slot = rng.uniform(1, LATEST_MINUTES, shape)
	too_late = np.where(rng.random(shape) < 0.5, after_slot, after_cut_off if cut_off > 1 else after_slot)
	return np.where(late, too_late, np.where(again, begun_early, in_time))


def _open_times(
	communes: int, outcome: np.ndarray, opened: np.datetime64, now: np.datetime64, rng: np.random.Generator
) -> np.ndarray:
	"""Times of the open slot lie between `opened` and `now`, in order; what still waits came in last."""
	share = np.where(outcome == WAITING, rng.uniform(0.6, 0.95, communes), rng.uniform(0.05, 0.7, communes))
	decided = share + (1 - share) * rng.uniform(0.1, 0.6, communes)
	approved = decided + (1 - decided) * rng.uniform(0.1, 0.8, communes)
	seconds = max(int((now - opened) / np.timedelta64(1, "s")), 0)
	shares = np.stack([share, decided, share, decided, approved])
	return opened + (shares * seconds).astype("timedelta64[s]")


def _happened(outcome: np.ndarray, again: np.ndarray) -> tuple[np.ndarray, ...]:
	sent = np.isin(outcome, SENT)
	returned = outcome == RETURNED
	return (sent, again | returned, sent, sent & (outcome != WAITING), outcome == ACCEPTED)
