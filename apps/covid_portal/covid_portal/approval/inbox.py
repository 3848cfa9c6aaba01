"""The inbox: what waits for the user's decision, the nearest deadline first. For the page /cho-duyet."""

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.base_document import get_controller
from frappe.utils import now_datetime

from covid_portal.approval.line import rights
from covid_portal.approval.seats import Seat, seats_of
from covid_portal.organisation.scope import scope_condition

MOST_SHOWN = 600


@frappe.whitelist(methods=["GET"])
def inbox() -> dict:
	"""{"now", "user_name", "groups": [{"doctype", "label", "rows": [row]}]}, what is due first before the rest.

	row: name, title, details and warnings (lists of texts), link, step, unit_name, due_at, late, escalated (the superior
	unit is asked because the step is late), on_behalf_of (whose substitute would decide; empty: nobody's).
	"""
	if frappe.session.user == "Guest":
		frappe.throw(_("Please log in."), frappe.AuthenticationError)
	user, now = frappe.session.user, now_datetime()
	seats = seats_of(user)
	steps = waiting_steps(user, seats)
	mark_rights(steps, seats)
	groups = [
		{"doctype": doctype, "label": _(doctype), "rows": rows}
		for doctype in dict.fromkeys(step.reference_doctype for step in steps)
		if (rows := rows_of(doctype, [step for step in steps if step.reference_doctype == doctype]))
	]
	return {
		"now": now.isoformat(),
		"user_name": frappe.db.get_value("User", user, "full_name"),
		"groups": groups,
	}


def waiting_steps(user: str, seats: list[Seat]) -> list[frappe._dict]:
	"""Steps that wait for a unit and duty of the user's; not those of his own documents, nor where he has decided."""
	if not seats:
		return []
	pairs = list(dict.fromkeys((seat.unit, seat.duty) for seat in seats))
	units = list(dict.fromkeys(unit for unit, _duty in pairs))
	branches = " union ".join(branch_sql(column) for column in ("unit", "escalated_unit"))
	return frappe.db.sql(
		f"""select step.name, step.reference_doctype, step.reference_name, step.round, step.step, step.title,
			step.unit, step.escalated_unit, step.duty, step.due_at, unit.unit_name
		from ({branches}) step
		join `tabUnit` unit on unit.name = step.unit
		where not exists (
			select 1 from `tabApproval Decision` taken
			where taken.reference_doctype = step.reference_doctype and taken.reference_name = step.reference_name
				and taken.user = %(user)s
				and (taken.decision = 'Submit' or (taken.decision = 'Approve' and taken.round = step.round
					and taken.step <= step.step))
		)
		order by step.due_at is null, step.due_at, step.reference_name limit {MOST_SHOWN:d}""",
		{"user": user, "units": units, "pairs": pairs},
		as_dict=True,
	)


def mark_rights(steps: list[frappe._dict], seats: list[Seat]) -> None:
	"""By which of its units and for whom the user would decide on each step: put into the step."""
	for step in steps:
		right = rights(step, seats)[0]
		step.escalated = right.unit != step.unit
		step.on_behalf_of = right.on_behalf_of
	users = {step.on_behalf_of for step in steps if step.on_behalf_of}
	names = dict(frappe.get_all("User", {"name": ("in", [*users, ""])}, ["name", "full_name"], as_list=True))
	for step in steps:
		step.on_behalf_of = names.get(step.on_behalf_of, "")


def branch_sql(column: str) -> str:
	return f"""select * from `tabApproval Step`
		where {column} in %(units)s and state = 'Pending' and ({column}, duty) in %(pairs)s"""


def rows_of(doctype: str, steps: list[frappe._dict]) -> list[dict]:
	"""The steps' documents in the user's scope, as their DocType tells them; what he may not read is not there."""
	summaries = summaries_of(doctype, [step.reference_name for step in steps])
	now, found = now_datetime(), []
	for step in steps:
		if summary := summaries.get(step.reference_name):
			found.append(
				{
					"name": step.reference_name,
					**summary,
					"step": _(step.title),
					"unit_name": step.unit_name,
					"due_at": step.due_at.isoformat() if step.due_at else None,
					"late": bool(step.due_at and step.due_at < now),
					"escalated": step.escalated,
					"on_behalf_of": step.on_behalf_of,
				}
			)
	return found


def summaries_of(doctype: str, names: Iterable[str]) -> dict[str, dict]:
	"""{name: {"title", "details", "warnings", "link"}}; a DocType with something to say of its own has `inbox_summaries`."""
	if not frappe.has_permission(doctype, "read"):
		return {}
	condition = f"`tab{doctype}`.name in %(names)s and {scope_condition(doctype)}"
	values = {"names": list(names)}
	controller = get_controller(doctype)
	if hasattr(controller, "inbox_summaries"):
		return controller.inbox_summaries(condition, values)
	meta = frappe.get_meta(doctype)
	title = meta.get_title_field()
	rows = frappe.db.sql(
		f"select name, `{title}` as title from `tab{doctype}` where {condition}", values, as_dict=True
	)
	return {
		row.name: {
			"title": str(row.title or row.name),
			"details": [],
			"warnings": [],
			"link": f"/app/{frappe.scrub(doctype).replace('_', '-')}/{row.name}",
		}
		for row in rows
	}
