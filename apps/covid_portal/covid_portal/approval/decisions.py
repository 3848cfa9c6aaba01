"""decide(): the one way by which a document of a routed DocType changes its state."""

from dataclasses import dataclass
from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.approval import vocabulary as v
from covid_portal.approval.chain import append_decision, last_decision
from covid_portal.approval.contributions import contributors
from covid_portal.approval.guard import deciding, is_on_behalf
from covid_portal.approval.managed_workflow import is_routed
from covid_portal.approval.routes import freeze_steps
from covid_portal.organisation.duties import holds_duty
from covid_portal.organisation.scope import in_scope
from covid_portal.organisation.transactions import begin_again_on


@dataclass
class Act:
	"""One decision being taken: what the checks found out and the record will say."""

	doc: Document
	decision: str
	reason: str
	user: str
	at: datetime
	step: dict | None = None
	round: int = 0
	to_state: str = ""


@frappe.whitelist(methods=["POST"])
def decide(doctype: str, name: str, decision: str, reason: str | None = None) -> dict:
	"""Submit, approve, return, refuse or withdraw a document.

	Returns {"name", "workflow_state"}. Raises NotYoursToDecide (403) when duty, unit or authorship forbid it,
	ReasonMissing when a return or refusal has no reason, ApprovalError when the state does not allow it. Where the
	database gives another request precedence, it begins again.
	"""
	return begin_again_on(frappe.QueryDeadlockError, decide_once, doctype, name, decision, reason)


def decide_once(doctype: str, name: str, decision: str, reason: str | None = None) -> dict:
	"""As decide(), as a part of something larger: what is undone by a deadlock is not done again here."""
	doc = frappe.get_doc(doctype, name, for_update=True)
	decide_on(doc, decision, reason)
	return {"name": doc.name, v.STATE_FIELD: doc.get(v.STATE_FIELD)}


def decide_on(doc: Document, decision: str, reason: str | None = None) -> None:
	"""As decide(), for a document that the caller has loaded and nobody else can change meanwhile."""
	doc.check_permission("read")
	require_routed(doc.doctype)
	act = Act(doc, decision, (reason or "").strip(), frappe.session.user, now())
	HANDLERS.get(decision, unknown_decision)(act)


def require_routed(doctype: str) -> None:
	if not is_routed(doctype):
		frappe.throw(_("{0} has no approval route.").format(_(doctype)), v.RouteMissing)


def submit(act: Act) -> None:
	require_state(act, v.WITH_AUTHOR)
	require_author_scope(act)
	act.doc.run_method("before_approval", act.at)
	last = last_decision(act.doc)
	act.round = (last.round if last else 0) + 1
	first = freeze_steps(act.doc, act.round, act.at)[0]
	wait_for(act.doc, first)
	finish(act, v.IN_APPROVAL)


def approve(act: Act) -> None:
	require_pending_step(act)
	step = act.step
	close_step(act, "Approved")
	following = open_step(act, step.step + 1)
	wait_for(act.doc, following)
	finish(act, v.IN_APPROVAL if following else v.APPROVED)


def send_back(act: Act) -> None:
	require_reason(act)
	require_pending_step(act)
	close_step(act, "Returned")
	wait_for(act.doc, None)
	finish(act, v.RETURNED)


def refuse(act: Act) -> None:
	require_reason(act)
	require_pending_step(act)
	close_step(act, "Refused")
	wait_for(act.doc, None)
	finish(act, v.REFUSED)


def withdraw(act: Act) -> None:
	"""The author takes the document back, as long as nobody has decided on it in this round."""
	require_state(act, (v.IN_APPROVAL,))
	require_author_scope(act)
	last = last_decision(act.doc)
	if last.decision != v.SUBMIT:
		frappe.throw(
			_("{0} has been decided on already; it cannot be withdrawn.").format(describe(act.doc)),
			v.ApprovalError,
		)
	act.round = last.round
	act.step = pending_step(act.doc)
	close_step(act, "Withdrawn")
	wait_for(act.doc, None)
	finish(act, v.WITHDRAWN)


def unknown_decision(act: Act) -> None:
	frappe.throw(_("{0} is not a decision.").format(act.decision), v.ApprovalError)


HANDLERS = {v.SUBMIT: submit, v.APPROVE: approve, v.RETURN: send_back, v.REFUSE: refuse, v.WITHDRAW: withdraw}


# --- checks


def require_state(act: Act, states: tuple[str, ...]) -> None:
	state = act.doc.get(v.STATE_FIELD) or v.DRAFT
	if state not in states:
		frappe.throw(
			_("{0} is in the state {1}: {2} is not possible now.").format(
				describe(act.doc), _(state), _(act.decision)
			),
			v.ApprovalError,
		)


