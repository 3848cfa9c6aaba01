"""What is written once by the portal itself, and changed or deleted by nobody."""

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.approval.vocabulary import AppendOnly


def refuse(doc: Document) -> None:
	frappe.throw(
		_("{0} is written by the portal itself; it is never entered, changed or deleted.").format(
			_(doc.doctype)
		),
		AppendOnly,
	)
