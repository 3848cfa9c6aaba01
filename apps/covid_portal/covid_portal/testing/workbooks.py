"""For the tests: a template filled in, and spoiled in every way that people and attackers do."""

import io
import re
import zipfile
from collections.abc import Callable

import frappe
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from covid_portal.reporting.spreadsheet import layout, template
from covid_portal.testing.case import figures


class Filled:
	"""A template of the session's user as a person has it open: cells by area and figure."""

	def __init__(self, slot: str) -> None:
		content = template.template(frappe.get_doc("Report Slot", slot))
		self.book: Workbook = load_workbook(io.BytesIO(content))
		self.sheet: Worksheet = self.book.worksheets[0]
		self.keys = [cell.value for cell in self.sheet[layout.KEY_ROW]]
		column = [cell.value for cell in self.sheet["A"]]
		self.rows = {code: row for row, code in enumerate(column, 1) if row >= layout.FIRST_ROW}

	def fill(self, *areas: str, **changes: object) -> "Filled":
		"""Sound figures into the areas' rows (all, if none is named)."""
		for area in areas or self.rows:
			for key, value in figures(**changes).items():
				self.cell(area, key).value = value
		return self

	def cell(self, area: str, key: str) -> Cell:
		return self.sheet.cell(self.rows[area], self.keys.index(key) + 1)

	def place(self, area: str, key: str) -> tuple[int, str]:
		cell = self.cell(area, key)
		return cell.row, cell.column_letter

	def content(self) -> bytes:
		stream = io.BytesIO()
		self.book.save(stream)
		return stream.getvalue()


def with_part(content: bytes, pattern: str, change: Callable[[bytes], bytes]) -> bytes:
	"""The workbook with the parts whose name matches changed."""
	stream = io.BytesIO()
	with (
		zipfile.ZipFile(io.BytesIO(content)) as old,
		zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
	):
		for entry in old.infolist():
			part = old.read(entry)
			new.writestr(entry.filename, change(part) if re.search(pattern, entry.filename) else part)
	return stream.getvalue()
