"""Word to people about places: more people than beds to the superior unit, what nobody confirms to its own unit."""

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.approval.seats import deciding_duties
from covid_portal.organisation.desk_links import form_link
from covid_portal.organisation.duties import ENABLED, running
from covid_portal.organisation.post import Message, default_language, language
from covid_portal.organisation.scope import duties_with
from covid_portal.reporting.reminders import REMINDER, send

SITE, POINT = "Quarantine Site", "Supply Point"
OVER_OCCUPIED = "Over Occupancy"
PAGE = "/cap-nhat"


def over_occupied(count: Document) -> None:
	"""To those who decide on sites in the superior unit, and to those of the site's own who see it without entering it."""
	unit = frappe.db.get_value("Unit", count.unit, ["unit_name", "parent_unit"], as_dict=True)
	name = count.site_name()
	seats = [(unit.parent_unit, duty) for duty in deciding_duties(SITE)]
	seats += [(count.unit, duty) for duty in duties_with(SITE, "Read", ("Own Area",))]
	messages = []
	for user, code in dict.fromkeys((user, code) for _unit, user, code in holders(seats)):
		with language(code):
			subject = _("{0} ({1}): {2} people, {3} places.").format(
				name, unit.unit_name, count.occupied, count.capacity
			)
		messages.append(message(OVER_OCCUPIED, user, code, subject, (SITE, count.site)))
	send(messages)


def chase(rows: list[dict]) -> None:
	"""Remind the units whose supply points nobody has confirmed: one message for each person. `rows`: name, place_name,
	unit of the points."""
	by_unit: dict[str, list[dict]] = {}
	for row in rows:
		by_unit.setdefault(row["unit"], []).append(row)
	told = duties_with(POINT, "Write", ("Own Area",))
	points: dict[tuple[str, str], list[dict]] = {}
	for unit, user, code in holders((unit, duty) for unit in by_unit for duty in told):
		points.setdefault((user, code), []).extend(by_unit[unit])
	messages = []
	for (user, code), owed in points.items():
		with language(code):
			subject = _(
				"Not confirmed for some days: {0} ({1} supply points). Please say what is there."
			).format(owed[0]["place_name"], len(owed))
		messages.append(message(REMINDER, user, code, subject, (POINT, owed[0]["name"]), PAGE))
	send(messages)


def holders(seats: Iterable[tuple[str | None, str]]) -> list[tuple[str, str, str]]:
	"""(unit, user, language) of those who hold one of the duties, (unit, duty), today."""
	pairs = [pair for pair in seats if pair[0]]
	if not pairs:
		return []
	condition, values = running()
	return frappe.db.sql(
		f"""select distinct duty.unit, person.name, coalesce(nullif(person.language, ''), %(language)s)
		from `tabDuty Assignment` duty join `tabUser` person on person.name = duty.user
		where (duty.unit, duty.duty) in %(pairs)s and {condition} and {ENABLED}
		order by duty.unit, person.name""",
		{**values, "pairs": pairs, "language": default_language()},
	)


def message(
	kind: str, user: str, code: str, subject: str, document: tuple[str, str], page: str = ""
) -> Message:
	doctype, name = document
	return Message(
		kind=kind,
		slot="",
		user=user,
		language=code,
		subject=subject,
		mail_subject=subject,
		lines=[],
		link=page or form_link(doctype, name),
		document_type=doctype,
		document_name=name,
	)
