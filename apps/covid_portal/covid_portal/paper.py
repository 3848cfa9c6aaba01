"""A4 in print: the typeface, lines, and QR codes that documents of the portal share. Knows no Frappe."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import segno
from fpdf import FPDF

FONTS = Path(__file__).parent / "bulletins" / "fonts"
FAMILY, STYLES = "Be Vietnam Pro", {"": "Regular", "B": "Bold", "I": "Italic", "BI": "BoldItalic"}
# Millimetres: margins of official documents (Nghị định 30/2020/NĐ-CP, phụ lục I).
TOP, RIGHT, BOTTOM, LEFT = 20, 15, 20, 30
QR_SIZE, QR_QUIET = 30, 4  # the quiet zone in modules
SMALL, NORMAL, LARGE = 9, 11, 13  # points
LINE = 1.45  # of the letters' height
MM_PER_POINT = 25.4 / 72


class Paper(FPDF):
	"""The same content gives the same bytes: `at` is the only time in it."""

	def __init__(self, title: str, author: str, at: datetime) -> None:
		super().__init__(format="A4", unit="mm")
		self.at = at
		for style, name in STYLES.items():
			self.add_font(FAMILY, style, FONTS / f"BeVietnamPro-{name}.ttf")
		self.set_margins(LEFT, TOP, RIGHT)
		self.set_auto_page_break(True, BOTTOM)
		self.set_creation_date(at)
		self.set_title(title)
		self.set_author(author)
		self.set_lang("vi")
		self.add_page()

	def write_font(self, style: str, size: int) -> None:
		self.set_font(FAMILY, style, size)

	def lines(
		self, text: str, style: str = "", size: int = NORMAL, align: str = "J", width: float = 0
	) -> None:
		self.write_font(style, size)
		height = size * MM_PER_POINT * LINE
		self.multi_cell(width, height, text, align=align, new_x="LEFT", new_y="NEXT")

	def keep_together(self, height: float) -> None:
		if self.get_y() > self.h - BOTTOM - height:
			self.add_page()

	def qr_code(self, text: str, x: float, y: float, size: float = QR_SIZE) -> None:
		"""Drawn, not a picture: sharp in print, small as a file."""
		code = segno.make(text, error="m", micro=False)
		module = size / code.symbol_size(border=QR_QUIET)[0]
		for row, bits in enumerate(code.matrix_iter(border=QR_QUIET)):
			for start, length in dark_runs(bits):
				self.rect(x + start * module, y + row * module, length * module, module * 1.02, style="F")


def dark_runs(bits: Iterable[int]) -> Iterable[tuple[int, int]]:
	"""(first, how many) of the dark modules that lie beside each other."""
	start = None
	for place, bit in enumerate([*bits, 0]):
		if bit and start is None:
			start = place
		elif not bit and start is not None:
			yield start, place - start
			start = None
