"""Files of past slots, CSV or workbook, as tables slot by slot; what is wrong is told by file, line and column."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import frappe
import numpy as np
import pandas as pd
from frappe import _
from frappe.model.document import Document
from python_calamine import CalamineError, CalamineWorkbook

from covid_portal.reporting import definitions
from covid_portal.reporting.slots import day_of
from covid_portal.reporting.spreadsheet import archive

KEYS = ("slot", "area", "submitted_at", "explanations")
ROWS_AT_ONCE = 6_000
MOST_TOLD = 50
LARGEST_WORKBOOK = 60 * 1024**2
MOMENT = r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?"
LARGEST_WHOLE = 2**53  # beyond it, a float does not tell whole numbers apart


class HistoryError(frappe.ValidationError):
	"""What is wrong with the files, by file, line and column. Slots before the first wrong one are loaded."""


@dataclass
class Piece:
	"""The rows of one slot, from one file; the index is the line in it."""

	file: str
	slot: str
	rows: pd.DataFrame


def at_line(piece: Piece, line: int | None, column: str, message: str) -> str:
	line = line if line is not None else piece.rows.index[0]
	return _("{0}, line {1}, column {2}: {3}").format(piece.file, line, column, message)


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
	"""As csv_tables(), of the first sheet."""
	vetted = archive.vet(file.read_bytes(), LARGEST_WORKBOOK)
	try:
		with CalamineWorkbook.from_filelike(io.BytesIO(vetted.content)) as book:
			yield from sheet_tables(file, book, vetted)
	except (CalamineError, IndexError) as error:
		raise HistoryError(_("{0}: cannot be read: {1}").format(file.name, error)) from error


def sheet_tables(file: Path, book: CalamineWorkbook, vetted: archive.Vetted) -> Iterator[pd.DataFrame]:
	name = book.sheet_names[0]
	facts = vetted.sheets.get(name, archive.SheetFacts())
	for reference in (*facts.formulas, *facts.merged)[:1]:
		message = _("holds a formula or is merged: only plain values.")
		raise HistoryError(f"{file.name}, {name}!{reference}: {message}")
	header, body = [], []
	for number, row in enumerate(book.get_sheet_by_name(name).iter_rows(), 1):
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


# --- the rows of a slot


def batch_table(piece: Piece, report_type: Document, at: datetime) -> pd.DataFrame:
	"""The rows as the loader takes them; a cell that is no whole number is an error here."""
	fields = [row.fieldname for row in definitions.indicators(report_type.name, day_of(at))]
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
	rows, (sent, untimely) = piece.rows, times_sent(piece.rows)
	errors.extend(at_line(piece, line, "submitted_at", message) for line, message in untimely.items())
	if errors:
		raise HistoryError("\n".join(errors[:MOST_TOLD]))
	return pd.DataFrame(figures, columns=fields, index=rows.index).assign(
		area=rows["area"].astype("str"),
		line=rows.index,
		text=rows.get("explanations"),
		submitted_at=sent,
		explanations=None,
		events=True,
	)


def times_sent(rows: pd.DataFrame) -> tuple[pd.Series | Any, dict[int, str]]:
	"""(when each was sent, NaT where that is not said; {line: what is wrong})"""
	if "submitted_at" not in rows or rows["submitted_at"].isna().all():
		return pd.NaT, {}
	texts = rows["submitted_at"]
	written = texts.where(texts.str.fullmatch(MOMENT, na=False))
	times = pd.to_datetime(written, format="ISO8601", errors="coerce")
	wrong = texts[times.isna() & texts.notna()]
	message = _("“{0}” is no time; one is written 2021-11-20 15:40.")
	return times, {line: message.format(str(value)[:40]) for line, value in wrong.items()}


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
