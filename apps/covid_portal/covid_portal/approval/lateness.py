"""Deadlines of steps: reminders before and at them, and what the route has the system do when nobody decides.

Idempotent: what was done is marked on the step, under the document's lock; each document is a unit of work.
"""

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import now_datetime

from covid_portal.approval import notices
from covid_portal.approval import vocabulary as v
from covid_portal.approval.decisions import decide_automatically
from covid_portal.approval.line import Line
from covid_portal.organisation.post import default_language, language

ACTIONS = {"Escalate": v.ESCALATE, "Approve": v.APPROVE, "Skip": v.SKIP}
# Fewer than a run can do in its minute; the rest have their turn in the next.
MOST_AT_ONCE = 500


def tick() -> None:
	"""Called every minute by the scheduler."""
	advance(now_datetime())


def advance(now: datetime) -> None:
	"""Do all that is due at `now`. What fails for one document is raised at the end, when the others had their turn."""
	remind(now)
	failures: list[Exception] = []
	passed_up: dict[tuple[str, str], list[tuple[str, str]]] = {}
	for row in late_steps(now):
		try:
			frappe.db.commit()  # a row lock must be the first read of its transaction
			step = act_on(row, now)
		except Exception as error:
			frappe.db.rollback()
			failures.append(error)
		else:
			if step and step["escalated_unit"]:
				seat = (step["escalated_unit"], step["duty"])
				passed_up.setdefault(seat, []).append((row.reference_doctype, row.reference_name))
	if passed_up:
		notices.tell(passed_up, escalated=True)
	frappe.db.commit()
	if failures:
		raise failures[0]


def late_steps(now: datetime) -> list[frappe._dict]:
	"""Pending steps past their time on which the system has not acted yet, where the route has it act."""
	return frappe.db.sql(
		"""select step.name, step.reference_doctype, step.reference_name, asked.when_late
		from `tabApproval Step` step
		join `tabApproval Route Step` asked on asked.parent = step.route_version
			and asked.parenttype = 'Approval Route Version' and asked.idx = step.route_row
		where step.state = 'Pending' and step.due_at <= %s and step.escalated_at is null
			and asked.when_late in %s
		order by step.due_at limit %s""",
		(now, list(ACTIONS), MOST_AT_ONCE),
		as_dict=True,
	)


def act_on(row: dict, now: datetime) -> dict | None:
	"""The step that the system acted on, if it still waits."""
	doc = frappe.get_doc(row.reference_doctype, row.reference_name, for_update=True)
	line = Line.load(doc)
	step = next((one for one in line.pending if one["name"] == row.name), None)
	if not step or step["escalated_at"]:
		return None  # decided on, or acted on by another run, meanwhile
	step["escalated_at"] = now
	with language(default_language()):  # on record for everybody: no job has a language of its own
		reason = _("By the route {0}: nobody decided in time.").format(step["route_version"])
	decide_automatically(line, step, ACTIONS[row.when_late], reason, now.replace(microsecond=0))
	return step


def remind(now: datetime) -> None:
	"""One word to everybody who may decide, for all that has become due since the last one."""
	rows = frappe.db.sql(
		"""select step.name, step.unit, step.duty, step.reference_doctype, step.reference_name
		from `tabApproval Step` step
		left join `tabApproval Route Step` asked on asked.parent = step.route_version
			and asked.parenttype = 'Approval Route Version' and asked.idx = step.route_row
		where step.state = 'Pending' and step.reminded_at is null
			and step.due_at <= date_add(%(now)s, interval coalesce(asked.remind_hours, 0) * 60 minute)
		for update""",
		{"now": now},
		as_dict=True,
	)
	if not rows:
		return
	frappe.db.sql(
		"update `tabApproval Step` set reminded_at = %s where name in %s", (now, [row.name for row in rows])
	)
	waiting: dict[tuple[str, str], list[tuple[str, str]]] = {}
	for row in rows:
		document = (row.reference_doctype, row.reference_name)
		waiting.setdefault((row.unit, row.duty), []).append(document)
	notices.tell(waiting)
	frappe.db.commit()
