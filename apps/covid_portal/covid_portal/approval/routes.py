"""Which way a document goes: the route of its type, and the units its steps mean for this document."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.approval.vocabulary import RouteMissing

SHIPPED = Path(__file__).parent.parent / "workflows"


def load_shipped_routes(document_types: tuple[str, ...] = ()) -> list[str]:
	"""Create the routes of workflows/*.json that are not there yet, all or those of some DocTypes; returns the document
	types they are for."""
	routes = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(SHIPPED.glob("*.json"))]
	routes = [route for route in routes if not document_types or route["document_type"] in document_types]
	for route in routes:
		if not frappe.db.exists("Approval Route", route["title"]):
			frappe.get_doc(doctype="Approval Route", **route).insert(ignore_permissions=True)
	return sorted({route["document_type"] for route in routes})


def route_of(doctype: str) -> Document:
	name = frappe.db.get_value("Approval Route", {"document_type": doctype, "enabled": 1}, "name")
	if not name:
		frappe.throw(
			_("No approval route is set for {0}. An administrator must enable one.").format(_(doctype)),
			RouteMissing,
		)
	return frappe.get_cached_doc("Approval Route", name)


def freeze_steps(doc: Document, round_number: int, now: datetime) -> list[Document]:
	"""Write the steps that this document goes through in this round, each with its unit and due time."""
	steps = [
		frappe.get_doc(
			doctype="Approval Step",
			reference_doctype=doc.doctype,
			reference_name=doc.name,
			round=round_number,
			**step,
		)
		for step in plan_steps(route_of(doc.doctype), doc.unit, now, superior_of)
	]
	for step in steps:
		step.set_new_name()
		step.db_insert()  # past validate(), which refuses every step not made here
	return steps


def plan_steps(
	route: Document, own_unit: str, now: datetime, superior_of: Callable[[str], str | None]
) -> list[dict]:
	"""The route's steps for a document of this unit: step, title, unit, duty, due_at, counts_as_provisional, state.

	Hours run from one step's due time to the next; a step without hours has no due time of its own.
	"""
	unit, due, steps = own_unit, now, []
	for number, row in enumerate(route.steps, 1):
		unit = unit_of_step(row, unit, own_unit, superior_of)
		due += timedelta(hours=row.hours or 0)
		steps.append(
			{
				"step": number,
				"title": row.title,
				"unit": unit,
				"duty": row.duty,
				"due_at": due if row.hours else None,
				"counts_as_provisional": row.counts_as_provisional,
				"state": "Pending" if number == 1 else "Waiting",
			}
		)
	return steps


def unit_of_step(
	row: Document, unit_before: str, own_unit: str, superior_of: Callable[[str], str | None]
) -> str:
	"""The unit that decides: a named one, the author's own, or the superior of the unit of the step before."""
	if row.who == "Named Unit":
		return row.unit
	if row.who == "Own Unit":
		return own_unit
	superior = superior_of(unit_before)
	if not superior:
		frappe.throw(
			_("Step {0} of the route has nobody to decide: {1} has no superior unit.").format(
				row.title, unit_before
			),
			RouteMissing,
		)
	return superior


def superior_of(unit: str) -> str | None:
	return frappe.db.get_value("Unit", unit, "parent_unit", cache=True)
