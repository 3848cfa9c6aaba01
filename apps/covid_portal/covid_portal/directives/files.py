"""The files of a directive: looked into as they are attached; one that is not fit to be published is refused by name."""

import hashlib
from pathlib import Path

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.directives import extraction
from covid_portal.directives.errors import FileRefused, NotYours

WAITING, READ, NO_TEXT, NOT_READ = "Waiting", "Read", "No Text", "Not Read"
KEPT = ("kind", "pages", "text_state", "sha256")
SUFFIXES = {"pdf": ".pdf", "docx": ".docx"}


def sentences() -> dict[str, str]:
	"""What a person is told of each of extraction.PROBLEMS."""
	return {
		extraction.UNKNOWN: _("it is neither a PDF nor a DOCX file; save it as one of these"),
		extraction.DAMAGED: _("it is damaged and cannot be read; save or scan it again"),
		extraction.TOO_LARGE: _(
			"it is larger than 50 MB; scan it in black and white, or split it into several files"
		),
		extraction.HEAVY: _("it takes too long to read; save or scan it again"),
		extraction.PASSWORD: _("it is protected by a password; save it without one"),
		extraction.SCRIPT: _("it holds a script or starts a program; print it to a new PDF"),
		extraction.EMBEDDED: _("other files or a form program are embedded in it; attach them one by one"),
		extraction.PAGES: _(
			"it has more than {0} pages; split it into files of up to {0} pages and attach each to this document"
		).format(extraction.MOST_PAGES),
		extraction.BOMB: _("it unpacks to far more than a document holds; save or scan it again"),
		extraction.MACRO: _("it holds macros; save it without them"),
		extraction.OUTSIDE: _("it loads parts from elsewhere; save it with everything in it"),
	}


def check(doc: Document) -> None:
	"""Rows whose file was looked into keep what was found; the others are looked into now."""
	before = doc.get_doc_before_save()
	known = {row.file: row for row in before.files} if before else {}
	seen: set[str] = set()
	for row in doc.files:
		if row.file in seen:
			refuse(doc, row, _("it is attached twice"))
		seen.add(row.file)
		for field in KEPT:
			row.set(field, known[row.file].get(field) if row.file in known else None)
		if row.file not in known:
			look_into(doc, row)


def look_into(doc: Document, row: Document) -> None:
	"""`doc.flags.examined`, {digest: Examined}: what an import has looked into before."""
	content = content_of(own_record(doc, row))
	known, sha256 = doc.flags.examined or {}, digest(content)
	found = known.get(sha256) or extraction.examine(content)
	if found.problem:
		refuse(doc, row, sentences()[found.problem])
	row.update({"kind": found.kind, "pages": found.pages, "text_state": WAITING, "sha256": sha256})


def own_record(doc: Document, row: Document) -> Document:
	"""Who names the address of a file gives its text to everybody: it must be one that he may read, and a private one."""
	record = readable_record(row.file)
	if record is None:
		frappe.throw(
			_("{0}, file {1}: there is no such file, or it is not yours.").format(doc.describe(), row.idx),
			NotYours,
		)
	if not record.is_private:
		refuse(doc, row, _("mark it as private; its copy is published with the directive"))
	return record


def readable_record(url: str) -> Document | None:
	"""Of the records of this address one that the session's user may read."""
	names = frappe.get_all("File", {"file_url": url, "is_folder": 0}, pluck="name")
	records = (frappe.get_doc("File", name) for name in names)
	return next((file for file in records if frappe.has_permission("File", "read", doc=file)), None)


def content_of(record: Document) -> bytes:
	path = Path(record.get_full_path())
	return path.read_bytes() if path.is_file() and path.stat().st_size <= extraction.MOST_BYTES + 1 else b""


def path_of(url: str) -> Path | None:
	"""Where a file that was checked lies; None where it is lost."""
	name = frappe.db.get_value("File", {"file_url": url}, "name")
	path = Path(frappe.get_doc("File", name).get_full_path()) if name else None
	return path.resolve() if path and path.is_file() else None


def digest(content: bytes) -> str:
	return hashlib.sha256(content).hexdigest()


def belong(doc: Document) -> None:
	"""A file that was sent before the directive was stored stands beside it from now on, for those who may read it. The Desk
	has it beside 'new-directive-…' until then."""
	names = frappe.get_all(
		"File",
		{"file_url": ("in", [row.file for row in doc.files]), "owner": frappe.session.user},
		or_filters=[
			["attached_to_name", "is", "not set"],
			["attached_to_name", "like", f"new-{frappe.scrub(doc.doctype)}-%"],
		],
		pluck="name",
	)
	if names:
		place = {"attached_to_doctype": doc.doctype, "attached_to_name": doc.name}
		frappe.db.set_value("File", {"name": ("in", names)}, place, update_modified=False)


def refuse(doc: Document, row: Document, why: str) -> None:
	name = (row.file or "").rpartition("/")[2]
	frappe.throw(_("{0}, file {1}: {2}.").format(doc.describe(), name, why), FileRefused)
