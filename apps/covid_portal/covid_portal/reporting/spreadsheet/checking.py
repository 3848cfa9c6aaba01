"""A workbook's rows against the slot, the user's scope and the rules of the forms: all rows at once, errors by cell."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import frappe
import pandas as pd
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.approval.vocabulary import SUBMIT, WITH_AUTHOR
from covid_portal.reporting import definitions, slots
from covid_portal.reporting.loader import Batch, prepare
from covid_portal.reporting.loader_checks import broken_rules, check_figures, check_rules
from covid_portal.reporting.slots import slot_label
from covid_portal.reporting.spreadsheet import layout
from covid_portal.reporting.spreadsheet.entry import entering_unit, entering_units, entry_rows
from covid_portal.reporting.spreadsheet.problems import Problem, WorkbookRefused
from covid_portal.reporting.spreadsheet.reading import Sheet
from covid_portal.reporting.spreadsheet.template import LONGEST_TEXT

CHANNEL, PROXY = "Spreadsheet", "Proxy"


@dataclass
class Checked:
	"""The workbook's batch, as the loader takes it, its sound rows (`good`, by area) and what is wrong with the others."""

	batch: Batch
	owed: dict[str, dict]
	problems: list[Problem] = field(default_factory=list)

	@property
	def good(self) -> pd.DataFrame:
		bad = {problem.area for problem in self.problems}
		return self.batch.table[~self.batch.table["area"].isin(bad)]

	@property
	def partial_possible(self) -> bool:
		"""Every problem is that of a row; what is wrong with the workbook as a whole cannot be left out."""
		return all(problem.area for problem in self.problems) and not self.good.empty


def check(slot: Document, sheet: Sheet, send: bool) -> Checked:
	"""Raises WorkbookRefused where the workbook is of another slot or unit."""
	doctype = frappe.get_cached_value("Report Type", slot.report_type, "document_type")
	require_slot_and_unit(slot, sheet, doctype)
	owed = {row.area: row for row in entry_rows(slot, doctype)}
	problems = [*sheet.problems, *missing_indicators(slot, sheet)]
	rows = sheet.table[sheet.table["area"] != ""]
	problems.extend(row_problems(slot, sheet, owed))
	rows = rows[rows["area"].isin(owed) & ~rows["area"].duplicated(keep=False)]
	checked = Checked(batch_of(slot, sheet, rows, owed, send), owed, problems)
	explain(checked.batch)
	checked.problems.extend(rule_problems(checked.batch, sheet))
	return checked


def require_slot_and_unit(slot: Document, sheet: Sheet, doctype: str) -> None:
	made = sheet.made
	if made.slot != slot.name:
		at = frappe.db.get_value("Report Slot", made.slot, "slot_time")
		raise WorkbookRefused(
			_("The workbook is of the slot {0}, not of {1}.").format(
				slot_label(at) if at else made.slot, slot_label(slot.slot_time)
			)
		)
	if made.unit and frappe.session.user != "Administrator" and made.unit not in entering_units(doctype):
		name = frappe.db.get_value("Unit", made.unit, "unit_name") or made.unit
		raise WorkbookRefused(_("The workbook was made for {0}, where you have no duty.").format(name))


def missing_indicators(slot: Document, sheet: Sheet) -> Iterator[Problem]:
	"""Figures that have become mandatory since the template was downloaded."""
	for row in definitions.indicators(slot.report_type, slots.day_of(slot.slot_time)):
		if row.mandatory and row.fieldname not in sheet.made.keys:
			label = definitions.local_label(row)
			message = _("{0} was added since. Download the template again.").format(label)
			yield Problem(message, sheet.made.sheet, layout.LABEL_ROW, label=label)


def row_problems(slot: Document, sheet: Sheet, owed: dict[str, dict]) -> Iterator[Problem]:
	column = sheet.letters.get(layout.AREA)
	areas = sheet.table["area"]
	twice = areas.duplicated(keep=False)
	for row, area in areas.items():
		why = why_not_enterable(slot, area, owed) or (
			_("The area stands in more than one row.") if twice[row] else ""
		)
		if why:
			yield Problem(why, sheet.made.sheet, row, column, area)


