"""Who wrote what a document says, besides its owner and whoever sent it: they decide on none of its steps.

Recorded as the document is saved, on whatever channel. Set-based writers only make new documents, whose owner is the one
who wrote them.
"""

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.approval.chain import content_of
from covid_portal.approval.guard import is_deciding, skip

DOCTYPE = "Approval Contribution"


def record(doc: Document, method: str | None = None) -> None:
	"""Registered for all DocTypes. A decision's own save is no contribution, nor is a save that changes nothing."""
	user = frappe.session.user
	if user == doc.owner or skip(doc) or is_deciding(doc) or not is_changed(doc):
		return
	key = {"reference_doctype": doc.doctype, "reference_name": str(doc.name), "user": user}
	# The save has locked the document: nobody else records the same at this moment.
	if not frappe.db.exists(DOCTYPE, key):
		row = frappe.get_doc(doctype=DOCTYPE, **key, contributed_at=now_datetime().replace(microsecond=0))
		row.set_new_name()
		row.db_insert()  # past validate(), which refuses every row not made here


def is_changed(doc: Document) -> bool:
	before = doc.get_doc_before_save()
	return not before or content_of(before) != content_of(doc)


def contributions(doctype: str, names: list[str]) -> list[tuple[str, str]]:
	"""(document, user)"""
	filters = {"reference_doctype": doctype, "reference_name": ("in", names)}
	return frappe.get_all(DOCTYPE, filters, ["reference_name", "user"], as_list=True)


def forget(doc: Document, method: str | None = None) -> None:
	"""A draft is deleted that was never sent (guard.py); another one may take its name."""
	if not skip(doc):
		frappe.db.delete(DOCTYPE, {"reference_doctype": doc.doctype, "reference_name": str(doc.name)})
