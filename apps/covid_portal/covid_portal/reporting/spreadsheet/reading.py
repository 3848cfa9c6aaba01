"""An uploaded workbook read into a table: one row per area, nullable whole numbers, and what cannot be read by its cell."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import frappe
import pandas as pd
from frappe import _
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_from_string
from python_calamine import CalamineError, CalamineWorkbook

from covid_portal.reporting.spreadsheet import archive, layout
from covid_portal.reporting.spreadsheet.problems import Problem, WorkbookRefused

MOST_AREA_ROWS = 5_000
LONGEST_SHOWN = 40


@dataclass
class Sheet:
	"""The rows of the data sheet that say anything.

	`table` has the columns area, explanations and one Int64 column per figure of the workbook; its index is the row
	number the user sees.
	"""

	made: layout.Made
	letters: dict[str, str]  # column of each key, as it stands now
	table: pd.DataFrame
	problems: list[Problem] = field(default_factory=list)


def read(content: bytes) -> Sheet:
	"""Raises WorkbookRefused where the file is no workbook of this site."""
	vetted = archive.vet(content)
	try:
		with CalamineWorkbook.from_filelike(io.BytesIO(vetted.content)) as book:
			made = require_ours(book)
			if made.sheet not in book.sheet_names:
				raise WorkbookRefused(
					_("The sheet {0} is missing. It must keep its name.").format(made.sheet)
				)
			rows = book.get_sheet_by_name(made.sheet).to_python(skip_empty_area=False)
	except (CalamineError, ValueError, OSError) as error:
		raise WorkbookRefused(_("The file is not an Excel workbook (.xlsx), or it is damaged.")) from error
	return to_sheet(made, rows, vetted.sheets.get(made.sheet, archive.SheetFacts()))


def require_ours(book: CalamineWorkbook) -> layout.Made:
	"""What the workbook was made for, from the signed hidden sheet."""
	if layout.META_SHEET not in book.sheet_names:
		raise WorkbookRefused(
			_("This workbook was not downloaded here. Download the template of the slot and fill that in.")
		)
	cells = book.get_sheet_by_name(layout.META_SHEET).to_python(skip_empty_area=False, nrows=2)
	text, signed = (str(row[0]) if row else "" for row in [*cells, [], []][:2])
	made = layout.unseal(text, signed)
	if made is None:
		raise WorkbookRefused(
			_(
				"The hidden sheet of this workbook was changed, or it comes from another site. Download the template again."
			)
		)
	if made.format != layout.FORMAT:
		raise WorkbookRefused(_("The template is of an older version. Download it again."))
	return made


def to_sheet(made: layout.Made, rows: list[list], facts: archive.SheetFacts) -> Sheet:
	problems: list[Problem] = []
	letters = dict(header_letters(made, rows, problems))
	body = filled_rows(rows)
	if len(body) > MOST_AREA_ROWS:
		raise WorkbookRefused(_("The sheet has more than {0} rows.").format(MOST_AREA_ROWS))
	positions = {key: list(letters).index(key) for key in letters}
	columns = {key: [row[column_index(letters[key])] for row in body.values()] for key in positions}
	raw = pd.DataFrame(columns, index=list(body), dtype=object)
	areas = raw[layout.AREA].map(as_text).to_dict() if layout.AREA in raw else {}
	problems.extend(cells_not_wanted(made, facts, areas))
	table = to_table(made, raw, letters, problems)
	return Sheet(made, letters, table, problems)


def column_index(letter: str) -> int:
	return archive.column_number(letter.encode()) - 1


def filled_rows(rows: list[list]) -> dict[int, list]:
	"""{row number: cells} of rows with anything beside the area's own name in them; all of one length."""
	width = max((len(row) for row in rows), default=0)
	return {
		number: [*row, *[""] * (width - len(row))]
		for number, row in enumerate(rows[layout.FIRST_ROW - 1 :], layout.FIRST_ROW)
		if any(not is_blank(value) for value in row)
	}


def is_blank(value: Any) -> bool:
	return value is None or (isinstance(value, str) and not value.strip())


# --- what must not be there


def cells_not_wanted(
	made: layout.Made, facts: archive.SheetFacts, areas: dict[int, str]
) -> Iterator[Problem]:
	for reference in facts.formulas:
		message = _("The cell holds a formula: paste the value instead.")
		yield at_cell(made, reference, areas, message) if reference else Problem(message, made.sheet)
	for reference in facts.merged:
		yield at_cell(made, reference, areas, _("The cells {0} are merged: unmerge them.").format(reference))


