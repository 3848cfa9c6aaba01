"""One decision on many documents in one act: set-based where the DocType knows how (storing.py), else one by one."""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby

import frappe
from frappe import _
from frappe.model.base_document import get_controller
from frappe.model.document import Document

from covid_portal.approval.acts import Act, work_out
from covid_portal.approval.decisions import decide_once, new_act, require_routed
from covid_portal.approval.line import Line, lines
from covid_portal.approval.storing import is_set_based, store_set
from covid_portal.organisation.scope import scope_condition
from covid_portal.organisation.transactions import begin_again_on

MOST_AT_ONCE = 500


class TooMany(frappe.ValidationError):
	pass


class NoNames(frappe.ValidationError):
	"""What came in place of the documents' names is no list of texts."""


@dataclass(frozen=True)
class Taken:
	"""The one decision, in the words of decide()."""

	decision: str
	reason: str | None = None
	return_to: int | None = None


@frappe.whitelist(methods=["POST"])
def decide_many(
	doctype: str,
	names: list[str | int] | str,
	decision: str,
	reason: str | None = None,
	return_to: int | None = None,
) -> dict:
	"""One decision on many documents of a DocType, each standing for itself: what fails is named, what succeeds is kept.
	`return_to`: the step they go back to, if not the authors.

	Returns {"decided": [names], "failed": [{"name", "message"}]}. Where the database gives another request precedence, it
	begins again.
	"""
	names = names_of(names)
	taken = Taken(decision, reason, return_to)
	return begin_again_on(frappe.QueryDeadlockError, decide_many_once, doctype, names, taken)


def names_of(given: list | str) -> list[str]:
	"""The names as a list, or as JSON writes one; each once. Some DocTypes have numbers for names. Raises NoNames."""
	with suppress(ValueError, RecursionError):
		given = json.loads(given) if isinstance(given, str) else given
	if not isinstance(given, list) or not all(type(name) in (str, int) for name in given):
		frappe.throw(_("Say which documents: a list of their names."), NoNames)
	return list(dict.fromkeys(map(str, given)))


def decide_many_once(doctype: str, names: list[str], taken: Taken) -> dict:
	require_routed(doctype)
	if len(names) > MOST_AT_ONCE:
		frappe.throw(_("At most {0} documents at once.").format(MOST_AT_ONCE), TooMany)
	failed: dict[str, str] = {}
	if is_set_based(doctype, taken.decision):
		decided = decide_set(doctype, names, taken, failed)
	else:
		decided = [name for name in names if decide_one(doctype, name, taken, failed)]
	return {
		"decided": decided,
		"failed": [{"name": name, "message": failed[name]} for name in names if name in failed],
	}


# --- one after the other


def decide_one(doctype: str, name: str, taken: Taken, failed: dict[str, str]) -> bool:
	"""Decide on one document; the refusal in words goes to `failed`, and nothing of it is stored."""
	frappe.db.savepoint("one_decision")
	writes = frappe.db.transaction_writes
	try:
		decide_once(doctype, name, taken.decision, taken.reason, taken.return_to)
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


def decide_set(doctype: str, names: list[str], taken: Taken, failed: dict[str, str]) -> list[str]:
	docs = locked_documents(doctype, names)
	for name in names:
		if name not in docs:
			failed[name] = _("{0} {1} is not there, or not yours to see.").format(_(doctype), name)
	acts = list(worked_out(list(docs.values()), taken, failed))
	if acts:
		get_controller(doctype).before_bulk_decision(acts, failed)
		acts = [act for act in acts if act.doc.name not in failed]
		if acts:
			store_set(doctype, acts)
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


def worked_out(docs: list[Document], taken: Taken, failed: dict[str, str]) -> Iterable[Act]:
	if not docs:
		return
	shared: Act | None = None
	for line in lines(docs).values():
		shared = (
			new_act(line, taken.decision, taken.reason, taken.return_to)
			if shared is None
			else sibling(shared, line)
		)
		shared.in_bulk = True
		try:
			work_out(shared)
		except (frappe.ValidationError, frappe.PermissionError) as error:
			failed[line.doc.name] = in_words(error)
		else:
			yield shared


def sibling(act: Act, line: Line) -> Act:
	"""The same decision of the same user at the same moment, on another document."""
	return Act(
		line,
		act.decision,
		act.reason,
		act.user,
		act.at,
		seats=act.seats,
		own_seats=act.own_seats,
		choosers=act.choosers,
		return_to=act.return_to,
	)
