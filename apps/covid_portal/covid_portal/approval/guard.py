"""Refuses every change of a routed document's state that does not come from decide().

Registered for all DocTypes; it asks first, from the cache, whether the DocType is routed at all.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.approval import vocabulary as v
from covid_portal.approval.chain import content_of
from covid_portal.approval.managed_workflow import is_routed

OWN_CONTROLLERS = "covid_portal."
GUARDED = (v.STATE_FIELD, "approval_unit", "approval_step", "approval_due")


class NotWithAuthor(frappe.PermissionError):
	"""The document is on its way or decided on: only what is with its author can be changed."""


@contextmanager
def deciding(doc: Document) -> Iterator[None]:
	"""While open, this very document may change its state. Kept beside the document: nothing a client sends sets it."""
	frappe.flags.covid_portal_deciding = (doc.doctype, doc.name)
	try:
		yield
	finally:
		frappe.flags.covid_portal_deciding = None


def is_deciding(doc: Document) -> bool:
	return frappe.flags.covid_portal_deciding == (doc.doctype, doc.name)


@contextmanager
def on_behalf(doc: Document) -> Iterator[None]:
	"""While open, the session's user may send this very document in place of its author, or take it back.

	For server code that has checked by what right; who sends is recorded as an author and decides on no step.
	"""
	frappe.flags.covid_portal_on_behalf = doc  # the object itself: a new document has no name yet
	try:
		yield
	finally:
		frappe.flags.covid_portal_on_behalf = None


def is_on_behalf(doc: Document) -> bool:
	return frappe.flags.covid_portal_on_behalf is doc


def refuse_state_changes(doc: Document, method: str | None = None) -> None:
	if skip(doc) or is_deciding(doc):
		return
	before = doc.get_doc_before_save()
	for field in GUARDED:
		old = before.get(field) if before else None
		new = doc.get(field)
		if (new or None) != (old or None) and not (not before and (field, new) == (v.STATE_FIELD, v.DRAFT)):
			refuse_state(doc)
	if doc.docstatus:  # submitted in the framework's sense: it has its own lock, which no decision opens
		refuse_state(doc)
	if before and not has_own_rules(doc):
		refuse_changed_content(doc, before)


def has_own_rules(doc: Document) -> bool:
	"""The portal's own DocTypes say themselves what may change when, in words of theirs."""
	return type(doc).__module__.startswith(OWN_CONTROLLERS)


def refuse_changed_content(doc: Document, before: Document) -> None:
	"""Of any other DocType: what was sent is decided on as it was sent, and stays as it was decided on. Fields with Allow on
	Submit, the framework's word for it, may go on changing."""
	state = before.get(v.STATE_FIELD)
	if not state or state in v.WITH_AUTHOR:
		return
	free = {field.fieldname for field in doc.meta.fields if field.allow_on_submit}
	old, new = (comparable(content_of(one)) for one in (before, doc))
	if any(old.get(key) != new.get(key) for key in {*old, *new} - free):
		frappe.throw(
			_("{0} is in the state {1}: it cannot be changed now.").format(
				f"{_(doc.doctype)} {doc.name}", _(state)
			),
			NotWithAuthor,
		)


def comparable(content: object) -> object:
	"""As values are stored, whoever wrote them: a date is its text, a number a number, and blank or zero is nothing."""
	if isinstance(content, dict):
		return {key: said for key, value in content.items() if (said := comparable(value)) != ""}
	if isinstance(content, list):
		return [comparable(row) for row in content]
	if content in (None, "", 0):
		return ""
	return float(content) if isinstance(content, int | float) else str(content)


def refuse_state(doc: Document) -> None:
	frappe.throw(
		_("The state of {0} {1} changes only by a decision of the unit it waits for.").format(
			_(doc.doctype), doc.name or ""
		),
		v.StateGuarded,
	)


def require_author(doc: Document, error: type[Exception] = NotWithAuthor) -> None:
	"""A document on its way, or decided on, is nobody's to edit. For validate() of a routed DocType that can describe() its
	documents; `error`: the DocType's own, where it has one."""
	before = doc.get_doc_before_save()
	state = before.get(v.STATE_FIELD) if before else None
	if state and state not in v.WITH_AUTHOR:
		frappe.throw(
			_("{0} is in the state {1}: it cannot be changed now.").format(doc.describe(), _(state)), error
		)


def refuse_deletion(doc: Document, method: str | None = None) -> None:
	"""What was sent once is part of the record."""
	if skip(doc):
		return
	about = {"reference_doctype": doc.doctype, "reference_name": str(doc.name)}
	if frappe.db.exists("Approval Decision", about):
		frappe.throw(
			_("{0} {1} has been sent for approval; it cannot be deleted.").format(_(doc.doctype), doc.name),
			v.StateGuarded,
		)


def refuse_renaming(doc: Document, method: str | None = None, *names: Any) -> None:
	if skip(doc):
		return
	frappe.throw(_("{0} {1} cannot be renamed.").format(_(doc.doctype), doc.name), v.StateGuarded)


def skip(doc: Document) -> bool:
	"""Not routed; or the framework is installing itself and the tables are not there yet."""
	return (
		bool(frappe.flags.in_install or frappe.flags.in_migrate)
		or doc.meta.istable
		or not is_routed(doc.doctype)
	)
