"""Loads past slots from files: a year of reports as CSV, or as a workbook for each month. For operators, by bench command.

Columns: slot (its time, "2021-11-20 16:00", or its name), area, any figures by their field names; besides, if known,
submitted_at and explanations. Blank is not reported, 0 is 0. Rows of a slot stand together, slots in the order of time.
Files are read in pieces and each slot is a unit of work, so that memory does not grow with the history and what was
interrupted goes on where it stopped: slots that are loaded already are skipped. A slot is stored while the next ones are
read and checked (behind.py).

The same bounds and Validation Rules apply as on the forms. A warning needs no word of the unit, which nobody can ask any
more: where the file has none, the record says that it was loaded. The record of decisions has one entry for each report,
"Approve", by the user who loads and with the file as its reason: the steps of the route were not gone through here, and
no entry pretends that they were. Document events are skipped, as by every set-based writer.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import frappe
import pandas as pd
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.reporting import clock, definitions, slots
from covid_portal.reporting.consolidation import consolidate_from
from covid_portal.reporting.loader import Batch, batch_of, obligations_of
from covid_portal.reporting.loader_checks import (
	Complaint,
	broken_rules,
	check_areas,
	check_figures,
	check_rules,
	population_table,
)
from covid_portal.reporting.obligations import create_obligations, obligation_name, owing_units
from covid_portal.reporting.slots import COUNTED, LOCKED
from covid_portal.reporting.spreadsheet.behind import Storing, storing
from covid_portal.reporting.spreadsheet.history_files import (
	MOST_TOLD,
	HistoryError,
	Piece,
	at_line,
	batch_table,
	files_of,
	pieces,
)
from covid_portal.reporting.spreadsheet.history_rows import approved_rows
from covid_portal.reporting.spreadsheet.quick_writer import QuickWriter


def load(path: str | Path, doctype: str, months: tuple[str, ...] = ()) -> Iterator[str]:
	"""Yields a line for the terminal per month. Commits slot by slot. Raises HistoryError."""
	report_type = definitions.report_type_of(doctype)
	writer = QuickWriter()
	try:
		with storing(writer) as behind:
			run = Run(report_type, behind)
			for file in files_of(Path(path)):
				for piece in pieces(file, report_type):
					if not months or piece.slot[: len("2021-11")] in months:
						yield from run.take(piece)
			yield from run.finish()
	finally:
		writer.close()


class Run:
	"""One call of load(): what the slots have in common, and how far it got."""

	def __init__(self, report_type: Document, behind: Storing) -> None:
		self.report_type = report_type
		self.behind = behind
		self.seen: set[str] = set()
		self.last: datetime | None = None
		self.previous: tuple[str, pd.DataFrame] | None = None
		self.population: tuple[date, pd.DataFrame] | None = None
		self.owing: tuple[date, list[dict]] | None = None
		self.turns = days_of_change(report_type)
		self.counts: dict[str, int] = {}

	def take(self, piece: Piece) -> Iterator[str]:
		at = self.slot_time(piece)
		name = slots.slot_name(self.report_type.code, at)
		self.require_order(piece, name, at)
		month = f"{at:%Y-%m}"
		if month not in self.counts:
			yield from self.report()
			self.counts = {month: 0}
		self.counts[month] += self.load_slot(piece, name, at)

	def finish(self) -> Iterator[str]:
		yield from self.report()
		if self.last:
			self.link_following()

	def report(self) -> Iterator[str]:
		self.behind.wait()
		for month, count in self.counts.items():
			yield _("{0}: {1} reports loaded").format(month, count)

	def slot_time(self, piece: Piece) -> datetime:
		prefix = f"{self.report_type.code}-"
		text = piece.slot.removeprefix(prefix)
		try:
			at = (
				datetime.strptime(text, "%Y-%m-%d-%H%M")
				if text != piece.slot
				else datetime.fromisoformat(text)
			)
		except ValueError:
			at = None
		if (
			at is None
			or at.tzinfo
			or at.time() not in slots.times_of_day(self.report_type)
			or at >= now_datetime()
		):
			raise HistoryError(at_line(piece, None, "slot", _("{0} is no past slot.").format(piece.slot)))
		return at

	def require_order(self, piece: Piece, name: str, at: datetime) -> None:
		if name in self.seen or (self.last and at < self.last):
			message = _("rows of a slot must stand together, and slots in the order of time.")
			raise HistoryError(at_line(piece, None, "slot", message))
		self.seen.add(name)
		self.last = at

	# --- one slot

	def load_slot(self, piece: Piece, name: str, at: datetime) -> int:
		"""How many reports were loaded: none where the slot has them already."""
		if self.is_loaded(name):
			self.previous = None
			return 0
		slot = self.make_slot(name, at)
		owed_before = self.owed_before(slot)
		batch = batch_of(slot, batch_table(piece, self.report_type, at), owed_before or self.owed_now(slot))
		batch.previous, batch.population = self.previous_of(batch), self.population_of(batch)
		if errors := list(problems(batch)):
			frappe.db.rollback()
			raise HistoryError("\n".join(told(piece, batch, error) for error in errors[:MOST_TOLD]))
		rows = approved_rows(batch, piece.file, with_obligations=not owed_before)
		frappe.db.commit()  # the slot: who writes and who consolidates has a connection of its own
		self.behind.store(rows, name, bool(owed_before))
		self.previous = (name, carried(batch))
		return len(batch.table)

	def is_loaded(self, name: str) -> bool:
		"""Reports are there and consolidated. What an interrupted run left of a slot is removed, to be loaded again."""
		slot = frappe.db.get_value("Report Slot", name, ["state", "consolidated_at"], as_dict=True)
		doctype = self.report_type.document_type
		if not slot or not frappe.db.exists(doctype, {"slot": name}):
			return False
		if slot.consolidated_at or slot.state != LOCKED:
			return True
		reports = f"select name from `tab{doctype}` where slot = %s"
		for table, column in (("Report Explanation", "parent"), ("Approval Decision", "reference_name")):
			frappe.db.sql(f"delete from `tab{table}` where {column} in ({reports})", name)
		for table in (doctype, "Report Obligation"):
			frappe.db.sql(f"delete from `tab{table}` where slot = %s", name)
		return False

	def make_slot(self, name: str, at: datetime) -> Document:
		"""The slot, locked from the beginning so that the clock leaves it alone."""
		if not frappe.db.exists("Report Slot", name):
			row = {**slots.new_slot(self.report_type, at), "state": LOCKED}
			has_previous = frappe.db.exists("Report Slot", row["previous_slot"])
			clock.insert_slots([row], first=not has_previous)
		return frappe.get_doc("Report Slot", name)

	def owed_before(self, slot: Document) -> list[dict]:
		"""The obligations, where the slot has some already: excuses and extensions may hang on them."""
		if not frappe.db.exists("Report Obligation", {"slot": slot.name}):
			return []
		create_obligations(slot, self.report_type)
		return obligations_of(slot.name)

	def owed_now(self, slot: Document) -> list[dict]:
		"""The obligations of a slot that has none: they are written with the reports, as these leave them."""
		at = slot.slot_time
		today = slots.day_of(at)
		if not self.owing or any(self.owing[0] < day <= today for day in self.turns):
			self.owing = (today, owing_units(self.report_type, today))
		levels = {unit.level for unit in self.owing[1]}
		due_at = {level: slots.cutoff(self.report_type, at, level) for level in levels}
		return [
			frappe._dict(
				unit, slot=slot.name, name=obligation_name(slot.name, unit.unit), due_at=due_at[unit.level]
			)
			for unit in self.owing[1]
		]

	# --- what rules compare with

	def previous_of(self, batch: Batch) -> pd.DataFrame | None:
		"""The figures of the slot before, where they have just been loaded; otherwise the checks ask the database."""
		if self.previous and self.previous[0] == batch.slot.previous_slot:
			return self.previous[1]
		return None

	def population_of(self, batch: Batch) -> pd.DataFrame:
		"""Asked once a month: figures of the population change once a year."""
		month = slots.day_of(batch.slot.slot_time).replace(day=1)
		if not self.population or self.population[0] != month:
			self.population = (month, population_table(batch))
		return self.population[1]

	def link_following(self) -> None:
		"""The slot that follows on, where it was the first one so far: its totals now have something before them."""
		after = slots.slot_times(self.report_type, self.last, self.last + timedelta(days=2))[0]
		name, last = (slots.slot_name(self.report_type.code, at) for at in (after, self.last))
		slot = frappe.db.get_value("Report Slot", name, ["previous_slot", "state"], as_dict=True)
		if slot and name not in self.seen and (slot.previous_slot or last) == last:
			frappe.db.set_value("Report Slot", name, "previous_slot", last)
			if slot.state in COUNTED:
				consolidate_from(name)
			frappe.db.commit()  # the last unit of work


def days_of_change(report_type: Document) -> list[date]:
	"""On which other units owe reports than on the day before: units and areas begin, or have ended."""
	rows = frappe.db.sql(
		"""select unit.valid_from, date_add(unit.valid_to, interval 1 day),
			area.valid_from, date_add(area.valid_to, interval 1 day)
		from `tabUnit` unit join `tabArea` area on area.name = unit.area where unit.unit_type = %s""",
		report_type.unit_type,
	)
	return sorted({day for row in rows for day in row if day})


def problems(batch: Batch) -> Iterator[Complaint]:
	yield from check_areas(batch)
	yield from check_figures(batch, batch.table)
	batch.broken = broken_rules(batch)
	yield from check_rules(
		batch, batch.table.iloc[:0], batch.broken
	)  # errors only: see the head of this module


def carried(batch: Batch) -> pd.DataFrame:
	fields = [row.fieldname for row in batch.indicators]
	return batch.table[["area", *fields]].rename(columns={name: f"previous.{name}" for name in fields})


def told(piece: Piece, batch: Batch, error: Complaint) -> str:
	lines = dict(zip(batch.table["area"], batch.table["line"], strict=True))
	return at_line(piece, lines.get(error.area), error.fieldname or "area", f"{error.area}: {error.message}")
