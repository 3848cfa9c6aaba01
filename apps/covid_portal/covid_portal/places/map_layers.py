"""The places as layers of the map /ban-do (hook: map_layers). What they hold is open data; the browser draws it."""

import frappe

from covid_portal.places.published import GEOJSON, POINT_LAYER, SITE_LAYER
from covid_portal.publishing import pages

SYMBOLS = ("square", "circle", "triangle", "cross", "diamond", "plus", "star", "ring")


def layers() -> list[dict]:
	"""[{"key", "label", "label_en", "symbol", "url"}] in their order; `key` is the property "layer" in the file."""
	kinds = frappe.get_all(
		"Control Place Kind",
		{"is_public": 1},
		["name", "kind_name", "kind_name_en"],
		order_by="sequence, name",
	)
	_, english = (pages.translator(lang) for lang in ("vi", "en"))
	rows = [
		(SITE_LAYER, _("Quarantine sites"), english("Quarantine sites")),
		(POINT_LAYER, _("Supply points"), english("Supply points")),
		*((row.name, row.kind_name, row.kind_name_en or row.kind_name) for row in kinds),
	]
	return [
		{
			"key": key,
			"label": label,
			"label_en": label_en,
			"symbol": SYMBOLS[min(place, len(SYMBOLS) - 1)],
			"url": f"/{GEOJSON}",
		}
		for place, (key, label, label_en) in enumerate(rows)
	]
