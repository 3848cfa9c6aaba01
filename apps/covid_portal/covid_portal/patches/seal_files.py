"""Files that people sent before files were sealed: from the framework's private files to ciphertext under the sender's key. Those
that staff attached have other names and stay. File by file, so that it may be interrupted."""

from pathlib import Path

import frappe
from frappe.model.document import Document

from covid_portal.citizens.attachments import KINDS
from covid_portal.privacy import files, subjects

DOCTYPES = ("Petition", "Home Return")


def execute() -> None:
	for row in plain_files():
		file = frappe.get_doc("File", row.name)
		if is_sealed(file) or seal(file):
			frappe.db.commit()  # sealed for good, before the plain one goes
			remove(file)
			frappe.db.commit()  # a unit of work: the next one's failure must not undo it
		subjects.forget()


def plain_files() -> list[frappe._dict]:
	"""Named as the portal named what was sent: <document>-<number>.jpg or .pdf"""
	return frappe.db.sql(
		"""select name, attached_to_doctype, attached_to_name from tabFile
		where attached_to_doctype in %s and file_name regexp concat('^', attached_to_name, '-[0-9]+[.](jpg|pdf)$')
		order by creation""",
		[DOCTYPES],
		as_dict=True,
	)


def is_sealed(file: Document) -> bool:
	"""By a run that was interrupted before the plain file was gone."""
	return bool(
		frappe.db.exists(
			files.DOCTYPE,
			{
				"reference_doctype": file.attached_to_doctype,
				"reference_name": file.attached_to_name,
				"title": file.file_name,
			},
		)
	)


def seal(file: Document) -> bool:
	"""Whether it was: not where it is gone from the disk, or its person was erased. Such a row stays for an operator to see."""
	path = Path(file.get_full_path())
	document = frappe.get_doc(file.attached_to_doctype, file.attached_to_name)
	if not path.is_file() or not frappe.db.get_value("Data Subject", document.subject, "wrapped_key"):
		return False
	kind = KINDS[file.file_name.rpartition(".")[2]]
	files.keep(document, document.subject, file.file_name, kind, path.read_bytes())
	return True


def remove(file: Document) -> None:
	"""For good: the framework's Deleted Document would keep what it was called."""
	frappe.delete_doc("File", file.name, ignore_permissions=True, force=True, delete_permanently=True)