def why_not_enterable(slot: Document, area: str, owed: dict[str, dict]) -> str:
	if not area:
		return _("The row has figures but no area code.")
	if area not in owed:
		return _("The area {0} is not yours to enter in this slot.").format(area)
	state = owed[area].state
	if state and state not in WITH_AUTHOR:
		return _("The report is in the state {0}; its figures cannot be changed now.").format(_(state))
	return why_closed(slot, owed[area])


def why_closed(slot: Document, owed: dict) -> str:
	"""The slot's time, with the area's own extension."""
	if slot.state == slots.SCHEDULED:
		return _("The slot opens at {0}; nothing can be entered before.").format(
			slots.clock_label(slot.opens_at)
		)
	if slots.is_locked(slot, now_datetime(), owed.extended_until):
		locked = slots.clock_label(slots.lock_of(slot, owed.extended_until))
		return _("The slot was locked at {0}. A change now needs a correction.").format(locked)
	return ""


# --- the batch


def batch_of(slot: Document, sheet: Sheet, rows: pd.DataFrame, owed: dict[str, dict], send: bool) -> Batch:
	now = now_datetime().replace(microsecond=0)
	batch = prepare(slot.name, complete(slot, sheet, rows, owed, now, send))
	unit = entering_unit(batch.doctype)
	batch.begun_at, batch.against_history = now, True
	batch.origins = {
		area: (CHANNEL, unit or row.unit) if row.own else (PROXY, unit or row.unit)
		for area, row in owed.items()
	}
	return batch


def complete(
	slot: Document, sheet: Sheet, rows: pd.DataFrame, owed: dict[str, dict], now: datetime, send: bool
) -> pd.DataFrame:
	"""The rows with every indicator of the slot's day, and their decisions. On behalf of others, a report is always
	sent: its author is then on record and cannot approve it."""
	fields = [row.fieldname for row in definitions.indicators(slot.report_type, slots.day_of(slot.slot_time))]
	table = rows.reindex(columns=["area", *fields, layout.EXPLANATIONS])
	table[fields] = table[fields].astype("Int64")
	sent = [send or not owed[area].own for area in table["area"]]
	submit = [{"decision": SUBMIT, "at": now}]
	return table.assign(
		row=table.index,
		text=table[layout.EXPLANATIONS].str[:LONGEST_TEXT],
		explanations=None,
		events=[list(submit) if row_sent else [] for row_sent in sent],
	)


def explain(batch: Batch) -> None:
	"""The row's explanation is that of every warning the row gives; what needs none is not explained."""
	names = {rule.name for rule in definitions.rules(batch.report_type.name) if rule.severity == "Warning"}
	batch.broken = broken_rules(batch)
	found: list[dict[str, str]] = [{} for _row in range(len(batch.table))]
	for name in names & set(batch.broken):
		for position in batch.broken[name].to_numpy().nonzero()[0]:
			if text := batch.table["text"].iloc[position]:
				found[position][name] = text
	batch.table["explanations"] = found


def rule_problems(batch: Batch, sheet: Sheet) -> Iterator[Problem]:
	sent = batch.table[batch.table["events"].map(bool)]
	rows = dict(zip(batch.table["area"], batch.table["row"], strict=True))
	labels = dict(zip(sheet.made.keys, sheet.made.labels, strict=True))
	unreadable = {(problem.row, problem.column) for problem in sheet.problems}
	for found in (*check_figures(batch, sent), *check_rules(batch, sent, batch.broken)):
		row, column = rows[found.area], sheet.letters.get(found.fieldname)
		if (row, column) not in unreadable:  # a cell that holds text is not also "not filled in"
			yield Problem(
				found.message, sheet.made.sheet, row, column, found.area, labels.get(found.fieldname, "")
			)
