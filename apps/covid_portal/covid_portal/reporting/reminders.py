"""Reminders to the units that owe a report, and word of the late ones to their superior units.

What is sent when are rows of the report type. Each notice is recorded once (unique: slot, unit, kind, minutes) and only
what was newly recorded is sent, in the same transaction: two clocks at once, or one that ticks twice, send it once. A
reminder that downtime has overtaken, its cut-off being past, is not sent any more.

Set-based: Report Notice and Notification Log are written without their document events. No statement is repeated by unit
or by user.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import groupby

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.organisation import bell
from covid_portal.organisation.duties import ENABLED, running
from covid_portal.organisation.post import (
	Message,
	default_language,
	hand_over,
	has_outgoing_account,
	language,
	mail_body,
)
from covid_portal.organisation.scope import NOTHING, duties_with, grants, scope_condition
from covid_portal.reporting.slots import LOCKS_AT, clock_label, slot_label

WAYS = ("desk", "email", "others")
REMINDER, ESCALATION, BY_HAND = "Reminder", "Escalation", "By Hand"
OWING = ("Expected", "Draft", "Returned")  # nothing that stands is with a superior
PAUSE_BY_HAND = timedelta(minutes=10)
MOST_NAMED = 40


class RemindedAlready(frappe.ValidationError):
	"""This unit has reminded in this slot a few minutes ago."""


class NothingLate(frappe.ValidationError):
	"""No unit of the user's scope is late in the slot."""


# --- what is due by the clock


def send_due(slot: str, report_type: Document, now: datetime) -> None:
	"""Send what the report type's rows ask for and was not sent yet. The caller holds the slot's row lock."""
	for row in report_type.reminders:
		run = record_due(slot, row, now)
		if run:
			deliver(run, row.kind, report_type.document_type, ways_of(row))


def record_due(slot: str, row: Document, now: datetime) -> str | None:
	"""Record what the row makes due; returns the mark of what was recorded now, None if nothing was."""
	offset = row.minutes if row.side == "After" else -row.minutes
	until = LOCKS_AT if row.side == "After" else "owed.due_at"
	due = f"""area.level = %(level)s and %(now)s <= {until}
		and date_add(owed.due_at, interval %(minutes)s minute) <= %(now)s"""
	values = {"kind": row.kind, "minutes": offset, "level": row.area_level, "by": None, "superior": None}
	return record(slot, due, now, values)


def record(slot: str, due: str, now: datetime, values: dict) -> str | None:
	run = frappe.generate_hash(length=16)
	frappe.db.sql(
		f"""insert ignore into `tabReport Notice` (name, creation, modified, owner, modified_by, docstatus, idx,
			slot, unit, area, kind, minutes, sent_at, sent_by, superior, recipients, run)
		select concat_ws('-', owed.name, %(kind)s, %(minutes)s), %(now)s, %(now)s, %(user)s, %(user)s, 0, 0,
			owed.slot, owed.unit, owed.area, %(kind)s, %(minutes)s, %(now)s, %(by)s,
			coalesce(%(superior)s, unit.parent_unit), 0, %(run)s
		from `tabReport Obligation` owed
		join `tabReport Slot` slot on slot.name = owed.slot
		join `tabArea` area on area.name = owed.area
		join `tabUnit` unit on unit.name = owed.unit
		left join `tabReport Notice` sent on sent.slot = owed.slot and sent.unit = owed.unit
			and sent.kind = %(kind)s and sent.minutes = %(minutes)s
		where owed.slot = %(slot)s and owed.state in %(owing)s and sent.name is null and {due}""",
		{**values, "slot": slot, "now": now, "user": frappe.session.user, "run": run, "owing": OWING},
	)
	return run if frappe.db.sql("select row_count()")[0][0] else None


# --- by hand


