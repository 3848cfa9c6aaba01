"""Reads a PDF or DOCX and says what is wrong with it: a program of its own, so that a hostile file costs a limited process.

	python -I extraction.py check|text < file > JSON

JSON: {"problem": one of PROBLEMS or null, "kind": "pdf" | "docx", "pages": n or 0, "text": "…"}. Knows neither Frappe nor the
database. `examine()` starts it; the limits are those of the process.
"""

import io
import json
import re
import resource
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from xml.etree import ElementTree

MOST_PAGES = 500
MOST_BYTES = 50_000_000
MOST_OBJECTS = 200_000
MOST_TEXT = 2_000_000  # characters
MOST_UNPACKED = 100_000_000  # bytes of all parts of a DOCX
MOST_UNPACKED_PDF = 300_000_000  # bytes of all streams: a colour scan has some 25 MB a page
MOST_PARTS = 2_000
CHUNK = 1_000_000
MEMORY, PROCESSOR, PATIENCE = (
	1_000_000_000,
	40,
	80,
)  # bytes, seconds of processor time, seconds; a request has 120
DEEPEST = 40
FEWEST_LETTERS = 20  # of a document with a text; less is a scan's dirt

UNKNOWN, DAMAGED, TOO_LARGE, HEAVY = "unknown", "damaged", "large", "heavy"
PASSWORD, SCRIPT, EMBEDDED, PAGES, BOMB, MACRO, OUTSIDE = (
	"password",
	"script",
	"embedded",
	"pages",
	"bomb",
	"macro",
	"outside",
)
PROBLEMS = (UNKNOWN, DAMAGED, TOO_LARGE, HEAVY, PASSWORD, SCRIPT, EMBEDDED, PAGES, BOMB, MACRO, OUTSIDE)

OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # a .doc, or a DOCX under a password
SCRIPTS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition", "/RichMediaExecute"}
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


class Refused(Exception):
	"""One of PROBLEMS."""


@dataclass(frozen=True)
class Examined:
	problem: str | None
	kind: str
	pages: int
	text: str

	@property
	def has_text(self) -> bool:
		return sum(letter.isalnum() for letter in self.text) >= FEWEST_LETTERS


def examine(content: bytes, with_text: bool = False) -> Examined:
	"""What there is to be said of the file; never raises for what a file holds."""
	if len(content) > MOST_BYTES:
		return Examined(TOO_LARGE, "", 0, "")
	try:
		done = subprocess.run(
			[sys.executable, "-I", __file__, "text" if with_text else "check"],
			input=content,
			capture_output=True,
			timeout=PATIENCE,
			check=False,
		)
		return Examined(**json.loads(done.stdout))
	except (subprocess.TimeoutExpired, ValueError):
		return Examined(HEAVY, "", 0, "")


# --- in the process


def main(with_text: bool) -> None:
	resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
	resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR, PROCESSOR))
	resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes nothing but its answer
	json.dump(report(sys.stdin.buffer.read(), with_text), sys.stdout)


def report(content: bytes, with_text: bool) -> dict:
	kind, pages, text = "", 0, ""
	problem: str | None = None
	try:
		kind = kind_of(content)
		pages, text = (read_pdf if kind == "pdf" else read_docx)(content, with_text)
	except Refused as refused:
		problem = str(refused)
	except MemoryError:
		problem = HEAVY
	except Exception:  # a hostile file makes a parser fail in any way there is
		problem = DAMAGED
	return {"problem": problem, "kind": kind, "pages": pages, "text": text[:MOST_TEXT]}


def kind_of(content: bytes) -> str:
	if content[:1024].lstrip().startswith(b"%PDF-"):
		return "pdf"
	if content.startswith(b"PK\x03\x04"):
		return "docx"
	raise Refused(
		PASSWORD if content.startswith(OLD_OFFICE) and b"E\0n\0c\0r\0y\0p\0t" in content else UNKNOWN
	)


# --- PDF


def read_pdf(content: bytes, with_text: bool) -> tuple[int, str]:
	from pypdf import PdfReader

	if SCRIPT_NAMES.search(plain_names(content)):
		raise Refused(SCRIPT)
	reader = PdfReader(io.BytesIO(content))
	if reader.is_encrypted:
		raise Refused(PASSWORD)
	if told_pages_of_pdf(reader) > MOST_PAGES:
		raise Refused(
			PAGES
		)  # what it says of itself is enough: thousands of scanned pages are not unpacked first
	check_objects(reader)
	pages = len(reader.pages)
	if not pages:
		raise Refused(DAMAGED)
	if pages > MOST_PAGES:
		raise Refused(PAGES)
	return pages, text_of_pages(reader) if with_text else ""


def told_pages_of_pdf(reader: object) -> int:
	told = reader.trailer["/Root"]["/Pages"].get("/Count")
	return told if isinstance(told, int) else 0


SCRIPT_NAMES = re.compile(rb"/(?:JavaScript|Launch)\b")


def plain_names(content: bytes) -> bytes:
	"""/J#61vaScript is another way of writing /JavaScript."""
	return ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), content)


