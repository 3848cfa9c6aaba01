"""Endpoints of the field page /bao-cao: what is due, the form, saving and sending it.

Scope is that of the documents themselves: reading asks for read, saving for write on the area's report.
"""

from datetime import date, datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from covid_portal.approval.decisions import decide_on
from covid_portal.approval.vocabulary import DRAFT, RETURN, RETURNED, STATE_FIELD, SUBMIT, WITH_AUTHOR
from covid_portal.organisation.duties import running_assignments
from covid_portal.organisation.scope import in_scope, scope_condition
from covid_portal.organisation.transactions import begin_again_on
from covid_portal.reporting import contests, context, definitions, outliers, rules, slots
from covid_portal.reporting.obligations import is_on_time
from covid_portal.reporting.slots import clock_label, slot_label

DOCTYPE = "Situation Report"
RECENT_SLOTS = 8
LONGEST_EXPLANATION = 1000


class StaleReport(frappe.TimestampMismatchError):
	"""Somebody else changed the report since the form was opened."""

	http_status_code = 409


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
		"return_reason": next((row["reason"] for row in decisions[:1] if row["decision"] == RETURN), ""),
		"groups": form_groups(report),
		"previous_slot": previous_slot(report),
		"population": context.population(area, day_of(owed)),
		"rules": rule_rows(report, day_of(owed), bounds),
		"outliers": outlier_rows(report, day_of(owed), bounds),
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


def save_once(
	slot: str,
	area: str,
	figures: dict,
	explanations: dict,
	submit: bool,
	idempotency_key: str | None,
	modified: str | None,
) -> dict:
	report = report_to_save(slot, area)
	if not is_repeated(report, idempotency_key, submit):
		require_unchanged(report, modified)
		fill(report, figures, explanations, not submit)
		report.idempotency_key = text(idempotency_key, 140)
		write(report, submit)
	return {
		"report": report.name,
		STATE_FIELD: report.get(STATE_FIELD),
		"modified": str(report.modified),
		"message": _("{0} has been sent.").format(report.describe()) if submit else _("The draft is saved."),
	}


def require_login() -> None:
	if frappe.session.user == "Guest":
		frappe.throw(_("Please log in."), frappe.AuthenticationError)


# --- what is due


def due_rows(slot: str | None = None, area: str | None = None) -> list[frappe._dict]:
	"""Obligations of the recent slots whose report the user enters, or the one of this slot and area, to be read.

	A slot that locked is, for an area with an extension, as it was before: published, and locked at the extended time.
	"""
	chosen = (
		"owed.slot = %(slot)s and owed.area = %(area)s" if slot else f"owed.slot in ({recent_slots_sql()})"
	)
	return frappe.db.sql(
		f"""select owed.slot, owed.area, owed.unit, owed.due_at, owed.state, owed.submitted_at, owed.on_time,
			slot.slot_time, slot.window_start, slot.opens_at,
			coalesce(greatest(slot.locks_at, owed.extended_until), slot.locks_at) as locks_at,
			if(slot.state = 'Locked' and owed.extended_until > %(now)s, 'Published', slot.state) as slot_state,
			report.name as report, report.workflow_state, area.full_name as area_name, unit.unit_name
		from `tabReport Obligation` owed
		join `tabReport Slot` slot on slot.name = owed.slot
		join `tabArea` area on area.name = owed.area
		join `tabUnit` unit on unit.name = owed.unit
		left join `tab{DOCTYPE}` report on report.slot = owed.slot and report.area = owed.area
		where {chosen} and {reporting_scope("Read" if slot else "Write")}
		order by slot.slot_time desc, owed.area""",
		{
			"slot": slot,
			"area": area,
			"now": now_datetime(),
			"report_type": definitions.report_type_of(DOCTYPE).name,
		},
		as_dict=True,
	)


def reporting_scope(access: str) -> str:
	"""The scope of the report, asked of the obligation, since the report may not be there yet."""
	return scope_condition(DOCTYPE, access=access).replace(f"`tab{DOCTYPE}`", "owed")


def recent_slots_sql() -> str:
	return f"""select name from (select name from `tabReport Slot`
		where report_type = %(report_type)s and opens_at <= %(now)s
		order by slot_time desc limit {RECENT_SLOTS:d}) recent"""


