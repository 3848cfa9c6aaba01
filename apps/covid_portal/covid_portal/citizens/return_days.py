"""Days of arrival within what a commune can receive, and the list of those who wait for one.

Whoever gives a day holds the lock of the commune (its row of Area) until the transaction ends, and reads what is taken as
committed: two decisions at once give no place twice. The heavier reason comes first, then who registered first.
"""

from datetime import date, datetime, timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, getdate, now_datetime

from covid_portal.citizens import home_return, receipts, return_acts, return_notices
from covid_portal.organisation import jobs
from covid_portal.organisation.post import in_the_sites_language

JOB = "covid_portal.citizens.return_days.give_days_of"


def give_days(area: str, now: datetime) -> int:
	"""Give each who waits for the commune the first day that has room; returns how many got one."""
	lock(area)
	given, places = 0, Places.of(area, getdate(now))
	for row in waiting(area):
		day = places.first_for(row.persons_count, getdate(row.wanted_on))
		if day and give(row.name, day, now):
			places.take(day, row.persons_count)
			given += 1
	return given


def lock(area: str) -> None:
	frappe.db.sql("select name from `tabArea` where name = %s for update", area)


def waiting(area: str) -> list[frappe._dict]:
	"""The waiting list, who is first on top."""
	return frappe.db.sql(
		"""select name, persons_count, wanted_on from `tabHome Return` where area = %s and stage = 'Waiting'
		order by weight desc, received_at asc, name asc""",
		area,
		as_dict=True,
	)


def give(name: str, day: date, now: datetime) -> bool:
	"""The day with a receipt, unless it has one by now or was cancelled."""
	doc = frappe.get_doc(home_return.DOCTYPE, name, for_update=True)
	if doc.stage != "Waiting":
		return False
	put(doc, day, now)
	return True


def put(doc: Document, day: date, now: datetime) -> None:
	"""The day, with its receipt and word to who registered."""
	doc.update({"day": day, "stage": "Day Given", "ended_on": None})
	receipts.issue(doc, now)
	return_acts.store(doc)
	return_notices.tell(doc, return_notices.DAY)


class NoRoom(frappe.ValidationError):
	"""The commune receives no more people on that day."""


def move(doc: Document, day: date, now: datetime) -> None:
	"""Another day for a registration that is approved. Raises NoRoom. The caller has locked the document."""
	lock(doc.area)
	places = Places.of(doc.area, getdate(now), until=day)
	if doc.day:
		places.take(getdate(doc.day), -doc.persons_count)
	if not places.has_room(day, doc.persons_count):
		frappe.throw(
			_("On {0} {1} receives {2} persons, and {3} places are taken.").format(
				f"{day:%d/%m/%Y}",
				frappe.db.get_value("Area", doc.area, "full_name"),
				places.capacity(day),
				places.taken.get(day, 0),
			),
			NoRoom,
		)
	put(doc, day, now)


# --- places


class Places:
	"""What a commune receives on each day from `first` to `last`, and what is taken of it."""

	def __init__(
		self, first: date, last: date, default: int, rows: list[dict], taken: dict[date, int]
	) -> None:
		self.first, self.last, self.default, self.rows, self.taken = first, last, default, rows, taken

	@classmethod
	def of(cls, area: str, today: date, until: date | None = None) -> "Places":
		settings = home_return.settings()
		last = max(today + timedelta(days=cint(settings.days_ahead)), until or today)
		rows = frappe.get_all(
			"Commune Capacity",
			{"area": area, "valid_from": ("<=", last)},
			["valid_from", "valid_to", "persons_per_day"],
			order_by="valid_from desc",
		)
		return cls(today, last, cint(settings.persons_per_day), rows, taken_places(area, today))

	def capacity(self, day: date) -> int:
		for row in self.rows:
			if getdate(row["valid_from"]) <= day and (not row["valid_to"] or day <= getdate(row["valid_to"])):
				return row["persons_per_day"]
		return self.default

	def has_room(self, day: date, persons: int) -> bool:
		"""Who are more than a day takes get one for themselves alone: a family is not torn apart."""
		capacity, taken = self.capacity(day), self.taken.get(day, 0)
		return taken + persons <= capacity or (taken == 0 and capacity > 0)

	def first_for(self, persons: int, wanted: date) -> date | None:
		day = max(wanted, self.first)
		while day <= self.last:
			if self.has_room(day, persons):
				return day
			day += timedelta(days=1)
		return None

	def take(self, day: date, persons: int) -> None:
		self.taken[day] = self.taken.get(day, 0) + persons


def taken_places(area: str, first: date) -> dict[date, int]:
	"""Persons by day, as committed now: the transaction's own view may be older than the lock it waited for."""
	rows = frappe.db.sql(
		"""select day, persons_count from `tabHome Return`
		where area = %s and day >= %s lock in share mode""",
		(area, first),
	)
	taken: dict[date, int] = {}
	for day, persons in rows:
		taken[getdate(day)] = taken.get(getdate(day), 0) + persons
	return taken


# --- jobs


def give_later(area: str) -> None:
	"""After a change of what the commune can receive, or a place that became free."""
	jobs.once_after_commit(JOB, f"return-days-{area}", area=area)


@in_the_sites_language
def give_days_of(area: str) -> None:
	"""Job."""
	give_days(area, now_datetime())


@in_the_sites_language
def daily(now: datetime | None = None) -> None:
	"""Days for those who wait, as the days ahead move on; who did not come is told apart, and what nobody decides on ends for the
	retention of personal data. A commune is a unit of work."""
	now = now or now_datetime()
	for area in frappe.get_all("Home Return", {"stage": "Waiting"}, pluck="area", distinct=True):
		give_days(area, now)
		frappe.db.commit()  # a failure in one commune must not undo the others'
	for name in absent(getdate(now)):
		doc = frappe.get_doc(home_return.DOCTYPE, name, for_update=True)
		if doc.stage == "Day Given":
			doc.update({"stage": "Did not Come", "ended_on": getdate(now)})
			return_acts.store(doc)
		frappe.db.commit()
	for name in forsaken(getdate(now)):
		doc = frappe.get_doc(home_return.DOCTYPE, name, for_update=True)
		doc.ended_on = getdate(now)
		return_acts.store(doc)
		frappe.db.commit()


def absent(today: date) -> list[str]:
	"""Those whose receipt holds no more and who were recorded at no checkpoint."""
	last = today - timedelta(days=cint(home_return.settings().receipt_days) + 1)
	return frappe.get_all("Home Return", {"stage": "Day Given", "day": ("<=", last)}, pluck="name")


def forsaken(today: date) -> list[str]:
	"""Those without a decision, or a day, half a year after the day they wished for."""
	before = today - timedelta(days=home_return.LATEST_DAYS)
	undecided = {"stage": ("in", ("Registered", "Waiting")), "wanted_on": ("<", before)}
	return frappe.get_all("Home Return", {**undecided, "ended_on": ("is", "not set")}, pluck="name")
