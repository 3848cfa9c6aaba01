"""Lists and report views of the Desk: a figure that was not given is blank there, too, not the 0 of its column.

hooks.override_whitelisted_methods leads the framework's endpoints here, and before_request the list of the resource API. What
would be reckoned from figures is refused (listed_figures.py). An export holds, of consolidated rows, `known`, the reference: of
a field of another DocType the framework's export finds no label.
"""

from dataclasses import dataclass
from typing import Any

import frappe
from frappe import client
from frappe.desk import reportview
from frappe.desk.doctype.number_card import number_card
from frappe.model.base_document import get_controller
from frappe.utils import sbool

from covid_portal.organisation import counting, desk_figures, resource_api
from covid_portal.reporting.listed_figures import has_figures, refuse_reckoning, shown_as


@dataclass
class Listed:
	"""Rows of a DocType with figures of their own."""

	doctype: str
	shown: dict[str, str]  # column → the figure it shows
	added: bool  # the column that says what was given was not among those asked for

	@property
	def given_in(self) -> str:
		return get_controller(self.doctype).GIVEN

	def blanked(self, rows: list[dict]) -> list[dict]:
		"""The rows without what was not given, and without the column that was asked for to tell."""
		given = get_controller(self.doctype).given_by({row.get(self.given_in) for row in rows})
		for row in rows:
			if row.get("name", True):  # a total row, whose name is empty, has none to tell by
				there = given[row.get(self.given_in)]
				row.update(
					{key: None for key, figure in self.shown.items() if key in row and figure not in there}
				)
			if self.added:
				row.pop(self.given_in)
		return rows


@frappe.whitelist()
def get() -> Any:
	"""Rows as {"keys", "values"}, as the framework's own endpoint."""
	listed = ask_for_given()
	data = reportview.get()
	if listed is None or not data:
		return data
	rows = listed.blanked([dict(zip(data["keys"], values, strict=True)) for values in data["values"]])
	keys = [key for key in data["keys"] if not (listed.added and key == listed.given_in)]
	return {**data, "keys": keys, "values": [[row[key] for key in keys] for row in rows]}


@frappe.whitelist()
def get_list() -> Any:
	"""Rows as dicts, as the framework's own endpoint."""
	listed = ask_for_given()
	rows = reportview.get_list()
	return rows if listed is None else listed.blanked(rows)


@frappe.whitelist(methods=["POST", "PUT", "GET"])
def export_query() -> None:
	"""A file that says, in a column of its own, which figures of each row were given; of consolidated rows it is the name
	of a Known Figures, which lists them."""
	ask_for_given()
	reportview.export_query()


@frappe.whitelist()
def get_data_for_custom_field(doctype: str, field: str, names: str | list | None = None) -> dict:
	"""{name: value}, for a column that is added to a report, as counting.get_data_for_custom_field()."""
	if not has_figures(doctype):
		return counting.get_data_for_custom_field(doctype, field, names)
	listed = Listed(doctype, shown_as(doctype, [field]), added=True)
	filters = {"name": ("in", frappe.parse_json(names))} if names else None
	rows = frappe.get_list(doctype, filters=filters, fields=["name", field, listed.given_in], limit=0)
	return {row.name: row[field] for row in listed.blanked(rows)}


@frappe.whitelist()
def get_group_by_count(doctype: str, current_filters: str, field: str) -> list[dict]:
	"""As desk_figures.get_group_by_count()."""
	refuse_reckoning(doctype, [field])
	return desk_figures.get_group_by_count(doctype, current_filters, field)


@frappe.whitelist()
def number_of_card(doc: str | dict, filters: str | list | None = None, to_date: str | None = None) -> int:
	"""As the framework's number card."""
	card = frappe.parse_json(doc)
	if card.get("function") != "Count":
		refuse_reckoning(card.get("document_type"), [card.get("aggregate_function_based_on")])
	return number_card.get_result(doc, filters, to_date)


@frappe.whitelist()
def get_chart(chart_name: str | None = None, chart: str | dict | None = None, **asked: Any) -> dict | None:
	"""As desk_figures.get_chart()."""
	described = (
		frappe.get_doc("Dashboard Chart", chart_name) if chart_name else frappe.parse_json(chart) or {}
	)
	columns = ("value_based_on", "aggregate_function_based_on", "group_by_based_on")
	refuse_reckoning(described.get("document_type"), [described.get(column) for column in columns])
	return desk_figures.get_chart(chart_name, chart, **asked)


@frappe.whitelist()
def get_goal(goal_doctype: str, **asked: Any) -> dict:
	"""As desk_figures.get_goal()."""
	refuse_reckoning(goal_doctype, [asked.get("goal_field")])
	return desk_figures.get_goal(goal_doctype, **asked)


# --- for programs


def lead_lists() -> None:
	"""before_request: the resource API's list of documents with figures, or with links to such, is made by resource_list()."""
	if frappe.request.method != "GET" or frappe.form_dict.get("cmd"):
		return
	doctype = resource_api.listed_doctype(frappe.request.path)
	if has_figures(doctype) or (doctype and "." in str(frappe.form_dict.get("fields"))):
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
	listed = ask_for_given()
	asked = frappe.local.form_dict
	as_lists = asked.get("as_dict") is not None and not sbool(asked.as_dict)
	rows = frappe.call(client.get_list, **native(asked))
	rows = rows if listed is None else listed.blanked(rows)
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
	fields = asked.get("fieldname") or "name"
	asked.fields = fields if str(fields).startswith("[") else frappe.as_json([fields])
	listed = ask_for_given()
	if listed is None:
		return frappe.call(client.get_value, **asked)
	single = {**asked, "fieldname": asked.fields, "as_dict": True}
	row = frappe.call(client.get_value, **single)
	if row:
		(row,) = listed.blanked([row])
	if asked.get("as_dict") is None or sbool(asked.as_dict):
		return row
	values = list(row.values())
	return values if len(values) > 1 else next(iter(values), None)


def ask_for_given() -> Listed | None:
	"""Has the column that says which figures were given asked for, too. None where rows have no figures of their own:
	another DocType, groups of documents, names alone. Raises FiguresReckoned."""
	asked = frappe.local.form_dict
	doctype, fields = asked.get("doctype"), fields_asked()
	shown = shown_as(doctype, fields) if doctype else {}
	if not fields or not has_figures(doctype):
		return None
	if asked.get("group_by"):
		refuse_reckoning(doctype, [*fields, asked.group_by, asked.get("aggregate_on_field")])
		return None
	given = get_controller(doctype).GIVEN
	column = f"`tab{doctype}`.`{given}`"
	if "*" in fields or {given, column} & set(map(str, fields)):
		return Listed(doctype, shown, added=False)
	asked.fields = frappe.as_json([*fields, column])
	return Listed(doctype, shown, added=True)


def fields_asked() -> list:
	fields = frappe.local.form_dict.get("fields") or []
	fields = parsed(fields) if isinstance(fields, str) else fields
	return fields if isinstance(fields, list) else [fields]
