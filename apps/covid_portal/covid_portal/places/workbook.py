"""The workbook of places: one sheet, field names in a hidden first row, what the columns are called in the second."""

import io
from typing import Any

import frappe
import pandas as pd
from frappe import _
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from python_calamine import CalamineError, CalamineWorkbook

from covid_portal.organisation.scope import scope_condition
from covid_portal.places.workbook_kinds import Kind, label
from covid_portal.reporting.spreadsheet import archive
from covid_portal.reporting.spreadsheet.problems import WorkbookRefused, harmless, to_bytes
from covid_portal.reporting.spreadsheet.reading import as_text

KEY_ROW, LABEL_ROW, FIRST_ROW = 1, 2, 3
MOST_ROWS = 10_000


def template(kind: Kind) -> bytes:
	"""The user's own places, as far as the workbook changes them, one a row, and room for new ones."""
	book = Workbook()
	sheet = book.active
	sheet.title = _(kind.doctype)[:31]
	sheet.append(list(kind.columns))
	sheet.append(
		[f"{label(kind.doctype, key)}{' *' if key in kind.required else ''}" for key in kind.columns]
	)
	for row in own_rows(kind):
		sheet.append([harmless(value) for value in row])
	for cell in sheet[LABEL_ROW]:
		cell.font = Font(bold=True)
		sheet.column_dimensions[get_column_letter(cell.column)].width = 24
	sheet.row_dimensions[KEY_ROW].hidden = True
	sheet.freeze_panes = f"C{FIRST_ROW}"
	return to_bytes(book)


def own_rows(kind: Kind) -> list[tuple]:
	if not kind.current:
		return []
	columns = ", ".join(f"`{column}`" for column in kind.columns)
	return frappe.db.sql(
		f"""select {columns} from `tab{kind.doctype}` where {scope_condition(kind.doctype, access="Write")}
		order by area, place_name limit {MOST_ROWS:d}"""
	)


def read(content: bytes, kind: Kind) -> pd.DataFrame:
	"""Texts by field; the index is the row as the user sees it. Raises WorkbookRefused."""
	rows = sheet_rows(archive.vet(content))
	header = [as_text(value) for value in rows[KEY_ROW - 1]] if rows else []
	missing = [label(kind.doctype, column) for column in kind.columns if column not in header]
	if missing:
		raise WorkbookRefused(
			_("These columns are missing: {0}. Use the workbook that is downloaded here.").format(
				", ".join(missing)
			)
		)
	body = {
		number: row for number, row in enumerate(rows[FIRST_ROW - 1 :], FIRST_ROW) if any(map(as_text, row))
	}
	if not body or len(body) > MOST_ROWS:
		raise WorkbookRefused(
			_("The workbook has {0} rows; it may have 1 to {1}.").format(len(body), MOST_ROWS)
		)
	place = {column: header.index(column) for column in kind.columns}
	columns = {column: [text(row, at) for row in body.values()] for column, at in place.items()}
	return pd.DataFrame(columns, index=list(body), dtype=object)


def sheet_rows(vetted: archive.Vetted) -> list[list]:
	if any(facts.formulas for facts in vetted.sheets.values()):
		raise WorkbookRefused(_("The workbook holds formulas: paste the values instead."))
	try:
		with CalamineWorkbook.from_filelike(io.BytesIO(vetted.content)) as book:
			return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
	except (CalamineError, ValueError, OSError) as error:
		raise WorkbookRefused(_("The file is not an Excel workbook (.xlsx), or it is damaged.")) from error


def text(row: list[Any], place: int) -> str:
	value = as_text(row[place]) if place < len(row) else ""
	return value.removeprefix("'")
