"""Endpoints of the field page /bao-cao: what is due, the form, saving and sending it.

Scope is that of the documents themselves: reading asks for read, saving for write on the area's report.
"""

import frappe
from frappe import _
from frappe.utils import now_datetime

from covid_portal.approval.vocabulary import RETURN, RETURNED
from covid_portal.organisation.duties import running_assignments
from covid_portal.organisation.login import require_login
from covid_portal.organisation.transactions import begin_again_on
from covid_portal.reporting import contests, context, outliers
from covid_portal.reporting.due_reports import DOCTYPE, due_rows, obligation_row, return_reasons, slot_row
from covid_portal.reporting.entry_form import (
	awaits_user,
	decisions_on,
	form_groups,
	may_correct,
	outlier_rows,
	previous_slot,
	rule_rows,
	why_not_editable,
)
from covid_portal.reporting.saving import blank_report, by_field, save_once
from covid_portal.reporting.slots import day_of


@frappe.whitelist(methods=["GET"])
def due() -> dict:
	"""What my units owe: the slots that are open and the last few before them, newest first."""
	require_login()
	assignments, rows = running_assignments(frappe.session.user), due_rows()
	reasons = return_reasons([row.report for row in rows if row.workflow_state == RETURNED])
	units = {
		row.unit: {key: row[key] for key in ("unit", "unit_name", "area", "area_name")} for row in assignments
	}
	return {
		"now": now_datetime().isoformat(),
		"user_name": frappe.db.get_value("User", frappe.session.user, "full_name"),
		"units": list(units.values()),
		"obligations": [
			{**obligation_row(row), "return_reason": reasons.get(row.report, "")} for row in rows
		],
	}


@frappe.whitelist(methods=["GET"])
def form(slot: str, area: str) -> dict:
	"""The form of one area's report in one slot, with the values that are there and those of the slot before."""
	require_login()
	rows = due_rows(slot, area)
	if not rows:
		frappe.throw(
			_("There is no report of this area in this slot that you may see."), frappe.PermissionError
		)
	owed = rows[0]
	report = frappe.get_doc(DOCTYPE, owed.report) if owed.report else blank_report(slot, area)
	reason = why_not_editable(report, owed)
	decisions = decisions_on(report)
	bounds = outliers.bounds_of(report.report_type(), report.slot_row(), area)
	return {
		**obligation_row(owed),
		"slot": slot_row(owed),
		"modified": str(report.modified) if owed.report else None,
		"editable": not reason,
		"reason": reason,
		"awaits_me": awaits_user(report),
		"may_correct": may_correct(report, owed),
		"return_reason": next((row["reason"] for row in decisions[:1] if row["decision"] == RETURN), ""),
		"groups": form_groups(report),
		"previous_slot": previous_slot(report),
		"population": context.population(area, day_of(owed.slot_time)),
		"rules": rule_rows(report, day_of(owed.slot_time), bounds),
		"outliers": outlier_rows(report, day_of(owed.slot_time), bounds),
		"explanations": {row.rule: row.explanation for row in report.explanations},
		"decisions": decisions,
		"entered_by": contests.unit_name(report.entered_by_unit) if owed.report else "",
		"contests": contests.rows_of(report),
		"can_contest": contests.can_contest(report),
	}


@frappe.whitelist(methods=["POST"])
def save(
	slot: str,
	area: str,
	figures: dict | str,
	explanations: dict | str | None = None,
	submit: bool = False,
	idempotency_key: str | None = None,
	modified: str | None = None,
) -> dict:
	"""Save the report and, with `submit`, send it for approval: both or nothing.

	Sending the same idempotency key again changes nothing and gives the same answer. `modified` is what form() gave:
	if somebody else has saved since, StaleReport (409).
	"""
	require_login()
	arguments = (slot, area, by_field(figures), by_field(explanations), submit, idempotency_key, modified)
	# Another request may store the same report meanwhile: the second attempt sees what it left, a repetition or news.
	return begin_again_on((frappe.DuplicateEntryError, frappe.QueryDeadlockError), save_once, *arguments)
