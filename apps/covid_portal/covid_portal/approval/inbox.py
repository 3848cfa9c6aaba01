"""The inbox: what waits for the user's decision, the nearest deadline first. For the page /cho-duyet."""

from collections.abc import Iterable, Iterator

import frappe
from frappe import _
from frappe.model.base_document import get_controller
from frappe.utils import now_datetime

from covid_portal.approval.line import earlier_steps, rights
from covid_portal.approval.seats import Seat, seats_of
from covid_portal.organisation.desk_links import form_link
from covid_portal.organisation.login import require_login
from covid_portal.organisation.scope import scope_condition

MOST_SHOWN = 600
# SQL over the alias `taken`, an approval: a return to its step or an earlier one has not undone it.
STANDS = """not exists (
	select 1 from `tabApproval Decision` undone
	where undone.reference_doctype = taken.reference_doctype and undone.reference_name = taken.reference_name
		and undone.round = taken.round and undone.decision = 'Return' and undone.sequence > taken.sequence
		and undone.return_to <= taken.step)"""


@frappe.whitelist(methods=["GET"])
def inbox() -> dict:
	"""{"now", "user_name", "groups": [{"doctype", "label", "rows": [row]}]}, what is due first before the rest.

	row: name, title, details and warnings (lists of texts), link (phone_link, if there is a page of it for small screens), step, unit_name, due_at, late, escalated (the superior
	unit is asked because the step is late), on_behalf_of (whose substitute would decide; empty: nobody's), may_return_to
	([{"step", "title"}] besides the author), approvals (how many the step asks for; 0: everybody's; of the superior unit one
	is enough), approved (how many of them were given), together (steps that wait at the same time, with their units).
	"""
	require_login()
	user = frappe.session.user
	return {
		"now": now_datetime().isoformat(),
		"user_name": frappe.db.get_value("User", user, "full_name"),
		"groups": groups_of(user),
	}


def groups_of(user: str) -> list[dict]:
	"""What awaits the user, whoever asks: the groups of inbox()."""
	seats = seats_of(user)
	steps = with_rights(waiting_steps(user, seats), user, seats)
	mark_way(steps)
	return [
		{"doctype": doctype, "label": _(doctype), "rows": rows}
		for doctype in dict.fromkeys(step.reference_doctype for step in steps)
		if (rows := rows_of(doctype, [step for step in steps if step.reference_doctype == doctype], user))
	]


def waiting_steps(user: str, seats: list[Seat]) -> list[frappe._dict]:
	"""Steps that wait for a unit and duty of the user's; not those of his own documents, nor where he has decided."""
	if not seats:
		return []
	pairs = list(dict.fromkeys((seat.unit, seat.duty) for seat in seats))
	units = list(dict.fromkeys(unit for unit, _duty in pairs))
	branches = " union ".join(branch_sql(column) for column in ("unit", "escalated_unit"))
	return frappe.db.sql(
		f"""select step.name, step.reference_doctype, step.reference_name, step.round, step.step, step.title,
			step.route_row, step.unit, step.escalated_unit, step.duty, step.due_at, step.approvals, unit.unit_name
		from ({branches}) step
		join `tabUnit` unit on unit.name = step.unit
		where not exists (
			select 1 from `tabApproval Decision` taken
			where taken.reference_doctype = step.reference_doctype and taken.reference_name = step.reference_name
				and taken.user = %(user)s
				and (taken.decision = 'Submit' or (taken.decision = 'Approve' and taken.round = step.round
					and taken.step <= step.step and {STANDS}))
		)
		order by step.due_at is null, step.due_at, step.reference_name limit {MOST_SHOWN:d}""",
		{"user": user, "units": units, "pairs": pairs},
		as_dict=True,
	)


def with_rights(steps: list[frappe._dict], user: str, seats: list[Seat]) -> list[frappe._dict]:
	"""Those on which the user may decide, each with by which of its units and for whom: as Line.right_of() says."""
	barred, found = barred_from(steps, {user, *filter(None, (seat.on_behalf_of for seat in seats))}), []
	for step in steps:
		persons = barred.get((step.reference_doctype, step.reference_name), set())
		held = [right for right in rights(step, seats) if not {user, right.on_behalf_of} & persons]
		if held:
			step.escalated, step.on_behalf_of = held[0].unit != step.unit, held[0].on_behalf_of
			found.append(step)
	users = {step.on_behalf_of for step in found if step.on_behalf_of}
	names = dict(frappe.get_all("User", {"name": ("in", [*users, ""])}, ["name", "full_name"], as_list=True))
	for step in found:
		step.on_behalf_of = names.get(step.on_behalf_of, "")
	return found


