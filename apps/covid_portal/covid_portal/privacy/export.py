"""A person's own data, all of it, as the law lets the person ask for."""

import frappe
from frappe import _
from frappe.model import data_fieldtypes

from covid_portal.privacy import access
from covid_portal.privacy.access import Seen
from covid_portal.privacy.document import PersonalDocument
from covid_portal.privacy.person import subjects_of
from covid_portal.privacy.reveal import personal_doctypes, readable, require_handler, require_reason


@frappe.whitelist(methods=["POST"])
def export_of(doctype: str, name: str, reason: str) -> dict:
	"""of_subject() of the document's person, with what is kept of them under other subjects, for those who handle it; recorded."""
	doc = readable(doctype, name)
	require_handler(doc)
	require_reason(reason)
	subjects = subjects_of(doc)
	access.record_all([Seen(doctype, name, ["*"], subject) for subject in subjects], reason, "Export")
	kept = [of_subject(subject) for subject in subjects]
	return {
		"subject": doc.subject,
		"documents": [document for one in kept for document in one["documents"]],
		"accesses": [seen for one in kept for seen in one["accesses"]],
	}


def of_subject(subject: str) -> dict:
	"""{"subject", "documents": [{"doctype", "name", "created", "personal": {field: clear text}, "facts": {label: value}}],
	"accesses": [...]}."""
	return {
		"subject": subject,
		"documents": [
			described(row["doctype"], name)
			for row in personal_doctypes().values()
			for name in frappe.get_all(
				row["doctype"], {row.get("subject_field", "subject"): subject}, pluck="name"
			)
		],
		"accesses": access.of_subject(subject),
	}


def described(doctype: str, name: str) -> dict:
	doc = frappe.get_doc(doctype, name)
	personal = {field: doc.personal(field) for field in doc.PERSONAL_FIELDS}
	return {
		"doctype": doctype,
		"name": name,
		"created": doc.creation,
		"personal": personal,
		"facts": facts(doc),
	}


def facts(doc: PersonalDocument) -> dict[str, object]:
	"""What else is kept of the person, in clear: doses and tests, what a petition is about, how it stands."""
	shown = [
		field
		for field in doc.meta.fields
		if field.fieldtype in data_fieldtypes
		and field.label
		and not field.hidden
		and field.fieldname not in doc.PERSONAL_FIELDS
	]
	return {_(field.label): value for field in shown if (value := doc.get(field.fieldname)) not in (None, "")}
