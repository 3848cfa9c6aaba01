"""The record of a document as people read it: who decided, for whom, when, why, and what the author changed since."""

import json

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.approval.acts import AUTOMATIC
from covid_portal.approval.guard import GUARDED
from covid_portal.approval.line import Line, earlier_steps, may_decide
from covid_portal.approval.seats import Seats
from covid_portal.approval.vocabulary import IN_APPROVAL, STATE_FIELD

STANDARD = {*GUARDED, "modified", "modified_by", "owner", "creation", "idx"}
MOST_CHANGES = 40
COVERED = "•••"


@frappe.whitelist(methods=["GET"])
def timeline(doctype: str, name: str) -> dict:
	"""{"steps": [...of the current round], "decisions": [...oldest first], "may_return_to": [{"step", "title"}]}.

	decision: decision, step, unit_name, duty, user_name, automatic (the system, by the route), on_behalf_of, at, reason, changes: what was changed between the
	decision before and this one, as [{"label", "old", "new"}]. For who may read the document.
	"""
	doc = frappe.get_doc(doctype, name)
	doc.check_permission("read")
	line, seats = Line.load(doc), Seats()
	names = full_names(line)
	return {
		"steps": [step_row(line, step, seats, names) for step in line.current_steps],
		"decisions": [
			{**decision_row(row, seats, names), "changes": changes}
			for row, changes in zip(line.record, changes_before(doc, line), strict=True)
		],
		"may_return_to": may_return_to(line),
	}


def step_row(line: Line, step: dict, seats: Seats, names: dict[str, str]) -> dict:
	return {
		"step": step["step"],
		"title": step["title"],
		"unit_name": seats.unit_name(step["unit"]),
		"escalated_to": seats.unit_name(step["escalated_unit"]) if step["escalated_unit"] else "",
		"duty": step["duty"],
		"approvals": step["approvals"],
		"approved": len(line.approved_by(step)),
		"state": step["state"],
		"due_at": step["due_at"],
		"decided_by": names.get(step["decided_by"], ""),
		"decided_at": step["decided_at"],
	}


def decision_row(row: dict, seats: Seats, names: dict[str, str]) -> dict:
	return {
		"decision": row["decision"],
		"step": row["step"],
		"return_to": row["return_to"],
		"unit_name": seats.unit_name(row["unit"]) if row["unit"] else "",
		"duty": row["duty"],
		"user_name": names.get(row["user"], row["user"]),
		"automatic": row["decision"] in AUTOMATIC and not row["duty"],
		"on_behalf_of": names.get(row["on_behalf_of"], ""),
		"at": row["decided_at"],
		"reason": row["reason"] or "",
		"to_state": row["to_state"],
	}


def full_names(line: Line) -> dict[str, str]:
	users = {row[key] for row in line.record for key in ("user", "on_behalf_of") if row[key]}
	users |= {step["decided_by"] for step in line.steps if step["decided_by"]}
	return dict(frappe.get_all("User", {"name": ("in", [*users, ""])}, ["name", "full_name"], as_list=True))


def may_return_to(line: Line) -> list[dict]:
	"""Steps of this round the user may return the document to, besides the author."""
	if line.doc.get(STATE_FIELD) != IN_APPROVAL or not may_decide(line, frappe.session.user):
		return []
	return earlier_steps(line.current_steps, min(step["step"] for step in line.pending))


# --- what was changed in between


def changes_before(doc: Document, line: Line) -> list[list[dict]]:
	"""For each decision, the fields that were changed since the one before it, from the framework's versions."""
	versions = frappe.get_all(
		"Version",
		{"ref_doctype": doc.doctype, "docname": doc.name},
		["creation", "data"],
		order_by="creation asc",
	)
	found, since = [], None
	for row in line.record:
		part = [
			version.data
			for version in versions
			if (since is None or version.creation > since) and version.creation <= row["decided_at"]
		]
		found.append(net_changes(doc, part)[:MOST_CHANGES] if since else [])
		since = row["decided_at"]
	return found


def net_changes(doc: Document, versions: list[str]) -> list[dict]:
	"""First old and last new value of each field of the document's own that ended up different, without those that the portal
	itself writes; of what is sealed, that it changed."""
	first, last = {}, {}
	skipped = STANDARD.union(getattr(doc, "NOT_CONTENT", ()))
	for data in versions:
		for fieldname, old, new in json.loads(data).get("changed") or []:
			if fieldname not in skipped:
				first.setdefault(fieldname, old)
				last[fieldname] = new
	sealed = getattr(doc, "PERSONAL_FIELDS", ())
	return [
		{"label": label_of(doc, field)}
		| (
			{"old": COVERED, "new": COVERED}
			if field in sealed
			else {"old": shown(first[field]), "new": shown(last[field])}
		)
		for field in first
		if shown(first[field]) != shown(last[field])
	]


def label_of(doc: Document, fieldname: str) -> str:
	field = doc.meta.get_field(fieldname)
	return _(field.label) if field and field.label else fieldname


def shown(value: object) -> str:
	return "" if value in (None, "") else str(value)
