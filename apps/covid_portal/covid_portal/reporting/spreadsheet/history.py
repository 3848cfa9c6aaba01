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

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import frappe
import numpy as np
import pandas as pd
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime
from python_calamine import CalamineWorkbook

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
from covid_portal.reporting.spreadsheet import archive
from covid_portal.reporting.spreadsheet.behind import Storing, storing
from covid_portal.reporting.spreadsheet.history_rows import approved_rows
from covid_portal.reporting.spreadsheet.quick_writer import QuickWriter

KEYS = ("slot", "area", "submitted_at", "explanations")
ROWS_AT_ONCE = 6_000
MOST_TOLD = 50
LARGEST_WORKBOOK = 60 * 1024**2
LARGEST_WHOLE = 2**53  # beyond it, a float does not tell whole numbers apart


class HistoryError(frappe.ValidationError):
	"""What is wrong with the files, by file, line and column. Slots before the first wrong one are loaded."""


@dataclass
class Piece:
	"""The rows of one slot, from one file; the index is the line in it, `letters` the columns' names there."""

	file: str
	slot: str
	rows: pd.DataFrame


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
		if at is None or at.time() not in slots.times_of_day(self.report_type) or at >= now_datetime():
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
		if not self.owing or any(self.owing[0] < day <= at.date() for day in self.turns):
			self.owing = (at.date(), owing_units(self.report_type, at.date()))
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
		month = batch.slot.slot_time.date().replace(day=1)
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


# --- files


def files_of(path: Path) -> list[Path]:
	found = sorted(path.iterdir()) if path.is_dir() else [path]
	files = [file for file in found if file.suffix.lower() in (".csv", ".xlsx")]
	if not files:
		raise HistoryError(_("{0}: no .csv or .xlsx file.").format(path.name))
	return files


def pieces(file: Path, report_type: Document) -> Iterator[Piece]:
	"""The file's rows slot by slot; no more of it is in memory than a few slots (a workbook: a month)."""
	tables = csv_tables(file) if file.suffix.lower() == ".csv" else workbook_tables(file)
	fields = {row.fieldname for row in definitions.indicators(report_type.name)}
	rest: pd.DataFrame | None = None
	for table in tables:
		require_columns(file, table, fields)
		table = table if rest is None else pd.concat([rest, table])
		groups = [(str(slot), rows) for slot, rows in table.groupby("slot", sort=False, dropna=False)]
		rest = groups.pop()[1] if groups else None
		yield from (Piece(file.name, slot, rows) for slot, rows in groups)
	if rest is not None and len(rest):
		yield Piece(file.name, str(rest["slot"].iloc[0]), rest)


def csv_tables(file: Path) -> Iterator[pd.DataFrame]:
	"""Line 1 is the header: the index is the line. Only an empty cell is blank; "NA" is text where a number should be."""
	texts = dict.fromkeys(KEYS, "str")
	try:
		with pd.read_csv(
			file,
			chunksize=ROWS_AT_ONCE,
			dtype=texts,
			keep_default_na=False,
			na_values=[""],
			encoding="utf-8-sig",
		) as reader:
			for table in reader:
				table.index += 2
				yield table
	except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
		raise HistoryError(_("{0}: cannot be read: {1}").format(file.name, error)) from error


def workbook_tables(file: Path) -> Iterator[pd.DataFrame]:
	vetted = archive.vet(file.read_bytes(), LARGEST_WORKBOOK)
	with CalamineWorkbook.from_filelike(io.BytesIO(vetted.content)) as book:
		name = book.sheet_names[0]
		facts = vetted.sheets.get(name, archive.SheetFacts())
		for reference in (*facts.formulas, *facts.merged)[:1]:
			message = _("holds a formula or is merged: only plain values.")
			raise HistoryError(f"{file.name}, {name}!{reference}: {message}")
		rows = book.get_sheet_by_name(name).iter_rows()
		header, body = [], []
		for number, row in enumerate(rows, 1):
			if number == 1:
				header = [str(cell) for cell in row]
			elif any(cell != "" for cell in row):
				body.append((number, row))
			if len(body) == ROWS_AT_ONCE:
				yield workbook_table(header, body)
				body = []
		if body:
			yield workbook_table(header, body)


