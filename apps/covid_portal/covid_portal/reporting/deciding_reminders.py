"""Word to those who decide, before the cut-off of their level: so many reports of the slot wait for them.

A level that owes no reports has a cut-off all the same: by then its units have decided on what was sent to them. Rows
"Reminder, Before" of the report type hold for both, each for the units of its level.

Set-based, as reminders.py: each notice is recorded once (unique: slot, unit, kind, minutes) and only what was newly recorded is
sent, in the same transaction.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime

from covid_portal.approval.vocabulary import IN_APPROVAL
from covid_portal.organisation.duties import ENABLED, running
from covid_portal.organisation.post import Message, default_language, language
from covid_portal.reporting import slots
from covid_portal.reporting.reminders import REMINDER, send, ways_of
from covid_portal.reporting.slots import clock_label, slot_label

KIND = "To Decide"
# Reports of the slot and the steps at which they wait.
WAITING = """`tab{doctype}` report
	join `tabApproval Step` step on step.reference_doctype = %(doctype)s and step.reference_name = report.name
		and step.state = 'Pending'"""


def send_due(slot: Document, report_type: Document, now: datetime) -> None:
	"""Send what the report type's rows ask for and was not sent yet. The caller holds the slot's row lock."""
	for row in report_type.reminders:
		due_at = slots.cutoff(report_type, get_datetime(slot.slot_time), row.area_level)
		if row.kind != REMINDER or row.side != "Before" or not is_due(row, due_at, now):
			continue
		if run := record(slot.name, report_type.document_type, row, now):
			deliver(run, report_type.document_type, slot, due_at, row)


def is_due(row: Document, due_at: datetime, now: datetime) -> bool:
	return due_at - timedelta(minutes=row.minutes) <= now <= due_at


def record(slot: str, doctype: str, row: Document, now: datetime) -> str | None:
	"""Record the units of the row's level that have something to decide; None if none was newly recorded."""
	run = frappe.generate_hash(length=16)
	frappe.db.sql(
		f"""insert ignore into `tabReport Notice` (name, creation, modified, owner, modified_by, docstatus, idx,
			slot, unit, area, kind, minutes, sent_at, superior, recipients, run)
		select distinct concat_ws('-', %(slot)s, unit.name, %(kind)s, %(minutes)s), %(now)s, %(now)s, %(user)s, %(user)s, 0, 0,
			%(slot)s, unit.name, unit.area, %(kind)s, %(minutes)s, %(now)s, unit.parent_unit, 0, %(run)s
		from {WAITING.format(doctype=doctype)}
		join `tabUnit` unit on unit.name = step.unit
		join `tabArea` area on area.name = unit.area
		left join `tabReport Notice` sent on sent.slot = %(slot)s and sent.unit = unit.name
			and sent.kind = %(kind)s and sent.minutes = %(minutes)s
		where report.slot = %(slot)s and report.workflow_state = %(state)s and area.level = %(level)s
			and sent.name is null""",
		{
			"slot": slot,
			"doctype": doctype,
			"state": IN_APPROVAL,
			"kind": KIND,
			"minutes": -row.minutes,
			"level": row.area_level,
			"now": now,
			"user": frappe.session.user,
			"run": run,
		},
	)
	return run if frappe.db.sql("select row_count()")[0][0] else None


def deliver(run: str, doctype: str, slot: Document, due_at: datetime, row: Document) -> None:
	rows = recipients(run, doctype)
	count_recipients(run, rows)
	send(list(compose(rows, slot, due_at)), ways_of(row))


def recipients(run: str, doctype: str) -> list[frappe._dict]:
	"""Rows of user, language, unit and how many reports wait there for a duty of the user's; ordered by user."""
	condition, values = running()
	return frappe.db.sql(
		f"""select person.name as user, coalesce(nullif(person.language, ''), %(language)s) as language,
			notice.unit, count(distinct report.name) as waiting
		from (select * from `tabReport Notice` where run = %(run)s) notice
		join {WAITING.format(doctype=doctype)} and step.unit = notice.unit
		join `tabDuty Assignment` duty on duty.unit = step.unit and duty.duty = step.duty and {condition} and {ENABLED}
		join `tabUser` person on person.name = duty.user
		where report.slot = notice.slot and report.workflow_state = %(state)s
		group by person.name, language, notice.unit order by person.name""",
		{**values, "run": run, "doctype": doctype, "state": IN_APPROVAL, "language": default_language()},
		as_dict=True,
	)


def count_recipients(run: str, rows: list[dict]) -> None:
	"""A notice that reached nobody shows it: somebody must be given the duty."""
	if not rows:
		return
	people = {row.unit: 0 for row in rows}
	for row in rows:
		people[row.unit] += 1
	cases = " ".join(f"when {frappe.db.escape(unit)} then {count:d}" for unit, count in people.items())
	frappe.db.sql(
		f"update `tabReport Notice` set recipients = case unit {cases} else 0 end where run = %s", run
	)


def compose(rows: Iterable[dict], slot: Document, due_at: datetime) -> Iterator[Message]:
	"""One message for each user, in the user's language, whatever the number of units."""
	for user, group in groupby(rows, lambda row: row.user):
		waiting = list(group)
		with language(waiting[0].language):
			subject = _("{0} reports of the slot {1} wait for your decision, due at {2}.").format(
				sum(row.waiting for row in waiting), slot_label(slot.slot_time), clock_label(due_at)
			)
		yield Message(
			kind=KIND,
			slot=slot.name,
			user=user,
			language=waiting[0].language,
			subject=subject,
			mail_subject=subject,
			lines=[],
			link="/cho-duyet",
			document_type="Report Slot",
			document_name=slot.name,
		)
