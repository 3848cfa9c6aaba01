"""Counts and links within the caller's scope: the framework's own endpoints look at the whole table."""

from typing import Any

import frappe
from frappe import _, client
from frappe.desk import search
from frappe.desk.form import linked_with

from covid_portal.organisation.duties import gives_duties, is_duty
from covid_portal.organisation.user_permissions import is_kept


@frappe.whitelist(methods=["GET", "POST"])
def get_count(
	doctype: str, filters: str | dict | list | None = None, debug: bool = False, cache: bool = False
) -> int:
	"""How many documents the user may see. Of a DocType that is closed to the user (Version, Comment): refused."""
	filters = frappe.parse_json(filters) if isinstance(filters, str) else filters
	# A filter on a child table joins it, with a row for each of its matches.
	joined = isinstance(filters, list) and any(len(row) == 4 and row[0] != doctype for row in filters)
	fields = [f"count({'distinct ' if joined else ''}`tab{doctype}`.name) as total"]
	return frappe.get_list(doctype, filters=filters, fields=fields, order_by=None)[0].total


@frappe.whitelist()
def get_workflow_state_count(doctype: str, workflow_state_field: str, states: str | list) -> list[dict]:
	"""For the form of a workflow: of the documents the user may see, how many are in a state that is none of these. The
	framework's own counts whatever column it is asked for, over the whole table."""
	field = frappe.get_meta(doctype).get_field(workflow_state_field)
	if not field or field.fieldtype not in ("Link", "Select", "Data"):
		frappe.throw(_("{0} has no field {1}.").format(_(doctype), workflow_state_field))
	rows = frappe.get_list(
		doctype,
		filters={field.fieldname: ("not in", frappe.parse_json(states))},
		fields=[field.fieldname, "count(*) as count"],
		group_by=field.fieldname,
		order_by=None,
		limit=0,
	)
	return [row for row in rows if row[field.fieldname]]


@frappe.whitelist()
def validate_link(doctype: str, docname: str, fields: str | list | None = None) -> dict:
	"""The linked document's name and fields; nothing where it is outside the user's scope, as if it did not exist."""
	if doctype == "Role" and not frappe.has_permission("Role"):
		known = gives_duties() and is_duty(docname) and frappe.db.exists("Role", docname)
		return {"name": docname} if known else {}
	if is_scoped(doctype) and not frappe.get_list(doctype, {"name": docname}, limit=1):
		return {}
	return client.validate_link(doctype, docname, fields)


@frappe.whitelist()
def search_link(doctype: str, **asked: Any) -> Any:
	"""What a link field suggests, as the framework's endpoint."""
	return frappe.call(search.search_link, **within_scope(doctype, asked))


@frappe.whitelist()
def search_widget(doctype: str, **asked: Any) -> Any:
	"""What the search box of a link field finds, as the framework's endpoint."""
	return frappe.call(search.search_widget, **within_scope(doctype, asked))


def within_scope(doctype: str, asked: dict) -> dict:
	"""The arguments as the framework's search takes them. Asked to ignore User Permissions, it leaves out every condition: of
	documents in somebody's scope it is not asked that."""
	ignored = asked.get("ignore_user_permissions") if not is_scoped(doctype) else False
	return {**asked, "doctype": doctype, "ignore_user_permissions": ignored or False}


def is_scoped(doctype: str) -> bool:
	return doctype in frappe.get_hooks("permission_query_conditions") or is_kept(doctype)


def leave_links_closed() -> None:
	"""before_request: with a document, upstream hands out whole those that it links to, whoever may read them. Here a link is
	a name, whatever is asked for."""
	frappe.form_dict.pop("expand_links", None)


@frappe.whitelist()
def get_link_title(doctype: str, docname: str) -> str:
	"""The title of the linked document; of one that the user may not read, its name as it was asked for."""
	if is_kept(doctype) and not frappe.get_list(doctype, {"name": docname}, limit=1):
		return docname
	return search.get_link_title(doctype, docname)


@frappe.whitelist()
def get_linked(doctype: str, docname: str) -> dict[str, list[dict]]:
	"""What links to a document that the user may read, by DocType; of these, what the user may read as well."""
	frappe.get_doc(doctype, docname).check_permission("read")
	linked = {key: readable(key, rows) for key, rows in linked_with.get(doctype, docname).items()}
	return {key: rows for key, rows in linked.items() if rows}


def readable(doctype: str, rows: list[dict]) -> list[dict]:
	if not frappe.has_permission(doctype):
		return []
	names = frappe.get_list(doctype, {"name": ("in", [row.name for row in rows])}, pluck="name", limit=0)
	seen = set(names)
	return [row for row in rows if row.name in seen]


def get_data_for_custom_field(doctype: str, field: str, names: str | list | None = None) -> dict:
	"""{name: value} of the documents that the user may read, for a column added to a report."""
	filters = {"name": ("in", frappe.parse_json(names))} if names else None
	return frappe._dict(
		frappe.get_list(doctype, filters=filters, fields=["name", field], as_list=True, limit=0)
	)
