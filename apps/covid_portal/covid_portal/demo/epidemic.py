"""A seeded epidemic and how it is reported: the rows of the demo fortnight. Illustrative from end to end."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from covid_portal.demo import conduct as conducts
from covid_portal.demo import course, spread
from covid_portal.demo.conduct import Conduct
from covid_portal.demo.place import Place
from covid_portal.demo.timeline import Timeline
from covid_portal.demo.wording import EXPLANATIONS

# Figures of the situation report in the order of its form: F is new in the slot's window, S is so now.
KINDS = {
	"new_cases": "F",
	"community_cases": "F",
	"quarantine_cases": "F",
	"imported_cases": "F",
	"under_treatment": "S",
	"treated_at_home": "S",
	"treated_in_facilities": "S",
	"severe_cases": "S",
	"on_oxygen": "S",
	"on_ventilator": "S",
	"recovered": "F",
	"deaths": "F",
	"new_f1": "F",
	"followed_f1": "S",
	"ended_f1": "F",
	"new_f2": "F",
	"followed_f2": "S",
	"ended_f2": "F",
	"samples_taken": "F",
	"pcr_samples": "F",
	"pcr_positive": "F",
	"pcr_negative": "F",
	"pcr_pending": "S",
	"rapid_samples": "F",
	"rapid_positive": "F",
	"rapid_negative": "F",
	"quarantine_site_current": "S",
	"quarantine_site_new": "F",
	"quarantine_site_ended": "F",
	"quarantine_facility_current": "S",
	"quarantine_facility_new": "F",
	"quarantine_facility_ended": "F",
	"quarantine_home_current": "S",
	"quarantine_home_new": "F",
	"quarantine_home_ended": "F",
	"doses_given": "F",
	"adults_one_dose": "S",
	"adults_two_doses": "S",
	"adults_booster": "S",
	"elderly_two_doses": "S",
	"teens_one_dose": "S",
	"teens_two_doses": "S",
	"treatment_beds": "S",
	"treatment_beds_used": "S",
	"oxygen_points": "S",
	"mobile_stations": "S",
	"arrivals": "F",
	"health_declarations": "F",
	"sanctions": "F",
	"lockdown_areas": "S",
	"checkpoints": "S",
}
FIGURES = tuple(KINDS)
# How far a report left as a draft has been filled in.
DRAFTED = FIGURES[: FIGURES.index("samples_taken")]

# Registers of vaccination are cleaned now and then: a few communes report fewer people than before.
REGISTER_CLEANED = 5


@dataclass(frozen=True)
class Reported:
	"""What was written, slot × commune; `previous` is the slot of a commune's last report, -1 if none."""

	figures: dict[str, np.ndarray]
	blank: dict[str, np.ndarray]
	previous: np.ndarray

	def before(self, figure: str) -> np.ndarray:
		"""The figure in the commune's last report; of no meaning where `previous` is -1."""
		return np.take_along_axis(self.figures[figure], np.maximum(self.previous, 0), axis=0)


def simulate(
	communes: pd.DataFrame,
	slot_times: list[datetime],
	seed: int,
	cut_off_minutes: int = 20,
	open_window: tuple[datetime, datetime] | None = None,
) -> pd.DataFrame:
	"""One row per slot and commune, in that order: figures, what became of the report, and when.

	`communes`: code, district, district_latitude, district_longitude, kind, total, adults, elderly, teens.
	`slot_times`: two a day, 08:00 and 16:00, oldest first; the last slot is still open.
	`cut_off_minutes`: communes have to send this long before a slot's time.
	`open_window`: since when the open slot takes reports, and now; no time in the frame lies after it. By
	default an hour up to ten minutes before the slot's time.

	Columns: slot_index, slot_time, area; every figure (Int64, NA where not answered; all NA where nothing was
	begun); outcome; returned_once, return_reason; first_submitted_at, returned_at, submitted_at (the last
	sending), decided_at (by the district), approved_at (by the province); explanations, {rule: sentence} of
	the warnings a sent row raises. A missed slot's flows are in the commune's next report. Same arguments,
	same frame.
	"""
	place, timeline = Place.of(communes), Timeline.of(slot_times)
	# A stream each: a change in who reports must not change the epidemic.
	epidemic_rng, conduct_rng, wording_rng = np.random.default_rng(seed).spawn(3)
	found = spread.find(place, timeline, epidemic_rng)
	true = course.follow(place, timeline, found, epidemic_rng)
	true = {figure: true[figure][timeline.reported].astype(np.int64) for figure in FIGURES}
	_clean_registers(true, epidemic_rng)
	window = open_window or (slot_times[-1] - timedelta(minutes=70), slot_times[-1] - timedelta(minutes=10))
	acts = conducts.conduct(place, timeline, cut_off_minutes, window, conduct_rng)
	reported = _report(true, acts, conducts.blanks(place, len(timeline.times), conduct_rng))
	return _frame(place, timeline, reported, acts, wording_rng)


