"""A report as it comes from the field page: read, put into the document, and sent; the same act twice is one."""

from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime

from covid_portal.approval.decisions import decide_on
from covid_portal.approval.vocabulary import DRAFT, STATE_FIELD, SUBMIT
from covid_portal.organisation.scope import in_scope
from covid_portal.reporting import definitions
from covid_portal.reporting.due_reports import DOCTYPE

LONGEST_EXPLANATION = 1000


class StaleReport(frappe.TimestampMismatchError):
	"""Somebody else changed the report since the form was opened."""

	http_status_code = 409


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


def blank_report(slot: str, area: str) -> Document:
	return frappe.get_doc(doctype=DOCTYPE, slot=slot, area=area)


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
