"""The Desk's workflow buttons, its list's bulk act and the e-mail link, led to decide().

hooks.override_whitelisted_methods maps the framework's endpoints to these. DocTypes without a managed workflow go to
the framework's own functions.
"""

import frappe
from frappe import _
from frappe.desk.form import save
from frappe.model import workflow
from frappe.model.document import Document

from covid_portal.approval import vocabulary as v
from covid_portal.approval.acts import may_reopen
from covid_portal.approval.bulk import Taken, decide_many_once, names_of
from covid_portal.approval.decisions import decide
from covid_portal.approval.line import Line, may_decide
from covid_portal.approval.managed_workflow import is_routed
from covid_portal.organisation.guest_input import checked
from covid_portal.organisation.scope import in_scope
from covid_portal.organisation.transactions import begin_again_on


@frappe.whitelist()
def apply_workflow(doc: str | dict, action: str) -> Document:
	values = frappe.parse_json(doc)
	if not is_routed(values.get("doctype")):
		return workflow.apply_workflow(doc, action)
	decision = v.ACTIONS.get(action)
	if not decision:
		frappe.throw(_("{0} is not a decision.").format(_(action)), v.ApprovalError)
	decide(
		values["doctype"],
		str(values["name"]),
		decision,
		values.get("decision_reason"),
		frappe.utils.cint(values.get("decision_return_to")),
	)
	return shown(frappe.get_doc(values["doctype"], values["name"]))


def shown(doc: Document) -> Document:
	"""With what its form is given on opening it: the Desk puts this document in place of the one it has."""
	doc.set("__onload", frappe._dict())
	doc.run_method("onload")
	return doc


@frappe.whitelist()
def get_transitions(
	doc: str | dict | Document, workflow_name: str | None = None, raise_exception: bool = False
) -> list[dict]:
	"""What this user may decide on this document now; the Desk shows a button for each."""
	document = doc if isinstance(doc, Document) else frappe.get_doc(frappe.parse_json(doc))
	if not is_routed(document.doctype):
		return workflow.get_transitions(doc, raise_exception=raise_exception)
	if document.is_new():
		return []
	document = frappe.get_doc(document.doctype, document.name)
	document.check_permission("read")
	offered = offered_decisions(document)
	rows = workflow.get_workflow(document.doctype).transitions
	state = document.get(v.STATE_FIELD)
	return [row.as_dict() for row in rows if row.state == state and v.ACTIONS.get(row.action) in offered]


def offered_decisions(doc: Document) -> set[str]:
	"""What decide() would allow the user now."""
	state, user = doc.get(v.STATE_FIELD), frappe.session.user
	# frappe.has_permission, unlike the document's own, shows the user no message where the answer is no.
	author = frappe.has_permission(doc.doctype, "write", doc=doc) and in_scope(doc, user, "Write")
	if state in v.WITH_AUTHOR:
		return {v.SUBMIT} if author else set()
	if may_reopen(doc):
		return {v.REOPEN} if author else set()
	if state != v.IN_APPROVAL:
		return set()
	line = Line.load(doc)
	decisions = {v.APPROVE, v.RETURN, v.REFUSE} if may_decide(line, user) else set()
	return decisions | {v.WITHDRAW} if author and line.record[-1]["decision"] == v.SUBMIT else decisions


@frappe.whitelist(methods=["POST", "PUT"])
def savedocs(doc: str, action: str) -> None:
	"""The form's Save button: as the framework does it, and anew where the database gave another request precedence."""
	begin_again_on(frappe.QueryDeadlockError, save.savedocs, doc, action)


@frappe.whitelist(methods=["POST"])
def bulk_workflow_approval(docnames: str, doctype: str, action: str) -> None:
	"""One decision on many documents. Each stands for itself: what fails is named, what succeeds is kept."""
	if not is_routed(doctype):
		return workflow.bulk_workflow_approval(docnames, doctype, action)
	begin_again_on(frappe.QueryDeadlockError, decide_all, doctype, names_of(docnames), action)


def decide_all(doctype: str, names: list[str], action: str) -> None:
	result = decide_many_once(doctype, names, Taken(v.ACTIONS.get(action, action)))
	escape = frappe.utils.escape_html
	failed = [escape(f"{row['name']}: {row['message']}") for row in result["failed"]]
	done = _("{0} of {1} decided.").format(len(result["decided"]), len(names))
	frappe.msgprint("<br>".join([done, *failed]), title=_(action), indicator="red" if failed else "green")


# xss_safe: the framework would take texts apart as JSON first, however deep it is nested; none of them is shown here.
@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@checked
def apply_action(
	action: str,
	doctype: str,
	docname: str,
	current_state: str,
	user: str | None = None,
	last_modified: str | None = None,
) -> None:
	"""The link in a workflow e-mail changes state by GET: never for a routed DocType, managed workflows send none."""
	if is_routed(doctype):
		frappe.throw(_("Decide in the Desk, after logging in."), v.StateGuarded)
	from frappe.workflow.doctype.workflow_action import workflow_action

	workflow_action.apply_action(action, doctype, docname, current_state, user, last_modified)
