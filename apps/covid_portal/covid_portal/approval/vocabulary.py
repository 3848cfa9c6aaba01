"""States, decisions and errors of the approval line, the same for every routed DocType."""

import frappe

DRAFT, IN_APPROVAL, RETURNED = "Draft", "In Approval", "Returned"
APPROVED, REFUSED, WITHDRAWN = "Approved", "Refused", "Withdrawn"
STATES = (DRAFT, IN_APPROVAL, RETURNED, APPROVED, REFUSED, WITHDRAWN)
WITH_AUTHOR = (DRAFT, RETURNED, WITHDRAWN)  # the author may change the document and send it

SUBMIT, APPROVE, RETURN, REFUSE, WITHDRAW = "Submit", "Approve", "Return", "Refuse", "Withdraw"
REOPEN = "Reopen"  # what was approved stands until its author's change of it is approved too
# On record where the route has the system act on a step that is late.
ESCALATE, SKIP = "Escalate", "Skip"
# Desk button -> decision. "Submit" itself names a button of submittable documents.
ACTIONS = {
	"Send for Approval": SUBMIT,
	"Approve": APPROVE,
	"Return": RETURN,
	"Refuse": REFUSE,
	"Withdraw": WITHDRAW,
	"Revise": REOPEN,
}
NEEDS_REASON = (RETURN, REFUSE)
STATE_FIELD = "workflow_state"


class ApprovalError(frappe.ValidationError):
	"""The decision does not fit the document's state."""


class NotYoursToDecide(frappe.PermissionError):
	"""Wrong duty, wrong unit, or one's own document."""


class ReasonMissing(ApprovalError):
	pass


class DecidedMeanwhile(ApprovalError):
	"""Two decided at the same moment; the first one counts."""

	http_status_code = 409


class RouteMissing(ApprovalError):
	pass


class StateGuarded(frappe.PermissionError):
	"""Somebody tried to change a state past decide()."""


class AppendOnly(frappe.PermissionError):
	pass