def workbook_table(header: list[str], body: list[tuple[int, list]]) -> pd.DataFrame:
	table = pd.DataFrame(
		[row for _number, row in body], columns=header, index=[number for number, _row in body]
	)
	table = table.replace("", None).infer_objects()
	for key in KEYS:
		if key in table:
			table[key] = table[key].map(cell_text)
	return table


def cell_text(value: object) -> str | None:
	if value is None or pd.isna(value):
		return None
	return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def require_columns(file: Path, table: pd.DataFrame, fields: set[str]) -> None:
	missing = [key for key in ("slot", "area") if key not in table]
	unknown = [str(column) for column in table if column not in fields and column not in KEYS]
	if missing or unknown or table.columns.has_duplicates:
		raise HistoryError(
			_("{0}, line 1: missing columns: {1}; columns that are no figures: {2}.").format(
				file.name, ", ".join(missing) or "–", ", ".join(unknown) or "–"
			)
		)


# --- rows


def batch_table(piece: Piece, report_type: Document, at: datetime) -> pd.DataFrame:
	"""The rows as the loader takes them; a cell that is no whole number is an error here."""
	fields = [row.fieldname for row in definitions.indicators(report_type.name, at.date())]
	foreign = [c for c in piece.rows if c not in fields and c not in KEYS and piece.rows[c].notna().any()]
	errors = [at_line(piece, None, column, _("is not reported on this day.")) for column in foreign]
	# One block of floats, blank as NaN: what is done with all figures at once is done ten times as fast as column by column.
	figures = np.full((len(piece.rows), len(fields)), np.nan)
	for number, name in enumerate(fields):
		if name not in piece.rows:
			continue
		figures[:, number], wrong = whole_numbers(piece.rows[name])
		errors.extend(at_line(piece, line, name, message) for line, message in wrong.items())
	errors.extend(
		at_line(piece, line, "area", _("stands twice in the slot.")) for line in repeated(piece.rows)
	)
	if errors:
		raise HistoryError("\n".join(errors[:MOST_TOLD]))
	rows = piece.rows
	sent = rows.get("submitted_at")
	return pd.DataFrame(figures, columns=fields, index=rows.index).assign(
		area=rows["area"].astype("str"),
		line=rows.index,
		text=rows.get("explanations"),
		submitted_at=pd.to_datetime(sent, errors="coerce") if sent is not None else pd.NaT,
		explanations=None,
		events=True,
	)


def repeated(rows: pd.DataFrame) -> list[int]:
	return list(rows.index[rows["area"].duplicated() | rows["area"].isna()])


def whole_numbers(column: pd.Series) -> tuple[np.ndarray, dict[int, str]]:
	"""(the numbers, NaN where the cell is blank or wrong; {line: what is wrong})"""
	if column.dtype.kind in "if" and are_whole(numbers := column.to_numpy("float64")):
		return numbers, {}
	# One wrong cell makes text of all numbers that are read with it; true and false, times and dates are no numbers.
	kinds = column.map(type) if column.dtype == object else pd.Series(column.dtype.type, index=column.index)
	readable = kinds.isin((int, float, str, np.float64))
	numbers = pd.to_numeric(column.where(readable), errors="coerce").astype("float64")
	whole = (numbers % 1 == 0) & (numbers.abs() < LARGEST_WHOLE)
	wrong = column[~whole & column.notna()]
	messages = {
		line: _("“{0}” is not a whole number.").format(str(value)[:40]) for line, value in wrong.items()
	}
	return numbers.where(whole).to_numpy(), messages


def are_whole(numbers: np.ndarray) -> bool:
	return bool(np.all(np.isnan(numbers) | ((numbers % 1 == 0) & (np.abs(numbers) < LARGEST_WHOLE))))


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


def at_line(piece: Piece, line: int | None, column: str, message: str) -> str:
	line = line if line is not None else piece.rows.index[0]
	return _("{0}, line {1}, column {2}: {3}").format(piece.file, line, column, message)
