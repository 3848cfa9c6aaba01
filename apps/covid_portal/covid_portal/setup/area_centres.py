"""Centres of areas from a table: code, latitude, longitude. All rows are stored, or none, and what is wrong is told by row."""

import frappe
from frappe import _
from werkzeug.wrappers import Response

from covid_portal.places import positions
from covid_portal.places.nearest import Centre, kilometres
from covid_portal.places.public_rows import Areas
from covid_portal.publishing.mapping import centres
from covid_portal.reporting.spreadsheet.api import send_file
from covid_portal.reporting.spreadsheet.problems import to_bytes
from covid_portal.setup.plain_table import MOST_TOLD, PlainTable, sent_table, text_of

TABLE = PlainTable(
	{"code": "GSO Code", "latitude": "Latitude", "longitude": "Longitude"}, ("code", "latitude", "longitude")
)
WIDTHS = (14, 14, 14)
MOST_ROWS = 5_000
FARTHEST = 60  # km from the centre of the area around it


@frappe.whitelist(methods=["POST"])
def load_table() -> dict:
	"""Take in the table in the request's file "table" (XLSX or CSV). For those who change areas.

	Returns {"changed": how many areas, "problems": [{"row", "message"}]}; nothing is stored where there are problems.
	"""
	require_writer()
	return take_in(*sent_table())


@frappe.whitelist(methods=["GET"])
def template() -> Response:
	"""An empty table with its headings."""
	require_writer()
	return send_file("trung-tam-dia-ban.xlsx", to_bytes(TABLE.empty(_("Centres of areas"), WIDTHS)))


def require_writer() -> None:
	if not frappe.has_permission("Area", "write"):
		frappe.throw(_("Centres of areas are entered by the portal's administrator."), frappe.PermissionError)


def take_in(name: str, content: bytes) -> dict:
	rows = TABLE.read(name, content, MOST_ROWS)
	within, areas = positions.bounds(), Areas.load()
	found: dict[str, Centre] = {}
	problems = []
	for row in rows:
		code, place = text_of(row["code"]), place_of(row)
		problem = problem_of_area(code, areas, found) or problem_of_place(code, place, within, areas)
		if problem:
			problems.append({"row": row["row"], "message": problem})
		else:
			found[code] = place
	if problems:
		return {"changed": 0, "problems": problems[:MOST_TOLD]}
	return {"changed": centres.store(found), "problems": []}


def place_of(row: dict) -> Centre | None:
	"""Degrees, with a point or, as in Vietnam, a comma. None: these are no numbers."""
	try:
		latitude, longitude = (
			float(text_of(row[axis]).replace(",", ".")) for axis in ("latitude", "longitude")
		)
	except ValueError:
		return None
	return latitude, longitude


def problem_of_area(code: str, areas: Areas, found: dict[str, Centre]) -> str | None:
	if code not in areas.rows:
		return _("There is no area with the code {0}.").format(code[:20] or "–")
	if code in found:
		return _("The area {0} stands in another row already.").format(code)
	return None


def problem_of_place(code: str, place: Centre | None, within: positions.Bounds, areas: Areas) -> str | None:
	if place is None or not all(place):
		return _("{0}: latitude and longitude must be numbers, as 19.8067 and 105.7852.").format(code)
	if said := positions.problem_of(*place, within):
		return f"{code}: {said}"
	around = areas.rows.get(areas.rows[code].parent_area)
	if around and around.latitude:
		away = kilometres(place, (around.latitude, around.longitude))
		if away > FARTHEST:
			return _(
				"{0} lies {1} km from the centre of {2}, which it is part of. Is the code right?"
			).format(f"{code} {areas.rows[code].full_name}", round(away), around.full_name)
	return None
