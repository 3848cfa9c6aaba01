"""What is reported: report types, their indicators and rules, as rows that administrators change.

Read through the cache (definitions change rarely, reports come by the hundred); saving one of these DocTypes forgets it.
"""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import getdate

from covid_portal.setup.csv_rows import DATA, shipped_rows

CACHE = "covid_portal_definitions"
INDICATOR_FIELDS = [
	"name",
	"fieldname",
	"label",
	"label_en",
	"unit_label",
	"unit_label_en",
	"indicator_group",
]
INDICATOR_FIELDS += ["kind", "aggregation", "cumulative", "mandatory", "minimum", "maximum", "public"]
INDICATOR_FIELDS += ["description", "description_en"]
INDICATOR_FIELDS += ["small_cells", "by_commune", "valid_from", "valid_to", "position"]
RULE_FIELDS = [
	"name",
	"severity",
	"kind",
	"threshold",
	"fieldname",
	"expression",
	"message",
	"message_en",
	"valid_from",
	"valid_to",
]


def report_type_of(doctype: str) -> Document | None:
	"""The report type that is filled in by this DocType, or consolidated into it; None if there is none."""
	name = cached(f"type:{doctype}", lambda: find_report_type(doctype) or "")
	return frappe.get_cached_doc("Report Type", name) if name else None


def find_report_type(doctype: str) -> str | None:
	either = [["document_type", "=", doctype], ["consolidated_type", "=", doctype]]
	found = frappe.get_all("Report Type", or_filters=either, pluck="name", limit=1)
	return found[0] if found else None


def indicators(report_type: str, on: date | None = None) -> list[frappe._dict]:
	"""Indicators in the order of the form; with `on`, those valid on that day."""
	rows = cached(
		f"indicators:{report_type}",
		lambda: load("Indicator", report_type, INDICATOR_FIELDS, "position, creation"),
	)
	return [row for row in rows if on is None or is_valid(row, on)]


def rules(report_type: str, on: date | None = None) -> list[frappe._dict]:
	rows = cached(
		f"rules:{report_type}",
		lambda: load("Validation Rule", report_type, RULE_FIELDS, "severity, creation"),
	)
	return [row for row in rows if on is None or is_valid(row, on)]


def groups() -> list[frappe._dict]:
	fields = ["name", "group_name", "group_name_en"]
	return cached("groups", lambda: frappe.get_all("Indicator Group", fields=fields, order_by="position"))


def load(doctype: str, report_type: str, fields: list[str], order_by: str) -> list[frappe._dict]:
	filters = {"report_type": report_type}
	if doctype == "Validation Rule":
		filters["enabled"] = 1
	return frappe.get_all(doctype, filters, fields, order_by=order_by)


def is_valid(row: dict, on: date) -> bool:
	return (not row.valid_from or row.valid_from <= getdate(on)) and (
		not row.valid_to or row.valid_to >= getdate(on)
	)


def cached(key: str, generator: Callable) -> Any:
	return frappe.cache.hget(CACHE, key, generator)


def forget(doc: Document | None = None, method: str | None = None) -> None:
	frappe.cache.delete_value(CACHE)


def local_label(row: dict, field: str = "label") -> str:
	"""The row's text in the language of the request: these are data, kept beside each other, not in the catalogue."""
	return (frappe.local.lang == "en" and row.get(f"{field}_en")) or row.get(field) or ""


def load_shipped_definitions() -> None:
	"""The report type, indicators and rules that ship with the app, those that are not there yet."""
	report_type = json.loads((DATA / "report_type.json").read_text(encoding="utf-8"))
	create_missing("Indicator Group", shipped_rows("indicator_groups"), "code")
	create_missing("Report Type", [report_type], "title")
	common = {"report_type": report_type["title"]}
	create_missing(
		"Indicator", [{**row, **common} for row in shipped_rows("indicators")], "report_type", "fieldname"
	)
	load_shipped_rules()


def load_shipped_rules(kind: str | None = None) -> None:
	"""The rules that ship with the app, all or those of one kind."""
	report_type = json.loads((DATA / "report_type.json").read_text(encoding="utf-8"))["title"]
	rows = [row for row in shipped_rows("validation_rules") if kind in (None, row["kind"])]
	create_missing("Validation Rule", [{**row, "report_type": report_type} for row in rows], "rule_key")


def create_missing(doctype: str, rows: list[dict], *key: str) -> None:
	for row in rows:
		if frappe.db.exists(doctype, {field: row[field] for field in key}):
			continue
		doc = frappe.get_doc(
			doctype=doctype, **{field: value for field, value in row.items() if value is not None}
		)
		# The unit types that a report type names come with the province pack, after the app.
		doc.insert(ignore_permissions=True, ignore_links=doctype == "Report Type")