def barred_from(steps: list[frappe._dict], persons: set[str]) -> dict[tuple[str, str], set[str]]:
	"""{document: those of the persons who are its authors, or whose approval of this round stands}"""
	found: dict[tuple[str, str], set[str]] = {}
	if not steps:
		return found
	documents = [(step.reference_doctype, step.reference_name) for step in steps]
	rows = frappe.db.sql(
		f"""select reference_doctype, reference_name, user from `tabApproval Contribution`
		where user in %(persons)s and (reference_doctype, reference_name) in %(documents)s
		union select taken.reference_doctype, taken.reference_name, if(taken.user in %(persons)s, taken.user, taken.on_behalf_of)
		from `tabApproval Decision` taken
		where (taken.reference_doctype, taken.reference_name) in %(documents)s
			and (taken.user in %(persons)s or taken.on_behalf_of in %(persons)s)
			and (taken.decision = 'Submit' or (taken.decision = 'Approve'
				and (taken.reference_doctype, taken.reference_name, taken.round) in %(rounds)s and {STANDS}))""",
		{
			"persons": sorted(persons),
			"documents": documents,
			"rounds": [(step.reference_doctype, step.reference_name, step.round) for step in steps],
		},
	)
	for doctype, name, person in (*rows, *owners_of(documents, persons)):
		found.setdefault((doctype, name), set()).add(person)
	return found


def owners_of(documents: list[tuple[str, str]], persons: set[str]) -> Iterator[tuple[str, str, str]]:
	"""(DocType, name, owner) of those that one of the persons has made; a statement for each DocType."""
	for doctype in dict.fromkeys(doctype for doctype, _name in documents):
		names = [name for other, name in documents if other == doctype]
		filters = {"name": ("in", names), "owner": ("in", sorted(persons))}
		for name, owner in frappe.get_all(doctype, filters, ["name", "owner"], as_list=True):
			yield doctype, str(name), owner


def mark_way(steps: list[frappe._dict]) -> None:
	"""What the step must be seen with: those before it, those beside it, and the approvals it has already."""
	if not steps:
		return
	ways: dict[tuple, list[frappe._dict]] = {}
	for row in steps_beside(steps):
		ways.setdefault((row.reference_doctype, row.reference_name, row.round), []).append(row)
	given = approvals_given([step for step in steps if step.approvals != 1])
	for step in steps:
		way = ways[step.reference_doctype, step.reference_name, step.round]
		step.may_return_to = earlier_steps(way, step.step)
		beside = [row for row in way if row.state == "Pending" and row.name != step.name]
		step.together = [f"{_(row.title)} ({row.unit_name})" for row in beside]
		step.approved = given.get(step.name, 0)


def steps_beside(steps: list[frappe._dict]) -> list[frappe._dict]:
	"""All steps, of their round, of the documents that these steps are of."""
	return frappe.db.sql(
		"""select step.name, step.reference_doctype, step.reference_name, step.round, step.step, step.title,
			step.state, unit.unit_name
		from `tabApproval Step` step
		join `tabUnit` unit on unit.name = step.unit
		where (step.reference_doctype, step.reference_name, step.round) in %s
		order by step.step, step.route_row""",
		[[(step.reference_doctype, step.reference_name, step.round) for step in steps]],
		as_dict=True,
	)


def approvals_given(steps: list[frappe._dict]) -> dict[str, int]:
	"""{step: how many approvals of it stand}"""
	rows = frappe.db.sql(
		f"""select step.name, count(*) from `tabApproval Step` step
		join `tabApproval Decision` taken on taken.reference_doctype = step.reference_doctype
			and taken.reference_name = step.reference_name and taken.round = step.round
			and taken.step = step.step and taken.route_row = step.route_row and taken.decision = 'Approve'
		where step.name in %s and {STANDS} group by step.name""",
		[[step.name for step in steps] or [""]],
	)
	return dict(rows)


def branch_sql(column: str) -> str:
	return f"""select * from `tabApproval Step`
		where {column} in %(units)s and state = 'Pending' and ({column}, duty) in %(pairs)s"""


def rows_of(doctype: str, steps: list[frappe._dict], user: str) -> list[dict]:
	"""The steps' documents in the user's scope, as their DocType tells them; what he may not read is not there."""
	summaries = summaries_of(doctype, [step.reference_name for step in steps], user)
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
					"may_return_to": step.may_return_to,
					"approvals": 1 if step.escalated else step.approvals,
					"approved": step.approved,
					"together": step.together,
				}
			)
	return found


def summaries_of(doctype: str, names: Iterable[str], user: str) -> dict[str, dict]:
	"""{name: {"title", "details", "warnings", "link"}}; a DocType with something to say of its own has `inbox_summaries`."""
	if not frappe.has_permission(doctype, "read", user=user):
		return {}
	condition = f"`tab{doctype}`.name in %(names)s and {scope_condition(doctype, user)}"
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
		str(row.name): {
			"title": str(row.title or row.name),
			"details": [],
			"warnings": [],
			"link": form_link(doctype, row.name),
		}
		for row in rows
	}
