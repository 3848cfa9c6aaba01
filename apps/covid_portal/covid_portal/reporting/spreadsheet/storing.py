"""Stores the sound rows of a workbook: new reports in one go by the loader's writer, the others one by one.

Set-based, for reports that are not there yet; it skips the framework's document events. Document by document, by the
same save() and decide() as the form, where a report is there already (its Version and chain go on) and for all of them
where an administrator has attached a Notification, Server Script, Assignment Rule or Webhook to the DocType.
"""

import frappe
import pandas as pd
from frappe.model.document import Document

from covid_portal.approval.decisions import decide_on
from covid_portal.approval.guard import on_behalf
from covid_portal.approval.vocabulary import SUBMIT
from covid_portal.reporting.doctype.report_slot.report_slot import refresh_later
from covid_portal.reporting.loader import Batch, convert, write
from covid_portal.reporting.spreadsheet.checking import Checked
from covid_portal.reporting.spreadsheet.listeners import has_listeners
from covid_portal.reporting.spreadsheet.problems import Problem


def store(checked: Checked, all_or_nothing: bool) -> list[Problem]:
	"""Store what is sound; returns what a document refused on its own. With `all_or_nothing`, one refusal undoes all."""
	batch, rows = checked.batch, checked.good
	stored = lock_reports(batch, rows["area"].tolist())
	single = rows["area"].isin(stored) | has_listeners(batch.doctype)
	frappe.db.savepoint("workbook")
	batch.table = rows[~single].reset_index(drop=True)
	if len(batch.table):
		convert(batch)
		write(batch)
		refresh_later({batch.slot.name})
	refused = [problem for row in rows[single].to_dict("records") if (problem := store_one(checked, row))]
	if refused and all_or_nothing:
		frappe.db.rollback(save_point="workbook")
	return refused


def lock_reports(batch: Batch, areas: list[str]) -> set[str]:
	"""Areas whose report is there; nobody else adds or changes one of these areas until the end of the transaction."""
	if not areas:
		return set()
	return set(
		frappe.db.sql_list(
			f"select area from `tab{batch.doctype}` where slot = %s and area in %s for update",
			(batch.slot.name, areas),
		)
	)


def store_one(checked: Checked, row: dict) -> Problem | None:
	frappe.db.savepoint("one_row")
	try:
		store_document(checked, row)
	except frappe.ValidationError as error:
		frappe.db.rollback(save_point="one_row")
		message = frappe.utils.strip_html(str(error))
		frappe.clear_messages()
		return Problem(message, row=row["row"], area=row["area"])
	return None


def store_document(checked: Checked, row: dict) -> None:
	batch = checked.batch
	report = report_of(batch.doctype, batch.slot.name, row["area"])
	given = {item.fieldname: row[item.fieldname] for item in batch.indicators}
	report.update({name: None if pd.isna(value) else int(value) for name, value in given.items()})
	report.incomplete = int(not row["events"])
	report.set(
		"explanations", [{"rule": rule, "explanation": text} for rule, text in row["explanations"].items()]
	)
	channel, unit = batch.origins[row["area"]]
	with entered_by(channel, unit), on_behalf(report):
		# The row's area was found in the user's scope, for "Enter" at least; DocPerm "write" is not needed for that.
		report.save(ignore_permissions=True)
		if row["events"]:
			decide_on(report, SUBMIT)


def report_of(doctype: str, slot: str, area: str) -> Document:
	name = frappe.db.get_value(doctype, {"slot": slot, "area": area}, "name")
	if name:
		return frappe.get_doc(doctype, name, for_update=True)
	return frappe.get_doc(doctype=doctype, slot=slot, area=area)


class entered_by:
	"""While open, reports say that they came in by this channel, from this unit."""

	def __init__(self, channel: str, unit: str) -> None:
		self.flags = {"report_channel": channel, "report_entered_by": unit}

	def __enter__(self) -> None:
		frappe.flags.update(self.flags)

	def __exit__(self, *_error: object) -> None:
		frappe.flags.update(dict.fromkeys(self.flags))
