"""By when a directive must be public (dated rows of Publication Clock), and who is told when that time draws near or is past."""

from datetime import date, datetime, timedelta

import frappe
from frappe import _
from frappe.utils import getdate, now_datetime

from covid_portal.approval.vocabulary import APPROVED, REFUSED, STATE_FIELD
from covid_portal.organisation.bell import Notice, put_in_desk
from covid_portal.organisation.duties import ENABLED, running
from covid_portal.organisation.post import in_the_sites_language
from covid_portal.organisation.scope import duties_with
from covid_portal.organisation.working_time import WorkingTime
from covid_portal.setup.csv_rows import shipped_rows

DOCTYPE = "Publication Clock"
OWN, OTHER = "Own", "Other Body"
NEAR = timedelta(hours=24)


def due(issued_by: str, issued_on: str | date | None) -> datetime | None:
	"""The end of work on the last day; None where no rule holds or it has no date yet."""
	if not issued_on:
		return None
	rows = frappe.get_all(
		DOCTYPE,
		{"issued_by": issued_by, "valid_from": ("<=", issued_on)},
		pluck="working_days",
		order_by="valid_from desc",
		limit=1,
	)
	return WorkingTime.load().end_of(getdate(issued_on), rows[0]) if rows else None


def load_shipped_clocks() -> None:
	"""Where there are none."""
	if not frappe.db.count(DOCTYPE):
		for row in shipped_rows("publication_clocks"):
			frappe.get_doc(doctype=DOCTYPE, **row).insert(ignore_permissions=True)


@in_the_sites_language
def tick() -> None:
	"""Called every hour by the scheduler."""
	remind(now_datetime())


def remind(now: datetime) -> int:
	"""Tell of what must be public within a day, and again of what is late; each once. How many directives."""
	late = waiting(now, "overdue_at")
	near = [name for name in waiting(now + NEAR, "warned_at") if name not in late]
	tell(late, _("It should be public already: {0}"))
	tell(near, _("It must be public soon: {0}"))
	mark(late, {"overdue_at": now, "warned_at": now})
	mark(near, {"warned_at": now})
	return len(late) + len(near)


def waiting(until: datetime, mark_of: str) -> list[str]:
	filters = {
		"is_public": 1,
		STATE_FIELD: ("not in", (APPROVED, REFUSED)),
		"publish_due": ("<=", until),
		mark_of: ("is", "not set"),
	}
	return frappe.get_all("Directive", filters, pluck="name")


def mark(names: list[str], values: dict) -> None:
	if names:
		frappe.db.set_value("Directive", {"name": ("in", names)}, values, update_modified=False)


def tell(names: list[str], sentence: str) -> None:
	"""To those of the unit that answers for it who see its drafts."""
	if not names:
		return
	condition, values = running()
	rows = frappe.db.sql(
		f"""select distinct duty.user, directive.name, directive.subject from `tabDirective` directive
		join `tabDuty Assignment` duty on duty.unit = directive.unit and duty.duty in %(told)s
		where directive.name in %(names)s and {condition} and {ENABLED}""",
		{**values, "told": duties_with("Directive", scopes=("Own Unit",)) or [""], "names": names},
	)
	put_in_desk(
		[
			Notice(user, sentence.format(subject), f"/app/directive/{name}", "Directive", name)
			for user, name, subject in rows
		]
	)
