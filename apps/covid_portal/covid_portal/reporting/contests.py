"""Contests: the other line of an area objects to a figure of the report that both lines share, and how it is settled.

Health station and People's Committee of a commune have one report per slot. Whoever did not enter it may contest a figure,
with the value it holds to be true and the reason. While the report is with its author, the accountable unit settles it
(or, if it contests itself, the unit that entered the report); while the report is being decided on, the unit it waits for
does: it keeps the figure, or returns the report with the settled one. A report with an open contest is not approved in
passing: the approver says why, and that settles it.
"""

from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.approval.acts import Act, require_right
from covid_portal.approval.decisions import decide_on, new_act
from covid_portal.approval.line import Line, may_decide
from covid_portal.approval.vocabulary import (
	APPROVE,
	IN_APPROVAL,
	REFUSE,
	RETURN,
	STATE_FIELD,
	WITH_AUTHOR,
	ReasonMissing,
)
from covid_portal.organisation.login import require_login
from covid_portal.organisation.scope import grants, in_scope
from covid_portal.reporting import definitions, figures
from covid_portal.reporting.doctype.figure_contest.figure_contest import OPEN, SETTLED, WITHDRAWN

DOCTYPE = "Figure Contest"
REPORT = "Situation Report"
LONGEST_REASON = 1000


class NotContestable(frappe.ValidationError):
	"""The report, or the figure, cannot be contested now."""


class NotYoursToContest(frappe.PermissionError):
	pass


class NotYoursToSettle(frappe.PermissionError):
	pass


class ContestOpen(ReasonMissing):
	"""The report has a contested figure, and nothing was said about it."""


# --- endpoints


@frappe.whitelist(methods=["POST"])
def contest(report: str, fieldname: str, proposed: int | str, reason: str) -> dict:
	"""Object to a figure. Returns {"contest", "message"}; raises NotYoursToContest (403), NotContestable, ReasonMissing."""
	document = locked(report)
	unit = require_other_line(document)
	require_contestable(document)
	row = require_indicator(document, fieldname)
	value = figures.clean(row, proposed, document.describe())
	record = new_contest(document, row, value, require_words(reason), unit)
	record.insert(ignore_permissions=True)  # nobody writes contests but this module; checked above
	return {
		"contest": record.name,
		"message": _("The figure is contested; both units and the district see it."),
	}


@frappe.whitelist(methods=["POST"])
def settle(contest: str, reason: str, value: int | str | None = None) -> dict:
	"""Settle a contest: on `value`, or, without one, on the figure as it stands.

	Another value than the report's is entered, where the report is with its author; or the report is returned with it
	as the reason, where it is being decided on. Returns {"contest", "workflow_state", "message"}.
	"""
	record = frappe.get_doc(DOCTYPE, contest, for_update=True)
	document = locked(record.report)
	unit = require_settler(document, record)
	words, row = require_words(reason), require_indicator(document, record.fieldname)
	settled = figures.clean(row, value, document.describe())
	close(record, document.get(record.fieldname) if settled is None else settled, unit, words)
	if settled is not None and settled != document.get(record.fieldname):
		put_right(document, row, settled, words)
	return {
		"contest": record.name,
		STATE_FIELD: document.get(STATE_FIELD),
		"message": _("The contest is settled."),
	}


@frappe.whitelist(methods=["POST"])
def withdraw(contest: str) -> dict:
	"""The contesting unit takes its objection back."""
	record = frappe.get_doc(DOCTYPE, contest, for_update=True)
	document = locked(record.report)
	if reporting_unit(document) != record.unit:
		frappe.throw(_("Only the unit that contests takes the contest back."), NotYoursToContest)
	record.state = WITHDRAWN
	record.settled_at = now()
	record.save(ignore_permissions=True)
	return {"contest": record.name, "message": _("The contest is withdrawn.")}


@frappe.whitelist(methods=["GET"])
def of_report(report: str) -> list[dict]:
	"""The report's contests, the open ones first; for whoever may read the report."""
	document = frappe.get_doc(REPORT, report)
	document.check_permission("read")
	return rows_of(document)


