"""Lists and report views of the Desk: a figure that was not given is blank there, too, not the 0 of its column.

hooks.override_whitelisted_methods leads the framework's endpoints here. The resource API's list cannot be led anywhere:
who reads figures by it asks for `answered` beside them.
"""

from typing import Any

import frappe
from frappe.desk import reportview
from frappe.model.base_document import get_controller

from covid_portal.reporting.figures import AnsweredFigures

ANSWERED = "answered"


@frappe.whitelist()
def get() -> Any:
	"""Rows as {"keys", "values"}, as the framework's own endpoint."""
	added = ask_for_answered()
	data = reportview.get()
	if added is None or not data:
		return data
	rows = [dict(zip(data["keys"], values, strict=True)) for values in data["values"]]
	keys = [key for key in data["keys"] if not (added and key == ANSWERED)]
	blank(rows)
	return {**data, "keys": keys, "values": [[row[key] for key in keys] for row in rows]}


@frappe.whitelist()
def get_list() -> Any:
	"""Rows as dicts, as the framework's own endpoint."""
	added = ask_for_answered()
	rows = reportview.get_list()
	if added is None:
		return rows
	blank(rows)
	for row in rows if added else ():
		row.pop(ANSWERED)
	return rows


@frappe.whitelist(methods=["POST", "PUT", "GET"])
def export_query() -> None:
	"""A file that says, in a column of its own, which figures of each row were given."""
	ask_for_answered()
	reportview.export_query()


def ask_for_answered() -> bool | None:
	"""Adds `answered` to the fields asked for: True if it was not among them. None where rows have no figures of their
	own: another DocType, or groups of documents."""
	asked = frappe.local.form_dict
	if asked.get("group_by") or not has_figures(asked.get("doctype")):
		return None
	fields = frappe.parse_json(asked.get("fields") or [])
	column = f"`tab{asked.doctype}`.`{ANSWERED}`"
	if not isinstance(fields, list) or "*" in fields or {ANSWERED, column} & set(map(str, fields)):
		return False
	asked.fields = frappe.as_json([*fields, column])
	return True


def has_figures(doctype: str | None) -> bool:
	return bool(
		doctype
		and frappe.db.exists("DocType", doctype, cache=True)
		and issubclass(get_controller(doctype), AnsweredFigures)
	)


def blank(rows: list[dict]) -> None:
	"""Figures that are not among the row's answered ones become None; a total row has none to tell by."""
	doctype = frappe.local.form_dict.doctype
	figures = frappe.new_doc(doctype).figure_fields()
	for row in rows:
		if row.get("name"):
			answered = set((row.get(ANSWERED) or "").split(","))
			row.update({field: None for field in figures if field in row and field not in answered})
