"""One decision on many documents in one act: set-based where the DocType knows how, else one after the other.

The same checks and the same rows as decide(): state, steps, record, Version. Skipped are the document's own save and its
events; DocTypes that take part (`on_bulk_decision`) do set-based what they do there. Where an administrator has attached
something to the DocType's events, every document goes its own way.
"""

import json
from collections.abc import Iterable
from itertools import groupby

import frappe
from frappe import _
from frappe.model.base_document import get_controller
from frappe.model.document import Document

from covid_portal.approval import vocabulary as v
from covid_portal.approval.acts import Act, work_out
from covid_portal.approval.chain import record_of
from covid_portal.approval.decisions import decide, new_act, require_routed, write_records, write_steps
from covid_portal.approval.guard import GUARDED
from covid_portal.approval.line import Line, lines
from covid_portal.organisation.scope import scope_condition
from covid_portal.organisation.writers import insert_rows, new_names

MOST_AT_ONCE = 500
SET_BASED = (v.APPROVE, v.RETURN, v.REFUSE)
# What an administrator may attach to the events of a DocType.
ATTACHMENTS = (
	("Notification", {"enabled": 1}, "document_type"),
	("Server Script", {"disabled": 0, "script_type": "DocType Event"}, "reference_doctype"),
	("Assignment Rule", {"disabled": 0}, "document_type"),
	("Webhook", {"enabled": 1}, "webhook_doctype"),
)


class TooMany(frappe.ValidationError):
	pass


@frappe.whitelist(methods=["POST"])
def decide_many(doctype: str, names: list[str] | str, decision: str, reason: str | None = None) -> dict:
	"""One decision on many documents of a DocType, each standing for itself: what fails is named, what succeeds is kept.

	Returns {"decided": [names], "failed": [{"name", "message"}]}.
	"""
	require_routed(doctype)
	names = list(dict.fromkeys(frappe.parse_json(names) if isinstance(names, str) else names))
	if len(names) > MOST_AT_ONCE:
		frappe.throw(_("At most {0} documents at once.").format(MOST_AT_ONCE), TooMany)
	failed: dict[str, str] = {}
	if decision in SET_BASED and is_set_based(doctype):
		decided = decide_set(doctype, names, decision, reason, failed)
	else:
		decided = [name for name in names if decide_one(doctype, name, decision, reason, failed)]
	return {
		"decided": decided,
		"failed": [{"name": name, "message": failed[name]} for name in names if name in failed],
	}


def is_set_based(doctype: str) -> bool:
	if not hasattr(get_controller(doctype), "on_bulk_decision"):
		return False
	return not any(
		frappe.db.exists(attached, {**filters, field: doctype}) for attached, filters, field in ATTACHMENTS
	)


# --- one after the other


def decide_one(doctype: str, name: str, decision: str, reason: str | None, failed: dict[str, str]) -> bool:
	"""Decide on one document; the refusal in words goes to `failed`, and nothing of it is stored."""
	frappe.db.savepoint("one_decision")
	writes = frappe.db.transaction_writes
	try:
		decide(doctype, name, decision, reason)
	except (frappe.ValidationError, frappe.PermissionError, frappe.DoesNotExistError) as error:
		frappe.db.rollback(save_point="one_decision")
		# The framework takes any rollback for the whole one, and would not commit the decisions before this one.
		frappe.db.transaction_writes = writes
		failed[name] = in_words(error)
		return False
	return True


def in_words(error: Exception) -> str:
	frappe.clear_messages()
	return str(error)


# --- all at once


def decide_set(
	doctype: str, names: list[str], decision: str, reason: str | None, failed: dict[str, str]
) -> list[str]:
	docs = locked_documents(doctype, names)
	for name in names:
		if name not in docs:
			failed[name] = _("{0} {1} is not there, or not yours to see.").format(_(doctype), name)
	acts = list(worked_out(list(docs.values()), decision, reason, failed))
	if acts:
		get_controller(doctype).before_bulk_decision(acts, failed)
		acts = [act for act in acts if act.doc.name not in failed]
		store(doctype, acts)
	return [act.doc.name for act in acts]


