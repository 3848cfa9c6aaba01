"""How the inbox of those who approve tells a Situation Report: whose, of which slot, the first figures, what is odd."""

import frappe
from frappe import _

from covid_portal.organisation.desk_links import form_link
from covid_portal.reporting import contests, definitions
from covid_portal.reporting.known_figures import split_fields
from covid_portal.reporting.slots import slot_label

FIGURES_SHOWN = 4


def summaries(doctype: str, condition: str, values: dict) -> dict[str, dict]:
	"""{name: {"title", "details", "warnings", "link", "phone_link"}} of the reports under the SQL condition, in three
	statements."""
	report_type = definitions.report_type_of(doctype)
	shown = [row for row in definitions.indicators(report_type.name) if row.mandatory][:FIGURES_SHOWN]
	columns = "".join(f", report.`{row.fieldname}`" for row in shown)
	rows = frappe.db.sql(
		f"""select report.name, report.area, report.area_name, report.slot, report.answered, slot.slot_time {columns}
		from `tab{doctype}` report join `tabReport Slot` slot on slot.name = report.slot
		where {condition.replace(f"`tab{doctype}`", "report")}""",
		values,
		as_dict=True,
	)
	warnings = warnings_of(doctype, [row.name for row in rows])
	return {
		row.name: {
			"title": row.area_name or row.area,
			"details": [slot_label(row.slot_time), *figures(row, shown)],
			"warnings": warnings.get(row.name, []),
			"link": form_link(doctype, row.name),
			"phone_link": f"/bao-cao#/{row.slot}/{row.area}",
		}
		for row in rows
	}


def figures(row: dict, shown: list[dict]) -> list[str]:
	answered = split_fields(row.answered)
	return [
		_("{0}: {1}").format(definitions.local_label(one), row[one.fieldname])
		for one in shown
		if one.fieldname in answered
	]


def warnings_of(doctype: str, names: list[str]) -> dict[str, list[str]]:
	"""What the unit had to explain, with its explanation; and figures that the other line contests."""
	found: dict[str, list[str]] = {}
	rules = {rule.name: rule for rule in definitions.rules(definitions.report_type_of(doctype).name)}
	rows = frappe.get_all(
		"Report Explanation",
		{"parenttype": doctype, "parent": ("in", names or [""])},
		["parent", "rule", "explanation"],
		order_by="parent, idx",
	)
	for row in rows:
		message = definitions.local_label(rules[row.rule], "message") if row.rule in rules else row.rule
		found.setdefault(row.parent, []).append(f"{message} – {row.explanation}")
	for name in contests.reports_contested(names):
		found.setdefault(name, []).append(_("The other line contests a figure."))
	return found
