"""Documents that wait where nobody can decide any more: a duty ended, an account was disabled, a unit closed.

Steps wait for a unit and a duty, never for a person: whoever gets the duty next finds them in his inbox. Until then the
superior unit and the portal's administrators are told, at once and then once a day.
"""

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.approval.notices import INBOX
from covid_portal.approval.seats import Seats
from covid_portal.organisation.bell import Notice, put_in_desk
from covid_portal.organisation.duties import ENABLED, running

ADMINISTRATOR = "Portal Administrator"


def after_change(duty: Document, method: str | None = None) -> None:
	"""Hook: an assignment was changed or deleted; look at what waits for its unit and duty, before and after."""
	before = duty.get_doc_before_save()
	pairs = {(one.unit, one.duty) for one in (duty, before) if one}
	tell([row for row in deserted() if (row.unit, row.duty) in pairs])


def daily() -> None:
	tell(deserted())


def deserted() -> list[frappe._dict]:
	"""(unit, duty, waiting: how many steps) for which nobody holds the duty today."""
	condition, values = running()
	return frappe.db.sql(
		f"""select step.unit, step.duty, count(*) as waiting
		from `tabApproval Step` step
		where step.state = 'Pending' and not exists (
			select 1 from `tabDuty Assignment` duty
			where duty.unit in (step.unit, step.escalated_unit) and duty.duty = step.duty
				and {condition} and {ENABLED}
		)
		group by step.unit, step.duty""",
		values,
		as_dict=True,
	)


def tell(rows: list[frappe._dict]) -> None:
	if not rows:
		return
	seats = Seats.whole()
	administrators = {
		user for (_unit, duty), users in seats.holders_of.items() if duty == ADMINISTRATOR for user in users
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
	return _("Nobody has the duty {0} in {1}; {2} documents wait there.", language).format(
		_(row.duty, language), seats.unit_name(row.unit), row.waiting
	)
