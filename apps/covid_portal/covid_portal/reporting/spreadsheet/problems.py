"""What is wrong with a workbook, cell by cell; and the list of it as a workbook or CSV of its own."""

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import frappe
from frappe import _
from openpyxl import Workbook
from openpyxl.styles import Font

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class WorkbookRefused(frappe.ValidationError):
	"""The file cannot be read as a workbook of reports; the message says why. Nothing is stored."""


@dataclass(frozen=True)
class Problem:
	"""One thing that is wrong, and where; row and column are those the user sees in the spreadsheet."""

	message: str
	sheet: str = ""
	row: int | None = None
	column: str | None = None
	area: str = ""
	label: str = ""

	def as_dict(self) -> dict:
		return asdict(self)

	@property
	def place(self) -> tuple:
		return (self.row or 0, len(self.column or ""), self.column or "")


def in_order(problems: Iterable[Problem]) -> list[Problem]:
	return sorted(dict.fromkeys(problems), key=lambda problem: problem.place)


def header() -> list[str]:
	return [_("Sheet"), _("Row"), _("Column"), _("Area"), _("Figure"), _("What is wrong")]


def cells(problem: Problem) -> list:
	texts = (problem.sheet, problem.row, problem.column, problem.area, problem.label, problem.message)
	return [harmless(text) for text in texts]


def harmless(value: str | int | None) -> str | int | None:
	"""Text that came in with a file must not become a formula in the next one."""
	return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value


def as_csv(problems: Iterable[Problem]) -> bytes:
	text = io.StringIO()
	writer = csv.writer(text)
	writer.writerow(header())
	writer.writerows(cells(problem) for problem in problems)
	return text.getvalue().encode("utf-8-sig")  # the mark is what makes Excel read it as UTF-8


def as_workbook(problems: Iterable[Problem]) -> bytes:
	book = Workbook()
	sheet = book.active
	sheet.title = _("What is wrong")[:31]
	sheet.append(header())
	for cell in sheet[1]:
		cell.font = Font(bold=True)
	for problem in problems:
		sheet.append(cells(problem))
	for column, width in zip("ABCDEF", (14, 8, 8, 26, 34, 80), strict=True):
		sheet.column_dimensions[column].width = width
	sheet.freeze_panes = "A2"
	return to_bytes(book)


def to_bytes(book: Workbook) -> bytes:
	stream = io.BytesIO()
	book.save(stream)
	return stream.getvalue()