# --- what forms show


def rows_of(report: Document) -> list[dict]:
	if not report.name or not report.creation:
		return []
	fields = ["name", "fieldname", "state", "unit", "stated", "stated_value", "proposed_value", "reason"]
	fields += ["contested_at", "settled_value", "settled_by_unit", "settlement_reason", "settled_at"]
	found = frappe.get_all(DOCTYPE, {"report": report.name}, fields, order_by="state asc, contested_at desc")
	return [contest_row(row, report) for row in found]


def contest_row(row: dict, report: Document) -> dict:
	labels = {
		item.fieldname: definitions.local_label(item)
		for item in definitions.indicators(report.report_type().name)
	}
	is_open, settled = row.state == OPEN, row.state == SETTLED
	return {
		"contest": row.name,
		"fieldname": row.fieldname,
		"label": labels.get(row.fieldname, row.fieldname),
		"state": row.state,
		"by_unit": unit_name(row.unit),
		"stated": row.stated_value if row.stated else None,
		"current": report.get(row.fieldname),
		"proposed": row.proposed_value,
		"reason": row.reason,
		"at": row.contested_at.isoformat(),
		"settled": row.settled_value if settled else None,
		"settled_by": unit_name(row.settled_by_unit) if settled else "",
		"settlement_reason": row.settlement_reason or "",
		"can_settle": is_open and can_settle(report, row),
		"can_withdraw": is_open and reporting_unit(report) == row.unit,
	}


def can_contest(report: Document) -> bool:
	unit = reporting_unit(report) if report.creation else None
	return (
		bool(unit)
		and unit != report.entered_by_unit
		and report.get(STATE_FIELD) in (*WITH_AUTHOR, IN_APPROVAL)
	)


def can_settle(report: Document, record: dict) -> bool:
	"""As settle() would allow it."""
	state = report.get(STATE_FIELD)
	if state in WITH_AUTHOR:
		return reporting_unit(report) == settling_unit(report, record)
	if state != IN_APPROVAL:
		return False
	return may_decide(Line.load(report), frappe.session.user)


# --- who


def reporting_unit(report: Document) -> str | None:
	"""The unit in whose name the user may enter figures of the report's area, if any."""
	found = grants(frappe.session.user, report.doctype, "Write")
	return next((grant.unit for grant in found if grant.area == report.area), None)


def settling_unit(report: Document, record: dict) -> str:
	"""The accountable unit, unless it is the one that contests."""
	return report.entered_by_unit if record.unit == report.unit else report.unit


def require_other_line(report: Document) -> str:
	unit = reporting_unit(report) if in_scope(report, access="Write") else None
	if not unit:
		frappe.throw(
			_("{0}: only the units of the same area contest its figures.").format(report.describe()),
			NotYoursToContest,
		)
	if unit == report.entered_by_unit:
		frappe.throw(
			_("{0}: your own unit entered it. Change the figure, or withdraw the report first.").format(
				report.describe()
			),
			NotYoursToContest,
		)
	return unit


def require_settler(report: Document, record: Document) -> str:
	"""The unit that settles, by where the report stands."""
	if record.state != OPEN:
		frappe.throw(
			_("This contest is {0} already; it stays as it is.").format(_(record.state)), NotContestable
		)
	state = report.get(STATE_FIELD)
	if state == IN_APPROVAL:
		act = new_act(Line.load(report), RETURN, None)
		require_right(act)
		return act.right.unit
	unit = settling_unit(report, record)
	if state not in WITH_AUTHOR or reporting_unit(report) != unit:
		frappe.throw(
			_("{0}: this is settled by {1}, or by the district once the report is sent.").format(
				report.describe(), unit_name(unit)
			),
			NotYoursToSettle,
		)
	return unit


# --- what


def require_contestable(report: Document) -> None:
	if report.get(STATE_FIELD) not in (*WITH_AUTHOR, IN_APPROVAL):
		frappe.throw(
			_("{0} is in the state {1}. A change now needs a correction.").format(
				report.describe(), _(report.get(STATE_FIELD))
			),
			NotContestable,
		)