def remind_late(slot: str, now: datetime | None = None) -> dict:
	"""Remind every late unit of the slot that the user is a superior of, at most every ten minutes for one superior.

	Returns {"units", "people"}. Raises NothingLate, RemindedAlready, PermissionError.
	"""
	now = now or now_datetime()
	scope = superior_scope()
	if scope == NOTHING:
		frappe.throw(_("Only a superior unit reminds the units below it."), frappe.PermissionError)
	fields = ["name", "slot_time", "report_type"]
	row = frappe.db.get_value("Report Slot", slot, fields, for_update=True, as_dict=True)
	if not row:
		frappe.throw(_("There is no report slot {0}.").format(slot), frappe.DoesNotExistError)
	superior = superior_unit()
	require_pause(row, superior, now)
	late = f"owed.due_at < %(now)s and %(now)s <= {LOCKS_AT} and {scope}"
	minutes = int((now - row.slot_time).total_seconds() // 60)
	values = {"kind": BY_HAND, "minutes": minutes, "by": frappe.session.user, "superior": superior}
	run = record(slot, late, now, values)
	if not run:
		frappe.throw(
			_("No unit of yours is late in the slot {0}.").format(slot_label(row.slot_time)), NothingLate
		)
	doctype = frappe.get_cached_value("Report Type", row.report_type, "document_type")
	people = deliver(run, BY_HAND, doctype, WAYS)
	return {"units": frappe.db.count("Report Notice", {"run": run}), "people": people}


def superior_scope() -> str:
	"""Condition on the alias `owed`: what lies below the user's units."""
	return scope_condition("Report Notice", access="Write").replace("`tabReport Notice`", "owed")


def superior_unit() -> str | None:
	return next((grant.unit for grant in grants(frappe.session.user, "Report Notice", "Write")), None)


def require_pause(slot: dict, superior: str | None, now: datetime) -> None:
	last = frappe.db.sql(
		"""select max(sent_at) from `tabReport Notice`
		where slot = %(slot)s and kind = %(kind)s and sent_at > %(since)s
			and (superior = %(superior)s or sent_by = %(user)s)""",
		{
			"slot": slot.name,
			"kind": BY_HAND,
			"since": now - PAUSE_BY_HAND,
			"superior": superior,
			"user": frappe.session.user,
		},
	)[0][0]
	if last:
		frappe.throw(
			_("The late units of the slot {0} were reminded at {1}; again from {2}.").format(
				slot_label(slot.slot_time), f"{last:%H:%M}", f"{last + PAUSE_BY_HAND:%H:%M}"
			),
			RemindedAlready,
		)


# --- to whom


def deliver(run: str, kind: str, doctype: str, ways: Collection[str]) -> int:
	"""Send the notices recorded in this run, of reports of the DocType; returns to how many users."""
	told = told_duties(kind, doctype)
	messages = list(compose(kind, recipients(run, kind, told)))
	count_recipients(run, kind, told)
	send(messages, ways)
	return len(messages)


def told_duties(kind: str, doctype: str) -> list[str]:
	"""In the superior unit, of those who may remind the units below; in the area's, of those who enter its report."""
	if kind == ESCALATION:
		return duties_with("Report Notice", "Write")
	return duties_with(doctype, "Write", ("Own Area", "Own Unit"))


def recipients(run: str, kind: str, told: list[str]) -> list[frappe._dict]:
	"""Rows of user, language, slot, slot_time, area, area_name, unit, due_at, sender; ordered by user, then area."""
	sql, values = recipients_sql(run, kind, told)
	return frappe.db.sql(
		f"""select distinct person.name as user, coalesce(nullif(person.language, ''), %(language)s) as language,
			notice.slot, slot.slot_time, notice.area, area.full_name as area_name, notice.unit, owed.due_at,
			sender.unit_name as sender
		{sql}
		join `tabUser` person on person.name = duty.user
		join `tabReport Slot` slot on slot.name = notice.slot
		join `tabArea` area on area.name = notice.area
		join `tabReport Obligation` owed on owed.slot = notice.slot and owed.area = notice.area
		left join `tabUnit` sender on sender.name = notice.superior
		order by person.name, area.name""",
		{**values, "language": default_language()},
		as_dict=True,
	)


def count_recipients(run: str, kind: str, told: list[str]) -> None:
	"""A notice that reached nobody shows it: somebody must be given the duty."""
	sql, values = recipients_sql(run, kind, told)
	frappe.db.sql(
		f"""update `tabReport Notice` target join (
			select notice.name, count(distinct duty.user) as people {sql} group by notice.name
		) reached on reached.name = target.name set target.recipients = reached.people""",
		values,
	)


def recipients_sql(run: str, kind: str, told: list[str]) -> tuple[str, dict]:
	"""From the run's notices to the running duties: of both lines of the area, or of the superior unit."""
	condition, values = running()
	unit = "unit.name = notice.superior" if kind == ESCALATION else "unit.area = notice.area"
	sql = f"""from (select * from `tabReport Notice` where run = %(run)s) notice
		join `tabUnit` unit on {unit} and unit.disabled = 0
		join `tabDuty Assignment` duty on duty.unit = unit.name and duty.duty in %(told)s
			and {condition} and {ENABLED}"""
	return sql, {**values, "run": run, "told": told or [""]}


# --- in what words


def compose(kind: str, rows: Iterable[dict]) -> Iterator[Message]:
	"""One message for each user, in the user's language, whatever the number of areas."""
	writer = {REMINDER: reminder_texts, ESCALATION: escalation_texts, BY_HAND: by_hand_texts}[kind]
	for user, group in groupby(rows, lambda row: row.user):
		owed = list(group)
		with language(owed[0].language):
			subject, mail_subject = writer(owed)
		doctype, name = document_of(kind, owed)
		yield Message(
			kind=kind,
			slot=owed[0].slot,
			user=user,
			language=owed[0].language,
			subject=subject,
			mail_subject=mail_subject,
			lines=[row.area_name for row in owed],
			link=link_of(kind, owed),
			document_type=doctype,
			document_name=name,
		)


def reminder_texts(owed: list[dict]) -> tuple[str, str]:
	slot, due_at = slot_label(owed[0].slot_time), clock_label(min(row.due_at for row in owed))
	return (
		_("Due at {0}, not sent yet: report for the slot {1}, {2}.").format(due_at, slot, named(owed)),
		_("Due at {0}, not sent yet: report for the slot {1}.").format(due_at, slot),
	)


def escalation_texts(owed: list[dict]) -> tuple[str, str]:
	slot = slot_label(owed[0].slot_time)
	return (
		_("{0} units below yours are late in the slot {1}: {2}.").format(len(owed), slot, named(owed)),
		_("{0} units below yours are late in the slot {1}.").format(len(owed), slot),
	)


def by_hand_texts(owed: list[dict]) -> tuple[str, str]:
	slot, sender = slot_label(owed[0].slot_time), owed[0].sender or _("The superior unit")
	return (
		_("{0} reminds you: the report for the slot {1}, {2}, is late. Please send it now.").format(
			sender, slot, named(owed)
		),
		_("{0} reminds you: the report for the slot {1} is late. Please send it now.").format(sender, slot),
	)


def named(owed: list[dict]) -> str:
	names = ", ".join(row.area_name for row in owed[:MOST_NAMED])
	rest = len(owed) - MOST_NAMED
	return _("{0} and {1} more").format(names, rest) if rest > 0 else names


def document_of(kind: str, owed: list[dict]) -> tuple[str, str]:
	if kind == ESCALATION or len(owed) > 1:
		return "Report Slot", owed[0].slot
	return "Report Obligation", f"{owed[0].slot}-{owed[0].unit}"


def link_of(kind: str, owed: list[dict]) -> str:
	if kind == ESCALATION:
		return "/theo-doi"
	return f"/bao-cao#/{owed[0].slot}/{owed[0].area}" if len(owed) == 1 else "/bao-cao"


# --- by what way


def ways_of(row: Document) -> list[str]:
	"""Those that the report type's row asks for."""
	return [way for way in WAYS if row.get(way)]


def send(messages: list[Message], ways: Collection[str] = WAYS) -> None:
	if "desk" in ways:
		put_in_desk(messages)
	if "email" in ways:
		mail_later(messages)
	if "others" in ways:
		hand_over(messages)


def put_in_desk(messages: list[Message]) -> None:
	bell.put_in_desk(
		[
			bell.Notice(
				message.user, message.subject, message.link, message.document_type, message.document_name
			)
			for message in messages
		]
	)


def mail_later(messages: list[Message]) -> None:
	"""By a job: queueing a mail takes its time, and a failure of it must not stop the clock."""
	if messages and has_outgoing_account():
		frappe.enqueue(
			"covid_portal.reporting.reminders.send_mail",
			messages=[asdict(message) for message in messages],
			enqueue_after_commit=True,
		)


def send_mail(messages: list[dict]) -> None:
	"""Job: one mail for all who get the same words. A reminder names no area: /bao-cao shows each what it owes."""
	mails: dict[tuple, list[str]] = {}
	for message in messages:
		lines = tuple(message["lines"]) if message["kind"] == ESCALATION else ()
		page = message["link"].partition("#")[0]
		mails.setdefault((message["mail_subject"], lines, page), []).append(message["user"])
	for (subject, lines, page), users in mails.items():
		frappe.sendmail(recipients=users, subject=subject, message=mail_body(subject, lines, page))
