"""The Desk's map view. The framework's own list of positions asks for no scope where the view has no filter."""

import frappe
from frappe.geo.utils import convert_to_geojson

FIELDS = {"coordinates": ("latitude", "longitude"), "location_field": ("location",)}


@frappe.whitelist(methods=["GET", "POST"])
def get_coords(doctype: str, filters: str | list | dict | None = None, type: str = "coordinates") -> dict:
	"""GeoJSON of the documents that the user's list shows."""
	fields = FIELDS.get(type, FIELDS["coordinates"])
	rows = frappe.get_list(
		doctype,
		filters=frappe.parse_json(filters) or [],
		fields=["name", *fields],
		limit_page_length=0,
	)
	return convert_to_geojson(type, [row for row in rows if row[fields[0]]])
