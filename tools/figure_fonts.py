"""Makes the figure fonts of public/fonts: the digits of Be Vietnam Pro, all of one width.

Be Vietnam Pro has proportional digits only (no `tnum`), so columns of numbers would not line up. This takes
the ten digits and the signs that stand among them from the full font and centres each digit in the same
advance. Run it again only when the font itself changes:

	pip install fonttools brotli
	python tools/figure_fonts.py BeVietnamPro_400Regular.ttf apps/covid_portal/.../be-vietnam-figures-400.woff2
"""

import sys

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

DIGITS = "0123456789–"
SIGNS = "+−≥≤"
ADVANCE = 680  # of 1000 units per em: the width of 0, 6 and 9
FAMILY = "Be Vietnam Figures"


def make(source: str, target: str) -> None:
	"""Write the figure font of one weight as woff2."""
	font = subset(TTFont(source))
	for digit in DIGITS:
		centre(font, font.getBestCmap()[ord(digit)])
	rename(font)
	font.flavor = "woff2"
	font.save(target)


def subset(font: TTFont) -> TTFont:
	options = Options(layout_features=[], hinting=False, name_IDs=[0, 1, 2, 3, 4, 6, 13, 14])
	subsetter = Subsetter(options)
	subsetter.populate(text=DIGITS + SIGNS)
	subsetter.subset(font)
	return font


def centre(font: TTFont, glyph: str) -> None:
	advance, bearing = font["hmtx"][glyph]
	shift = (ADVANCE - advance) // 2
	outline = font["glyf"][glyph]
	outline.coordinates.translate((shift, 0))
	outline.recalcBounds(font["glyf"])
	font["hmtx"][glyph] = (ADVANCE, bearing + shift)


def rename(font: TTFont) -> None:
	for record in font["name"].names:
		if record.nameID in (1, 3, 4):
			record.string = FAMILY
		if record.nameID == 6:
			record.string = FAMILY.replace(" ", "")


if __name__ == "__main__":
	make(*sys.argv[1:3])