def at_cell(made: layout.Made, reference: str, areas: dict[int, str], message: str) -> Problem:
	"""The problem of one area's row, unless the cells reach over several rows."""
	ends = [coordinate_from_string(end) for end in reference.split(":")]
	column, row = ends[0]
	area = areas.get(row, "") if all(end[1] == row for end in ends) else ""
	return Problem(message, made.sheet, row, column, area)


def header_letters(made: layout.Made, rows: list[list], problems: list[Problem]) -> Iterator[tuple[str, str]]:
	"""(key, column letter) of the template's columns that are there; moved ones are followed."""
	header = [*rows, *[[]] * layout.LABEL_ROW]
	keys, labels = header[layout.KEY_ROW - 1], header[layout.LABEL_ROW - 1]
	wanted = dict(zip(made.keys, made.labels, strict=True))
	found: set[str] = set()
	for number, key in enumerate(map(str, keys), 1):
		letter, label = get_column_letter(number), str(labels[number - 1]) if number <= len(labels) else ""
		if key not in wanted or key in found:
			if key.strip() or label.strip():
				message = _("The column {0} is not part of the template.").format(shown(label or key))
				problems.append(Problem(message, made.sheet, layout.LABEL_ROW, letter))
			continue
		found.add(key)
		if plain(label) != plain(wanted[key]):
			message = _("The column was renamed: {0} instead of {1}.").format(shown(label), wanted[key])
			problems.append(Problem(message, made.sheet, layout.LABEL_ROW, letter, label=wanted[key]))
		yield key, letter
	for key in wanted:
		if key not in found and key != layout.AREA_NAME:
			message = _("The column {0} is missing.").format(wanted[key])
			problems.append(Problem(message, made.sheet, layout.LABEL_ROW, label=wanted[key]))


def plain(label: str) -> str:
	return " ".join(label.removesuffix(layout.MANDATORY_MARK).split())


def shown(value: Any) -> str:
	text = str(value)
	return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"


# --- values


def to_table(
	made: layout.Made, raw: pd.DataFrame, letters: dict[str, str], problems: list[Problem]
) -> pd.DataFrame:
	labels = dict(zip(made.keys, made.labels, strict=True))
	figures = [key for key in made.keys if key not in (layout.AREA, layout.AREA_NAME, layout.EXPLANATIONS)]
	blank = pd.Series("", index=raw.index, dtype=object)
	areas = raw.get(layout.AREA, blank).map(as_text)
	table = {layout.AREA: areas}
	for key in figures:
		table[key] = pd.Series(pd.NA, index=raw.index, dtype="Int64")
		if key in raw:
			numbers, wrong = to_numbers(raw[key])
			table[key] = numbers
			problems.extend(
				Problem(message, made.sheet, row, letters[key], areas[row], labels[key])
				for row, message in wrong.items()
			)
	table[layout.EXPLANATIONS] = raw.get(layout.EXPLANATIONS, blank).map(as_text)
	frame = pd.DataFrame(table, index=raw.index)
	says_something = frame[figures].notna().any(axis=1) | (frame[layout.EXPLANATIONS] != "")
	wrong_rows = {problem.row for problem in problems}
	return frame[says_something | frame.index.isin(wrong_rows)]


def to_numbers(cells: pd.Series) -> tuple[pd.Series, dict[int, str]]:
	"""(Int64 column, {row: what is wrong}). A cell that cannot be read is missing in the column."""
	kinds = cells.map(type)
	numeric = kinds.isin((int, float))
	values = pd.to_numeric(cells.where(numeric), errors="coerce").astype("float64")
	whole = numeric & (values % 1 == 0) & (values.abs() < 2**53)
	wrong = cells[~whole & ~cells.map(is_blank)]
	return values.where(whole).astype("Int64"), {row: why_wrong(value) for row, value in wrong.items()}


def why_wrong(value: Any) -> str:
	if isinstance(value, bool):
		return _("{0} is not a number.").format(_("True") if value else _("False"))
	if isinstance(value, int | float):
		return _("{0} is not a whole number.").format(frappe.utils.cstr(value))
	if isinstance(value, str):
		return _("“{0}” is text, not a number.").format(shown(value))
	return _("{0} is a date or time, not a number.").format(shown(value))


def as_text(value: Any) -> str:
	"""A code that the spreadsheet program took for a number is the same code."""
	if is_blank(value):
		return ""
	return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