def require_indicator(report: Document, fieldname: str) -> dict:
	row = next((row for row in report.indicators() if row.fieldname == fieldname), None)
	if not row:
		frappe.throw(
			_("{0} has no figure {1}.").format(report.describe(), str(fieldname)[:60]), NotContestable
		)
	return row


def require_words(reason: str | None) -> str:
	words = str(reason or "").strip()[:LONGEST_REASON]
	if not words:
		frappe.throw(_("Say why: the other unit must be able to follow."), ReasonMissing)
	return words


def new_contest(report: Document, row: dict, proposed: int | None, reason: str, unit: str) -> Document:
	stated, label = report.get(row.fieldname), definitions.local_label(row)
	if proposed is None or proposed == stated:
		frappe.throw(
			_("{0}: {1}: propose another figure than the one reported.").format(report.describe(), label),
			NotContestable,
		)
	same = {"report": report.name, "fieldname": row.fieldname, "unit": unit, "state": OPEN}
	if frappe.db.exists(DOCTYPE, same):
		frappe.throw(
			_("{0}: {1}: your unit contests this figure already.").format(report.describe(), label),
			NotContestable,
		)
	return frappe.get_doc(
		doctype=DOCTYPE,
		**same,
		slot=report.slot,
		area=report.area,
		figure=row.label,
		stated=int(stated is not None),
		stated_value=stated or 0,
		proposed_value=proposed,
		reason=reason,
		contested_at=now(),
	)


def close(record: Document, value: int | None, unit: str, reason: str) -> None:
	record.state = SETTLED
	record.settled_value = value or 0
	record.settled_by_unit = unit
	record.settlement_reason = reason
	record.settled_at = now()
	record.save(ignore_permissions=True)  # by this module alone; checked by the caller


def put_right(report: Document, row: dict, value: int, reason: str) -> None:
	"""Enter the settled figure, or send the report back for it."""
	if report.get(STATE_FIELD) == IN_APPROVAL:
		label = definitions.local_label(row)
		decide_on(report, RETURN, _("{0}: settled on {1}. {2}").format(label, value, reason))
		return
	report.set(row.fieldname, value)
	report.save()


# --- deciding on a report


def require_settled(report: Document, act: Act) -> None:
	"""Before a final word on the report: open contests are settled with the decision's reason, or it is refused."""
	if act.decision not in (APPROVE, REFUSE):
		return
	names = frappe.get_all(DOCTYPE, {"report": report.name, "state": OPEN}, pluck="name")
	if names and not act.reason:
		refuse_unsettled(report)
	for name in names:
		record = frappe.get_doc(DOCTYPE, name, for_update=True)
		close(record, report.get(record.fieldname), act.step.unit, act.reason)


def reports_contested(reports: list[str]) -> set[str]:
	return set(frappe.get_all(DOCTYPE, {"report": ("in", reports), "state": OPEN}, pluck="report"))


def refuse_unsettled(report: Document) -> None:
	contested = [row for row in rows_of(report) if row["state"] == OPEN]
	listed = "; ".join(
		_("{0}: {1} reported, {2} by {3}").format(
			row["label"], shown(row["current"]), row["proposed"], row["by_unit"]
		)
		for row in contested
	)
	frappe.throw(
		_("{0} has contested figures ({1}). Settle them first, or approve with a reason.").format(
			report.describe(), listed
		),
		ContestOpen,
	)


def shown(value: int | None) -> str:
	return _("not reported") if value is None else str(value)


# --- helpers


def locked(report: str) -> Document:
	"""The report, unchanged by anybody else until this request is done, if the user may read it."""
	require_login()
	document = frappe.get_doc(REPORT, report, for_update=True)
	document.check_permission("read")
	return document


def unit_name(unit: str | None) -> str:
	return (unit and frappe.db.get_value("Unit", unit, "unit_name", cache=True)) or unit or ""


def now() -> datetime:
	return now_datetime().replace(microsecond=0)
