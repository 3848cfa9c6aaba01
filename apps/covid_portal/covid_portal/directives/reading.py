"""What the search knows of a directive: its words, read from its files by a job, one row of Directive Text for each.

A file without a text (a scan) is published as it is; its row says so. Full text is seen by the search once it is committed.
"""

import frappe
from frappe.model.document import Document

from covid_portal.directives import extraction, files, plain
from covid_portal.directives.access import is_public
from covid_portal.organisation import jobs
from covid_portal.organisation.writers import insert_rows
from covid_portal.publishing import snapshot

DOCTYPE = "Directive Text"
COLUMNS = ("is_public", "issued_on", "number_plain", "head", "body", "text")
MAKER = "covid_portal.directives.published.files"


def later(name: str) -> None:
	method = "covid_portal.directives.reading.read"
	jobs.once_after_commit(method, f"directive-text-{name}", queue="long", directive=name)


def read(directive: str) -> None:
	"""Job: idempotent."""
	if not frappe.db.exists("Directive", directive):
		return
	doc = frappe.get_doc("Directive", directive)
	before = [row.text_state for row in doc.files]
	texts = [text_of(row) for row in doc.files]
	write([entry(doc, "\n\n".join(filter(None, texts)))])
	if is_public(doc) and before != [row.text_state for row in doc.files]:
		doc.db_set("modified", frappe.utils.now(), update_modified=False)  # its page tells what could be read
		snapshot.rebuild([MAKER], why=doc.identifier)


def text_of(row: Document) -> str:
	"""The file's text; what became of it is put into its row."""
	path = files.path_of(row.file)
	found = extraction.examine(path.read_bytes() if path else b"", with_text=True)
	state = files.NOT_READ if found.problem else files.READ if found.has_text else files.NO_TEXT
	row.db_set({"text_state": state, "pages": found.pages or row.pages}, update_modified=False)
	return found.text if state == files.READ else ""


def entry(doc: Document, text: str) -> list:
	"""A row for write()."""
	title = " ".join(filter(None, (doc.identifier, doc.subject, doc.subject_en, doc.signer)))
	body = " ".join(filter(None, (title, doc.summary, doc.summary_en, doc.other_body, text)))
	return [
		doc.name,
		doc.name,
		int(is_public(doc)),
		doc.issued_on,
		plain.number(doc.identifier or ""),
		plain.indexed(title),
		plain.indexed(body),
		text,
	]


def write(rows: list[list]) -> None:
	insert_rows(DOCTYPE, ["name", "directive", *COLUMNS], rows, update=COLUMNS)


def forget(name: str) -> None:
	frappe.db.delete(DOCTYPE, {"name": name})
