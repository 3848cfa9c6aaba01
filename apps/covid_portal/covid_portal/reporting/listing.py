"""Lists and report views of the Desk: a figure that was not given is blank there, too, not the 0 of its column.

hooks.override_whitelisted_methods leads the framework's endpoints here, and before_request the list of the resource API. An
export holds, of consolidated rows, `known`, the reference: of a field of another DocType the framework's export finds no label.
"""

from typing import Any

import frappe
from frappe import client
from frappe.desk import reportview
from frappe.model.base_document import get_controller
from frappe.utils import sbool

from covid_portal.organisation import resource_api
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
	return rows if added is None else blanked(rows, added)


def blanked(rows: list[dict], added: str) -> list[dict]:
	"""The rows without what was not given, and without the column that was asked for to tell."""
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


# --- for programs


def lead_lists() -> None:
	"""before_request: the resource API's list of documents with figures is made by resource_list()."""
	if frappe.request.method != "GET" or frappe.form_dict.get("cmd"):
		return
	doctype = resource_api.listed_doctype(frappe.request.path)
	if has_figures(doctype):
		frappe.form_dict.doctype = doctype
		frappe.form_dict.cmd = f"{__name__}.resource_list"


@frappe.whitelist(methods=["GET"])
def resource_list() -> None:
	"""{"data": rows}, as GET /api/resource/<DocType> of the framework, which cannot be led elsewhere by itself."""
	asked = frappe.local.form_dict
	asked.setdefault("limit_page_length", asked.get("limit") or 20)
	asked.setdefault("limit_start", asked.get("start") or 0)
	frappe.response["data"] = client_list()


@frappe.whitelist()
def client_list() -> list:
	"""Rows as dicts, or as lists where as_dict is false, as frappe.client.get_list."""
	added = ask_for_given()
	asked = frappe.local.form_dict
	as_lists = asked.get("as_dict") is not None and not sbool(asked.as_dict)
	rows = frappe.call(client.get_list, **native(asked))
	rows = rows if added is None else blanked(rows, added)
	return [list(row.values()) for row in rows] if as_lists else rows


def native(asked: dict) -> dict:
	"""The arguments as the framework's function takes them: rows are dicts here."""
	given = {key: value for key, value in asked.items() if key not in ("as_dict", "debug")}
	for key in ("fields", "expand"):
		if isinstance(given.get(key), str):
			given[key] = parsed(given[key])
	return given


def parsed(text: str) -> Any:
	"""Fields as the framework reads them: a list in JSON, or names with commas between."""
	try:
		return ["*"] if text == "*" else frappe.parse_json(text)
	except ValueError:
		return [field.strip() for field in text.split(",")]


@frappe.whitelist()
def client_value() -> Any:
	"""One document's values, as frappe.client.get_value."""
	asked = frappe.local.form_dict
	if not has_figures(asked.get("doctype")):
		return frappe.call(client.get_value, **asked)
	fields = asked.get("fieldname") or "name"
	asked.fields = fields if str(fields).startswith("[") else frappe.as_json([fields])
	added = ask_for_given()
	single = {**asked, "fieldname": asked.fields, "as_dict": True}
	row = frappe.call(client.get_value, **single)
	if row and added is not None:
		row = blanked([row], added)[0]
	if asked.get("as_dict") is None or sbool(asked.as_dict):
		return row
	values = list(row.values())
	return values if len(values) > 1 else next(iter(values), None)


def ask_for_given() -> str | None:
	"""Adds what says which figures were given to the fields asked for: its name, "" if it was among them. None where rows
	have no figures of their own: another DocType, or groups of documents."""
	asked = frappe.local.form_dict
	if asked.get("group_by") or not has_figures(asked.get("doctype")):
		return None
	given = get_controller(asked.doctype).GIVEN
	column = f"`tab{asked.doctype}`.`{given}`"
	fields = asked.get("fields") or []
	fields = parsed(fields) if isinstance(fields, str) else fields
	if not fields:
		return None  # the name alone
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
	"""Figures that were not given become None; a total row, whose name is empty, has none to tell by."""
	doctype = frappe.local.form_dict.doctype
	controller, figures = get_controller(doctype), frappe.new_doc(doctype).figure_fields()
	given = controller.given_by({row.get(controller.GIVEN) for row in rows})
	for row in rows:
		if row.get("name", True):
			there = given[row.get(controller.GIVEN)]
			row.update({field: None for field in figures if field in row and field not in there})
