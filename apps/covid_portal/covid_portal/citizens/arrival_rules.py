"""What somebody who comes home has to do: level of the place he comes from × how he is protected → an Arrival Rule.

All of it is dated rows: levels of origins, states of immunity, rules. `public/js/public/arrival_rules.js` works the same out in
the browser, from the published file; testing/arrival_cases.json holds both to the same answers.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import frappe
from frappe import _
from frappe.utils import getdate

HIGHEST_LEVEL = 4
# From the mildest to the strictest.
MEASURES = ("Self-monitoring", "Home monitoring", "Home quarantine", "Concentrated quarantine")
AT_HOME_ALONE = MEASURES[0]
ORIGIN_FIELDS = ("code", "origin_name as name", "origin_name_en as name_en")
STATE_FIELDS = ("code", "state_name as name", "state_name_en as name_en", "priority", "min_doses")
STATE_FIELDS += ("days_since_dose", "recovered_within_days")
RULE_FIELDS = ("code", "level", "immunity", "area", "valid_from", "valid_to", "reference", "from_memory")
RULE_FIELDS += ("measure", "days", "monitoring_days", "test_days")
RULE_FIELDS += ("obligation", "obligation_en", "reason", "reason_en")


class LevelRefused(frappe.ValidationError):
	"""There is no such level of an epidemic."""


@dataclass(frozen=True)
class Protection:
	"""What a person says of vaccination and recovery; days that are not known are None."""

	doses: int = 0
	last_dose_on: date | None = None
	recovered_on: date | None = None


@dataclass(frozen=True)
class Course:
	"""A rule's days for one arrival, the day of arrival being the first. `until`: the last day of the measure; `ends`: the
	last day of all, self-monitoring after it included."""

	measure: str
	begins: date
	until: date
	ends: date
	tests: tuple[date, ...]


@dataclass(frozen=True)
class Book:
	"""The rows there are, read once: levels by origin (newest first), states by priority (highest first), rules."""

	origins: list[dict]
	levels: dict[str, list[dict]]
	states: list[dict]
	rules: list[dict]

	def level_of(self, origin: str, on: date) -> dict | None:
		"""The origin's level on the day: {"level", "valid_from", "reference"}; None where nobody has entered one."""
		return next((row for row in self.levels.get(origin, []) if row["valid_from"] <= on), None)

	def immunity_of(self, person: Protection, on: date) -> str | None:
		"""Code of the state that counts on the day of arrival."""
		return next((row["code"] for row in self.states if holds(row, person, on)), None)

	def rule_for(self, level: int, immunity: str, on: date, areas: tuple[str, ...] = ()) -> dict | None:
		"""The rule in force on the day. `areas`: the destination and those around it, the nearest first; a rule of one of
		them holds in place of the province's."""
		fitting = {
			row["area"]: row
			for row in self.rules
			if (row["level"], row["immunity"]) == (level, immunity) and is_in_force(row, on)
		}
		return next((fitting[area] for area in (*areas, None) if area in fitting), None)


def holds(state: dict, person: Protection, on: date) -> bool:
	if state["min_doses"] and not is_vaccinated(state, person, on):
		return False
	if state["recovered_within_days"]:
		return (
			bool(person.recovered_on)
			and 0 <= (on - person.recovered_on).days <= state["recovered_within_days"]
		)
	return True


def is_vaccinated(state: dict, person: Protection, on: date) -> bool:
	if person.doses > state["min_doses"]:
		return True  # the dose that is asked for lies before the last one
	if person.doses < state["min_doses"]:
		return False
	if not state["days_since_dose"]:
		return True
	return bool(person.last_dose_on) and (on - person.last_dose_on).days >= state["days_since_dose"]


def is_in_force(row: dict, on: date) -> bool:
	return row["valid_from"] <= on and (not row["valid_to"] or on <= row["valid_to"])


def course(rule: dict, arrived: date) -> Course:
	days = max(rule["days"], 1)
	until = arrived + timedelta(days=days - 1)
	ends = until + timedelta(days=rule["monitoring_days"])
	tests = tuple(arrived + timedelta(days=day - 1) for day in test_days(rule["test_days"]))
	return Course(rule["measure"], arrived, until, ends, tests)


def test_days(text: str | None) -> list[int]:
	"""Days of "1, 7"; raises ValueError."""
	return [int(part) for part in (text or "").replace(" ", "").split(",") if part]


def require_level(level: int | None, whose: str) -> None:
	if not 1 <= (level or 0) <= HIGHEST_LEVEL:
		frappe.throw(_("{0}: the level must be from 1 to {1}.").format(whose, HIGHEST_LEVEL), LevelRefused)


def around(area: str) -> tuple[str, ...]:
	"""The area and those that contain it, the nearest first."""
	return tuple(
		frappe.db.sql_list(
			"""select whole.name from `tabArea` here join `tabArea` whole on here.lft between whole.lft and whole.rgt
			where here.name = %s order by whole.lft desc""",
			area,
		)
	)


# --- reading


def book() -> Book:
	levels: dict[str, list[dict]] = {}
	for row in frappe.get_all(
		"Origin Level", fields=["origin", "level", "valid_from", "reference"], order_by="valid_from desc"
	):
		levels.setdefault(row.pop("origin"), []).append(plain(row))
	return Book(
		origins=[
			plain(row) for row in frappe.get_all("Return Origin", fields=ORIGIN_FIELDS, order_by="code")
		],
		levels=levels,
		states=[
			plain(row)
			for row in frappe.get_all("Immunity State", fields=STATE_FIELDS, order_by="priority desc, code")
		],
		rules=[
			plain(row)
			for row in frappe.get_all("Arrival Rule", fields=RULE_FIELDS, order_by="level, immunity, code")
		],
	)


def plain(row: dict) -> dict:
	"""Empty texts as None, days as dates."""
	return {key: plain_value(key, value) for key, value in row.items()}


def plain_value(key: str, value: object) -> object:
	if key in ("valid_from", "valid_to"):
		return getdate(value) if value else None
	return None if value == "" else value
