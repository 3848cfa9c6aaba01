"""What the map can be coloured by, and into which classes. Nothing here knows Frappe.

A measure says of an area either a letter, one for each class (the state of its report), or a number, which falls into the
class with the highest `low` that it reaches. Letters are known of communes; a number that is known of no commune itself is
its district's. The breaks are fixed, so that the same shade means the same on every day; docs/developers.md has them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from covid_portal.publishing.site_map import Translate

REPORTED, PROVISIONAL, MISSING, WITHHELD, NOT_EXPECTED = "r", "p", "m", "w", "x"
# State in the files of communes -> letter. What is missing or withheld has a dashed edge, whatever the map shows.
LETTERS = {"reported": REPORTED, "provisional": PROVISIONAL, "missing": MISSING, "withheld": WITHHELD}
UNKNOWN, NO_LEVEL = "u", "0"


@dataclass(frozen=True)
class Shade:
	"""A class: its CSS class, the letter that says it or the number it begins at, and a sign on the tile besides colour
	and pattern."""

	key: str
	letter: str = ""
	low: float | None = None
	sign: str = ""


@dataclass(frozen=True)
class Measure:
	"""`digits`: decimals of its numbers."""

	key: str
	shades: tuple[Shade, ...]
	digits: int = 0

	@property
	def in_letters(self) -> bool:
		return bool(self.shades[0].letter)

	def shade(self, value: str | float | None) -> str:
		"""The key of the class the value is in."""
		if self.in_letters:
			return next((row.key for row in self.shades if row.letter == value), UNKNOWN)
		reached = [row.key for row in self.shades if value is not None and value >= row.low]
		return reached[-1] if reached else UNKNOWN


def steps(*lows: float) -> tuple[Shade, ...]:
	return tuple(Shade(f"n{number}", low=low) for number, low in enumerate(lows))


REPORTING = Measure("reporting", tuple(Shade(letter, letter) for letter in (*LETTERS.values(), NOT_EXPECTED)))
NEW = Measure("new_cases", steps(0, 1, 5, 15, 50))
WEEK = Measure("week_cases", steps(0, 1, 10, 50, 150))
# Of 100,000 people in 7 days: the steps of Decision 4800/QĐ-BYT (2021) for community cases, here for all new cases.
WEEK_RATE = Measure("week_rate", steps(0, 0.1, 20, 50, 150), digits=1)
# Of an area without a decided level nothing is said but that.
LEVELS = Measure(
	"levels", (*(Shade(f"l{level}", str(level)) for level in range(1, 5)), Shade(UNKNOWN, NO_LEVEL))
)
MEASURES = (LEVELS, WEEK_RATE, WEEK, NEW, REPORTING)
NUMBERS = (NEW, WEEK, WEEK_RATE)


def words(measure: Measure, _: Translate) -> dict[str, str]:
	"""What people call the measure, where it stands in a table, and the sentences that state its finding: {0} the sum, {1}
	of {2} districts that have any, {3} the one with the most, {4} how many there."""
	return {
		"levels": {
			"label": _("Epidemic level, by commune"),
			"column": _("Level"),
			"finding": _("{0} communes are at level 1, {1} at level 2, {2} at level 3, {3} at level 4."),
			"nothing": _("No epidemic level has been decided yet."),
		},
		"week_rate": {
			"label": _("New cases in 7 days per 100,000 people, by district"),
			"column": _("Per 100,000"),
			"finding": _("Most new cases in 7 days for its size: {3}, {4} per 100,000 people."),
			"nothing": _("No new cases in any district in the last 7 days."),
		},
		"week_cases": {
			"label": _("New cases in 7 days, by district"),
			"column": _("7 days"),
			"finding": _("{0} new cases in 7 days, in {1} of {2} districts; the most in {3}: {4}."),
			"nothing": _("No new cases in any district in the last 7 days."),
		},
		"new_cases": {
			"label": _("New cases in this slot, by district"),
			"column": _("New"),
			"finding": _("{0} new cases in this slot, in {1} of {2} districts; the most in {3}: {4}."),
			"nothing": _("No new cases in this slot in any district."),
		},
		"reporting": {
			"label": _("State of the reports, by commune"),
			"column": _("Reported"),
			"finding": _(
				"{0} of {2} communes, wards and townships have reported; of these {1} provisionally."
			),
			"nothing": _("No commune has reported."),
		},
	}[measure.key]


def states(_: Translate) -> dict[str, str]:
	"""What the letters of a report's state mean."""
	return {
		REPORTED: _("reported"),
		PROVISIONAL: _("reported, provisional"),
		MISSING: _("not reported"),
		WITHHELD: _("state withheld"),
		NOT_EXPECTED: _("no report expected"),
	}


def levels(_: Translate) -> dict[str, str]:
	"""What the letters of a level mean."""
	named = (_("level 1, green"), _("level 2, yellow"), _("level 3, orange"), _("level 4, red"))
	return {NO_LEVEL: _("no level yet"), **{str(level): text for level, text in enumerate(named, 1)}}


def of_districts(measure: Measure, _: Translate) -> dict | None:
	"""Legend of a measure in letters where districts are drawn and not communes: {"label", "shades": [(class, words)]}. Of its
	reports a district is told only whether all are there."""
	if measure is LEVELS:
		shades = zip((shade.key for shade in measure.shades), shade_words(measure, _), strict=True)
		return {"label": _("Epidemic level, by district"), "shades": list(shades)}
	if measure is REPORTING:
		named = ((REPORTED, _("all have reported")), (PROVISIONAL, _("some have not reported yet")))
		return {
			"label": _("State of the reports, by district"),
			"shades": [*named, (NOT_EXPECTED, _("no report expected"))],
		}
	return None


def shade_words(measure: Measure, _: Translate) -> list[str]:
	"""The legend: each class in words, in order."""
	if measure.in_letters:
		named = levels(_) if measure is LEVELS else states(_)
		return [named[shade.letter] for shade in measure.shades]
	return list(number_words(measure, _))


def number_words(measure: Measure, _: Translate) -> Iterator[str]:
	lows = [shade.low for shade in measure.shades]
	for low, above in zip(lows, [*lows[1:], None], strict=True):
		if above is None:
			yield _("{0} or more").format(f"{low:g}")
		elif low == 0:
			yield "0"
		elif not measure.digits:
			yield str(low) if above - low == 1 else _("{0} to {1}").format(low, above - 1)
		elif low < 1:
			yield _("below {0}").format(f"{above:g}")
		else:
			yield _("{0} to below {1}").format(f"{low:g}", f"{above:g}")
