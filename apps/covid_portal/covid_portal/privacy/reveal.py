"""reveal(): the one way by which somebody sees what is sealed, on record before it is seen."""

import frappe
from frappe import _

from covid_portal.organisation.sent_lists import texts
from covid_portal.privacy import access
from covid_portal.privacy.document import PersonalDocument

SHORTEST_REASON = 5  # letters


class RevealRefused(frappe.PermissionError):
	"""The user does not handle the document."""


class ReasonMissing(frappe.ValidationError):
	"""Whoever looks says why."""


class NothingToReveal(frappe.ValidationError):
	"""The DocType keeps nothing personal under this name."""


@frappe.whitelist(methods=["POST"])
def reveal(doctype: str, name: str, fields: list[str] | str, reason: str) -> dict[str, str | None]:
	"""{field: clear text} of the document, for a user of the unit that handles it. Recorded with the reason.

	Raises RevealRefused (403), ReasonMissing, NothingToReveal.
	"""
	doc, fields = readable(doctype, name), texts(fields)
	require_handler(doc)
	require_fields(doc, fields)
	require_reason(reason)
	access.record(doctype, name, fields, reason, "Desk", doc.subject)
	return {field: doc.personal(field) for field in fields}


def readable(doctype: str, name: str) -> PersonalDocument:
	"""The document, if it keeps something personal and the user may read it."""
	if doctype not in personal_doctypes():
		frappe.throw(_("{0} keeps nothing personal.").format(_(doctype)), NothingToReveal)
	doc = frappe.get_doc(doctype, name)
	doc.check_permission("read")
	return doc


def require_handler(doc: PersonalDocument) -> None:
	if not doc.may_reveal(frappe.session.user):
		frappe.throw(
			_("{0} {1} is handled by another unit: names and numbers stay covered for you.").format(
				_(doc.doctype), doc.name
			),
			RevealRefused,
		)


def require_fields(doc: PersonalDocument, fields: list[str]) -> None:
	unknown = [str(field) for field in fields if field not in doc.PERSONAL_FIELDS]
	if unknown or not fields:
		frappe.throw(
			_("{0} has no personal field {1}.").format(_(doc.doctype), ", ".join(unknown) or "-"),
			NothingToReveal,
		)


def require_reason(reason: str) -> None:
	if len(reason.strip()) < SHORTEST_REASON:
		frappe.throw(_("Say why you need to see it; it is recorded with your name."), ReasonMissing)


def personal_doctypes() -> dict[str, dict]:
	"""{DocType: its row of the hook `personal_doctypes`}: doctype, subject_field, date_field."""
	return {row["doctype"]: row for row in frappe.get_hooks("personal_doctypes")}
