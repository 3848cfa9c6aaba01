"""decide(): the one way by which a document of a routed DocType changes its state."""

from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.approval import vocabulary as v
from covid_portal.approval.acts import AUTOMATIC, Act, work_out
from covid_portal.approval.line import Line, Right
from covid_portal.approval.managed_workflow import is_routed
from covid_portal.approval.seats import seats_of
from covid_portal.approval.storing import store
from covid_portal.organisation.transactions import begin_again_on


@frappe.whitelist(methods=["POST"])
def decide(
	doctype: str, name: str, decision: str, reason: str | None = None, return_to: int | None = None
) -> dict:
	"""Submit, approve, return, refuse or withdraw a document. `return_to`: the step it goes back to, if not the author.

	Returns {"name", "workflow_state"}. Raises NotYoursToDecide (403) when duty, unit or authorship forbid it,
	ReasonMissing when a return or refusal has no reason, ApprovalError when the state does not allow it. Where the
	database gives another request precedence, it begins again.
	"""
	return begin_again_on(frappe.QueryDeadlockError, decide_once, doctype, name, decision, reason, return_to)


def decide_once(
	doctype: str, name: str, decision: str, reason: str | None = None, return_to: int | None = None
) -> dict:
	"""As decide(), as a part of something larger: what is undone by a deadlock is not done again here."""
	doc = frappe.get_doc(doctype, name, for_update=True)
	decide_on(doc, decision, reason, return_to)
	return {"name": doc.name, v.STATE_FIELD: doc.get(v.STATE_FIELD)}


def decide_on(doc: Document, decision: str, reason: str | None = None, return_to: int | None = None) -> None:
	"""As decide(), for a document that the caller has loaded and nobody else can change meanwhile."""
	doc.check_permission("read")
	require_routed(doc.doctype)
	act = new_act(Line.load(doc), decision, reason, return_to)
	work_out(act)
	store(act)


def decide_automatically(line: Line, step: dict, decision: str, reason: str, at: datetime) -> None:
	"""What the route has the system do on a step that is late; on record as the system's."""
	act = new_act(line, decision, reason)
	act.at, act.automatic, act.right = at, True, Right(step, step["unit"], None)
	AUTOMATIC[decision](act)
	store(act)


def new_act(line: Line, decision: str, reason: str | None, return_to: int | None = None) -> Act:
	user = frappe.session.user
	return Act(
		line,
		decision,
		(reason or "").strip(),
		user,
		now(),
		own_seats=seats_of(user),
		return_to=frappe.utils.cint(return_to),
	)


def require_routed(doctype: str) -> None:
	if not is_routed(doctype):
		frappe.throw(_("{0} has no approval route.").format(_(doctype)), v.RouteMissing)


def now() -> datetime:
	"""Whole seconds, as the record keeps them: what is digested must read the same from the database."""
	return now_datetime().replace(microsecond=0)
