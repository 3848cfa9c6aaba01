"""What a decision does to a document, its steps and its record, worked out in memory: decisions.py and bulk.py store it."""

from dataclasses import dataclass, field
from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.approval import vocabulary as v
from covid_portal.approval.guard import GUARDED, is_on_behalf
from covid_portal.approval.line import Line, Right, describe
from covid_portal.approval.routes import RouteChooser, Subject, deadline, plan_steps
from covid_portal.approval.seats import Seat, Seats
from covid_portal.organisation.scope import in_scope

LONGEST_REASON = 10_000  # characters


@dataclass
class Act:
	"""One decision being taken: what the checks found out and the record will say."""

	line: Line
	decision: str
	reason: str
	user: str
	at: datetime
	seats: Seats = field(default_factory=Seats)
	own_seats: list[Seat] = field(default_factory=list)
	choosers: dict[str, RouteChooser] = field(default_factory=dict)  # by DocType, read once for many acts
	return_to: int = 0  # the step it goes back to; 0: the author
	right: Right | None = None
	automatic: bool = False  # the route has the system act; nobody's right was asked
	in_bulk: bool = False  # the document's own word is asked for all documents at once
	before: dict = field(default_factory=dict)  # the guarded fields as they were
	round: int = 0
	from_state: str = ""
	to_state: str = ""
	changed: list[dict] = field(default_factory=list)  # rows of Approval Step, new or with new values

	@property
	def doc(self) -> Document:
		return self.line.doc

	@property
	def step(self) -> dict | None:
		return self.right.step if self.right else None


def work_out(act: Act) -> None:
	"""Check the act and put its outcome into it and its document. Raises as decide() does."""
	if len(act.reason) > LONGEST_REASON:
		frappe.throw(_("The reason is longer than {0} characters.").format(LONGEST_REASON), v.ApprovalError)
	HANDLERS.get(act.decision, unknown_decision)(act)


def submit(act: Act) -> None:
	require_state(act, v.WITH_AUTHOR)
	require_author_scope(act)
	doc = act.doc
	doc.run_method("before_approval", act.at)
	require_unit(act)
	act.round = act.line.round + 1
	version = chooser_of(act).version_for(doc)
	subject = Subject(doc.unit, doc.get("area"), frozenset({*act.line.authors, act.user}))
	plan = plan_steps(version, subject, act.at, act.seats)
	reference = {"reference_doctype": doc.doctype, "reference_name": str(doc.name), "round": act.round}
	act.changed = [new_step(reference, step) for step in plan.steps]
	act.line.steps.extend(act.changed)
	finish(act, v.IN_APPROVAL, [step for step in act.changed if step["state"] == "Pending"])


def chooser_of(act: Act) -> RouteChooser:
	doctype = act.doc.doctype
	if doctype not in act.choosers:
		act.choosers[doctype] = RouteChooser.of(doctype, act.seats)
	return act.choosers[doctype]


def new_step(reference: dict, step: dict) -> dict:
	blank = dict.fromkeys(("escalated_unit", "reminded_at", "escalated_at", "decided_by", "decided_at"))
	return {"name": frappe.generate_hash(length=10), **reference, **blank, **step}


def approve(act: Act) -> None:
	require_right(act)
	if not act.automatic and not act.line.is_approved_with(act.right, act.user, act.seats):
		finish(act, v.IN_APPROVAL, act.line.pending)  # one of several approvals
		return
	close_step(act, act.step, "Approved")
	go_on(act)


def go_on(act: Act) -> None:
	"""The step of the act is done: wait for those beside it, or open those after it, or it is approved."""
	pending = act.line.pending or open_steps(act, act.step["step"] + 1)
	finish(act, v.IN_APPROVAL if pending else v.APPROVED, pending)


def send_back(act: Act) -> None:
	require_reason(act)
	require_right(act)
	if not act.return_to:
		end_steps(act, "Returned")
		finish(act, v.RETURNED, [])
		return
	require_earlier_step(act)
	for step in act.line.current_steps:
		if step["step"] >= act.return_to:
			step.update(state="Waiting", decided_by=None, decided_at=None)
			act.changed.append(step)
	finish(act, v.IN_APPROVAL, open_steps(act, act.return_to))


def refuse(act: Act) -> None:
	require_reason(act)
	require_right(act)
	end_steps(act, "Refused")
	finish(act, v.REFUSED, [])


def withdraw(act: Act) -> None:
	"""The author takes the document back, as long as nobody has decided on it in this round; the portal, for people without an
	account, as long as it waits for anybody."""
	require_state(act, (v.IN_APPROVAL,))
	require_author_scope(act)
	if not is_on_behalf(act.doc) and act.line.record[-1]["decision"] != v.SUBMIT:
		frappe.throw(
			_("{0} has been decided on already; it cannot be withdrawn.").format(describe(act.doc)),
			v.ApprovalError,
		)
	act.round = act.line.round
	for step in act.line.pending:
		close_step(act, step, "Withdrawn")
	finish(act, v.WITHDRAWN, [])


