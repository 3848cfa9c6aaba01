"""The Desk's acts on a document that the framework lets anybody do who knows its name: tags, likes, tasks, followers.

hooks.override_whitelisted_methods leads the framework's endpoints here: whoever may not read the document is refused, then
the framework's own function does it.
"""

import frappe
from frappe import _, email
from frappe.desk import like
from frappe.desk.doctype.tag import tag as tags_module
from frappe.desk.form import assign_to as assignments
from frappe.desk.form import document_follow


def require_readable(doctype: str, *names: str) -> None:
	for name in names:
		frappe.get_doc(doctype, name).check_permission("read")


def names_of(value: str | list) -> list[str]:
	return frappe.parse_json(value) if isinstance(value, str) else value


@frappe.whitelist()
def add_tag(tag: str, dt: str, dn: str, color: str | None = None) -> str:
	require_readable(dt, dn)
	return tags_module.add_tag(tag, dt, dn, color)


@frappe.whitelist()
def add_tags(tags: str | list, dt: str, docs: str | list, color: str | None = None) -> None:
	require_readable(dt, *names_of(docs))
	tags_module.add_tags(frappe.as_json(names_of(tags)), dt, frappe.as_json(names_of(docs)), color)


@frappe.whitelist()
def remove_tag(tag: str, dt: str, dn: str) -> None:
	require_readable(dt, dn)
	tags_module.remove_tag(tag, dt, dn)


@frappe.whitelist()
def get_tagged_docs(doctype: str, tag: str) -> list[list[str]]:
	"""Names of the documents with this tag that the user may read; as the framework, one row each."""
	return frappe.get_list(doctype, {"_user_tags": ("like", tag)}, ["name"], as_list=True, limit=0)


@frappe.whitelist()
def toggle_like(doctype: str, name: str, add: str | bool = False) -> None:
	require_readable(doctype, name)
	like.toggle_like(doctype, name, add)


@frappe.whitelist()
def add_assignment(args: dict | str | None = None) -> list[dict]:
	args = assignment_of(args)
	require_readable(args.doctype, args.name)
	return assignments.add(args)


@frappe.whitelist()
def add_assignments(args: dict | str | None = None) -> None:
	"""As add_assignment, on each of the documents in `name`."""
	args = assignment_of(args)
	names = names_of(args.name)
	require_readable(args.doctype, *names)
	assignments.add_multiple({**args, "name": frappe.as_json(names)})


def assignment_of(args: dict | str | None) -> frappe._dict:
	"""What the framework's endpoint takes: one argument, or the whole of what was sent."""
	return frappe._dict(frappe.parse_json(args) or frappe.local.form_dict)


# The framework takes from the client that nothing is to be checked; these do not.


@frappe.whitelist()
def remove_assignment(doctype: str, name: str, assign_to: str) -> list[dict]:
	require_readable(doctype, name)
	return assignments.remove(doctype, name, assign_to)


@frappe.whitelist()
def remove_assignments(doctype: str, names: str | list) -> None:
	names = names_of(names)
	require_readable(doctype, *names)
	for name in names:
		for row in assignments.get({"doctype": doctype, "name": name}):
			assignments.remove(doctype, name, row.owner)


@frappe.whitelist()
def close_assignment(doctype: str, name: str, assign_to: str) -> list[dict]:
	if assign_to != frappe.session.user:
		frappe.throw(_("Only who has the task completes it."), frappe.PermissionError)
	require_readable(doctype, name)
	return assignments.set_status(doctype, name, assign_to=assign_to, status="Closed")


@frappe.whitelist()
def get_follow_users(doctype: str, doc_name: str) -> list[dict]:
	require_readable(doctype, doc_name)
	return document_follow.get_follow_users(doctype, doc_name)


@frappe.whitelist()
def relink(name: str, reference_doctype: str, reference_name: str) -> None:
	"""Moves a message to another document. Both are in the user's sight."""
	require_readable("Communication", name)
	require_readable(reference_doctype, reference_name)
	email.relink(name, reference_doctype, reference_name)
