"""A workbook is a zip of XML from outside: looked through, and repacked, before any parser of spreadsheets sees it.

Parsers believe what the archive says of itself. Here every part is unpacked under a limit, parts that hold no cells are
left behind, and what the cells claim about their positions is checked: one cell in the last corner of a sheet makes a
parser ask for the memory of all cells before it.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from frappe import _

from covid_portal.reporting.spreadsheet.problems import WorkbookRefused

LARGEST_FILE = 20 * 1024**2
LARGEST_UNPACKED = 160 * 1024**2
MOST_PARTS = 300
HIGHEST_RATIO = 150  # sheets of numbers are packed some 10 to 20 times, empty rows 60 times
RATIO_FROM = 4 * 1024**2  # small parts may be as regular as they like
MOST_ROWS = 200_000
MOST_CELLS = 8_000_000
MOST_DIGITS = 15  # of a row or column: far more than any sheet has
CHUNK = 1024**2

# Parts a reader of cells needs; pictures, macros, links to elsewhere and printers stay behind.
NEEDED = re.compile(r"^(\[Content_Types\]\.xml|_rels/\.rels|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels|xl/styles\.xml"
	r"|xl/sharedStrings\.xml|xl/worksheets/[^/]+\.xml)$", re.IGNORECASE)  # fmt: skip
SHEET = re.compile(r"^xl/worksheets/[^/]+\.xml$", re.IGNORECASE)
ENTITIES = re.compile(rb"<!(DOCTYPE|ENTITY)")
CELL_COLUMN = re.compile(rb'\sr="([A-Z]+)\d')
CELL_ROW = re.compile(rb'\sr="[A-Z]*(\d+)"')
FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
FORMULA_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]+\d+)"[^>]*>\s*<(?:\w+:)?f[\s>/]')
NOWHERE = ""
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9:]+)"')


@dataclass
class SheetFacts:
	"""What calculated values do not show: cells that hold formulas, and ranges that are merged."""

	formulas: list[str] = field(default_factory=list)
	merged: list[str] = field(default_factory=list)


@dataclass
class Vetted:
	content: bytes
	sheets: dict[str, SheetFacts]  # by the sheet's name


def vet(content: bytes, largest: int = LARGEST_FILE) -> Vetted:
	"""The workbook, safe to parse. Raises WorkbookRefused."""
	if len(content) > largest:
		raise WorkbookRefused(
			_("The file is larger than {0} MB. Use the template that was downloaded here.").format(
				largest // 1024**2
			)
		)
	try:
		with zipfile.ZipFile(io.BytesIO(content)) as archive:
			parts = dict(unpacked(archive))
	except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
		raise WorkbookRefused(_("The file is not an Excel workbook (.xlsx), or it is damaged.")) from error
	names = sheet_names(parts)
	return Vetted(repacked(parts), {name: facts(parts[path]) for name, path in names.items()})


def unpacked(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
	"""The needed parts. Sizes the archive claims are only believed when they are already too large."""
	entries = archive.infolist()
	if len(entries) > MOST_PARTS or sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
		refuse_bomb()
	left = LARGEST_UNPACKED
	for entry in entries:
		if NEEDED.match(entry.filename):
			part = read_within(archive, entry, left)
			left -= len(part)
			require_harmless(part, bool(SHEET.match(entry.filename)))
			yield entry.filename, part


def read_within(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
	chunks, size = [], 0
	limit = min(left, max(RATIO_FROM, HIGHEST_RATIO * entry.compress_size))
	with archive.open(entry) as stream:
		while chunk := stream.read(CHUNK):
			size += len(chunk)
			if size > limit:
				refuse_bomb()
			chunks.append(chunk)
	return b"".join(chunks)


def refuse_bomb() -> None:
	raise WorkbookRefused(
		_("The file unpacks to far more than a workbook of reports holds. It was not opened further.")
	)


def require_harmless(part: bytes, is_sheet: bool) -> None:
	if ENTITIES.search(part):
		raise WorkbookRefused(_("The file contains definitions that no spreadsheet program writes."))
	if is_sheet and b"\x00" in part[:200]:
		raise WorkbookRefused(_("The file is not an Excel workbook (.xlsx), or it is damaged."))
	if is_sheet:
		rows = max(map(row_number, set(CELL_ROW.findall(part))), default=0)
		columns = max(map(column_number, set(CELL_COLUMN.findall(part))), default=0)
		if rows > MOST_ROWS or rows * columns > MOST_CELLS:
			raise WorkbookRefused(
				_("A sheet reaches to row {0}, column {1}: delete what stands outside the table.").format(
					rows, columns
				)
			)


def row_number(digits: bytes) -> int:
	"""Thousands of digits are a row far outside, and more than Python reads."""
	return int(digits) if len(digits) < MOST_DIGITS else MOST_ROWS + 1


def column_number(letters: bytes) -> int:
	number = 0
	for letter in letters[:MOST_DIGITS]:
		number = number * 26 + letter - 64
	return number


def sheet_names(parts: dict[str, bytes]) -> dict[str, str]:
	"""{sheet name: part}, in the order of the workbook."""
	try:
		book = ElementTree.fromstring(parts["xl/workbook.xml"])
		relations = ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])
	except (KeyError, ElementTree.ParseError) as error:
		raise WorkbookRefused(_("The file is not an Excel workbook (.xlsx), or it is damaged.")) from error
	targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
	found = {}
	for sheet in book.iter():
		if sheet.tag.endswith("}sheet"):
			key = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), None)
			path = targets.get(key, "")
			path = path.lstrip("/") if path.startswith("/") else f"xl/{path}"
			if path in parts:
				found[sheet.get("name")] = path
	return found


def facts(part: bytes) -> SheetFacts:
	return SheetFacts(formulas=formulas(part), merged=[ref.decode() for ref in MERGED.findall(part)])


def formulas(part: bytes) -> list[str]:
	"""References of cells with formulas; NOWHERE among them for those whose cell does not say where it is."""
	there = len(FORMULA.findall(part))
	found = [ref.decode() for ref in FORMULA_CELL.findall(part)] if there else []
	return found if len(found) >= there else [*found, NOWHERE]


def repacked(parts: dict[str, bytes]) -> bytes:
	"""Only what was looked at, not compressed: the parser reads these bytes and no others."""
	stream = io.BytesIO()
	with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
		for name, part in parts.items():
			archive.writestr(name, part)
	return stream.getvalue()
