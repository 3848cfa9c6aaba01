"""What a report is judged by besides its own figures, and how it came in."""

from collections.abc import Collection
from datetime import date

import frappe
from frappe.model.document import Document
from frappe.utils import getdate

from covid_portal.approval.vocabulary import APPROVED, IN_APPROVAL
from covid_portal.organisation.duties import running_assignments
from covid_portal.reporting import definitions
from covid_portal.reporting.known_figures import split_fields
from covid_portal.reporting.overlay import corrected_figures

SENT = (IN_APPROVAL, APPROVED)


def previous_figures(report: Document) -> dict[str, int | None]:
	"""{"previous.<field>": value} of what the same area sent for the slot before; empty if it sent nothing."""
	slot = report.slot_row().previous_slot
	return {
		f"previous.{field}": value for field, value in sent_figures(report.doctype, slot, report.area).items()
	}


def sent_figures(doctype: str, slot: str | None, area: str) -> dict[str, int | None]:
	filters = {"slot": slot, "area": area, "workflow_state": ("in", SENT)}
	# All columns: naming fifty of them costs the query builder more than the database.
	row = slot and frappe.db.get_value(doctype, filters, "*", as_dict=True)
	if not row:
		return {}
	answered = split_fields(row.answered)
	report_type = definitions.report_type_of(doctype).name
	fields = (row.fieldname for row in definitions.indicators(report_type))
	values = {field: row[field] if field in answered else None for field in fields}
	return values | corrected_figures(slot, report_type, area).get(area, {})


def population(area: str, on: date) -> dict[str, int]:
	"""{group: persons} of the area, the newest figures not after the day."""
	return populations([area], on)[area]


def populations(areas: list[str], on: date | str) -> dict[str, dict[str, int]]:
	"""{area: population(area, on)} of many at once."""
	day = getdate(on)
	return populations_on(areas, [day])[day]


def populations_on(areas: list[str], days: Collection[date]) -> dict[date, dict[str, dict[str, int]]]:
	"""{day: {area: population(area, day)}}, in one query."""
	rows = frappe.db.sql(
		"""select as_of, parent, population_group, persons from `tabArea Population`
		where parent in %s and parenttype = 'Area' and as_of <= %s order by as_of""",
		(areas, max(days)),
	)
	found: dict[date, dict[str, dict[str, int]]] = {}
	for day in days:
		found[day] = {area: {} for area in areas}
		for as_of, area, group, persons in rows:
			if as_of <= day:
				found[day][area][group] = persons
	return found


def unit_of_author(user: str, area: str) -> str | None:
	"""The unit in whose name the user enters figures of the area: one of either line, or none of the area at all.
	Who enters on behalf of the area says so itself."""
	if frappe.flags.report_entered_by:
		return frappe.flags.report_entered_by
	return next((duty.unit for duty in running_assignments(user) if duty.area == area), None)


def channel() -> str:
	"""How the report came in. Our own writers say so; otherwise the request's address tells."""
	if frappe.flags.report_channel:
		return frappe.flags.report_channel
	path = frappe.request.path if getattr(frappe.local, "request", None) else ""
	return "API" if path.startswith(("/api/resource", "/api/v2/document")) else "Desk"
