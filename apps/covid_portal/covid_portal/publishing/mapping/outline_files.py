"""The approved outlines as the map's pages and scripts take them."""

import hashlib
import json
from pathlib import Path

import frappe

from covid_portal.publishing.figures import with_zone
from covid_portal.publishing.files import data_file
from covid_portal.publishing.mapping.months import FOLDER
from covid_portal.publishing.site_map import Translate

FILE = f"{FOLDER}/outlines.json"
SHOWN = ("name", "level", "licence", "source", "source_url", "source_date", "approved_at", "web")
PROVINCE, DISTRICT, COMMUNE = "Province", "District", "Commune"
LEVELS = {PROVINCE: 1, DISTRICT: 2, COMMUNE: 3}


def outline_files(live: Path) -> dict[str, bytes]:
	"""The outlines' file; one without outlines in place of what was withdrawn, since a build keeps the files of the last."""
	found = drawn_outlines()
	if found:
		return {FILE: outline_file(found)}
	return {FILE: data_file({"areas": {}})} if (live / FILE).exists() else {}


def open_data_resources(_: Translate) -> list[tuple]:
	"""Hook of the same name: listed while there are outlines."""
	row = drawn_outlines()
	if not row:
		return []
	about = _("Outlines of the areas that the map draws, under the licence of their source.")
	return [("map/outlines.json", "outlines", with_zone(row.approved_at), about)]


def drawn_outlines() -> frappe._dict | None:
	"""The approved outlines of the smallest areas there are below the province."""
	return approved(COMMUNE) or approved(DISTRICT)


def approved(level: str) -> frappe._dict | None:
	"""Of a level, those approved last."""
	filters = {"state": "Approved", "level": level}
	rows = frappe.get_all("Map Outline", filters, SHOWN, order_by="approved_at desc", limit=1)
	return rows[0] if rows else None


def outline_file(row: dict) -> bytes:
	terms = {key: row[key] or "" for key in ("licence", "source", "source_url")}
	ground = approved(PROVINCE)
	web = json.loads(row["web"])
	return data_file(
		{
			"level": row["level"].lower(),
			**terms,
			"date": str(row["source_date"]),
			**web,
			"ground": under(web, json.loads(ground.web)) if ground else None,
		}
	)


def under(web: dict, ground: dict) -> dict:
	"""The province's own outline, drawn below the others: its path, and the SVG transform from its grid to theirs."""
	across, down = (own / other for own, other in zip(web["scale"], ground["scale"], strict=True))
	west, north = (theirs - own for theirs, own in zip(ground["origin"], web["origin"], strict=True))
	shift = (west * web["scale"][0], -north * web["scale"][1])
	return {
		"path": "".join(ground["areas"].values()),
		"transform": f"matrix({across:.5f} 0 0 {down:.5f} {shift[0]:.1f} {shift[1]:.1f})",
	}


def shown_outlines(blocks: list[dict]) -> dict | None:
	"""What the page says of the outlines: address, level, licence, source, areas that have none. None where there are none."""
	row = drawn_outlines()
	if not row:
		return None
	drawn = json.loads(row.web)["areas"]
	digest = hashlib.sha256(outline_file(row)).hexdigest()[:10]
	areas = blocks if row.level == DISTRICT else [tile for block in blocks for tile in block["tiles"]]
	return {
		"url": f"/{FILE}?v={digest}",
		"level": row.level.lower(),
		"licence": row.licence,
		"source": row.source,
		"source_url": row.source_url,
		"date": str(row.source_date),
		"without": [area for area in areas if area["code"] not in drawn],
	}
