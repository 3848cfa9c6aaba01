"""Whose data a document is: its own data subject, and those of the same person that modules keep under others."""

from itertools import chain

import frappe

from covid_portal.privacy.document import PersonalDocument


def subjects_of(doc: PersonalDocument) -> list[str]:
	"""The document's subject first. The others are what the functions of the hook `same_person` find: (document) -> subjects."""
	others = [frappe.get_attr(path)(doc) for path in frappe.get_hooks("same_person")]
	return list(dict.fromkeys([doc.subject, *chain.from_iterable(others)]))
