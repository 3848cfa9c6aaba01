"""A document's way through its route, replayed in memory from decisions that were taken elsewhere or long ago.

For set-based writers: it gives the rows of Approval Step and Approval Decision that decide() would have written, and the
state the document ends in. It checks nobody's right to decide; that is the writer's affair.
"""

from dataclasses import dataclass, field
from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.approval import vocabulary as v
from covid_portal.approval.chain import chained_row
from covid_portal.approval.routes import Subject, plan_steps
from covid_portal.approval.seats import Seats

OUTCOMES = {v.APPROVE: v.APPROVED, v.RETURN: v.RETURNED, v.REFUSE: v.REFUSED}


@dataclass
class ReplayedLine:
	"""One document: what identifies it, the digest of what it says, its route; then what came of the decisions."""

	doctype: str
	name: str
	content_digest: str
	version: Document
	subject: Subject
	seats: Seats
	user: str
	state: str = v.DRAFT
	round: int = 0
	pending: dict | None = None
	steps: list[dict] = field(default_factory=list)  # of all rounds
	decisions: list[dict] = field(default_factory=list)
	first_sent: datetime | None = None
	last_sent: datetime | None = None
	decided_at: datetime | None = None

	def decide(self, decision: str, at: datetime, reason: str | None = None) -> None:
		"""Submit, Approve, Return or Refuse at that time, in the order of events. Raises ApprovalError, as decide()."""
		self.require_possible(decision, reason)
		step, before = self.pending, self.state
		if decision == v.SUBMIT:
			self.begin_round(at)
			step = None
		else:
			self.take_step(decision, at)
		self.decided_at = at
		self.record(decision, at, reason, step, before)

	def require_possible(self, decision: str, reason: str | None) -> None:
		states = v.WITH_AUTHOR if decision == v.SUBMIT else (v.IN_APPROVAL,) if decision in OUTCOMES else ()
		if self.state not in states:
			frappe.throw(
				_("{0} is not possible in the state {1}.").format(decision, _(self.state)), v.ApprovalError
			)
		if decision in v.NEEDS_REASON and not (reason or "").strip():
			frappe.throw(_("{0} needs a reason.").format(_(decision)), v.ReasonMissing)

	def begin_round(self, at: datetime) -> None:
		self.round += 1
		shared = {"reference_doctype": self.doctype, "reference_name": self.name, "round": self.round}
		plan = plan_steps(self.version, self.subject, at, self.seats)
		self.steps.extend({**shared, "decided_by": None, "decided_at": None, **step} for step in plan.steps)
		self.pending, self.state = self.step_of_round(1), v.IN_APPROVAL
		self.first_sent, self.last_sent = self.first_sent or at, at

	def take_step(self, decision: str, at: datetime) -> None:
		outcome = OUTCOMES[decision]
		self.pending.update(state=outcome, decided_by=self.user, decided_at=at)
		following = self.step_of_round(self.pending["step"] + 1) if decision == v.APPROVE else None
		if following:
			following["state"] = "Pending"
		self.pending, self.state = following, v.IN_APPROVAL if following else outcome

	def step_of_round(self, number: int) -> dict | None:
		return next((row for row in self.steps if (row["round"], row["step"]) == (self.round, number)), None)

	def record(self, decision: str, at: datetime, reason: str | None, step: dict | None, before: str) -> None:
		row = chained_row(
			self.decisions[-1] if self.decisions else None,
			reference_doctype=self.doctype,
			reference_name=self.name,
			round=self.round,
			step=step["step"] if step else 0,
			decision=decision,
			from_state=before,
			to_state=self.state,
			user=self.user,
			unit=step["unit"] if step else self.subject.unit,
			duty=step["duty"] if step else None,
			decided_at=at,
			reason=reason,
			content_digest=self.content_digest,
			return_to=0,
			route_row=step["route_row"] if step else 0,
		)
		self.decisions.append(row)
