"""The record of who saw what of a person: Personal Access, append-only, chained per data subject."""

import json

import frappe
from frappe.utils import now_datetime

from covid_portal.approval.chain import keyed_digest
from covid_portal.approval.seats import seats_of
from covid_portal.organisation.writers import insert_rows

DOCTYPE = "Personal Access"
CHAINED = ("subject", "sequence", "reference_doctype", "reference_name", "fields_shown", "reason")
CHAINED += ("user", "unit", "channel", "seen_at", "previous_digest")


def record(
	doctype: str, name: str, fields: list[str], reason: str, channel: str, subject: str | None = None
) -> None:
	"""One row, in the transaction of the access itself. `channel`: by what way (Desk, Print, Message, Export, Erasure …).

	Set-based writer's INSERT: the framework's events would let others change what is recorded.
	"""
	subject = subject or frappe.db.get_value(doctype, name, "subject")
	user = frappe.session.user
	row = {
		"name": frappe.generate_hash(length=10),
		"subject": subject,
		"reference_doctype": doctype,
		"reference_name": name,
		"fields_shown": ", ".join(fields),
		"reason": reason.strip(),
		"user": user,
		"unit": unit_of(user),
		"channel": channel,
		"seen_at": now_datetime().replace(microsecond=0),
	}
	row.update(link(subject))
	row["digest"] = digest(row)
	insert_rows(DOCTYPE, list(row), [list(row.values())])


def unit_of(user: str) -> str | None:
	seats = seats_of(user)
	return seats[0].unit if seats else None


def link(subject: str) -> dict:
	"""Number and digest that tie the next row to the last. The subject's row is locked: accesses at the same moment queue."""
	frappe.db.sql("select name from `tabData Subject` where name = %s for update", subject)
	rows = frappe.get_all(
		DOCTYPE, {"subject": subject}, ["sequence", "digest"], order_by="sequence desc", limit=1
	)
	last = rows[0] if rows else None
	return {"sequence": last.sequence + 1 if last else 1, "previous_digest": last.digest if last else None}


def digest(row: dict) -> str:
	values = [str(row.get(key) if row.get(key) is not None else "") for key in CHAINED]
	return keyed_digest(json.dumps(values, ensure_ascii=False))


def of_subject(subject: str) -> list[dict]:
	"""The accesses a person may ask for, the oldest first."""
	fields = [
		"seen_at",
		"unit",
		"user",
		"reference_doctype",
		"reference_name",
		"fields_shown",
		"reason",
		"channel",
	]
	return frappe.get_all(DOCTYPE, {"subject": subject}, fields, order_by="sequence asc")


def broken_links(subject: str) -> list[int]:
	"""Numbers at which the subject's chain does not hold: rows that were changed, removed or put in between."""
	rows = frappe.get_all(DOCTYPE, {"subject": subject}, [*CHAINED, "digest"], order_by="sequence asc")
	broken, before = [], None
	for expected, row in enumerate(rows, 1):
		if row.sequence != expected or (row.previous_digest or None) != before or row.digest != digest(row):
			broken.append(row.sequence)
		before = row.digest
	return broken
