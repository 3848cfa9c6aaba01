"""The record of a document as people read it: who decided, for whom, when, why, and what the author changed since."""

import json
from collections.abc import Collection, Iterator

import frappe
from frappe import _
from frappe.model.base_document import get_controller
from frappe.model.document import Document
from frappe.model.meta import Meta

from covid_portal.approval.acts import AUTOMATIC
from covid_portal.approval.guard import GUARDED
from covid_portal.approval.line import Line, earlier_steps, may_decide
from covid_portal.approval.seats import Seats
from covid_portal.approval.vocabulary import IN_APPROVAL, STATE_FIELD, SUBMIT, WITHDRAW

STANDARD = {*GUARDED, "modified", "modified_by", "owner", "creation", "idx"}
MOST_CHANGES = 40
COVERED = "•••"
# As whom the portal sends, and takes back, for those who have no account: citizens, and itself.
PORTAL, BY_PORTAL = "Administrator", (SUBMIT, WITHDRAW)


@frappe.whitelist(methods=["GET"])
def timeline(doctype: str, name: str) -> dict:
	"""{"steps": [...of the current round], "decisions": [...oldest first], "may_return_to": [{"step", "title"}]}.

	decision: decision, step, unit_name, duty, user_name, automatic (the system, by the route), by_portal (its own account,
	for whoever has none), on_behalf_of, at, reason, changes: what was changed between the decision before and this one, as [{"label", "old",
	"new"}]. For who may read the document.
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
		"by_portal": row["user"] == PORTAL and row["decision"] in BY_PORTAL,
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
	"""For each decision, what was changed since the one before it, from the framework's versions. Both are ordered by when
	they were stored: the time of a decision is whole seconds, in which much can happen."""
	versions = frappe.get_all(
		"Version",
		{"ref_doctype": doc.doctype, "docname": str(doc.name)},
		["creation", "data"],
		order_by="creation asc",
	)
	found, since = [], None
	for row in line.record:
		part = [
			version.data
			for version in versions
			if (since is None or version.creation > since) and version.creation <= row["creation"]
		]
		found.append(net_changes(doc, part)[:MOST_CHANGES] if since else [])
		since = row["creation"]
	return found


def net_changes(doc: Document, versions: list[str]) -> list[dict]:
	"""First old and last new value of what ended up different, of the document's own fields and of its rows, without what the
	portal itself writes; of what is sealed, that it changed."""
	first, last, sealed = {}, {}, set()
	for data in versions:
		for label, old, new, is_sealed in changes_of(doc, json.loads(data)):
			first.setdefault(label, shown(old))
			last[label] = shown(new)
			sealed.update([label] if is_sealed else [])
	return [
		{"label": label, "old": COVERED, "new": COVERED}
		if label in sealed
		else {"label": label, "old": first[label], "new": last[label]}
		for label in first
		if first[label] != last[label]
	]


Change = tuple[str, object, object, bool]


def changes_of(doc: Document, data: dict) -> Iterator[Change]:
	"""(what, old, new, whether it is sealed) of one version, as the framework stores it."""
	content = [row for row in data.get("changed") or [] if row[0] not in getattr(doc, "NOT_CONTENT", ())]
	yield from of_fields(doc.meta, content)
	for fieldname, row in data.get("removed") or []:
		yield row_label(doc.meta, fieldname, row.get("idx")), row_text(doc.meta, fieldname, row), "", False
	for fieldname, row in data.get("added") or []:
		yield row_label(doc.meta, fieldname, row.get("idx")), "", row_text(doc.meta, fieldname, row), False
	for fieldname, index, _name, changed in data.get("row_changed") or []:
		if table := table_meta(doc.meta, fieldname):
			for label, *rest in of_fields(table, changed):
				yield f"{row_label(doc.meta, fieldname, index + 1)}: {label}", *rest


def of_fields(meta: Meta, changed: list) -> Iterator[Change]:
	sealed = sealed_fields(meta.name)
	for fieldname, old, new in changed:
		if fieldname not in STANDARD:
			yield label_of(meta, fieldname), old, new, fieldname in sealed


def sealed_fields(doctype: str) -> Collection[str]:
	return getattr(get_controller(doctype), "PERSONAL_FIELDS", ())


def table_meta(meta: Meta, fieldname: str) -> Meta | None:
	"""Of the rows of a table; None where the DocType has no such table any more."""
	field = meta.get_field(fieldname)
	return frappe.get_meta(field.options) if field and field.options else None


def label_of(meta: Meta, fieldname: str) -> str:
	field = meta.get_field(fieldname)
	return _(field.label) if field and field.label else fieldname


def row_label(meta: Meta, fieldname: str, number: int | None) -> str:
	"""Recipients, row 2"""
	return _("{0}, row {1}").format(label_of(meta, fieldname), number)


def row_text(meta: Meta, fieldname: str, row: dict) -> str:
	"""What the row says, as its columns in the form do."""
	table = table_meta(meta, fieldname)
	if not table:
		return ""
	columns = [field.fieldname for field in table.fields if field.in_list_view]
	columns = [column for column in columns if column not in sealed_fields(table.name)]
	return ", ".join(filter(None, (shown(row.get(column)) for column in columns)))


def shown(value: object) -> str:
	return "" if value in (None, "") else str(value)
