"""A route tried out before anybody goes by it: who would be asked at each step, and for whom nobody could.

For those who may change routes. Nothing is stored: the route is taken as it stands in the form.
"""

from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.approval.line import Line
from covid_portal.approval.routes import Subject, holds, plan_steps
from covid_portal.approval.seats import Seats
from covid_portal.approval.vocabulary import RouteMissing
from covid_portal.organisation.duties import running

MOST_NAMED = 200


class NotTried(frappe.ValidationError):
	pass


@frappe.whitelist(methods=["POST"])
def try_route(route: dict | str, unit: str | None = None, document: str | None = None) -> dict:
	"""The steps for a document of this unit, or for this document (a name of the route's type).

	{"fits": whether the conditions hold (None: not a document), "steps": [{"step", "title", "unit", "unit_name", "duty",
	"people": [full names], "approvals", "due_at", "why", "problem"}], "skipped": [{"title", "why"}]}.
	"""
	tried = route_in_form(route)
	seats = Seats.whole()
	subject, fits = subject_of(tried, unit, document, seats)
	plan = plan_steps(as_version(tried), subject, now_datetime().replace(microsecond=0), seats)
	names = full_names(seats, plan.steps)
	return {
		"fits": fits,
		"steps": [explained(step, plan.steps, tried, subject, seats, names) for step in plan.steps],
		"skipped": [
			{
				"title": row.title,
				"why": _("Nobody but the author has the duty {0} in {1}.").format(
					_(row.duty), seats.unit_name(row.unit) if row.unit else "–"
				),
			}
			for row in plan.skipped
		],
	}


@frappe.whitelist(methods=["POST"])
def units_without(route: dict | str) -> dict:
	"""Units whose documents would come to a step at which nobody could decide.

	{"tried": how many units, "without": [{"unit", "unit_name", "title", "why"}] (at most so many), "more": how many more}.
	Tried are the units of the types in which somebody may enter such a document today (all units, where nobody may), as far as
	the route's conditions on unit and area let their documents go by it.
	"""
	tried = route_in_form(route)
	seats, version, now = Seats.whole(), as_version(tried), now_datetime()
	units = [unit for unit in entering_units(tried.document_type, seats) if fits_unit(tried, unit, seats)]
	found = []
	for unit in units:
		if problem := problem_of(version, Subject(unit, seats.units[unit].area), now, seats):
			found.append({"unit": unit, "unit_name": seats.unit_name(unit), **problem})
	return {"tried": len(units), "without": found[:MOST_NAMED], "more": max(0, len(found) - MOST_NAMED)}


def route_in_form(values: dict | str) -> Document:
	if not frappe.has_permission("Approval Route", "write"):
		frappe.throw(_("Routes are tried by those who may change them."), frappe.PermissionError)
	values = frappe.parse_json(values)
	route = frappe.get_doc(
		{key: value for key, value in values.items() if not key.startswith("__")}
		| {"doctype": "Approval Route"}
	)
	route.validate_document_type()
	route.validate_steps()
	route.validate_conditions()
	return route


def as_version(route: Document) -> frappe._dict:
	return frappe._dict(name=None, route=route.title, steps=route.steps)


def subject_of(
	route: Document, unit: str | None, document: str | None, seats: Seats
) -> tuple[Subject, bool | None]:
	if document:
		doc = frappe.get_doc(route.document_type, document)
		doc.check_permission("read")
		fits = all(holds(condition, doc, seats) for condition in route.conditions)
		return Subject(doc.unit, doc.get("area"), frozenset(Line.load(doc).authors)), fits
	if not unit or unit not in seats.units:
		frappe.throw(_("Choose a unit or a document to try the route with."), NotTried)
	return Subject(unit, seats.units[unit].area), fits_unit(route, unit, seats)


def fits_unit(route: Document, unit: str, seats: Seats) -> bool:
	"""Whether the conditions hold that do not ask for anything a document says."""
	values = frappe._dict(unit=unit, area=seats.units[unit].area)
	return all(holds(row, values, seats) for row in route.conditions if row.subject != "Document")


def problem_of(version: frappe._dict, subject: Subject, now: datetime, seats: Seats) -> dict | None:
	try:
		plan = plan_steps(version, subject, now, seats)
	except RouteMissing as error:
		frappe.clear_messages()
		return {"title": "", "why": str(error)}
	for step in plan.steps:
		if why := nobody(step, subject, seats):
			return {"title": step["title"], "why": why}
	return None


def nobody(step: dict, subject: Subject, seats: Seats) -> str:
	"""Why nobody, or too few, could decide at the step; empty if somebody can."""
	able = seats.voices(step["unit"], step["duty"], subject.authors)
	if len(able) >= max(1, step["approvals"] or 0):
		return ""
	return _("{0} of {1}: {2} people have this duty, {3} must approve.").format(
		_(step["duty"]), seats.unit_name(step["unit"]), len(able), max(1, step["approvals"] or 0)
	)


def explained(
	step: dict, steps: list[dict], route: Document, subject: Subject, seats: Seats, names: dict[str, str]
) -> dict:
	row = route.steps[step["route_row"] - 1]
	before = next((one["unit"] for one in reversed(steps) if one["step"] < step["step"]), subject.unit)
	people = sorted(seats.able(step["unit"], step["duty"], subject.authors))
	return {
		"step": step["step"],
		"title": step["title"],
		"unit": step["unit"],
		"unit_name": seats.unit_name(step["unit"]),
		"duty": step["duty"],
		"people": [names.get(user, user) for user in people],
		"approvals": step["approvals"],
		"due_at": step["due_at"],
		"why": why(row, before, subject, seats),
		"problem": nobody(step, subject, seats),
	}


def why(row: Document, before: str, subject: Subject, seats: Seats) -> str:
	"""How the route comes to this unit; `before`: the unit of the step before, or the document's."""
	if row.who == "Own Unit":
		return _("It is the document's own unit.")
	if row.who == "Superior Unit":
		return _("It is the superior unit of {0}.").format(seats.unit_name(before))
	if row.who == "Named Unit":
		return _("The route names it.")
	area = seats.area(subject.area or seats.unit(subject.unit).area) or {}
	return _("It is the nearest {0} over {1}.").format(row.unit_type, area.get("full_name") or subject.area)


def full_names(seats: Seats, steps: list[dict]) -> dict[str, str]:
	users = {user for step in steps for user in seats.holders(step["unit"], step["duty"])}
	rows = frappe.get_all("User", {"name": ("in", [*users, ""])}, ["name", "full_name"], as_list=True)
	return dict(rows)


def entering_units(doctype: str, seats: Seats) -> list[str]:
	"""Units of the types in which somebody holds a duty that may write the DocType today; where nobody does, all."""
	condition, values = running()
	types = frappe.db.sql_list(
		f"""select distinct unit.unit_type from `tabDuty Assignment` duty
		join `tabScope Rule` rule on rule.duty = duty.duty and rule.access = 'Write'
			and rule.document_type = %(doctype)s
		join `tabUnit` unit on unit.name = duty.unit
		where {condition}""",
		{**values, "doctype": doctype},
	)
	active = [name for name, row in seats.units.items() if row and not row.disabled]
	return sorted(name for name in active if not types or seats.units[name].unit_type in types)
