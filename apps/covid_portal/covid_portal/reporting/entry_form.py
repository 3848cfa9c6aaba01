"""What the form of a report holds: its figures with those of the slot before, the rules that judge them, its decisions."""

from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.approval.line import Line, may_decide
from covid_portal.approval.vocabulary import APPROVED, IN_APPROVAL, STATE_FIELD, WITH_AUTHOR
from covid_portal.organisation.scope import in_scope
from covid_portal.reporting import context, definitions, outliers, rules, slots
from covid_portal.reporting.slots import clock_label, slot_label


def awaits_user(report: Document) -> bool:
	"""Whether the user is one of those whose decision the report waits for."""
	return report.get(STATE_FIELD) == IN_APPROVAL and may_decide(Line.load(report), frappe.session.user)


def may_correct(report: Document, owed: dict) -> bool:
	"""Whether a correction is the user's way to change the report now."""
	decided = report.get(STATE_FIELD) == APPROVED and owed.published_at
	return (
		bool(decided) and frappe.has_permission("Correction", "create") and in_scope(report, access="Write")
	)


def why_not_editable(report: Document, owed: dict) -> str:
	state, now = report.get(STATE_FIELD), now_datetime()
	if not in_scope(report, access="Write"):
		return _("You may read this report, not change it.")
	if state and state not in WITH_AUTHOR:
		return _("The report is in the state {0}; its figures cannot be changed now.").format(_(state))
	if owed.slot_state == slots.LOCKED or now > owed.locks_at:
		return _("The slot {0} was locked at {1}. A change now needs a correction.").format(
			slot_label(owed.slot_time), clock_label(owed.locks_at)
		)
	return ""


def form_groups(report: Document) -> list[dict]:
	previous = context.previous_figures(report)
	rows: dict[str, list[dict]] = {}
	for row in report.indicators():
		rows.setdefault(row.indicator_group, []).append(indicator_row(row, report, previous))
	titles = {group.name: definitions.local_label(group, "group_name") for group in definitions.groups()}
	return [
		{"key": key, "label": title, "indicators": rows[key]} for key, title in titles.items() if key in rows
	]


def indicator_row(row: dict, report: Document, previous: dict) -> dict:
	return {
		"fieldname": row.fieldname,
		"label": definitions.local_label(row),
		"unit": definitions.local_label(row, "unit_label"),
		"kind": row.kind.lower(),
		"mandatory": bool(row.mandatory),
		"minimum": row.minimum,
		"maximum": row.maximum or None,
		"value": report.get(row.fieldname),
		"previous": previous.get(f"previous.{row.fieldname}"),
	}


def previous_slot(report: Document) -> dict | None:
	name = report.slot_row().previous_slot
	at = name and frappe.db.get_value("Report Slot", name, "slot_time")
	return {"slot": name, "slot_time": at.isoformat()} if at else None


def rule_rows(report: Document, day: date, bounds: dict[str, outliers.Bounds]) -> list[dict]:
	"""The rules that can be judged: an outlier where the area has a history to be held against."""
	found = definitions.rules(report.report_type().name, day)
	return [rule_row(rule, bounds) for rule in found if rule.kind != rules.OUTLIER or rule.name in bounds]


def rule_row(rule: dict, bounds: dict[str, outliers.Bounds]) -> dict:
	figures = [name for name in rules.names_of(rule) if "." not in name]
	return {
		"name": rule.name,
		"severity": rule.severity,
		"kind": rule.kind,
		"message": rules.message_of(rule, bounds),
		"indicators": list(dict.fromkeys([rule.fieldname, *figures])),
		"expression": rules.known_tree(rule, bounds),
	}


def outlier_rows(report: Document, day: date, bounds: dict[str, outliers.Bounds]) -> dict[str, dict]:
	"""{field: what is usual there}, for those who show it beside the figure."""
	return {
		rule.fieldname: {
			**{key: getattr(bounds[rule.name], key) for key in ("low", "high", "median")},
			"message": rules.message_of(rule, bounds),
			"rule": rule.name,
		}
		for rule in definitions.rules(report.report_type().name, day)
		if rule.name in bounds
	}


def decisions_on(report: Document) -> list[dict]:
	"""What became of the report so far, the newest first; units are named, people are not."""
	rows = frappe.get_all(
		"Approval Decision",
		{"reference_doctype": report.doctype, "reference_name": report.name or ""},
		["decision", "unit", "decided_at", "reason"],
		order_by="sequence desc",
	)
	names = dict(
		frappe.get_all(
			"Unit", {"name": ("in", {row.unit for row in rows})}, ["name", "unit_name"], as_list=True
		)
		if rows
		else []
	)
	return [
		{
			"decision": row.decision,
			"by_unit": names.get(row.unit, row.unit),
			"decided_at": row.decided_at.isoformat(),
			"reason": row.reason or "",
		}
		for row in rows
	]
