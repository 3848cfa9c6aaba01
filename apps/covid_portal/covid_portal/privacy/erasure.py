"""Erasure: a subject's key is destroyed, and with it all that was sealed; the records themselves stay whole."""

import frappe
from frappe import _
from frappe.utils import now_datetime

from covid_portal.privacy import access, subjects
from covid_portal.privacy.person import subjects_of
from covid_portal.privacy.reveal import personal_doctypes, readable, require_handler, require_reason


class ErasedAlready(frappe.ValidationError):
	"""There is nothing left to erase."""


@frappe.whitelist(methods=["POST"])
def erase_of(doctype: str, name: str, reason: str) -> None:
	"""Erase the person of this document, on request, wherever else the portal keeps something of them: for those who handle it
	and may write it."""
	doc = readable(doctype, name)
	doc.check_permission("write")
	require_handler(doc)
	require_reason(reason)
	for subject in subjects_of(doc):
		erase(subject, reason)


def erase(subject: str, reason: str) -> None:
	"""Destroy the subject's key, blind indexes and files. The access record says so. Raises ErasedAlready."""
	require_key(subject)
	access.record(subjects.DOCTYPE, subject, ["*"], reason, "Erasure", subject)
	values = {
		"wrapped_key": None,
		"erased_at": now_datetime().replace(microsecond=0),
		"erased_by": frappe.session.user,
		"erasure_reason": reason.strip(),
	}
	frappe.db.set_value(subjects.DOCTYPE, subject, values)
	subjects.forget(subject)
	for row in personal_doctypes().values():
		erase_traces(row["doctype"], row.get("subject_field", "subject"), subject)


def require_key(subject: str) -> None:
	if not frappe.db.get_value(subjects.DOCTYPE, subject, "wrapped_key", for_update=True):
		frappe.throw(_("The data subject {0} has been erased already.").format(subject), ErasedAlready)


def erase_traces(doctype: str, subject_field: str, subject: str) -> None:
	"""What is kept of the person outside the sealed fields: blind indexes, files, the controller's own."""
	names = frappe.get_all(doctype, {subject_field: subject}, pluck="name")
	if not names:
		return
	indexes = frappe.get_meta(doctype).get("fields", {"fieldname": ("in", indexes_of(doctype))})
	for field in indexes:
		frappe.db.set_value(doctype, {"name": ("in", names)}, field.fieldname, None, update_modified=False)
	delete_files(doctype, names)
	for method in [frappe.get_attr(path) for path in frappe.get_hooks("on_erasure")]:
		method(doctype, names)


def indexes_of(doctype: str) -> list[str]:
	controller = frappe.get_meta(doctype) and frappe.model.base_document.get_controller(doctype)
	return list(getattr(controller, "BLIND_INDEXES", {}))


def delete_files(doctype: str, names: list[str]) -> None:
	"""For good: the framework's Deleted Document would keep what they were called."""
	attached = {"attached_to_doctype": doctype, "attached_to_name": ("in", names)}
	for name in frappe.get_all("File", attached, pluck="name"):
		frappe.delete_doc("File", name, ignore_permissions=True, force=True, delete_permanently=True)
