"""Files of persons: on the disk as ciphertext under the person's key, so that erasure ends them too; shown to those who handle the
document they came with, each look on record.

They lie in private/files, where the framework's backups find them; of its own files none has their address, so it serves none.
"""

import os
from pathlib import Path

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime
from werkzeug.wrappers import Response

from covid_portal.organisation.writers import insert_rows
from covid_portal.privacy import access, sealing
from covid_portal.privacy.quiet import without_values
from covid_portal.privacy.reveal import readable, require_handler

DOCTYPE = "Sealed File"
OWNER_ONLY, OWNER_ONLY_FOLDER = 0o600, 0o700
# Pictures are shown, in a page that can do nothing; all else is saved.
SHOWN = "image/"
HEADERS = {
	"Cache-Control": "no-store",
	"X-Content-Type-Options": "nosniff",
	"Content-Security-Policy": "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'",
}


class NoSuchFile(frappe.DoesNotExistError):
	"""No file of that name is kept."""


def keep(document: Document, subject: str, title: str, kind: str, content: bytes) -> str:
	"""Seal the file under the subject, beside the document; its name. `kind`: its media type. `title` says nothing of the person.

	Set-based writer's INSERT: nothing may listen to it, and nothing in it is to check.
	"""
	name = frappe.generate_hash(length=20)
	frappe.db.after_rollback.add(lambda: remove(name))
	write(path_of(name), sealing.seal_bytes(subject, content))
	row = {
		"name": name,
		"reference_doctype": document.doctype,
		"reference_name": document.name,
		"subject": subject,
		"title": title,
		"kind": kind,
		"size": len(content),
		"kept_at": now_datetime().replace(microsecond=0),
	}
	insert_rows(DOCTYPE, list(row), [list(row.values())])
	return name


def listed(doctype: str, name: str) -> list[dict]:
	"""What came with the document: [{"name", "title", "kind", "size"}]"""
	return frappe.get_all(
		DOCTYPE,
		{"reference_doctype": doctype, "reference_name": name},
		["name", "title", "kind", "size"],
		order_by="kept_at asc, title asc",
	)


@frappe.whitelist(methods=["GET"])
@without_values
def show(name: str) -> Response:
	"""The file in clear, for those who handle its document. Recorded. Raises NoSuchFile, RevealRefused, Erased."""
	row = frappe.db.get_value(
		DOCTYPE, name, ["reference_doctype", "reference_name", "subject", "title", "kind"], as_dict=True
	)
	if not row:
		frappe.throw(_("There is no such file."), NoSuchFile)
	require_handler(readable(row.reference_doctype, row.reference_name))
	content = opened(name, row.subject)
	access.record(
		row.reference_doctype, row.reference_name, [row.title], _("Opened the file"), "File", row.subject
	)
	frappe.db.commit()  # on record before it is seen; of a GET the framework stores nothing
	way = "inline" if row.kind.startswith(SHOWN) else "attachment"
	named = {"Content-Disposition": f'{way}; filename="{row.title}"'}
	return Response(content, mimetype=row.kind, headers={**HEADERS, **named})


def opened(name: str, subject: str) -> bytes:
	return sealing.unseal_bytes(subject, path_of(name).read_bytes())


# --- on the disk


def path_of(name: str) -> Path:
	return Path(frappe.get_site_path("private", "files", "sealed", name[:2], name)).resolve()


def write(path: Path, content: bytes) -> None:
	"""On the disk before the row that names it is committed: what was acknowledged outlives a loss of power."""
	path.parent.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
	descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
	with os.fdopen(descriptor, "wb") as opened:
		opened.write(content)
		opened.flush()
		os.fsync(opened.fileno())


def remove(name: str) -> None:
	path_of(name).unlink(missing_ok=True)


def forget(doctype: str, names: list[str]) -> None:
	"""Of erased persons (hook on_erasure): unreadable already, and in nobody's way."""
	for name in names if doctype == DOCTYPE else ():
		remove(name)
