"""What the framework keeps beside documents: files, comments, versions, messages, tasks, tags, followers.

Of a document in somebody's scope they are for those who may read the document, and nobody else. The functions here deny;
where they have nothing against it, the framework's own function decides, being asked next.
"""

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.organisation.scope import scope_condition
from covid_portal.organisation.user_permissions import is_kept, kept_doctypes

# DocType -> its fields for the DocType and the name of the document it stands beside
BESIDE = {
	"File": ("attached_to_doctype", "attached_to_name"),
	"Comment": ("reference_doctype", "reference_name"),
	"Version": ("ref_doctype", "docname"),
	"Communication": ("reference_doctype", "reference_name"),
	"ToDo": ("reference_type", "reference_name"),
	"Tag Link": ("document_type", "document_name"),
	"Document Follow": ("ref_doctype", "ref_docname"),
	"DocShare": ("share_doctype", "share_name"),
}
CHANGING = {"create", "write", "delete"}
PRIVATE = "/private/"
FARTHEST = 4  # that far a thing may stand from the document, one beside the other; longer chains nobody makes by hand


class PublicFile(frappe.ValidationError):
	"""A file beside a document of limited scope would be open to everybody."""


def scoped_doctypes() -> list[str]:
	"""DocTypes whose documents are in somebody's scope: as hooks.py says, and those of administrators."""
	from covid_portal import hooks

	hooked = [doctype for doctype in hooks.has_permission if doctype not in BESIDE]
	return [*hooked, *sorted(kept_doctypes())]


def has_permission(doc: Document, ptype: str = "read", user: str | None = None) -> bool | None:
	"""False where the document beside which it stands is out of scope, else None: the framework's own rule decides."""
	user = user or frappe.session.user
	if user == "Administrator":
		return None
	doctype, name = stands_by(doc)
	if doctype in scoped_doctypes() and not may(doctype, name, needed(doc.doctype, ptype), user):
		return False
	if doc.doctype == "File" and ptype in CHANGING and is_file_of_others(doc):
		return False
	return None


def stands_by(doc: Document) -> tuple[str | None, str | None]:
	"""DocType and name of the document that it is about in the end: a task may be about a file that is about a report."""
	doctype, name = (doc.get(field) for field in BESIDE[doc.doctype])
	for _hop in range(FARTHEST):
		if doctype not in BESIDE or not name:
			break
		doctype, name = frappe.db.get_value(doctype, name, BESIDE[doctype]) or (None, None)
	return doctype, name


def needed(beside: str, ptype: str) -> str:
	"""A file belongs to what the document says, so it takes the right to write; a remark takes the right to read."""
	return "write" if beside == "File" and ptype in CHANGING else "read"


def may(doctype: str, name: str | None, ptype: str, user: str) -> bool:
	"""Whether the user has this right on the document; on one that is not stored yet, on the DocType."""
	stored = name and frappe.db.exists(doctype, name)
	return bool(frappe.has_permission(doctype, ptype, doc=name if stored else None, user=user))


def is_file_of_others(doc: Document) -> bool:
	"""A new record, or a changed address, that would open a private file whose records are all closed to the user."""
	url = doc.file_url or ""
	if not url.startswith(PRIVATE) or doc.get("content"):
		return False
	if doc.name and frappe.db.get_value("File", doc.name, "file_url") == url:
		return False
	records = frappe.get_all("File", {"file_url": url}, pluck="name")
	return bool(records) and not any(frappe.has_permission("File", "read", doc=name) for name in records)


def refuse_public_files(doc: Document, method: str | None = None) -> None:
	if doc.attached_to_doctype in scoped_doctypes() and not doc.is_private:
		frappe.throw(
			_("Files of {0} {1} are private: mark this one as private.").format(
				_(doc.attached_to_doctype), doc.attached_to_name
			),
			PublicFile,
		)


def condition(beside: str, user: str | None = None) -> str:
	"""SQL on `tab<beside>`: beside documents that lie in nobody's scope, or in the user's."""
	user = user or frappe.session.user
	if user == "Administrator":
		return "1 = 1"
	doctype, name = (f"`tab{beside}`.`{field}`" for field in BESIDE[beside])
	scoped = scoped_doctypes()
	names = ", ".join(frappe.db.escape(scope) for scope in scoped)
	branches = [
		f"({doctype} = {frappe.db.escape(scope)} and {name} in "
		f"(select name from `tab{scope}` where {list_condition(scope, user)}))"
		for scope in scoped
	]
	return f"(coalesce({doctype}, '') not in ({names}) or {' or '.join(branches)})"


def list_condition(doctype: str, user: str) -> str:
	from covid_portal import hooks

	if is_kept(doctype):
		return scope_condition(doctype, user)
	return frappe.get_attr(hooks.permission_query_conditions[doctype])(user)


# The list hook is called with the user alone on early v15, hence one function per DocType.


def for_file(user: str | None = None) -> str:
	return condition("File", user)


def for_comment(user: str | None = None) -> str:
	return condition("Comment", user)


def for_version(user: str | None = None) -> str:
	return condition("Version", user)


def for_communication(user: str | None = None) -> str:
	return condition("Communication", user)


def for_todo(user: str | None = None) -> str:
	return condition("ToDo", user)


def for_tag_link(user: str | None = None) -> str:
	return condition("Tag Link", user)


def for_document_follow(user: str | None = None) -> str:
	return condition("Document Follow", user)


def for_docshare(user: str | None = None) -> str:
	return condition("DocShare", user)
