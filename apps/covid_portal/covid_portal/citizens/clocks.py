"""The legal clocks of a petition: one dated row (Petition Clock) for each rule that holds on the day it was received.

Working days are those of Working Hours without Public Holidays; the day of receipt does not count (Civil Code 2015, art. 147).
"""

from datetime import date, datetime, time, timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.citizens import assignment
from covid_portal.organisation.bell import Notice, put_in_desk
from covid_portal.organisation.once import read_once
from covid_portal.organisation.post import in_the_sites_language
from covid_portal.organisation.working_time import WorkingTime
from covid_portal.organisation.writers import insert_rows, new_names

DOCTYPE = "Petition Clock"
RULE = "Petition Clock Rule"
RUNNING, LATE, MET, MET_LATE, STOPPED = "Running", "Late", "Met", "Met Late", "Stopped"
# What meets a clock meets those that ask for less.
MEETS = {"Assigned": ("Assigned",), "Told": ("Told",), "Answered": ("Told", "Answered")}
BATCH = 500
NEVER = datetime(9999, 12, 31)  # no clock runs: behind all in a list by what is due next
COLUMNS = (
	"name",
	"petition",
	"rule",
	"title",
	"met_by",
	"unit",
	"started_at",
	"due_at",
	"met_at",
	"state",
	"legal_reference",
)


def start(petition: Document, at: datetime | None = None) -> None:
	"""A row for each rule in force; those that the assignment meets are met already. Set-based: nothing listens. A petition that
	is not stored yet has its name."""
	begin = at or petition.received_at
	working, rules = working_time(), rules_on(begin.date())
	rows = []
	for name, rule in zip(new_names(DOCTYPE, len(rules)), rules, strict=True):
		met = petition.assigned_at if rule.met_by == "Assigned" and petition.unit else None
		due = due_of(rule, begin, working)
		state = RUNNING if not met else MET if met <= due else MET_LATE
		rows.append(
			[
				name,
				petition.name,
				rule.name,
				rule.title,
				rule.met_by,
				petition.unit,
				begin,
				due,
				met,
				state,
				rule.legal_reference,
			]
		)
	insert_rows(DOCTYPE, COLUMNS, rows)
	if petition.is_new():
		clocks = [frappe._dict(zip(COLUMNS, row, strict=True)) for row in rows]
		petition.update(next_of([clock for clock in clocks if clock.state == RUNNING]))
	else:
		refresh(petition)


working_time = read_once(WorkingTime.load)


@read_once
def rules_on(day: date) -> list[frappe._dict]:
	rows = frappe.get_all(
		RULE,
		{"valid_from": ("<=", day)},
		["name", "title", "met_by", "days", "working_days", "valid_to", "legal_reference"],
		order_by="days asc",
	)
	return [row for row in rows if not row.valid_to or row.valid_to >= day]


def due_of(rule: frappe._dict, begin: datetime, working: WorkingTime) -> datetime:
	if rule.working_days:
		return working.end_of_day(begin.date(), rule.days)
	return datetime.combine(begin.date() + timedelta(days=rule.days), time(23, 59, 59))


def meet(petition: Document, what: str, at: datetime) -> None:
	"""What has happened ("Assigned", "Told", "Answered") meets the clocks that ask for it."""
	frappe.db.sql(
		f"""update `tab{DOCTYPE}` set met_at = %(at)s, state = if(due_at >= %(at)s, '{MET}', '{MET_LATE}')
		where petition = %(petition)s and met_by in %(kinds)s and state in ('{RUNNING}', '{LATE}')""",
		{"at": at, "petition": petition.name, "kinds": MEETS[what]},
	)
	if what == "Told":
		go_on_telling(petition, at)
	refresh(petition)


def stop(petition: Document) -> None:
	frappe.db.sql(
		f"update `tab{DOCTYPE}` set state = '{STOPPED}' where petition = %s and state in ('{RUNNING}', '{LATE}')",
		petition.name,
	)
	refresh(petition)


def follow(petition: Document) -> None:
	"""The clocks are the new unit's."""
	frappe.db.sql(
		f"update `tab{DOCTYPE}` set unit = %s where petition = %s and state in ('{RUNNING}', '{LATE}')",
		(petition.unit, petition.name),
	)


def refresh(petition: Document) -> None:
	"""The next clock, on the petition itself: lists sort by it."""
	rows = frappe.get_all(
		DOCTYPE,
		{"petition": petition.name, "state": ("in", (RUNNING, LATE))},
		["title", "due_at", "state"],
	)
	values = next_of(rows)
	petition.update(values)
	frappe.db.set_value(petition.doctype, petition.name, values, update_modified=False)


