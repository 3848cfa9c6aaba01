"""What tests of directives share: documents of the test province, and files as people and attackers make them."""

import io
import zipfile
import zlib
from xml.sax.saxutils import escape

import frappe
from frappe.model.document import Document
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, EncodedStreamObject, NameObject, TextStringObject

from covid_portal.demo import paper
from covid_portal.directives.types import load_shipped_types

TYPE = "Chỉ thị"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def new_directive(**values: object) -> Document:
	"""Not stored yet; of the CDC, by whoever writes for it."""
	load_shipped_types()
	sound = {"directive_type": TYPE, "unit": "CDC-ZZ", "subject": "Giãn cách xã hội", "summary": "Ở nhà."}
	return frappe.get_doc(doctype="Directive", **{**sound, **values})


def stored_file(name: str, content: bytes, private: bool = True) -> str:
	"""Its address, as after an upload by the session's user."""
	file = frappe.get_doc(doctype="File", file_name=name, content=content, is_private=int(private))
	return file.insert(ignore_permissions=True).file_url


def pdf(*pages: str) -> bytes:
	"""A text for each page."""
	return paper.printed(pages)


def written(writer: PdfWriter) -> bytes:
	file = io.BytesIO()
	writer.write(file)
	return file.getvalue()


def blank(pages: int = 1) -> PdfWriter:
	writer = PdfWriter()
	for _number in range(pages):
		writer.add_blank_page(72, 72)
	return writer


def scanned(pages: int) -> bytes:
	"""Each a picture that unpacks to 1 MB."""
	writer, picture = blank(pages), EncodedStreamObject()
	picture[NameObject("/Filter")] = NameObject("/FlateDecode")
	picture._data = zlib.compress(bytes(1_000_000))
	for page in writer.pages:
		page[NameObject("/Contents")] = writer._add_object(picture.clone(writer, force_duplicate=True))
	return written(writer)


def with_script() -> bytes:
	writer = blank()
	action = {
		NameObject("/S"): NameObject("/JavaScript"),
		NameObject("/JS"): TextStringObject("app.alert(1)"),
	}
	opened = NameObject("/OpenAction")
	writer._root_object[opened] = writer._add_object(DictionaryObject(action))
	return written(writer)


def with_hidden_script() -> bytes:
	"""The names written another way."""
	return with_script().replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS ", b"/J#53 ")


def with_password() -> bytes:
	writer = blank()
	writer.encrypt("secret")
	return written(writer)


def with_attachment() -> bytes:
	writer = blank()
	writer.add_attachment("x.exe", b"MZ")
	return written(writer)


def lying_about_pages(pages: int) -> bytes:
	"""Says of itself that it has one."""
	return written(blank(pages)).replace(b"/Count %d" % pages, b"/Count 1")


def unpacking_for_ever() -> bytes:
	"""310 MB of nothing in a stream of some hundred kilobytes."""
	packer = zlib.compressobj(1)
	writer, stream = blank(), EncodedStreamObject()
	stream._data = b"".join(packer.compress(bytes(10_000_000)) for _part in range(31)) + packer.flush()
	stream[NameObject("/Filter")] = NameObject("/FlateDecode")
	writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)
	return written(writer)


def docx(*paragraphs: str, parts: dict[str, bytes] | None = None) -> bytes:
	"""`parts`: further ones by name."""
	body = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
	document = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'.encode()
	return archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": document, **(parts or {})})


def archive(parts: dict[str, bytes]) -> bytes:
	file = io.BytesIO()
	with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
		for name, content in parts.items():
			packed.writestr(name, content)
	return file.getvalue()
