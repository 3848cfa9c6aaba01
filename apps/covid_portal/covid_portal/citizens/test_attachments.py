"""Attachments: told by content, limited, and made anew without what hung on them."""

import io
import zlib

import frappe
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from werkzeug.datastructures import FileStorage

from covid_portal.citizens import attachments
from covid_portal.citizens.attachments import PDF, Attachment, FileDamaged, FileRefused
from covid_portal.privacy import files
from covid_portal.testing.case import PortalTestCase


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 20), **options) -> bytes:
	written = io.BytesIO()
	Image.new("RGB", size, "#9e1b1e").save(written, form, **options)
	return written.getvalue()


def pdf_with_a_script() -> bytes:
	writer, written = PdfWriter(), io.BytesIO()
	writer.add_blank_page(200, 200)
	script = writer._add_object(
		DictionaryObject(
			{
				NameObject("/S"): NameObject("/JavaScript"),
				NameObject("/JS"): TextStringObject("app.alert('x')"),
			}
		)
	)
	writer.root_object[NameObject("/OpenAction")] = script
	writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): script})
	writer.add_attachment("inner.txt", b"inside")
	writer.add_metadata({"/Author": "Nguyễn Văn An"})
	writer.write(written)
	return written.getvalue()


def sent(*contents: bytes) -> list[FileStorage]:
	return [FileStorage(io.BytesIO(content), f"{number}.jpg") for number, content in enumerate(contents)]


class TestAttachments(PortalTestCase):
	def test_what_counts_is_the_content_and_not_the_name(self):
		kinds = [file.kind for file in attachments.read(sent(picture(), picture("PNG"), pdf_with_a_script()))]
		self.assertEqual(kinds, ["image/jpeg", "image/png", PDF])

	def test_a_program_a_page_and_a_drawing_with_script_are_not_taken(self):
		drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
		for content in (b"MZ\x90\x00", b"<html>", drawing, b"PK\x03\x04" + b"\0" * 100, b""):
			self.assertRaises(FileRefused, attachments.read, sent(content))

	def test_too_many_too_large_and_too_many_pixels_are_refused_in_words(self):
		with self.assertRaisesRegex(FileRefused, "At most 5"):
			attachments.read(sent(*[picture()] * 6))
		with self.assertRaisesRegex(FileRefused, "larger than 8 MB together"):
			attachments.read(sent(picture() + b"\0" * 5_000_000, picture() + b"\0" * 5_000_000))
		with self.assertRaisesRegex(FileRefused, "more than 60 million points"):
			attachments.read(sent(png_of_pixels(40_000, 40_000)))

	def test_a_picture_is_written_anew_without_its_place_and_without_what_hangs_on_it(self):
		exif = Image.Exif()
		exif[0x010E] = "Nhà ông Sáu"
		content = picture(exif=exif) + b"PK\x03\x04<script>alert(1)</script>"
		ending, cleaned = attachments.clean(Attachment("image/jpeg", content))
		self.assertEqual(ending, "jpg")
		for trace in ("Nhà ông Sáu".encode(), b"<script>", b"PK\x03\x04"):
			self.assertNotIn(trace, cleaned)
		self.assertEqual(dict(Image.open(io.BytesIO(cleaned)).getexif()), {})

	def test_of_a_pdf_the_pages_alone_are_kept(self):
		_ending, cleaned = attachments.clean(Attachment(PDF, pdf_with_a_script()))
		reader = PdfReader(io.BytesIO(cleaned))
		self.assertEqual(len(reader.pages), 1)
		for active in (b"JavaScript", b"app.alert", b"inside", b"/OpenAction"):
			self.assertNotIn(active, cleaned)
		self.assertNotIn("Nguyễn", str(reader.metadata))
		self.assertEqual(reader.attachments, {})

	def test_what_does_not_open_is_told_and_breaks_nothing(self):
		for file in (Attachment("image/jpeg", picture()[:300]), Attachment(PDF, b"%PDF-1.7 broken")):
			self.assertRaises(FileDamaged, attachments.clean, file)

	def test_the_spool_holds_nothing_in_clear(self):
		from covid_portal.privacy.subjects import create_subject

		subject, content = create_subject(), picture()
		self.addCleanup(attachments.remove_spool, "zz-test")
		attachments.spool("zz-test", subject, [Attachment("image/jpeg", content)])
		stored = (attachments.folder("zz-test") / "0").read_bytes()
		self.assertNotIn(content[:20], stored)
		unit = frappe.get_doc("Unit", "CHS-ZZ11")
		self.assertEqual(attachments.attach(unit, "zz-test", subject, [{"kind": "image/jpeg"}]), 0)
		[kept] = files.listed("Unit", unit.name)
		self.addCleanup(files.remove, kept.name)
		self.assertEqual(Image.open(io.BytesIO(files.opened(kept.name, subject))).size, (40, 20))


def png_of_pixels(width: int, height: int) -> bytes:
	"""A picture of a few bytes that claims to be enormous."""
	head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
	chunk = b"IHDR" + head
	body = len(head).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
	data = zlib.compress(b"\0" * 100)
	idat = b"IDAT" + data
	return (
		b"\x89PNG\r\n\x1a\n"
		+ body
		+ len(data).to_bytes(4, "big")
		+ idat
		+ zlib.crc32(idat).to_bytes(4, "big")
	)
