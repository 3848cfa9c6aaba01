"""Lists and report views of the Desk: a figure that was not given is blank there, too, not the 0 of its column.

hooks.override_whitelisted_methods leads the framework's endpoints here. The resource API's list cannot be led anywhere:
who reads figures by it asks for `answered` beside them, of consolidated rows for `known.figures`. An export holds `known`,
the reference: of a field of another DocType the framework's export finds no label.
"""

from typing import Any

import frappe
from frappe.desk import reportview
from frappe.model.base_document import get_controller

from covid_portal.reporting.figures import AnsweredFigures


@frappe.whitelist()
def get() -> Any:
	"""Rows as {"keys", "values"}, as the framework's own endpoint."""
	added = ask_for_given()
	data = reportview.get()
	if added is None or not data:
		return data
	rows = [dict(zip(data["keys"], values, strict=True)) for values in data["values"]]
	blank(rows)
	keys = [key for key in data["keys"] if key != added]
	return {**data, "keys": keys, "values": [[row[key] for key in keys] for row in rows]}


@frappe.whitelist()
def get_list() -> Any:
	"""Rows as dicts, as the framework's own endpoint."""
	added = ask_for_given()
	rows = reportview.get_list()
	if added is None:
		return rows
	blank(rows)
	for row in rows if added else ():
		row.pop(added)
	return rows


@frappe.whitelist(methods=["POST", "PUT", "GET"])
def export_query() -> None:
	"""A file that says, in a column of its own, which figures of each row were given; of consolidated rows it is the name
	of a Known Figures, which lists them."""
	ask_for_given()
	reportview.export_query()


def ask_for_given() -> str | None:
	"""Adds what says which figures were given to the fields asked for: its name, "" if it was among them. None where rows
	have no figures of their own: another DocType, or groups of documents."""
	asked = frappe.local.form_dict
	if asked.get("group_by") or not has_figures(asked.get("doctype")):
		return None
	given = get_controller(asked.doctype).GIVEN
	column = f"`tab{asked.doctype}`.`{given}`"
	fields = frappe.parse_json(asked.get("fields") or [])
	if not isinstance(fields, list) or "*" in fields or {given, column} & set(map(str, fields)):
		return ""
	asked.fields = frappe.as_json([*fields, column])
	return given


def has_figures(doctype: str | None) -> bool:
	return bool(
		doctype
		and frappe.db.exists("DocType", doctype, cache=True)
		and issubclass(get_controller(doctype), AnsweredFigures)
	)


def blank(rows: list[dict]) -> None:
	"""Figures that were not given become None; a total row has none to tell by."""
	doctype = frappe.local.form_dict.doctype
	controller, figures = get_controller(doctype), frappe.new_doc(doctype).figure_fields()
	given = controller.given_by({row.get(controller.GIVEN) for row in rows})
	for row in rows:
		if row.get("name"):
			there = given[row.get(controller.GIVEN)]
			row.update({field: None for field in figures if field in row and field not in there})