def return_reasons(reports: list[str]) -> dict[str, str]:
	"""{report: why it was sent back last}"""
	filters = {"reference_doctype": DOCTYPE, "reference_name": ("in", reports), "decision": RETURN}
	rows = frappe.get_all("Approval Decision", filters, ["reference_name", "reason"], order_by="sequence asc")
	return {row.reference_name: row.reason for row in rows}


def obligation_row(row: dict) -> dict:
	return {
		**slot_row(row),
		"area": row.area,
		"area_name": row.area_name,
		"unit": row.unit,
		"unit_name": row.unit_name,
		"due_at": row.due_at.isoformat(),
		"state": row.state,
		"report": row.report,
		STATE_FIELD: row.workflow_state,
		"is_late": is_late(row),
	}


def is_late(owed: dict) -> bool:
	"""Whether it was sent after its cut-off and the report type's grace, or still is not there then. As timeliness counts it;
	who is excused is late with nothing."""
	if owed.submitted_at:
		return not owed.on_time
	grace = definitions.report_type_of(DOCTYPE).grace_minutes
	return owed.state != "Excused" and not is_on_time(now_datetime(), owed.due_at, grace)


def slot_row(row: dict) -> dict:
	times = ("slot_time", "window_start", "opens_at", "locks_at")
	return {"slot": row.slot, "slot_state": row.slot_state, **{key: row[key].isoformat() for key in times}}


# --- the form


def blank_report(slot: str, area: str) -> Document:
	return frappe.get_doc(doctype=DOCTYPE, slot=slot, area=area)


def day_of(owed: dict) -> date:
	return get_datetime(owed.slot_time).date()


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


# --- saving


def report_to_save(slot: str, area: str) -> Document:
	"""The area's report, locked, or a new one; refused here if it is not the user's to write."""
	name = frappe.db.get_value(DOCTYPE, {"slot": slot, "area": area}, "name")
	report = frappe.get_doc(DOCTYPE, name, for_update=True) if name else blank_report(slot, area)
	if not in_scope(report, access="Write"):
		area_name = frappe.db.get_value("Area", area, "full_name") or area
		frappe.throw(
			_("The report of {0} is not yours to enter. Nothing was stored.").format(area_name),
			frappe.PermissionError,
		)
	return report


def is_repeated(report: Document, idempotency_key: str | None, submit: bool) -> bool:
	"""The same act again; sending what was only saved under the key is another one."""
	same = bool(idempotency_key) and is_stored(report) and report.idempotency_key == idempotency_key
	return same and not (submit and report.get(STATE_FIELD) == DRAFT)


def is_stored(report: Document) -> bool:
	return bool(report.creation)


def require_unchanged(report: Document, modified: str | None) -> None:
	if is_stored(report) and not is_same_time(modified, report.modified):
		frappe.throw(
			_(
				"{0} was changed by someone else meanwhile. Open it again; what you typed stays on this page."
			).format(report.describe()),
			StaleReport,
		)


def is_same_time(given: str | None, stored: datetime | str) -> bool:
	try:
		return bool(given) and get_datetime(given) == get_datetime(stored)
	except ValueError:
		return False


def fill(report: Document, figures: dict, explanations: dict, incomplete: bool) -> None:
	"""Put the entered values into the report; only figures of its form, and what is left out stays as it was."""
	fields = {row.fieldname for row in report.indicators()}
	if unknown := sorted(set(figures) - fields):
		frappe.throw(_("{0} has no figure {1}.").format(report.describe(), ", ".join(unknown)[:140]))
	report.update(figures)
	report.incomplete = int(incomplete)
	known = {rule.name for rule in definitions.rules(report.report_type().name)}
	report.set(
		"explanations",
		[
			{"rule": rule, "explanation": text(words, LONGEST_EXPLANATION)}
			for rule, words in explanations.items()
			if rule in known and text(words, LONGEST_EXPLANATION)
		],
	)


def by_field(values: dict | str | None) -> dict:
	"""The values as a dict; a client may send it as JSON text, and nothing at all is an empty one."""
	try:
		parsed = frappe.parse_json(values or {})
	except ValueError:
		parsed = None
	if not isinstance(parsed, dict):
		frappe.throw(_("Figures and explanations must be given by field."), frappe.ValidationError)
	return parsed


def text(value: object, longest: int) -> str | None:
	return str(value).strip()[:longest] or None if value is not None else None


def write(report: Document, submit: bool) -> None:
	frappe.flags.report_channel = "Web"
	try:
		report.save()
		if submit:
			decide_on(report, SUBMIT)
	finally:
		frappe.flags.report_channel = None
