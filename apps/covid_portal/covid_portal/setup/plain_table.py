"""A table that people fill in by hand, XLSX or CSV: its first row names the columns, in any order, by their key or by what they
are called in English or in the user's or the site's language.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import frappe
from frappe import _
from openpyxl import Workbook
from openpyxl.styles import Font
from python_calamine import CalamineError, CalamineWorkbook

from covid_portal.organisation.post import default_language
from covid_portal.reporting.spreadsheet import archive
from covid_portal.reporting.spreadsheet.problems import WorkbookRefused

MOST_BYTES = 5 * 1024**2
MOST_TOLD = 100  # problems


class TableRefused(frappe.ValidationError):
	"""The table cannot be taken in; the message says why. Nothing is stored."""


@dataclass(frozen=True)
class PlainTable:
	"""`labels`: {column: what it is called, in English}; `needed`: the columns that there must be."""

	labels: Mapping[str, str]
	needed: Sequence[str]

	def read(self, name: str, content: bytes, most: int, hint: str = "") -> list[dict]:
		"""The rows that say anything: {"row": its line in the table, column: cell}; None for a column that is not there. `most`:
		how many there may be; `hint`: what to do with more. Raises TableRefused."""
		cells = csv_cells(content) if name.lower().endswith(".csv") else workbook_cells(content)
		heads = [self.column_of(head) for head in (cells[0] if cells else [])]
		missing = [_(self.labels[column]) for column in self.needed if column not in heads]
		if missing:
			frappe.throw(_("The first row lacks the columns {0}.").format(", ".join(missing)), TableRefused)
		rows = [(line, row) for line, row in enumerate(cells[1:], 2) if any(map(text_of, row))]
		if not 1 <= len(rows) <= most:
			said = _("The table must have between 1 and {0} rows.").format(most)
			frappe.throw(f"{said} {hint}".strip(), TableRefused)
		return [{**self.row(heads, row), "row": line} for line, row in rows]

	def row(self, heads: Sequence[str], cells: Sequence[object]) -> dict:
		values = {head: cell for head, cell in zip(heads, cells, strict=False) if head}
		return {**dict.fromkeys(self.labels), **values}

	def column_of(self, head: object) -> str:
		"""The column by its name or label; "" for one that is none of ours."""
		wanted = text_of(head).casefold()
		return next((key for key, label in self.labels.items() if wanted in {key, *called(label)}), "")

	def empty(self, title: str, widths: Sequence[int]) -> Workbook:
		"""A workbook with the headings alone."""
		book = Workbook()
		sheet = book.active
		sheet.title = title
		sheet.append([_(label) for label in self.labels.values()])
		for cell, width in zip(sheet[1], widths, strict=True):
			cell.font = Font(bold=True)
			sheet.column_dimensions[cell.column_letter].width = width
		sheet.freeze_panes = "A2"
		return book


def sent_table() -> tuple[str, bytes]:
	"""Name and content of the request's file "table". Raises TableRefused."""
	file = frappe.request.files.get("table")
	if not file:
		frappe.throw(_("No table was sent."), TableRefused)
	return file.filename or "", file.stream.read(MOST_BYTES + 1)


def csv_cells(content: bytes) -> list[list]:
	try:
		text = content[:MOST_BYTES].decode("utf-8-sig")
		head = text.partition("\n")[0]
		return list(
			csv.reader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
		)
	except (UnicodeDecodeError, csv.Error) as error:
		frappe.throw(_("The table cannot be read as UTF-8 text: {0}").format(error), TableRefused)


def workbook_cells(content: bytes) -> list[list]:
	try:
		vetted = archive.vet(content, MOST_BYTES)
		with CalamineWorkbook.from_filelike(io.BytesIO(vetted.content)) as book:
			return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
	except (WorkbookRefused, CalamineError, IndexError) as error:
		said = str(error) if isinstance(error, WorkbookRefused) else _("The file is damaged.")
		frappe.throw(said, TableRefused)


def called(text: str) -> set[str]:
	"""What people call it: in English, in the user's language and in the site's."""
	return {name.casefold() for name in (text, _(text), _(text, lang=default_language()))}


def text_of(cell: object) -> str:
	if isinstance(cell, float) and cell.is_integer():
		return str(int(cell))
	return "" if cell is None else str(cell).strip()
