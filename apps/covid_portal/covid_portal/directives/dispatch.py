"""To whom an approved directive goes: a receipt for each unit, who has it, and who has acted on it.

Set-based: a directive to all communes is 1,200 rows. Receipts skip the framework's events of a new document.
"""

from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime, today

from covid_portal.directives.errors import DirectiveRefused, NotYours
from covid_portal.organisation import jobs
from covid_portal.organisation.bell import Notice, put_in_desk
from covid_portal.organisation.duties import ENABLED, running
from covid_portal.organisation.post import in_the_sites_language
from covid_portal.organisation.scope import duties_with, in_scope
from covid_portal.organisation.sent_lists import texts
from covid_portal.organisation.writers import insert_rows, new_names

DOCTYPE = "Directive Receipt"
SENT, RECEIVED, DONE = "Sent", "Received", "Done"
MOST_AT_ONCE = 500
PAGE = "/van-ban-den"


def check(doc: Document) -> None:
	for row in doc.recipients:
		if not (row.unit or row.unit_type or row.area):
			frappe.throw(
				_("{0}, row {1} of the recipients: choose a unit, a type of units or an area.").format(
					doc.describe(), row.idx
				),
				DirectiveRefused,
			)
	if doc.recipients and not recipients(doc):
		frappe.throw(_("{0}: its recipients are no unit at all.").format(doc.describe()), DirectiveRefused)


def recipients(doc: Document) -> list[str]:
	"""Names of the units that the rows mean, without its own and those that have ended."""
	parts, values = [], {"today": today(), "own": doc.unit}
	for number, row in enumerate(doc.recipients):
		wanted = []
		for column, value in (("unit.name", row.unit), ("unit.unit_type", row.unit_type)):
			if value:
				values[f"{column[5:]}_{number}"] = value
				wanted.append(f"{column} = %({column[5:]}_{number})s")
		if row.area:
			values[f"area_{number}"] = row.area
			wanted.append(
				f"""unit.area in (select below.name from `tabArea` whole
				join `tabArea` below on below.lft between whole.lft and whole.rgt where whole.name = %(area_{number})s)"""
			)
		parts.append(f"({' and '.join(wanted)})")
	return frappe.db.sql_list(
		f"""select unit.name from `tabUnit` unit where ({" or ".join(parts) or "1 = 0"}) and unit.name != %(own)s
		and unit.disabled = 0 and coalesce(unit.valid_to, %(today)s) >= %(today)s order by unit.lft""",
		values,
	)


def send(doc: Document, at: datetime) -> int:
	"""A receipt for each unit that has none yet; how many."""
	units = recipients(doc) if doc.recipients else []
	columns = ["name", "directive", "unit", "state", "act_by", "sent_at"]
	names = new_names(DOCTYPE, len(units))
	rows = [[name, doc.name, unit, SENT, doc.act_by, at] for name, unit in zip(names, units, strict=True)]
	insert_rows(DOCTYPE, columns, rows, ignore=True)
	if units:
		jobs.once_after_commit(
			"covid_portal.directives.dispatch.tell", f"directive-{doc.name}", directive=doc.name
		)
	return len(units)


@in_the_sites_language
def tell(directive: str) -> None:
	"""Job: the bell of those who may answer for their unit."""
	put_in_desk(notices(_("A directive for your unit: {0}"), "receipt.directive = %(key)s", directive))


def notices(sentence: str, condition: str, key: object) -> list[Notice]:
	"""`sentence` with {0} for the directive's subject, whatever braces that holds itself."""
	when, values = running()
	rows = frappe.db.sql(
		f"""select distinct duty.user, receipt.name, directive.subject from `tab{DOCTYPE}` receipt
		join `tabDirective` directive on directive.name = receipt.directive
		join `tabDuty Assignment` duty on duty.unit = receipt.unit and duty.duty in %(told)s
		where {condition} and {when} and {ENABLED}""",
		{**values, "told": duties_with(DOCTYPE, "Write", ("Own Unit",)) or [""], "key": key},
	)
	return [
		Notice(user, sentence.format(subject), f"{PAGE}#{name}", DOCTYPE, name)
		for user, name, subject in rows
	]


@in_the_sites_language
def tick() -> None:
	"""Called every hour by the scheduler."""
	remind(now_datetime())


def remind(now: datetime) -> int:
	"""Tell the units whose time for acting is over, once; how many."""
	late = frappe.get_all(
		DOCTYPE,
		{"state": ("!=", DONE), "act_by": ("<=", now), "reminded_at": ("is", "not set")},
		pluck="name",
	)
	if late:
		put_in_desk(notices(_("Not yet acted on: {0}"), "receipt.name in %(key)s", late))
		frappe.db.set_value(DOCTYPE, {"name": ("in", late)}, "reminded_at", now, update_modified=False)
	return len(late)


# --- what a unit says


@frappe.whitelist(methods=["POST"])
def receive(names: list[str] | str) -> int:
	"""The session's user has these receipts' directives for his unit; how many were not received before."""
	told = 0
	for doc in own_receipts(names):
		if doc.state == SENT:
			doc.update({"state": RECEIVED, "received_at": now_datetime(), "received_by": frappe.session.user})
			keep(doc)
			told += 1
	return told


@frappe.whitelist(methods=["POST"])
def finish(name: str, note: str) -> dict:
	"""What the unit has done; from then on the receipt does not change. {"name", "state"}"""
	doc = own_receipts([name])[0]
	if not note.strip():
		frappe.throw(_("Say what was done."), DirectiveRefused)
	if doc.state == DONE:
		frappe.throw(_("That is on record already, since {0}.").format(doc.done_at), DirectiveRefused)
	now, user = now_datetime(), frappe.session.user
	doc.update({"state": DONE, "done_at": now, "done_by": user, "note": note.strip()})
	doc.update({"received_at": doc.received_at or now, "received_by": doc.received_by or user})
	keep(doc)
	return {"name": doc.name, "state": doc.state}


def own_receipts(names: list[str] | str) -> list[Document]:
	names = list(dict.fromkeys(texts(names)))
	if not names or len(names) > MOST_AT_ONCE:
		frappe.throw(_("Choose up to {0} receipts.").format(MOST_AT_ONCE), DirectiveRefused)
	docs = [frappe.get_doc(DOCTYPE, name, for_update=True) for name in names]
	for doc in docs:
		if not in_scope(doc, access="Write"):
			frappe.throw(_("The receipt {0} is another unit's.").format(doc.name), NotYours)
	return docs


def keep(doc: Document) -> None:
	# Nobody may write receipts by hand; duty and unit were asked for.
	doc.save(ignore_permissions=True)


def standing(directive: str) -> dict[str, int]:
	"""{"sent", "received", "done", "late"}: counts of its receipts."""
	row = frappe.db.sql(
		f"""select count(*) sent, coalesce(sum(received_at is not null), 0) received,
			coalesce(sum(state = '{DONE}'), 0) done, coalesce(sum(state != '{DONE}' and act_by < %s), 0) late
		from `tab{DOCTYPE}` where directive = %s""",
		(now_datetime(), directive),
		as_dict=True,
	)[0]
	return {key: int(value) for key, value in row.items()}
