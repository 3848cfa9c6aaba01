"""Hours of work: deadlines that do not run at night, on Sundays and on public holidays.

The periods are rows of Working Hours, the holidays rows of Public Holiday. Without any period every hour counts.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import frappe

from covid_portal.organisation.doctype.working_period.working_period import WEEKDAYS, as_time

MOST_DAYS = 3660  # a calendar of holidays alone would never end
SATURDAY = 5
LAST_MINUTE = time(23, 59)


@dataclass(frozen=True)
class WorkingTime:
	periods: dict[int, list[tuple[time, time]]]  # weekday (0: Monday) → from, until, in order
	holidays: frozenset[date]

	@classmethod
	def load(cls) -> "WorkingTime":
		periods: dict[int, list[tuple[time, time]]] = {}
		for row in frappe.get_cached_doc("Working Hours").periods:
			periods.setdefault(WEEKDAYS.index(row.weekday), []).append(
				(as_time(row.begins), as_time(row.ends))
			)
		holidays = frappe.get_all("Public Holiday", pluck="date")
		return cls({day: sorted(rows) for day, rows in periods.items()}, frozenset(holidays))

	def add(self, start: datetime, hours: float) -> datetime:
		"""The moment at which so many hours of work have passed since `start`."""
		left = timedelta(hours=hours)
		if not self.periods:
			return start + left
		day = start.date()
		for _day in range(MOST_DAYS):
			for begins, ends in self.of_day(day):
				begins = max(begins, start)
				if begins >= ends:
					continue
				if left <= ends - begins:
					return begins + left
				left -= ends - begins
			day += timedelta(days=1)
		return start + timedelta(hours=hours)

	def end_of_day(self, start: date, days: int) -> datetime:
		"""The end of the last hour of the so-manieth working day after the day `start`, which does not count itself. A working
		day has hours of work; without any period every day but a holiday is one, and ends at midnight."""
		day, left = start, days
		for _day in range(MOST_DAYS):
			if not left:
				break
			day += timedelta(days=1)
			left -= self.is_working_day(day)
		periods = self.of_day(day)
		return periods[-1][1] if periods else datetime.combine(day, time(23, 59, 59))

	def is_working_day(self, day: date) -> bool:
		return bool(self.of_day(day)) if self.periods else day not in self.holidays

	def of_day(self, day: date) -> list[tuple[datetime, datetime]]:
		if day in self.holidays:
			return []
		rows = self.periods.get(day.weekday(), [])
		return [(datetime.combine(day, begins), datetime.combine(day, ends)) for begins, ends in rows]

	def end_of(self, day: date, working_days: int) -> datetime:
		"""When work ends on the nth working day after the day. Without any period: Monday to Friday, to the end of the day."""
		left = working_days
		for _day in range(MOST_DAYS):
			day += timedelta(days=1)
			ends = self.end_of_work(day)
			left -= bool(ends)
			if ends and left <= 0:
				return ends
		return datetime.combine(day, LAST_MINUTE)

	def end_of_work(self, day: date) -> datetime | None:
		"""None: nobody works on the day."""
		if self.periods:
			hours = self.of_day(day)
			return hours[-1][1] if hours else None
		is_free = day in self.holidays or day.weekday() >= SATURDAY
		return None if is_free else datetime.combine(day, LAST_MINUTE)
