"""What people send along: photos and PDFs, told by their content, kept sealed, and made anew before anybody opens them.

While it is sent only looked at (`read`), and spooled sealed beside the Intake (`spool`); the worker that makes the document
makes the file anew (`clean`): pictures are decoded and written again, without place, camera or whatever hung on them; of a PDF
the pages alone are kept, without actions, scripts and embedded files.
"""

import io
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import frappe
from frappe import _
from frappe.model.document import Document
from PIL import Image, ImageOps
from pypdf import PdfReader, PdfWriter
from werkzeug.datastructures import FileStorage

from covid_portal.privacy import files as sealed_files
from covid_portal.privacy import quiet, sealing
from covid_portal.privacy.files import write as write_file

MEGABYTE = 1024 * 1024
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 2400  # pixels; enough to read a page
QUALITY = 85
MOST_PAGES = 60
PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
PDF = "application/pdf"
ACTIVE_IN_PAGES = ("/AA", "/Annots")
KINDS = {"jpg": "image/jpeg", "pdf": PDF}  # of what was made anew


class FileRefused(frappe.ValidationError):
	"""A file is too large, one too many, or nothing that is taken; the message says which."""


class FileDamaged(Exception):
	"""It has the look of a picture or PDF and does not open."""


@dataclass(frozen=True)
class Attachment:
	"""A file as it was sent; `kind` is its media type by content."""

	kind: str
	content: bytes


# --- while it is sent


def read(files: Iterable[FileStorage]) -> list[Attachment]:
	"""The files of a form, looked at. Raises FileRefused with the number of the file and what can be done."""
	settings = frappe.get_cached_doc("Intake Settings")
	chosen = [file for file in files if file and file.filename]
	if len(chosen) > settings.most_files:
		frappe.throw(_("At most {0} files can be sent at once.").format(settings.most_files), FileRefused)
	most, taken = settings.files_mb * MEGABYTE, []
	for number, file in enumerate(chosen, 1):
		content = file.stream.read(most - sum(len(one.content) for one in taken) + 1)
		taken.append(look_at(number, content))
		if sum(len(one.content) for one in taken) > most:
			frappe.throw(
				_("The files are larger than {0} MB together. Send fewer, or smaller photos.").format(
					settings.files_mb
				),
				FileRefused,
			)
	return taken


def look_at(number: int, content: bytes) -> Attachment:
	kind = PDF if content.startswith(b"%PDF-") else picture_kind(content)
	if not kind:
		sentence = (
			_("File {0} is a picture with more than {1} million points. Send it smaller.")
			if has_too_many_pixels(content)
			else _("File {0} is neither a photo (JPEG, PNG, WebP, GIF) nor a PDF.")
		)
		frappe.throw(sentence.format(number, MOST_PIXELS // 1_000_000), FileRefused)
	return Attachment(kind, content)


def picture_kind(content: bytes) -> str | None:
	"""By its head alone; the pixels are not unpacked here."""
	try:
		with Image.open(io.BytesIO(content), formats=list(PICTURES)) as image:
			return PICTURES[image.format] if image.width * image.height <= MOST_PIXELS else None
	except Exception:  # Pillow raises of every kind on what is no picture
		return None


def has_too_many_pixels(content: bytes) -> bool:
	try:
		with Image.open(io.BytesIO(content), formats=list(PICTURES)) as image:
			return image.width * image.height > MOST_PIXELS
	except Image.DecompressionBombError:
		return True
	except Exception:  # as above
		return False


# --- until the document is made


def folder(intake: str) -> Path:
	return Path(frappe.get_site_path("private", "intake", intake)).resolve()


def spool(intake: str, subject: str, files: Sequence[Attachment]) -> list[dict[str, str]]:
	"""Keep the files sealed under the subject; returns what the payload says of them."""
	for number, file in enumerate(files):
		write_file(folder(intake) / str(number), sealing.seal_bytes(subject, file.content))
	return [{"kind": file.kind} for file in files]


def remove_spool(intake: str) -> None:
	shutil.rmtree(folder(intake), ignore_errors=True)


def forget(doctype: str, names: list[str]) -> None:
	"""Of erased persons: what has been made into no document yet."""
	if doctype == "Intake":
		for name in names:
			remove_spool(name)


# --- made anew


def attach(document: Document, intake: str, subject: str, files: Sequence[dict[str, str]]) -> int:
	"""Keep the spooled files with the document, sealed, under names of our own; returns how many could not be opened."""
	damaged = 0
	for number, file in enumerate(files):
		content = sealing.unseal_bytes(subject, (folder(intake) / str(number)).read_bytes())
		try:
			keep(document, subject, number + 1, *clean(Attachment(file["kind"], content)))
		except FileDamaged:
			damaged += 1
	if damaged:
		document.add_comment("Info", _("{0} files that were sent along could not be opened.").format(damaged))
	return damaged


def keep(document: Document, subject: str, number: int, ending: str, content: bytes) -> None:
	sealed_files.keep(document, subject, f"{document.name}-{number}.{ending}", KINDS[ending], content)


def clean(file: Attachment) -> tuple[str, bytes]:
	"""(ending, content) of the file made anew. Raises FileDamaged."""
	try:
		return ("pdf", clean_pdf(file.content)) if file.kind == PDF else ("jpg", clean_picture(file.content))
	except Exception as error:  # of every kind, on what somebody has made to break a reader
		quiet.record("attachment", error)
		raise FileDamaged from None


def clean_picture(content: bytes) -> bytes:
	with Image.open(io.BytesIO(content), formats=list(PICTURES)) as image:
		upright = ImageOps.exif_transpose(image)
		upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
		paper = Image.new("RGB", upright.size, "white")
		seen = upright.convert("RGBA")
		paper.paste(seen, mask=seen.getchannel("A"))
		written = io.BytesIO()
		paper.save(written, "JPEG", quality=QUALITY, optimize=True)
		return written.getvalue()


def clean_pdf(content: bytes) -> bytes:
	reader, writer = PdfReader(io.BytesIO(content)), PdfWriter()
	if reader.is_encrypted or len(reader.pages) > MOST_PAGES:
		raise FileDamaged
	for page in reader.pages:
		for entry in ACTIVE_IN_PAGES:
			page.pop(entry, None)
		writer.add_page(page)
	written = io.BytesIO()
	writer.write(written)
	return written.getvalue()
