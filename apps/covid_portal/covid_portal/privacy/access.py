"""The record of who saw what of a person: Personal Access, append-only, chained per data subject."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import frappe
from frappe.utils import now_datetime

from covid_portal.approval.chain import keyed_digest
from covid_portal.approval.seats import seats_of
from covid_portal.organisation.writers import insert_rows

DOCTYPE = "Personal Access"
CHAINED = ("subject", "sequence", "reference_doctype", "reference_name", "fields_shown", "reason")
CHAINED += ("user", "unit", "channel", "seen_at", "previous_digest")


@dataclass(frozen=True)
class Seen:
	"""What was seen of one person: fields of a document."""

	doctype: str
	name: str
	fields: list[str]
	subject: str


def record(
	doctype: str, name: str, fields: list[str], reason: str, channel: str, subject: str | None = None
) -> None:
	"""One row, in the transaction of the access itself. `channel`: by what way (Desk, Print, Message, Export, Erasure …)."""
	subject = subject or frappe.db.get_value(doctype, name, "subject")
	record_all([Seen(doctype, name, fields, subject)], reason, channel)


def record_all(seen: Sequence[Seen], reason: str, channel: str) -> None:
	"""A row for each, as record(), in a handful of statements: several persons of one document.

	Set-based writer's INSERT: the framework's events would let others change what is recorded.
	"""
	user, last = frappe.session.user, last_links({one.subject for one in seen})
	common = {
		"reason": reason.strip(),
		"user": user,
		"unit": unit_of(user),
		"channel": channel,
		"seen_at": now_datetime().replace(microsecond=0),
	}
	rows = []
	for one in seen:
		row = {**common, **columns_of(one), **next_link(last.get(one.subject))}
		row["digest"] = digest(row)
		last[one.subject] = frappe._dict(row)
		rows.append(row)
	if rows:
		insert_rows(DOCTYPE, list(rows[0]), [list(row.values()) for row in rows])


def columns_of(one: Seen) -> dict:
	return {
		"name": frappe.generate_hash(length=10),
		"subject": one.subject,
		"reference_doctype": one.doctype,
		"reference_name": one.name,
		"fields_shown": ", ".join(one.fields),
	}


def unit_of(user: str) -> str | None:
	seats = seats_of(user)
	return seats[0].unit if seats else None


def last_links(subjects: set[str]) -> dict[str, frappe._dict]:
	"""{subject: sequence and digest of its newest row, as committed}. The subjects' rows are locked, in one order for all:
	accesses at the same moment queue."""
	names = sorted(subjects) or [""]
	frappe.db.sql("select name from `tabData Subject` where name in %s order by name for update", [names])
	rows = frappe.db.sql(
		f"""select newest.subject, newest.sequence, newest.digest from `tab{DOCTYPE}` newest
		where newest.subject in %(names)s and newest.sequence =
			(select max(one.sequence) from `tab{DOCTYPE}` one where one.subject = newest.subject lock in share mode)
		lock in share mode""",
		{"names": names},
		as_dict=True,
	)
	return {row.subject: row for row in rows}


def next_link(last: dict | None) -> dict:
	"""Number and digest that tie a row to the one before it."""
	return {
		"sequence": last["sequence"] + 1 if last else 1,
		"previous_digest": last["digest"] if last else None,
	}


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
	return [row.sequence for row, before in followed(rows) if not holds(row, before)]


def followed(rows: Sequence[dict]) -> Iterator[tuple[dict, dict | None]]:
	"""Each row with the one before it, of one subject's in order."""
	return zip(rows, [None, *rows], strict=False)


def holds(row: dict, before: dict | None) -> bool:
	"""Whether the row is as it was written, and follows `before`: the subject's row before it, or none."""
	link = next_link(before)
	tied = (row.previous_digest or None) == link["previous_digest"] and row.sequence == link["sequence"]
	return tied and row.digest == digest(row)
