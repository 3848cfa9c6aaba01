"""A rule tried out on the last reports before it is put in force. For those who may change rules."""

import frappe
import pandas as pd
from frappe import _
from frappe.model.document import Document

from covid_portal.organisation.scope import scope_condition
from covid_portal.reporting import definitions, outliers, rules
from covid_portal.reporting.context import SENT
from covid_portal.reporting.known_figures import split_fields

REPORTS = 200
SHOWN = 20


@frappe.whitelist(methods=["POST"])
def try_rule(rule: dict | str) -> dict:
	"""What the rule (a Validation Rule, stored or not) would have said of the last reports.

	Returns {"tested", "applied", "broken": how many, "examples": [{"report", "area_name", "values", "expected"}]}. Only
	for those who may write rules, and over the reports they may read. Raises InvalidRule where the rule cannot stand.
	"""
	if not frappe.has_permission("Validation Rule", "write"):
		frappe.throw(_("Rules are tried by those who may change them."), frappe.PermissionError)
	document = unsaved(frappe.parse_json(rule))
	document.validate()
	report_type = frappe.get_cached_doc("Report Type", document.report_type)
	table = with_context(report_type, last_reports(report_type), document)
	tree = rules.tree_of(document)
	broken, applied = rules.broken_column(tree, table), rules.applies(tree, table)
	return {
		"tested": len(table),
		"applied": int(applied.sum()),
		"broken": int(broken.sum()),
		"examples": [example(row, document) for row in table[broken].head(SHOWN).to_dict("records")],
	}


def unsaved(values: dict) -> Document:
	"""The rule as it stands in the form; only its own fields are taken."""
	fields = (
		"report_type",
		"kind",
		"severity",
		"fieldname",
		"expression",
		"threshold",
		"rule_key",
		"message",
	)
	document = frappe.get_doc(doctype="Validation Rule", **{field: values.get(field) for field in fields})
	document.name = document.rule_key = document.rule_key or _("new rule")
	document.threshold = frappe.utils.flt(document.threshold)
	return document


def last_reports(report_type: Document) -> pd.DataFrame:
	"""The newest reports that were sent, one row each; a figure that was not given is missing."""
	doctype = report_type.document_type
	fields = [row.fieldname for row in definitions.indicators(report_type.name)]
	columns = ", ".join(f"`{field}`" for field in fields)
	rows = frappe.db.sql(
		f"""select name, slot, area, area_name, answered, {columns} from `tab{doctype}`
		where workflow_state in %(sent)s and {scope_condition(doctype)}
		order by slot desc, area desc limit {REPORTS:d}""",
		{"sent": SENT},
	)
	table = pd.DataFrame(list(rows), columns=["name", "slot", "area", "area_name", "answered", *fields])
	return only_answered(table, fields)


def only_answered(table: pd.DataFrame, fields: list[str]) -> pd.DataFrame:
	given = [split_fields(answered) for answered in table["answered"].fillna("")]
	answered = {
		field: table[field].astype("float64").where([field in row for row in given]) for field in fields
	}
	return table.assign(**answered)


def with_context(report_type: Document, table: pd.DataFrame, rule: Document) -> pd.DataFrame:
	"""Beside each report: what the same area sent for the slot before, its people, its own bounds."""
	if table.empty:
		return table
	slots = {row.name: row for row in slot_rows(table["slot"].unique().tolist())}
	table = table.assign(
		previous_slot=table["slot"].map({name: row.previous_slot for name, row in slots.items()})
	)
	table = table.merge(previous_reports(report_type, table), on=["previous_slot", "area"], how="left")
	table = table.merge(populations(table["area"].unique().tolist()), on="area", how="left")
	return with_bounds(report_type, table, rule, slots) if rule.kind == rules.OUTLIER else table


def slot_rows(names: list[str]) -> list[frappe._dict]:
	return frappe.get_all(
		"Report Slot",
		{"name": ("in", names)},
		["name", "slot_time", "previous_slot"],
		order_by="slot_time desc",
	)


def previous_reports(report_type: Document, table: pd.DataFrame) -> pd.DataFrame:
	fields = [row.fieldname for row in definitions.indicators(report_type.name)]
	columns = ", ".join(f"`{field}`" for field in fields)
	rows = frappe.db.sql(
		f"""select slot, area, answered, {columns} from `tab{report_type.document_type}`
		where slot in %(slots)s and area in %(areas)s and workflow_state in %(sent)s""",
		{
			"slots": table["previous_slot"].dropna().unique().tolist() or [""],
			"areas": table["area"].unique().tolist(),
			"sent": SENT,
		},
	)
	before = only_answered(
		pd.DataFrame(list(rows), columns=["previous_slot", "area", "answered", *fields]), fields
	)
	return before.drop(columns="answered").rename(columns={field: f"previous.{field}" for field in fields})


def populations(areas: list[str]) -> pd.DataFrame:
	rows = frappe.get_all(
		"Area Population",
		{"parenttype": "Area", "parent": ("in", areas)},
		["parent", "population_group", "persons"],
		order_by="as_of",
		as_list=True,
	)
	table = pd.DataFrame(list(rows), columns=["area", "group", "persons"]).drop_duplicates(
		["area", "group"], keep="last"
	)
	return (
		table.pivot(index="area", columns="group", values="persons").add_prefix("population.").reset_index()
	)


def with_bounds(report_type: Document, table: pd.DataFrame, rule: Document, slots: dict) -> pd.DataFrame:
	"""Each slot has its own history: a query for each, of which two hundred reports have a handful."""
	parts = []
	for name, rows in table.groupby("slot"):
		known = outliers.bounds_table(outliers.history(report_type, slots[name], [rule]), rule)
		bounds = [known.get(area) for area in rows["area"]]
		columns = {
			outliers.LOW: [b.low if b else None for b in bounds],
			outliers.HIGH: [b.high if b else None for b in bounds],
		}
		named = {prefix + rule.name: pd.array(values, dtype="Float64") for prefix, values in columns.items()}
		parts.append(rows.assign(**named, expected=[outliers.expected(b) if b else "" for b in bounds]))
	return pd.concat(parts).sort_index()


def example(row: dict, rule: Document) -> dict:
	"""A report that breaks the rule, with the figures that the rule compared."""
	names = rules.names_of(rule)
	return {
		"report": row["name"],
		"area_name": row["area_name"],
		"slot": row["slot"],
		"values": {name: int(row[name]) for name in names},
		"expected": row.get("expected", ""),
	}
