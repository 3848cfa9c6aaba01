"""Approval Decisions, append-only and chained: each carries a keyed digest over itself and the one before."""

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import frappe
from frappe.model.document import Document
from frappe.utils.password import get_encryption_key

if TYPE_CHECKING:
	from covid_portal.approval.acts import Act

CHAINED = (
	"reference_doctype",
	"reference_name",
	"sequence",
	"round",
	"step",
	"decision",
	"from_state",
	"to_state",
)
CHAINED += (
	"user",
	"unit",
	"duty",
	"on_behalf_of",
	"decided_at",
	"reason",
	"content_digest",
	"previous_digest",
)
# Chained where they are set, so that records made before they existed still hold.
CHAINED_IF_SET = ("return_to", "route_row")
# Fields that every save changes, or that say where the document stands in approval rather than what it says.
# A controller names further ones of its own in NOT_CONTENT.
NOT_CONTENT = {"workflow_state", "approval_unit", "approval_step", "approval_due"}


def keyed_digest(text: str) -> str:
	"""HMAC-SHA-256 in hex, under the site's encryption key."""
	return hmac.new(get_encryption_key().encode(), text.encode(), hashlib.sha256).hexdigest()


def content_digest(doc: Document) -> str:
	"""Digest of what the document says: its figures and texts, children in order, no time stamps."""
	return digest_of_content(content_of(doc))


def digest_of_content(content: dict) -> str:
	return keyed_digest(json.dumps(content, sort_keys=True, default=str, ensure_ascii=False))


def content_of(doc: Document) -> dict:
	"""{fieldname: value} of the stored columns that are set; child rows as lists of the same."""
	skipped = NOT_CONTENT.union(getattr(doc, "NOT_CONTENT", ()))
	return {
		field.fieldname: [child_content(row) for row in doc.get(field.fieldname)]
		if field.fieldtype == "Table"
		else value
		for field in doc.meta.fields
		if field.fieldname not in skipped and (value := doc.get(field.fieldname)) not in (None, "", [])
	}


def child_content(row: Document) -> dict:
	skipped = getattr(row, "NOT_CONTENT", ())
	values = {
		field.fieldname: row.get(field.fieldname)
		for field in row.meta.fields
		if field.fieldname not in skipped
	}
	return {key: value for key, value in values.items() if value not in (None, "")}


def record_of(act: "Act") -> dict:
	"""The row that records the act, next in its document's chain."""
	# Who withdraws is the author, not the unit that was waited for.
	step = act.step if act.decision != "Withdraw" else None
	return {
		"name": frappe.generate_hash(length=10),
		**chained_row(
			act.line.record[-1] if act.line.record else None,
			reference_doctype=act.doc.doctype,
			reference_name=str(act.doc.name),
			round=act.round,
			step=step["step"] if step else 0,
			decision=act.decision,
			from_state=act.from_state,
			to_state=act.to_state,
			user=act.user,
			unit=act.right.unit if step else act.doc.unit,
			duty=step["duty"] if step and not act.automatic else None,
			on_behalf_of=act.right.on_behalf_of if step else None,
			decided_at=act.at,
			reason=act.reason or None,
			content_digest=content_digest(act.doc),
			return_to=act.return_to if act.decision == "Return" else 0,
			route_row=step["route_row"] if step else 0,
		),
	}


def chained_row(last: dict | None, **values: Any) -> dict:
	"""The columns of the decision that follows `last` (its sequence and digest) in a document's chain."""
	row = {
		**values,
		"sequence": (last["sequence"] if last else 0) + 1,
		"previous_digest": last["digest"] if last else None,
	}
	return {**row, "digest": decision_digest(row)}


def decision_digest(record: Document | dict) -> str:
	"""Digest of a decision row (document or dict), over the fields of CHAINED."""
	values = [str(record.get(key) if record.get(key) is not None else "") for key in CHAINED]
	values += [f"{key}={record.get(key)}" for key in CHAINED_IF_SET if record.get(key)]
	return keyed_digest(json.dumps(values, ensure_ascii=False))


def broken_links(doctype: str, name: str) -> list[int]:
	"""Sequence numbers at which the document's chain does not hold: changed, removed or reordered rows."""
	rows = frappe.get_all(
		"Approval Decision",
		{"reference_doctype": doctype, "reference_name": name},
		[*CHAINED, *CHAINED_IF_SET, "digest"],
		order_by="sequence asc",
	)
	return [row.sequence for row, before in zip(rows, [None, *rows], strict=False) if not holds(row, before)]


def holds(row: dict, before: dict | None) -> bool:
	"""Whether the row is as it was written, and follows `before`: the document's row before it, or none."""
	tied = (row.previous_digest or None) == (before.digest if before else None)
	return (
		tied and row.sequence == (before.sequence if before else 0) + 1 and row.digest == decision_digest(row)
	)