def check_objects(reader: object) -> None:
	"""Every object that the file lists, also those packed into streams and those no page leads to."""
	pages = unpacked = 0
	for number, found in enumerate(all_objects(reader)):
		if number > MOST_OBJECTS:
			raise Refused(HEAVY)
		check_object(found)
		unpacked += unpacked_size(found)
		if unpacked > MOST_UNPACKED_PDF:
			raise Refused(BOMB)
		pages += isinstance(found, dict) and found.get("/Type") == "/Page"
		if pages > MOST_PAGES:
			raise Refused(PAGES)


def unpacked_size(found: object) -> int:
	"""Bytes of a stream packed by zlib, counted without keeping them; 0 of everything else."""
	from pypdf.generic import StreamObject

	if not isinstance(found, StreamObject) or "FlateDecode" not in str(found.get("/Filter")):
		return 0
	packer, rest, size = zlib.decompressobj(), found._data, 0
	with suppress(zlib.error):  # a broken stream is the reader's matter
		while rest and size <= MOST_UNPACKED_PDF:
			size += len(packer.decompress(rest, CHUNK))
			rest = packer.unconsumed_tail
	return size


def all_objects(reader: object) -> Iterator[object]:
	from pypdf.generic import IndirectObject

	listed = {(number, generation) for generation, rows in reader.xref.items() for number in rows}
	listed |= {(number, 0) for number in reader.xref_objStm}
	for number, generation in sorted(listed):
		if number:
			yield reader.get_object(IndirectObject(number, generation, reader))
	yield reader.trailer


def check_object(found: object, depth: int = 0) -> None:
	"""Direct values alone: what is referred to is listed itself."""
	from pypdf.generic import IndirectObject

	if depth > DEEPEST:
		raise Refused(HEAVY)
	if isinstance(found, IndirectObject):
		return
	if isinstance(found, dict):
		check_names(found)
		for name in found:
			check_object(found.raw_get(name), depth + 1)
	elif isinstance(found, list):
		for row in list.__iter__(found):
			check_object(row, depth + 1)


def check_names(found: dict) -> None:
	names, action, kind = (
		set(found),
		*(str(found.get(name)) for name in ("/S", "/Type")),
	)
	if names & {"/JS", "/JavaScript"} or action in SCRIPTS:
		raise Refused(SCRIPT)
	if names & {"/EF", "/EmbeddedFiles", "/XFA"} or kind == "/EmbeddedFile":
		raise Refused(EMBEDDED)


def text_of_pages(reader: object) -> str:
	texts: list[str] = []
	for page in reader.pages:
		texts.append(page.extract_text() or "")
		if sum(map(len, texts)) > MOST_TEXT:
			break
	return "\n\n".join(texts)


# --- DOCX


def read_docx(content: bytes, with_text: bool) -> tuple[int, str]:
	with zipfile.ZipFile(io.BytesIO(content)) as archive:
		check_parts(archive)
		pages = told_pages(archive)
		if pages > MOST_PAGES:
			raise Refused(PAGES)
		text = text_of_parts(part(archive, "word/document.xml"))
	return pages, text if with_text else ""


def check_parts(archive: zipfile.ZipFile) -> None:
	rows = archive.infolist()
	names = {row.filename.lower() for row in rows}
	if any(row.flag_bits & 1 for row in rows):
		raise Refused(PASSWORD)
	if len(rows) > MOST_PARTS or sum(row.file_size for row in rows) > MOST_UNPACKED:
		raise Refused(BOMB)
	if "word/document.xml" not in names or "[content_types].xml" not in names:
		raise Refused(UNKNOWN)
	if any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
		raise Refused(MACRO)
	if any(name.startswith(("word/embeddings/", "word/activex/")) for name in names):
		raise Refused(EMBEDDED)
	for row in rows:
		if row.filename.lower().endswith(".rels") and loads_from_outside(part(archive, row.filename)):
			raise Refused(OUTSIDE)


def part(archive: zipfile.ZipFile, name: str) -> bytes:
	"""Read as far as it says it goes: zipfile stops there."""
	content = archive.read(name)
	if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
		raise Refused(BOMB)
	return content


def loads_from_outside(content: bytes) -> bool:
	"""Anything but a link to click on: a template, a picture, an object that a reader's program would fetch."""
	return any(
		row.get("TargetMode") == "External" and not row.get("Type", "").endswith("/hyperlink")
		for row in ElementTree.fromstring(content)
	)


def told_pages(archive: zipfile.ZipFile) -> int:
	"""As the program that wrote it counted; 0: not told."""
	if "docProps/app.xml" not in archive.namelist():
		return 0
	found = re.search(rb"<Pages>(\d{1,9})</Pages>", part(archive, "docProps/app.xml"))
	return int(found[1]) if found else 0


def text_of_parts(content: bytes) -> str:
	paragraphs = []
	for paragraph in ElementTree.fromstring(content).iter(f"{W}p"):
		pieces = (
			node.text or "" if node.tag == f"{W}t" else " " for node in paragraph.iter() if node.tag in BREAKS
		)
		paragraphs.append("".join(pieces))
	return "\n".join(paragraphs)


BREAKS = {f"{W}t", f"{W}tab", f"{W}br"}

if __name__ == "__main__":
	main(sys.argv[1] == "text")
