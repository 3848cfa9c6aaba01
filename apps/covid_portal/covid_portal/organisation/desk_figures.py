"""Figures that the Desk draws over documents: the framework's own endpoints sum whole tables, or keep what one person may see
for the next one who asks.

hooks.override_whitelisted_methods leads them here, by way of reporting/listing.py, which refuses to reckon with figures of reports.
"""

import inspect
from collections import Counter
from typing import Any

import frappe
from frappe import _
from frappe.desk import listview
from frappe.desk.doctype.dashboard_chart import dashboard_chart
from frappe.model.document import Document
from frappe.utils import cint, getdate, goal

from covid_portal import hooks
from covid_portal.organisation.beside import list_condition
from covid_portal.organisation.scope import EVERYTHING
from covid_portal.organisation.user_permissions import is_kept

MOST_PEOPLE = 50  # that many the framework's list beside a list shows


class WholeTable(frappe.PermissionError):
	"""The figure would be made of all documents, and the user sees some of them."""


def get_chart(
	chart_name: str | None = None,
	chart: str | dict | None = None,
	filters: str | list | None = None,
	heatmap_year: str | int | None = None,
	**asked: Any,
) -> dict | None:
	"""What is drawn of a Dashboard Chart, or of one that is being made: the framework's figures over the documents that the user
	may see, reckoned for each who asks."""
	described = (
		frappe.get_doc("Dashboard Chart", chart_name)
		if chart_name
		else frappe._dict(frappe.parse_json(chart))
	)
	if described.type == "Heatmap" and described.chart_type != "Group By":
		given = frappe.parse_json(filters) or frappe.parse_json(described.filters_json) or []
		return heatmap(described, given, cint(heatmap_year or described.heatmap_year) or getdate().year)
	drawing = {"chart_name": chart_name, "chart": chart, "filters": filters, **asked}
	return frappe.call(inspect.unwrap(dashboard_chart.get), **drawing)


def heatmap(chart: Document | frappe._dict, filters: list, year: int) -> dict:
	"""{"labels": [], "dataPoints": {second of a day: figure of the day}}"""
	doctype, day = chart.document_type, chart.based_on
	figure = f"{dashboard_chart.get_aggregate_function(chart.chart_type)}({chart.value_based_on or 1})"
	within = [
		[doctype, "docstatus", "<", 2],
		[doctype, day, ">=", f"{year}-01-01"],
		[doctype, day, "<", f"{year + 1}-01-01"],
	]
	rows = frappe.get_list(
		doctype,
		fields=[f"unix_timestamp({day})", figure],
		filters=[*filters, *within],
		group_by=f"date({day})",
		order_by=None,
		as_list=True,
		limit=0,
	)
	return {"labels": [], "dataPoints": dict(rows)}


def get_goal(goal_doctype: str, **asked: Any) -> dict:
	"""Sums by month for a form with a goal, as the framework's endpoint: for those who see all that is summed."""
	require_whole(goal_doctype)
	return frappe.call(goal.get_monthly_goal_graph_data, goal_doctype=goal_doctype, **asked)


def get_group_by_count(doctype: str, current_filters: str, field: str) -> list[dict]:
	"""How many documents of a list belong to each value of the field; tasks are counted of the documents that the user sees."""
	if field != "assigned_to":
		return listview.get_group_by_count(doctype, current_filters, field)
	# Tasks are for all who see the document, as its form shows them; which those are, seen_of() says.
	tasks = frappe.get_all(
		"ToDo",
		{"reference_type": doctype, "status": ("!=", "Cancelled")},
		["allocated_to", "reference_name"],
		limit=0,
	)
	seen = seen_of(doctype, {row.reference_name for row in tasks}, frappe.parse_json(current_filters))
	people = Counter(row.allocated_to for row in tasks if row.reference_name in seen)
	return [{"name": name, "count": count} for name, count in people.most_common(MOST_PEOPLE)]


def seen_of(doctype: str, names: set[str], filters: list | dict) -> set[str]:
	if not names:
		return set()
	among = {"name": ("in", sorted(names))}  # as `or_filters`: `filters` may be a list or a dict
	return set(frappe.get_list(doctype, filters=filters, or_filters=among, pluck="name", limit=0))


def require_whole(doctype: str) -> None:
	if not frappe.has_permission(doctype):
		frappe.throw(_("You may not read {0}.").format(_(doctype)), frappe.PermissionError)
	if is_ours(doctype) and list_condition(doctype, frappe.session.user).strip("()") != EVERYTHING:
		words = _("This figure would be made of all documents of {0}, and you see only some of them.")
		frappe.throw(words.format(_(doctype)), WholeTable)


def is_ours(doctype: str) -> bool:
	"""Whether who sees which documents is ours to say."""
	return doctype in hooks.permission_query_conditions or is_kept(doctype)
