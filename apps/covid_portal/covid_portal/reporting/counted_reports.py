"""Which reports of a slot count, asked in SQL, and the values for it."""

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

# It is approved, or waits at a step whose documents count as provisional.
REPORT_COUNTS = """(report.workflow_state = 'Approved' or (report.workflow_state = 'In Approval' and exists (
			select 1 from `tabApproval Step` waiting
			where waiting.reference_doctype = %(document_type)s and waiting.reference_name = report.name
				and waiting.state = 'Pending' and waiting.counts_as_provisional = 1)))"""


def counted_report(slot: Document, area: str, report_type: Document) -> dict | None:
	"""The area's report of the slot as its row, if it counts."""
	rows = frappe.db.sql(
		f"""select report.* from `tab{report_type.document_type}` report
		where report.slot = %(slot)s and report.area = %(area)s and {REPORT_COUNTS}""",
		{**values_of(slot, report_type), "area": area},
		as_dict=True,
	)
	return rows[0] if rows else None


def values_of(slot: Document, report_type: Document) -> dict:
	"""What statements about the slot are given: REPORT_COUNTS asks for the `document_type`."""
	return {
		"slot": slot.name,
		"slot_time": slot.slot_time,
		"report_type": report_type.name,
		"document_type": report_type.document_type,
		"previous": slot.previous_slot,
		"now": now_datetime(),
		"user": frappe.session.user,
	}
