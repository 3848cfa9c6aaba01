"""Endpoints of the page /nop-bang: slots that can be entered by workbook, the template, the upload, the list of errors."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime
from werkzeug.wrappers import Response

from covid_portal.approval.vocabulary import WITH_AUTHOR
from covid_portal.organisation.login import require_login
from covid_portal.reporting.slots import SCHEDULED, is_locked
from covid_portal.reporting.spreadsheet import archive, problems, reading
from covid_portal.reporting.spreadsheet.checking import Checked, check
from covid_portal.reporting.spreadsheet.entry import entry_rows
from covid_portal.reporting.spreadsheet.problems import Problem, WorkbookRefused
from covid_portal.reporting.spreadsheet.storing import store
from covid_portal.reporting.spreadsheet.template import template as build_template

MOST_SLOTS = 8
MOST_SHOWN = 500
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {
	"xlsx": (problems.as_workbook, XLSX),
	"csv": (problems.as_csv, "text/csv; charset=utf-8"),
}


@frappe.whitelist(methods=["GET"])
def open_slots() -> list[dict]:
	"""Slots that are not locked and owe something the user may enter, newest first.

	[{"slot", "slot_time", "locks_at", "own": areas of one's own still to send, "others": those entered on behalf}]
	"""
	require_login()
	names = frappe.db.sql_list(
		f"""select slot.name from `tabReport Slot` slot where slot.state != %(scheduled)s and (slot.locks_at > %(now)s
			or exists (select 1 from `tabReport Obligation` owed
				where owed.slot = slot.name and owed.extended_until > %(now)s))
		order by slot.slot_time desc limit {MOST_SLOTS:d}""",
		{"scheduled": SCHEDULED, "now": now_datetime()},
	)
	found = (slot_row(frappe.get_doc("Report Slot", name)) for name in names)  # a handful of slots
	return [row for row in found if row["own"] or row["others"] or row["sent"]]


def slot_row(slot: Document) -> dict:
	doctype = frappe.get_cached_value("Report Type", slot.report_type, "document_type")
	rows = entry_rows(slot, doctype)
	now = now_datetime()
	enterable = [
		row
		for row in rows
		if (not row.state or row.state in WITH_AUTHOR) and not is_locked(slot, now, row.extended_until)
	]
	return {
		"slot": slot.name,
		"slot_time": slot.slot_time.isoformat(),
		"locks_at": slot.locks_at.isoformat(),
		"own": sum(1 for row in enterable if row.own),
		"others": sum(1 for row in enterable if not row.own),
		"sent": len(rows) - len(enterable),
	}


@frappe.whitelist(methods=["GET"])
def template(slot: str) -> Response:
	"""The workbook of the slot for the user's areas, as a download."""
	require_login()
	document = slot_document(slot)
	return send_file(f"{document.name}.xlsx", build_template(document))


@frappe.whitelist(methods=["POST"])
def upload(slot: str, send: bool = True, partial: bool = False) -> dict:
	"""Check the workbook in the request's file "workbook", and store its reports if all is right.

	`send`: send them for approval; else keep one's own as drafts. `partial`: store the sound rows although others are
	wrong. Returns {"stored", "sent", "rows", "good", "partial_possible", "problems": [first ones], "problem_count"};
	nothing was stored where "stored" is 0.
	"""
	require_login()
	checked = checked_upload(slot, send)
	found = checked.problems
	stored = 0
	if (not found and len(checked.batch.table)) or (partial and checked.partial_possible):
		good, rows = len(checked.good), checked.batch.table
		refused = store(checked, all_or_nothing=not partial)
		checked.batch.table = rows
		found.extend(refused)
		stored = 0 if refused and not partial else good - len(refused)
	return answer(checked, stored, send)


@frappe.whitelist(methods=["POST"])
def list_problems(slot: str, send: bool = True, file_format: str = "xlsx") -> Response:
	"""The list of what is wrong with the workbook in the request, as a download; nothing is stored."""
	require_login()
	file_format = file_format if file_format in FORMATS else "xlsx"
	build, content_type = FORMATS[file_format]
	found = problems.in_order(checked_upload(slot, send).problems)
	return send_file(f"{slot_document(slot).name}-{_('errors')}.{file_format}", build(found), content_type)


def checked_upload(slot: str, send: bool) -> Checked:
	try:
		checked = check(slot_document(slot), reading.read(uploaded_bytes()), send)
		if not checked.problems and checked.batch.table.empty:
			raise WorkbookRefused(_("The workbook has no figures yet: every row is blank."))
	except WorkbookRefused as error:
		frappe.throw(str(error), WorkbookRefused)  # so that the sentence reaches the page
	return checked


def slot_document(slot: str) -> Document:
	if not frappe.db.exists("Report Slot", slot):
		frappe.throw(_("There is no report slot {0}.").format(slot[:140]), frappe.DoesNotExistError)
	return frappe.get_doc("Report Slot", slot)


def uploaded_bytes() -> bytes:
	"""The file of the request; it is read here and never stored."""
	file = frappe.request.files.get("workbook") if getattr(frappe.local, "request", None) else None
	if not file:
		raise WorkbookRefused(_("No workbook was sent."))
	return file.stream.read(archive.LARGEST_FILE + 1)


def answer(checked: Checked, stored: int, send: bool) -> dict:
	found = problems.in_order(checked.problems)
	names = {area: row.area_name for area, row in checked.owed.items()}
	return {
		"stored": stored,
		"sent": send,
		"rows": len(checked.batch.table),
		"good": len(checked.good),
		"partial_possible": checked.partial_possible and not stored,
		"problem_count": len(found),
		"problems": [shown(problem, names) for problem in found[:MOST_SHOWN]],
	}


def shown(problem: Problem, names: dict[str, str]) -> dict:
	return {**problem.as_dict(), "area_name": names.get(problem.area, problem.area)}


def send_file(name: str, content: bytes, content_type: str = XLSX) -> Response:
	"""A download. Not by the framework's way, whose header some versions of its web library spoil."""
	return Response(
		content,
		content_type=content_type,
		headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
	)
