"""Which way a document goes: the route that fits it, its version of the day, and the units its steps mean for it."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.approval.seats import Seats
from covid_portal.approval.vocabulary import RouteMissing
from covid_portal.organisation.working_time import WorkingTime

SHIPPED = Path(__file__).parent.parent / "workflows"


@dataclass(frozen=True)
class Subject:
	"""What a plan must know of a document."""

	unit: str
	area: str | None = None
	authors: frozenset[str] = frozenset()


@dataclass
class Skipped:
	"""A step that was left out, and why; shown by the dry run."""

	title: str
	unit: str | None
	duty: str


@dataclass
class Plan:
	"""Rows of Approval Step without the document's reference."""

	steps: list[dict] = field(default_factory=list)
	skipped: list[Skipped] = field(default_factory=list)


# --- shipped routes


def shipped_routes() -> list[dict]:
	return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(SHIPPED.glob("*.json"))]


def load_shipped_routes(document_types: tuple[str, ...] = (), titles: tuple[str, ...] = ()) -> list[str]:
	"""Create the routes of workflows/*.json that are not there yet, all, or those of some DocTypes or titles; returns the
	document types they are for. A route of a DocType that is not installed waits for it; an administrator's changes stay."""
	routes = [route for route in shipped_routes() if frappe.db.exists("DocType", route["document_type"])]
	routes = [route for route in routes if not document_types or route["document_type"] in document_types]
	routes = [route for route in routes if not titles or route["title"] in titles]
	for route in routes:
		if not frappe.db.exists("Approval Route", route["title"]):
			frappe.get_doc(doctype="Approval Route", **route).insert(ignore_permissions=True)
	return sorted({route["document_type"] for route in routes})


# --- which route


@dataclass
class RouteChooser:
	"""The enabled routes of a DocType, and which of them fits a document."""

	doctype: str
	seats: Seats
	routes: list[Document]

	@classmethod
	def of(cls, doctype: str, seats: Seats) -> "RouteChooser":
		names = frappe.get_all(
			"Approval Route",
			{"document_type": doctype, "enabled": 1},
			pluck="name",
			order_by="priority desc, creation asc",
		)
		return cls(doctype, seats, [frappe.get_cached_doc("Approval Route", name) for name in names])

	def version_for(self, values: Document | dict) -> Document:
		"""The current version of the first route whose conditions hold for the document (its fields by name)."""
		for route in self.routes:
			if all(holds(condition, values, self.seats) for condition in route.conditions):
				return frappe.get_cached_doc("Approval Route Version", route.current_version)
		frappe.throw(
			_("No approval route is set for {0}. An administrator must enable one.").format(_(self.doctype)),
			RouteMissing,
		)


def holds(condition: Document, values: Document | dict, seats: Seats) -> bool:
	found = field_value(condition, values, seats)
	if condition.operator == "within":
		return is_within(found, condition.value, seats)
	return OPERATORS[condition.operator](found, condition.value or "")


def field_value(condition: Document, values: Document | dict, seats: Seats) -> object:
	if condition.subject == "Document":
		return values.get(condition.fieldname)
	unit = seats.unit(values.get("unit")) or {}
	if condition.subject == "Unit":
		return unit.get(condition.fieldname)
	area = seats.area(values.get("area") or unit.get("area")) or {}
	return area.get(condition.fieldname)


def is_within(area: str | None, whole: str, seats: Seats) -> bool:
	while area:
		if area == whole:
			return True
		area = (seats.area(area) or {}).get("parent_area")
	return False


def compared(test: Callable[[float, float], bool]) -> Callable[[object, str], bool]:
	"""As numbers where both are, else as text: dates are ISO."""

	def check(found: object, wanted: str) -> bool:
		if found in (None, ""):
			return False
		try:
			return test(float(found), float(wanted))
		except (TypeError, ValueError):
			return test(str(found), wanted)

	return check


def listed(wanted: str) -> set[str]:
	return {part.strip() for part in wanted.split(",")}