def require_author_scope(act: Act) -> None:
	if is_on_behalf(act.doc):
		return
	act.doc.check_permission("write")
	if not in_scope(act.doc, act.user, "Write"):
		refuse_decider(act, _("it belongs to another unit"))


def require_reason(act: Act) -> None:
	if not act.reason:
		frappe.throw(
			_("{0}: say why. The unit must know what to correct.").format(describe(act.doc)), v.ReasonMissing
		)


def require_pending_step(act: Act) -> None:
	"""The user holds the step's duty in its unit, did not write the document and decided on no earlier step."""
	require_state(act, (v.IN_APPROVAL,))
	act.step = pending_step(act.doc)
	act.round = act.step.round
	if not holds_duty(act.user, act.step.duty, act.step.unit):
		refuse_decider(act, _("it waits for {0} of {1}").format(_(act.step.duty), unit_name(act.step.unit)))
	if act.user in authors(act.doc):
		refuse_decider(act, _("you entered, changed or sent it yourself"))
	if act.user in deciders(act.doc, act.round):
		refuse_decider(act, _("you have decided on an earlier step"))


def refuse_decider(act: Act, why: str) -> None:
	frappe.throw(
		_("You cannot decide ({0}) on {1}: {2}.").format(_(act.decision), describe(act.doc), why),
		v.NotYoursToDecide,
	)


def authors(doc: Document) -> set[str]:
	"""Who entered the document, changed what it says, or sent it, in this round or an earlier one."""
	senders = frappe.get_all("Approval Decision", {**reference(doc), "decision": v.SUBMIT}, pluck="user")
	return {doc.owner, *senders, *contributors(doc.doctype, doc.name)}


def deciders(doc: Document, round_number: int) -> set[str]:
	return set(
		frappe.get_all(
			"Approval Step",
			{**reference(doc), "round": round_number, "state": "Approved"},
			pluck="decided_by",
		)
	)


# --- steps


def pending_step(doc: Document) -> dict:
	step = frappe.db.get_value(
		"Approval Step",
		{**reference(doc), "state": "Pending"},
		["name", "round", "step", "unit", "duty"],
		as_dict=True,
	)
	if not step:
		frappe.throw(_("{0} has no step that waits for a decision.").format(describe(doc)), v.ApprovalError)
	return step


def close_step(act: Act, state: str) -> None:
	frappe.db.set_value(
		"Approval Step",
		act.step.name,
		{"state": state, "decided_by": act.user, "decided_at": act.at},
	)


def open_step(act: Act, number: int) -> dict | None:
	step = frappe.db.get_value(
		"Approval Step",
		{**reference(act.doc), "round": act.round, "step": number},
		["name", "step", "unit", "due_at"],
		as_dict=True,
	)
	if step:
		frappe.db.set_value("Approval Step", step.name, "state", "Pending")
	return step


def wait_for(doc: Document, step: Document | dict | None) -> None:
	"""Say on the document itself whom it waits for: lists filter by it, consolidation reads it."""
	doc.approval_unit = step.unit if step else None
	doc.approval_step = step.step if step else 0
	doc.approval_due = step.due_at if step else None


def finish(act: Act, to_state: str) -> None:
	"""Save the new state and the record of the decision, together or not at all."""
	act.to_state, from_state = to_state, act.doc.get(v.STATE_FIELD) or v.DRAFT
	# The document's own last word: it refuses what must not be decided in passing. It knows who, at which step and why.
	act.doc.run_method("before_decision", act)
	act.doc.set(v.STATE_FIELD, to_state)
	with deciding(act.doc):
		# Approvers have no right to write the document; duty, unit and scope were checked above.
		act.doc.save(ignore_permissions=True)
	try:
		append_decision(act, from_state)
	except frappe.UniqueValidationError:
		# The transaction began before the other decision was stored, and has not seen it.
		frappe.clear_messages()
		frappe.throw(
			_("{0} is being decided on by someone else at this moment. Open it again.").format(
				describe(act.doc)
			),
			v.DecidedMeanwhile,
		)
	act.doc.run_method("on_decision", act.decision)


def now() -> datetime:
	"""Whole seconds, as the record keeps them: what is digested must read the same from the database."""
	return now_datetime().replace(microsecond=0)


def reference(doc: Document) -> dict[str, str]:
	return {"reference_doctype": doc.doctype, "reference_name": doc.name}


def describe(doc: Document) -> str:
	"""What a message calls the document: its own words, if it has some."""
	return doc.describe() if hasattr(doc, "describe") else f"{_(doc.doctype)} {doc.name}"


def unit_name(unit: str) -> str:
	return frappe.db.get_value("Unit", unit, "unit_name", cache=True) or unit
