"""Documents that wait where too few are left who could decide: a duty ended, an account was disabled, a unit closed, or those
who hold the duty have entered the document or decided on it already.

Steps wait for a unit and a duty, never for a person: whoever gets the duty next finds them in his inbox. Until then the
superior unit and the portal's administrators are told, at once and then once a day.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from itertools import groupby
from operator import itemgetter

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.approval.line import Line, lines
from covid_portal.approval.notices import INBOX
from covid_portal.approval.seats import Seats
from covid_portal.organisation.bell import Notice, put_in_desk

ADMINISTRATOR = "Portal Administrator"


def after_change(duty: Document, method: str | None = None) -> None:
	"""Hook: an assignment was changed or deleted; look at what waits for its unit and duty, before and after."""
	before = duty.get_doc_before_save()
	pairs = {(one.unit, one.duty) for one in (duty, before) if one}
	tell(deserted(pairs))


def daily() -> None:
	tell(deserted())


def deserted(pairs: Collection[tuple[str, str]] = ()) -> list[frappe._dict]:
	"""(unit, duty, waiting: how many steps) at which too few are left who could decide; of these units and duties, or of all."""
	waiting = list(waiting_lines(pairs))
	if not waiting:
		return []
	seats = Seats.whole()
	found = Counter(
		(step["unit"], step["duty"])
		for line in waiting
		for step in line.pending
		if (not pairs or (step["unit"], step["duty"]) in pairs) and lacks_people(line, step, seats)
	)
	return [frappe._dict(unit=unit, duty=duty, waiting=number) for (unit, duty), number in found.items()]


def waiting_lines(pairs: Collection[tuple[str, str]]) -> Iterator[Line]:
	"""The lines of the documents that wait, DocType by DocType."""
	condition = "and (unit, duty) in %(pairs)s" if pairs else ""
	waiting = frappe.db.sql(
		f"""select distinct reference_doctype, reference_name from `tabApproval Step`
		where state = 'Pending' {condition} order by reference_doctype, reference_name""",
		{"pairs": list(pairs)},
	)
	for doctype, rows in groupby(waiting, key=itemgetter(0)):
		names = [name for _doctype, name in rows]
		docs = frappe.get_all(doctype, {"name": ("in", names)}, ["name", "owner"])
		if docs:
			yield from lines([frappe._dict(doc, doctype=doctype) for doc in docs]).values()


def lacks_people(line: Line, step: dict, seats: Seats) -> bool:
	barred = line.authors | line.deciders()
	above = step["escalated_unit"]
	if above and seats.able(above, step["duty"], barred):
		return False
	able = seats.voices(step["unit"], step["duty"], barred)
	return len(able) < max(1, (step["approvals"] or 0) - len(line.approved_by(step)))


def tell(rows: list[frappe._dict]) -> None:
	if not rows:
		return
	seats = Seats.whole()
	administrators = {
		user
		for (_unit, duty), pairs in seats.sitting.items()
		if duty == ADMINISTRATOR
		for user, _other in pairs
	}
	told: dict[str, list[frappe._dict]] = {}
	for row in rows:
		superior = seats.superior_of(row.unit)
		above = seats.holders(superior, row.duty) if superior else set()
		for user in above | administrators:
			told.setdefault(user, []).append(row)
	languages = frappe.get_all("User", {"name": ("in", [*told, ""])}, ["name", "language"], as_list=True)
	put_in_desk(
		[
			Notice(user, subject(row, seats, language or "vi"), INBOX, "Unit", row.unit)
			for user, language in languages
			for row in told[user]
		]
	)


def subject(row: frappe._dict, seats: Seats, language: str) -> str:
	return _(
		"Too few are left with the duty {0} in {1} who could decide; {2} documents wait there.", language
	).format(_(row.duty, language), seats.unit_name(row.unit), row.waiting)
