"""Papers for the demo and for tests: a PDF with a text, and one as a scanner leaves it, a picture and nothing to read."""

from collections.abc import Sequence

from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

from covid_portal.paper import FAMILY, FONTS

REGULAR = FONTS / "BeVietnamPro-Regular.ttf"
DOTS = (827, 1170)  # A4 at 100 to the inch
EDGE, LINE, LETTERS = 110, 34, 19  # dots


def printed(pages: Sequence[str]) -> bytes:
	"""A page for each text."""
	paper = FPDF()
	paper.add_font(FAMILY, "", REGULAR)
	for text in pages:
		paper.add_page()
		paper.set_font(FAMILY, size=11)
		paper.multi_cell(0, 6, text)
	return bytes(paper.output())


def scanned(text: str) -> bytes:
	"""One page, a picture of the text."""
	picture = Image.new("L", DOTS, 244)
	letters = ImageFont.truetype(str(REGULAR), LETTERS)
	for number, line in enumerate(text.split("\n")):
		ImageDraw.Draw(picture).text((EDGE, EDGE + number * LINE), line, 40, letters)
	paper = FPDF()
	paper.add_page()
	paper.image(picture, 0, 0, paper.w, paper.h)
	return bytes(paper.output())