def reopen(act: Act) -> None:
	"""The author changes what was decided on, in a new round; for DocTypes alone that keep what was approved apart."""
	if not may_reopen(act.doc):
		require_state(act, ())
	require_author_scope(act)
	act.round = act.line.round
	finish(act, v.DRAFT, [])


def may_reopen(doc: Document) -> bool:
	"""The controller's word, `may_be_reopened`: asked of the class, so that no field of that name can say it."""
	asked = getattr(type(doc), "may_be_reopened", None)
	return bool(asked and asked(doc))


def skip(act: Act) -> None:
	"""By the route alone: a late step is left out."""
	require_right(act)
	close_step(act, act.step, "Skipped")
	go_on(act)


def escalate(act: Act) -> None:
	"""By the route alone: the superior unit may decide on a late step as well, one approval of it in place of all that the
	step asks of its own unit."""
	require_right(act)
	act.step["escalated_unit"] = act.seats.superior_of(act.step["unit"])
	act.changed.append(act.step)
	finish(act, v.IN_APPROVAL, act.line.pending)


def unknown_decision(act: Act) -> None:
	frappe.throw(_("{0} is not a decision.").format(act.decision), v.ApprovalError)


HANDLERS = {
	v.SUBMIT: submit,
	v.APPROVE: approve,
	v.RETURN: send_back,
	v.REFUSE: refuse,
	v.WITHDRAW: withdraw,
	v.REOPEN: reopen,
}
AUTOMATIC = {v.APPROVE: approve, v.SKIP: skip, v.ESCALATE: escalate}


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


def require_unit(act: Act) -> None:
	"""The line begins at a unit: a document of none would wait for nobody."""
	if not act.doc.unit:
		frappe.throw(
			_("{0} belongs to no unit: enter its unit, then send it.").format(describe(act.doc)),
			v.ApprovalError,
		)


def require_reason(act: Act) -> None:
	if not act.reason:
		frappe.throw(
			_("{0}: say why. The unit must know what to correct.").format(describe(act.doc)), v.ReasonMissing
		)


def require_right(act: Act) -> None:
	"""The user holds the duty of a step that waits, in its unit or as a substitute; is no author; decided on no step."""
	require_state(act, (v.IN_APPROVAL,))
	act.round = act.line.round
	if act.automatic:
		return
	right = act.line.right_of(act.user, act.own_seats)
	if isinstance(right, str):
		refuse_decider(act, right)
	act.right = right


def refuse_decider(act: Act, why: str) -> None:
	frappe.throw(
		_("You cannot decide ({0}) on {1}: {2}.").format(_(act.decision), describe(act.doc), why),
		v.NotYoursToDecide,
	)


def require_earlier_step(act: Act) -> None:
	known = {step["step"] for step in act.line.current_steps}
	if act.return_to not in known or act.return_to >= act.step["step"]:
		frappe.throw(
			_("{0} goes back to the author or to an earlier step; {1} is none.").format(
				describe(act.doc), act.return_to
			),
			v.ApprovalError,
		)


# --- steps


def close_step(act: Act, step: dict, state: str) -> None:
	step.update(state=state, decided_by=act.user, decided_at=act.at)
	act.changed.append(step)


def end_steps(act: Act, state: str) -> None:
	"""The step decided on ends the line: those beside it are asked no more."""
	close_step(act, act.step, state)
	for step in act.line.pending:
		step["state"] = "Ended"
		act.changed.append(step)


def open_steps(act: Act, number: int) -> list[dict]:
	"""The steps of this number now wait; who gets one late has its hours from now on."""
	opened = [step for step in act.line.current_steps if step["step"] == number]
	for step in opened:
		step.update(state="Pending", reminded_at=None, escalated_at=None, escalated_unit=None)
		fresh = fresh_deadline(step, act.at)
		step["due_at"] = max(step["due_at"], fresh) if step["due_at"] and fresh else step["due_at"]
		if step not in act.changed:
			act.changed.append(step)
	return opened


def fresh_deadline(step: dict, start: datetime) -> datetime | None:
	if not step["route_version"]:
		return None
	version = frappe.get_cached_doc("Approval Route Version", step["route_version"])
	return deadline(version.steps[step["route_row"] - 1], start)


def finish(act: Act, to_state: str, pending: list[dict]) -> None:
	"""Put the outcome into the document. Its own last word comes first: it refuses what must not be decided in passing."""
	act.from_state, act.to_state = act.doc.get(v.STATE_FIELD) or v.DRAFT, to_state
	act.before = {fieldname: act.doc.get(fieldname) for fieldname in GUARDED}
	if not act.in_bulk:
		act.doc.run_method("before_decision", act)
	act.doc.set(v.STATE_FIELD, to_state)
	waits_for(act.doc, pending)


def waits_for(doc: Document, pending: list[dict]) -> None:
	"""Say on the document itself whom it waits for: lists filter by it."""
	first = pending[0] if pending else None
	doc.approval_unit = first["unit"] if first else None
	doc.approval_step = first["step"] if first else 0
	doc.approval_due = min((step["due_at"] for step in pending if step["due_at"]), default=None)
