"""The one Workflow of a routed DocType: a fixed set of states; who decides is data in the route.

All states are optional, so that the framework writes no Workflow Action rows: these cost more than half of an insert
and show names of other units to everyone with the role.
"""

import frappe
from frappe import _
from frappe.model.base_document import get_controller
from frappe.model.document import Document

from covid_portal.approval import vocabulary as v
from covid_portal.organisation.duties import STAFF_ROLE

STYLES = {v.IN_APPROVAL: "Warning", v.RETURNED: "Danger", v.APPROVED: "Success", v.REFUSED: "Inverse"}
TRANSITIONS = [
	*((state, "Send for Approval", v.IN_APPROVAL) for state in v.WITH_AUTHOR),
	(v.IN_APPROVAL, "Approve", v.APPROVED),
	(v.IN_APPROVAL, "Return", v.RETURNED),
	(v.IN_APPROVAL, "Refuse", v.REFUSED),
	(v.IN_APPROVAL, "Withdraw", v.WITHDRAWN),
]
# Of DocTypes that keep what was approved apart from what is being changed.
REOPENING = [(state, "Revise", v.DRAFT) for state in (v.APPROVED, v.REFUSED)]


def workflow_name(document_type: str) -> str:
	return f"{document_type} Approval"


def ensure_workflow(document_type: str) -> None:
	"""Create the DocType's workflow, once; a change of route never touches it (saving one scans the table)."""
	if frappe.db.exists("Workflow", workflow_name(document_type)):
		if active_ones(document_type) != [workflow_name(document_type)]:
			switch_on(document_type)
		forget_active(document_type)
		return
	for state in v.STATES:
		ensure("Workflow State", state, workflow_state_name=state, style=STYLES.get(state, ""))
	for action in v.ACTIONS:
		ensure("Workflow Action Master", action, workflow_action_name=action)
	workflow = frappe.get_doc(
		doctype="Workflow",
		workflow_name=workflow_name(document_type),
		document_type=document_type,
		is_active=1,
		workflow_state_field=v.STATE_FIELD,
		send_email_alert=0,
		states=[
			{"state": state, "doc_status": "0", "allow_edit": STAFF_ROLE, "is_optional_state": 1}
			for state in v.STATES
		],
		transitions=[
			{
				"state": state,
				"action": action,
				"next_state": next_state,
				"allowed": STAFF_ROLE,
				"allow_self_approval": 1,  # decide() knows better who the author is than the field `owner`
			}
			for state, action, next_state in transitions(document_type)
		],
	)
	workflow.flags.made_for_route = True
	workflow.insert(ignore_permissions=True)
	# Who asked before the commit has cached that there is none.
	frappe.db.after_commit.add(lambda: forget_active(document_type))


def forget_active(document_type: str) -> None:
	"""The framework keeps in its cache which workflow is active, or that none is."""
	frappe.cache.hdel("workflow", document_type)


def active_ones(document_type: str) -> list[str]:
	return frappe.get_all("Workflow", {"document_type": document_type, "is_active": 1}, pluck="name")


def switch_on(document_type: str) -> None:
	"""The workflow is there and another one, or none, was active in its place."""
	frappe.db.set_value("Workflow", {"document_type": document_type, "is_active": 1}, "is_active", 0)
	frappe.db.set_value("Workflow", workflow_name(document_type), "is_active", 1)
	frappe.clear_cache(doctype=document_type)


def transitions(document_type: str) -> list[tuple[str, str, str]]:
	reopens = hasattr(get_controller(document_type), "may_be_reopened")
	return [*TRANSITIONS, *(REOPENING if reopens else ())]


def ensure(doctype: str, name: str, **values: str) -> None:
	if not frappe.db.exists(doctype, name):
		frappe.get_doc(doctype=doctype, **values).insert(ignore_permissions=True)


def is_routed(doctype: str) -> bool:
	"""Whether the DocType's state is guarded: it has the managed workflow."""
	return workflow_name(doctype) == active_workflow(doctype)


def active_workflow(doctype: str) -> str:
	from frappe.model.workflow import get_workflow_name

	return get_workflow_name(doctype)


# --- by hand


def refuse_changes(doc: Document, method: str | None = None) -> None:
	"""before_validate of Workflow: a managed one is never changed by hand, and no other one set in its place. In validate() the
	framework would have switched the managed one off already, and with it the guard, which asks what is active."""
	if doc.flags.made_for_route:
		return
	before = doc.get_doc_before_save()
	managed = [one for one in (before, doc) if one and is_managed(one)]
	if managed or (doc.is_active and is_routed(doc.document_type)):
		refuse_by_hand((managed or [doc])[0].document_type)


def refuse_removal(doc: Document, method: str | None = None, *names: object) -> None:
	"""on_trash and before_rename of Workflow; where no route is left, nothing was ever sent, and it may go."""
	if is_managed(doc):
		refuse_by_hand(doc.document_type)


def is_managed(workflow: Document) -> bool:
	named = workflow.name == workflow_name(workflow.document_type)
	return named and bool(frappe.db.exists("Approval Route", {"document_type": workflow.document_type}))


def refuse_by_hand(document_type: str) -> None:
	frappe.throw(
		_(
			"{0} goes by its approval routes: change an Approval Route, not the workflow, which follows them."
		).format(_(document_type)),
		v.StateGuarded,
	)