def _clean_registers(true: course.Figures, rng: np.random.Generator) -> None:
	"""People counted twice are taken out, from one slot on. Never so many that two doses outrun the first."""
	one, two = true["adults_one_dose"], true["adults_two_doses"]
	slots, communes = one.shape
	for commune in rng.choice(communes, min(REGISTER_CLEANED, communes), replace=False):
		slot = int(rng.integers(slots))
		added = one[slot, commune] - one[slot - 1, commune] if slot else 0
		fall = added + int(rng.integers(4, 60))
		if fall < (one[slot, commune] - two[-1, commune]) // 2:
			one[slot:, commune] -= fall


def _report(true: course.Figures, acts: Conduct, blank: dict[str, np.ndarray]) -> Reported:
	"""What is written: stocks as they are now, flows since the commune's last report."""
	previous = _previous(acts.sent)
	flows = {figure: _since_last(true[figure], acts.sent) for figure, kind in KINDS.items() if kind == "F"}
	figures = {figure: flows.get(figure, true[figure]) for figure in FIGURES}
	drafted = acts.outcome == conducts.DRAFT
	missing = acts.outcome == conducts.MISSING
	nothing = np.zeros_like(missing)
	blank = {
		figure: blank.get(figure, nothing) | missing | (nothing if figure in DRAFTED else drafted)
		for figure in FIGURES
	}
	return Reported(figures, blank, previous)


def _previous(sent: np.ndarray) -> np.ndarray:
	"""The index of the last slot sent before each slot, by commune; -1 if none."""
	last = np.maximum.accumulate(np.where(sent, np.arange(len(sent))[:, None], -1), axis=0)
	return np.vstack([np.full_like(last[:1], -1), last[:-1]])


def _since_last(flow: np.ndarray, sent: np.ndarray) -> np.ndarray:
	total = np.cumsum(flow, axis=0)
	told = np.maximum.accumulate(np.where(sent, total, 0), axis=0)
	return total - np.vstack([np.zeros_like(told[:1]), told[:-1]])


def _frame(
	place: Place, timeline: Timeline, reported: Reported, acts: Conduct, rng: np.random.Generator
) -> pd.DataFrame:
	slots, communes = acts.outcome.shape
	columns: dict[str, object] = {
		"slot_index": np.repeat(np.arange(slots), communes),
		"slot_time": _moments(np.repeat(timeline.times, communes)),
		"area": np.tile(place.codes, slots),
	}
	for figure in FIGURES:
		values = reported.figures[figure].ravel()
		columns[figure] = pd.arrays.IntegerArray(values, reported.blank[figure].ravel())
	columns |= {"outcome": acts.outcome.ravel(), "returned_once": acts.returned_once.ravel()}
	columns["return_reason"] = acts.return_reason.ravel()
	for moment in ("first_submitted_at", "returned_at", "submitted_at", "decided_at", "approved_at"):
		columns[moment] = _moments(getattr(acts, moment).ravel())
	columns["explanations"] = _explanations(place, reported, acts.sent, rng)
	return pd.DataFrame(columns)


def _moments(times: np.ndarray) -> np.ndarray:
	# One unit on every pandas: the default changed from nanoseconds to microseconds.
	return times.astype("datetime64[us]")


def _explanations(
	place: Place, reported: Reported, sent: np.ndarray, rng: np.random.Generator
) -> list[dict[str, str]]:
	"""By row: a sentence for each warning the row raises."""
	rows: list[dict[str, str]] = [{} for _ in range(sent.size)]
	for rule, broken in _warnings(place, reported).items():
		for slot, commune in np.argwhere(broken & sent):
			sentence = EXPLANATIONS[rule][rng.integers(len(EXPLANATIONS[rule]))]
			rows[slot * sent.shape[1] + commune][rule] = sentence.format(**_facts(reported, slot, commune))
	return rows


def _warnings(place: Place, reported: Reported) -> dict[str, np.ndarray]:
	"""Where each Warning rule of the situation report is broken; a rule on the last report needs one."""
	now, known = reported.figures, reported.previous >= 0
	return {
		"cases_jump": known & (now["new_cases"] > 5 * reported.before("new_cases") + 10),
		"deaths_reported": now["deaths"] > 0,
		"doses_over_population": now["adults_one_dose"] > place.adults,
		"vaccination_fall": known & (now["adults_one_dose"] < reported.before("adults_one_dose")),
		"f1_not_followed": (now["followed_f1"] == 0) & (now["new_f1"] > 0),
	}


def _facts(reported: Reported, slot: int, commune: int) -> dict[str, int]:
	def told(figure: str, at: int) -> int:
		return int(reported.figures[figure][max(at, 0), commune])

	last = int(reported.previous[slot, commune])
	return {
		"new_cases": told("new_cases", slot),
		"previous": told("new_cases", last),
		"new_f1": told("new_f1", slot),
		"fall": told("adults_one_dose", last) - told("adults_one_dose", slot),
	}
