import frappe
from frappe.model.document import Document

from covid_portal.directives import access

INDEXES = ("head", "body")
NEWEST = "newest"


class DirectiveText(Document):
	"""The words of a directive as the search compares them (directives/plain.py); directives/reading.py writes it."""


def on_doctype_update() -> None:
	"""Indexes that a DocType's JSON cannot ask for: full text, and the newest first."""
	frappe.db.add_index("Directive Text", ["issued_on", "is_public"], NEWEST)
	there = {row.Key_name for row in frappe.db.sql("show index from `tabDirective Text`", as_dict=True)}
	for column in INDEXES:
		if f"words_of_{column}" not in there:
			frappe.db.sql_ddl(
				f"alter table `tabDirective Text` add fulltext index `words_of_{column}` (`{column}`)"
			)


def get_permission_query_conditions(user: str | None = None) -> str:
	return access.beside_condition("Directive Text", "directive", user)


def has_permission(doc: Document, ptype: str = "read", user: str | None = None) -> bool:
	return access.has_permission_on_text(doc, ptype, user)
