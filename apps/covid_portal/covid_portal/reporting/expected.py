"""How many reports are expected: every obligation but the excused ones, the `n` of the public "k of n".

An excuse that is granted or revoked after consolidation changes no figure, only that count. So the rows that stand are
counted anew, not rebuilt: the reporting areas from their obligations, those above from their parts.
"""

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.reporting import sheets
from covid_portal.reporting.areas_above import levels_above
from covid_portal.reporting.consolidation import lock_figures
from covid_portal.reporting.doctype.report_slot.report_slot import publish_anew
from covid_portal.reporting.obligations import record_expected
from covid_portal.reporting.slots import COUNTED


def count_anew(slots: list[str]) -> None:
	"""Excuses of these slots have changed: their counts follow now, consolidated rows and what is published in a job."""
	if not slots:
		return
	record_expected(slots)
	counted = frappe.get_all("Report Slot", {"name": ("in", slots), "state": ("in", COUNTED)}, pluck="name")
	if counted:
		frappe.enqueue(
			"covid_portal.reporting.expected.refresh",
			slots=sorted(counted),
			queue="long",
			enqueue_after_commit=True,
		)


def refresh(slots: list[str]) -> None:
	"""Job: the consolidated rows of these slots, all of one report type, say what is expected now; those that are public
	get a new version where the report type says so."""
	report_type = frappe.get_cached_doc(
		"Report Type", frappe.db.get_value("Report Slot", slots[0], "report_type")
	)
	lock_figures(report_type.name)
	before = digests(slots, report_type)
	update_rows(slots, report_type)
	record_expected(slots)
	sheets.renew(slots)
	after = digests(slots, report_type)
	if report_type.republish:
		public = {"name": ("in", slots), "published_at": ("is", "set")}
		published = frappe.get_all("Report Slot", public, pluck="name", order_by="slot_time asc")
		publish_anew([slot for slot in published if after.get(slot) != before.get(slot)])


def digests(slots: list[str], report_type: Document) -> dict[str, int]:
	"""{slot: a number that is another one where the counts are others}"""
	return dict(
		frappe.db.sql(
			f"""select slot, bit_xor(crc32(concat(area, '=', expected)))
			from `tab{report_type.consolidated_type}` where slot in %s group by slot""",
			(slots,),
		)
	)


def update_rows(slots: list[str], report_type: Document) -> None:
	table = f"`tab{report_type.consolidated_type}`"
	values = {"slots": slots, "now": now_datetime(), "user": frappe.session.user}
	stamp = "figures.modified = %(now)s, figures.modified_by = %(user)s"
	frappe.db.sql(
		f"""update {table} figures
		join `tabReport Obligation` owed on owed.slot = figures.slot and owed.area = figures.area
		set figures.expected = owed.state != 'Excused', {stamp} where figures.slot in %(slots)s""",
		values,
	)
	for level in levels_above():
		frappe.db.sql(
			f"""update {table} figures join (
				select part.slot, area.parent_area, sum(part.expected) expected
				from {table} part join `tabArea` area on area.name = part.area
				where part.slot in %(slots)s group by part.slot, area.parent_area
			) parts on parts.slot = figures.slot and parts.parent_area = figures.area
			set figures.expected = parts.expected, {stamp} where figures.area_level = %(level)s""",
			{**values, "level": level},
		)
