"""A person's own data, all of it, as the law lets the person ask for."""

import frappe

from covid_portal.privacy import access
from covid_portal.privacy.reveal import personal_doctypes, readable, require_handler, require_reason


@frappe.whitelist(methods=["POST"])
def export_of(doctype: str, name: str, reason: str) -> dict:
	"""of_subject() of the document's person, for those who handle it; recorded."""
	doc = readable(doctype, name)
	require_handler(doc)
	require_reason(reason)
	access.record(doctype, name, ["*"], reason, "Export", doc.subject)
	return of_subject(doc.subject)


def of_subject(subject: str) -> dict:
	"""{"subject", "documents": [{"doctype", "name", "created", "personal": {field: clear text}}], "accesses": [...]}."""
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
	return {"doctype": doctype, "name": name, "created": doc.creation, "personal": personal}