def locked_documents(doctype: str, names: list[str]) -> dict[str, Document]:
	"""Those of the documents that the user may read, with their rows, locked in the order of their names."""
	if not names or not frappe.has_permission(doctype, "read"):
		return {}
	rows = frappe.db.sql(
		f"""select * from `tab{doctype}` where name in %s and {scope_condition(doctype)}
		order by name for update""",
		[names],
		as_dict=True,
	)
	children = child_rows(doctype, [row.name for row in rows])
	return {row.name: as_document(doctype, row, children.get(row.name, {})) for row in rows}


def child_rows(doctype: str, names: list[str]) -> dict[str, dict[str, list[dict]]]:
	"""{document: {table field: rows}}"""
	found: dict[str, dict[str, list[dict]]] = {}
	for field in frappe.get_meta(doctype).get_table_fields():
		rows = frappe.db.sql(
			f"""select * from `tab{field.options}` where parent in %s and parenttype = %s and parentfield = %s
			order by parent, idx""",
			(names or [""], doctype, field.fieldname),
			as_dict=True,
		)
		for parent, part in groupby(rows, key=lambda row: row.parent):
			found.setdefault(parent, {})[field.fieldname] = list(part)
	return found


def as_document(doctype: str, row: dict, children: dict[str, list[dict]]) -> Document:
	doc = frappe.get_doc({"doctype": doctype, **row, **children})
	if hasattr(doc, "as_loaded"):
		doc.as_loaded()
	return doc


def worked_out(
	docs: list[Document], decision: str, reason: str | None, failed: dict[str, str]
) -> Iterable[Act]:
	if not docs:
		return
	shared: Act | None = None
	for line in lines(docs).values():
		shared = new_act(line, decision, reason) if shared is None else sibling(shared, line)
		shared.in_bulk = True
		try:
			work_out(shared)
		except (frappe.ValidationError, frappe.PermissionError) as error:
			failed[line.doc.name] = in_words(error)
		else:
			yield shared


def sibling(act: Act, line: Line) -> Act:
	"""The same decision of the same user at the same moment, on another document."""
	return Act(line, act.decision, act.reason, act.user, act.at, seats=act.seats, own_seats=act.own_seats)


# --- storing


def store(doctype: str, acts: list[Act]) -> None:
	if not acts:
		return
	write_states(doctype, acts)
	write_versions(doctype, acts)
	write_steps([step for act in acts for step in act.changed])
	write_records([record_of(act) for act in acts])
	get_controller(doctype).on_bulk_decision(acts)
	for act in acts:
		frappe.clear_document_cache(doctype, act.doc.name)


def write_states(doctype: str, acts: list[Act]) -> None:
	"""Documents of one district mostly take the same step: a statement for each outcome."""

	def outcome(act: Act) -> tuple:
		return tuple(act.doc.get(field) for field in GUARDED)

	for values, group in groupby(sorted(acts, key=lambda act: str(outcome(act))), key=outcome):
		frappe.db.sql(
			f"""update `tab{doctype}` set {", ".join(f"`{field}` = %s" for field in GUARDED)},
				modified = %s, modified_by = %s where name in %s""",
			(*values, frappe.utils.now(), frappe.session.user, [act.doc.name for act in group]),
		)


def write_versions(doctype: str, acts: list[Act]) -> None:
	"""As the framework's own of a save: what changed, from what to what."""
	if not frappe.get_meta(doctype).track_changes:
		return
	texts = []
	for act in acts:
		changed = [
			[field, old, act.doc.get(field)]
			for field, old in act.before.items()
			if (old or None) != (act.doc.get(field) or None)
		]
		data = {"added": [], "changed": changed, "removed": [], "row_changed": []}
		texts.append(json.dumps(data, indent=1, sort_keys=True, default=str))
	names = new_names("Version", len(acts))
	rows = [
		[name, doctype, act.doc.name, text] for name, act, text in zip(names, acts, texts, strict=True)
	]
	insert_rows("Version", ["name", "ref_doctype", "docname", "data"], rows)