def is_same(found: object, wanted: str) -> bool:
	"""A number is the same however it is written, 5 or 5.0; the digits of a code are a text."""
	if isinstance(found, int | float):
		with suppress(ValueError):
			return found == float(wanted)
	return ("" if found is None else str(found)) == wanted


OPERATORS: dict[str, Callable[[object, str], bool]] = {
	"=": is_same,
	"!=": lambda found, wanted: not is_same(found, wanted),
	"in": lambda found, wanted: any(is_same(found, one) for one in listed(wanted)),
	"not in": lambda found, wanted: not any(is_same(found, one) for one in listed(wanted)),
	">": compared(lambda a, b: a > b),
	">=": compared(lambda a, b: a >= b),
	"<": compared(lambda a, b: a < b),
	"<=": compared(lambda a, b: a <= b),
	"is set": lambda found, _wanted: found not in (None, "", 0),
	"is not set": lambda found, _wanted: found in (None, "", 0),
}


# --- which units


def plan_steps(version: Document, subject: Subject, now: datetime, seats: Seats) -> Plan:
	"""The version's steps for a document of this unit and area; the first is Pending, the others wait.

	Steps are numbered as they are gone through: a step that runs with the one above has its number. Hours run from one
	step's due time to the next; a step without hours has no due time of its own. Raises RouteMissing where a step that
	must not be skipped has no unit.
	"""
	plan, number = Plan(), 0
	unit = subject.unit  # of the step before, from which superiors are counted
	due = latest = now
	for position, row in enumerate(version.steps, 1):
		joins = bool(row.parallel and plan.steps)
		before = plan.steps[-1]["before"] if joins else unit
		decides = unit_of_step(row, before, subject, seats)
		if row.may_be_skipped and not (decides and seats.able(decides, row.duty, subject.authors)):
			plan.skipped.append(Skipped(row.title, decides, row.duty))
			continue
		require_unit(row, decides, before)
		if not joins:
			number, due, unit = number + 1, latest, decides
		due_at = deadline(row, due)
		latest = max(latest, due_at or latest)
		plan.steps.append(step_row(version, position, row, number, decides, due_at) | {"before": before})
	if not plan.steps:
		frappe.throw(
			_("The route {0} has nobody to decide on a document of {1}.").format(
				version.route, seats.unit_name(subject.unit)
			),
			RouteMissing,
		)
	for step in plan.steps:
		del step["before"]
	return plan


def step_row(
	version: Document, position: int, row: Document, number: int, unit: str, due_at: datetime | None
) -> dict:
	return {
		"step": number,
		"title": row.title,
		"route_version": version.name,
		"route_row": position,
		"unit": unit,
		"duty": row.duty,
		"approvals": row.approvals,
		"due_at": due_at,
		"counts_as_provisional": row.counts_as_provisional,
		"state": "Pending" if number == 1 else "Waiting",
	}


def deadline(row: Document, start: datetime) -> datetime | None:
	if not row.hours:
		return None
	if row.hours_of == "Working Time":
		return WorkingTime.load().add(start, row.hours)
	return start + timedelta(hours=row.hours)


def unit_of_step(row: Document, unit_before: str, subject: Subject, seats: Seats) -> str | None:
	"""The unit that decides: a named one, the author's own, the one over the area, or the superior of the unit before."""
	if row.who == "Named Unit":
		return row.unit
	if row.who == "Own Unit":
		return subject.unit
	if row.who == "Unit of a Type":
		return seats.over_area(row.unit_type, subject.area or (seats.unit(subject.unit) or {}).get("area"))
	return seats.superior_of(unit_before)


def require_unit(row: Document, unit: str | None, unit_before: str) -> None:
	if unit:
		return
	if row.who == "Unit of a Type":
		why = _("no unit of the type {0} is over the area").format(row.unit_type)
	else:
		why = _("{0} has no superior unit").format(unit_before)
	frappe.throw(_("Step {0} of the route has nobody to decide: {1}.").format(row.title, why), RouteMissing)
