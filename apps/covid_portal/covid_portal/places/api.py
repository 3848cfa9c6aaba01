"""Endpoints of the page /cap-nhat: a unit's own sites and supply points, how many people are there, what is in stock."""

from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime
from werkzeug.wrappers import Response

from covid_portal.organisation.login import require_login
from covid_portal.organisation.scope import scope_condition
from covid_portal.places import importing, workbook
from covid_portal.places.workbook_kinds import kind_of
from covid_portal.reporting.slots import SCHEDULED, slot_label
from covid_portal.reporting.spreadsheet.api import send_file, uploaded_bytes
from covid_portal.reporting.spreadsheet.problems import WorkbookRefused

SITE, POINT, COUNT = "Quarantine Site", "Supply Point", "Quarantine Occupancy"
STATUSES = ("Ready", "Receiving", "Full", "Closed")
STOCKS = ("In Stock", "Low", "Out of Stock", "Closed")
MOST_SHOWN = 500


class NoSlotOpen(frappe.ValidationError):
	"""No slot takes numbers now."""


class UnknownState(frappe.ValidationError):
	"""No state of a place has this name."""


@frappe.whitelist(methods=["GET"])
def mine() -> dict:
	"""{"slot": {"name", "label"} or None, "sites": [...], "points": [...]}: what the user may change, by name."""
	require_login()
	slot = newest_slot(now_datetime())
	return {
		"slot": slot and {"name": slot.name, "label": slot_label(slot.slot_time)},
		"sites": own_sites(slot and slot.name),
		"points": own(POINT, ("stock", "confirmed_at")),
	}


@frappe.whitelist(methods=["POST"])
def count(site: str, occupied: int, note: str = "", status: str = "") -> dict:
	"""Say how many people are in the site in the newest open slot; again, it replaces what was said for the slot before.

	Returns {"occupied", "free", "status"}. Raises PermissionError, NoSlotOpen, OccupancyRefused, NoteMissing.
	"""
	require_login()
	place = changeable(SITE, site)
	if status and status != place.status:
		change_state(place, "status", status, STATUSES)
	slot = newest_slot(now_datetime())
	if not slot:
		frappe.throw(_("No report slot is open; numbers are taken when the next one opens."), NoSlotOpen)
	store_count(site, slot.name, occupied, note)
	now = frappe.db.get_value(SITE, site, ["occupied", "capacity", "status"], as_dict=True)
	return {"occupied": now.occupied, "free": max(now.capacity - now.occupied, 0), "status": now.status}


@frappe.whitelist(methods=["POST"])
def confirm(point: str, stock: str) -> dict:
	"""Say what is in stock at the supply point. Returns {"stock", "confirmed_at"}."""
	require_login()
	place = changeable(POINT, point)
	change_state(place, "stock", stock, STOCKS)
	return {"stock": place.stock, "confirmed_at": str(place.confirmed_at)}


@frappe.whitelist(methods=["GET"])
def template(doctype: str) -> Response:
	"""The user's places as a workbook; rows may be changed and added."""
	require_login()
	kind = kind_of(doctype)
	return send_file(f"{kind.file}.xlsx", workbook.template(kind))


@frappe.whitelist(methods=["POST"])
def upload(doctype: str, partial: bool = False) -> dict:
	"""Check the workbook in the request's file "workbook"; store its rows if all are right, or the sound ones if `partial`.

	Returns {"rows", "added", "updated", "problem_count", "problems": first of [{"message", "row", "column", "label"}]}.
	"""
	require_login()
	kind = kind_of(doctype)
	try:
		result = importing.take_in(kind, workbook.read(uploaded_bytes(), kind), partial)
	except WorkbookRefused as error:
		frappe.throw(str(error), WorkbookRefused)
	shown = [problem.as_dict() for problem in result.problems[:MOST_SHOWN]]
	return {
		"rows": result.rows,
		"added": result.added,
		"updated": result.updated,
		"problem_count": len(result.problems),
		"problems": shown,
	}


# --- what there is


def own(doctype: str, columns: tuple[str, ...]) -> list[dict]:
	fields = ", ".join(
		f"`tab{doctype}`.`{field}`" for field in ("name", "place_name", "workflow_state", *columns)
	)
	return frappe.db.sql(
		f"""select {fields}, area.full_name as area_name from `tab{doctype}`
		join `tabArea` area on area.name = `tab{doctype}`.area
		where {scope_condition(doctype, access="Write")} and `tab{doctype}`.workflow_state not in ('Refused')
		order by `tab{doctype}`.place_name, `tab{doctype}`.name limit 500""",
		as_dict=True,
	)


def own_sites(slot: str | None) -> list[dict]:
	"""With "counted": what was said for the slot, None where nothing was."""
	rows = own(SITE, ("capacity", "status", "occupied", "occupied_at"))
	names = [row.name for row in rows]
	found = (
		frappe.get_all(COUNT, {"slot": slot, "site": ("in", names)}, ["site", "occupied"])
		if slot and rows
		else []
	)
	counted = {row.site: row.occupied for row in found}
	return [{**row, "counted": counted.get(row.name)} for row in rows]


def newest_slot(now: datetime) -> frappe._dict | None:
	"""The slot that numbers are taken for: the newest that is open and not yet locked."""
	rows = frappe.get_all(
		"Report Slot",
		{"state": ("!=", SCHEDULED), "opens_at": ("<=", now), "locks_at": (">", now)},
		["name", "slot_time"],
		order_by="slot_time desc",
		limit=1,
	)
	return rows[0] if rows else None


# --- changes


def changeable(doctype: str, name: str) -> Document:
	place = frappe.get_doc(doctype, name)
	place.check_permission("write")
	return place


def change_state(place: Document, field: str, value: str, known: tuple[str, ...]) -> None:
	if value not in known:
		frappe.throw(_("{0}: there is no state {1}.").format(place.place_name, value[:40]), UnknownState)
	place.set(field, value)
	place.save()


def store_count(site: str, slot: str, occupied: int, note: str) -> None:
	name = frappe.db.get_value(COUNT, {"site": site, "slot": slot})
	document = frappe.get_doc(COUNT, name) if name else frappe.new_doc(COUNT, site=site, slot=slot)
	document.update({"occupied": occupied, "note": note})
	document.place()  # its area tells whether the user may
	document.save()