def next_of(clocks: list[frappe._dict]) -> dict[str, object]:
	"""What the petition says of those of its clocks that are not met."""
	first = min(clocks, key=lambda clock: clock.due_at, default=frappe._dict())
	return {
		"next_due": first.due_at,
		"next_clock": first.title,
		"is_late": int(any(clock.state == LATE for clock in clocks)),
		"due_order": first.due_at or NEVER,
	}


def was_on_time(petition: str) -> int:
	"""Whether every clock that decides it was met in time."""
	late = frappe.db.sql(
		f"""select 1 from `tab{DOCTYPE}` clock join `tab{RULE}` rule on rule.name = clock.rule
		where clock.petition = %s and rule.counts_as_on_time = 1 and clock.state in ('{LATE}', '{MET_LATE}') limit 1""",
		petition,
	)
	return int(not late)


# --- what runs out


@in_the_sites_language
def tick() -> None:
	run_out(now_datetime())


def run_out(now: datetime) -> int:
	"""Mark and escalate what is past its time; returns how many clocks. Any number of times at once."""
	total = 0
	while rows := past(now):
		escalate(rows, now)
		frappe.db.commit()  # a batch is a unit of work
		total += len(rows)
	return total


def past(now: datetime) -> list[frappe._dict]:
	"""Locked: two schedulers at the same moment escalate once."""
	names = frappe.db.sql_list(
		f"""select name from `tab{DOCTYPE}` where state = '{RUNNING}' and due_at < %s
		order by due_at limit {BATCH} for update""",
		now,
	)
	return frappe.db.sql(
		f"""select clock.name, clock.petition, clock.rule, clock.unit, clock.title, clock.due_at, clock.legal_reference,
			rule.repeat_days, own.parent_unit as superior
		from `tab{DOCTYPE}` clock left join `tab{RULE}` rule on rule.name = clock.rule
		left join tabUnit own on own.name = clock.unit where clock.name in %s""",
		[names or [""]],
		as_dict=True,
	)


def escalate(rows: list[frappe._dict], now: datetime) -> None:
	names, petitions = [row.name for row in rows], sorted({row.petition for row in rows})
	frappe.db.sql(
		f"""update `tab{DOCTYPE}` clock left join tabUnit own on own.name = clock.unit
		set clock.state = '{LATE}', clock.escalated_at = %s, clock.escalated_to = own.parent_unit where clock.name in %s""",
		(now.replace(microsecond=0), names),
	)
	frappe.db.sql("update tabPetition set is_late = 1 where name in %s", [petitions])
	repeat([(row, row.due_at) for row in rows if row.repeat_days])
	tell_superiors(rows)


def repeat(rows: list[tuple[frappe._dict, datetime]]) -> None:
	"""Without an answer the sender is told how it stands every so many days: (clock, from when) → a clock for the next time."""
	new = [
		[
			name,
			row.petition,
			row.rule,
			_("Progress told again"),
			"Told",
			row.unit,
			since,
			since + timedelta(days=row.repeat_days),
			None,
			RUNNING,
			row.legal_reference,
		]
		for name, (row, since) in zip(new_names(DOCTYPE, len(rows)), rows, strict=True)
	]
	insert_rows(DOCTYPE, COLUMNS, new)


def go_on_telling(petition: Document, at: datetime) -> None:
	"""The sender was told how it stands, and the answer is late still: the next time is due as many days later."""
	rows = frappe.db.sql(
		f"""select clock.petition, clock.rule, clock.unit, clock.legal_reference, rule.repeat_days
		from `tab{DOCTYPE}` clock join `tab{RULE}` rule on rule.name = clock.rule and rule.repeat_days > 0
		where clock.petition = %s and clock.met_by = 'Answered' and clock.state = '{LATE}'
			and not exists (select 1 from `tab{DOCTYPE}` next where next.petition = clock.petition
				and next.rule = clock.rule and next.state = '{RUNNING}')""",
		petition.name,
		as_dict=True,
	)
	repeat([(row, at) for row in rows])


def tell_superiors(rows: list[frappe._dict]) -> None:
	"""One line in the bell of those on duty in the unit and in the one above it."""
	people = assignment.people_of([unit for row in rows for unit in (row.unit, row.superior) if unit])
	put_in_desk(
		[
			Notice(
				user,
				_("{0}: {1} is past its time").format(row.petition, row.title),
				f"/app/petition/{row.petition}",
				"Petition",
				row.petition,
			)
			for row in rows
			for unit in (row.unit, row.superior)
			for user in people.get(unit, [])
		]
	)
