"""Hours of work: deadlines that do not run at night, on Sundays and on public holidays.

The periods are rows of Working Hours, the holidays rows of Public Holiday. Without any period every hour counts.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import frappe

from covid_portal.organisation.doctype.working_period.working_period import WEEKDAYS, as_time

MOST_DAYS = 3660  # a calendar of holidays alone would never end


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

	def of_day(self, day: date) -> list[tuple[datetime, datetime]]:
		if day in self.holidays:
			return []
		rows = self.periods.get(day.weekday(), [])
		return [(datetime.combine(day, begins), datetime.combine(day, ends)) for begins, ends in rows]

	def end_of(self, day: date, working_days: int) -> datetime:
		"""When work ends on the nth working day after the day."""
		left = working_days
		for _day in range(MOST_DAYS):
			day += timedelta(days=1)
			hours = self.of_day(day) if self.periods else [(None, datetime.combine(day, time(23, 59)))]
			left -= bool(hours)
			if hours and left <= 0:
				return hours[-1][1]
		return datetime.combine(day, time(23, 59))
