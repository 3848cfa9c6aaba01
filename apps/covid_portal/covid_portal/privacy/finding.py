"""Documents of a person by a telephone number: by its blind index, so that nothing is opened for it."""

import frappe
from frappe import _
from frappe.model.base_document import get_controller

from covid_portal.privacy.blind import blind_indexes
from covid_portal.privacy.quiet import without_values
from covid_portal.privacy.reveal import NothingToReveal, personal_doctypes

PHONE = "phone"
MOST_FOUND = 50


@frappe.whitelist(methods=["POST"])
@without_values
def find_by_phone(doctype: str, phone: str) -> list[str]:
	"""Names of the documents of this number that the user may read, the newest first."""
	fields = phone_indexes(doctype)
	indexes = blind_indexes(PHONE, phone)
	if not indexes:
		return []
	return frappe.get_list(
		doctype,
		or_filters=[[field, "in", indexes] for field in fields],
		order_by="creation desc",
		limit=MOST_FOUND,
		pluck="name",
	)


def phone_indexes(doctype: str) -> list[str]:
	"""Raises NothingToReveal."""
	known = get_controller(doctype).BLIND_INDEXES if doctype in personal_doctypes() else {}
	fields = [field for field, (_source, kind) in known.items() if kind == PHONE]
	if not fields:
		frappe.throw(_("{0} is not found by a telephone number.").format(_(doctype)), NothingToReveal)
	return fields
