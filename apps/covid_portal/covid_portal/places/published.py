"""What the public sees of places: a page for each kind, with a list for each district, and files of open data.

They are made anew when something in them has changed; the finder on the pages works in the browser, on the same files.
"""

from datetime import datetime
from itertools import groupby
from pathlib import Path

from frappe.utils import now_datetime

from covid_portal.places import public_rows
from covid_portal.places.public_rows import CONTROL, POINTS, SITES, Areas
from covid_portal.publishing import pages, site_map
from covid_portal.publishing.files import data_file
from covid_portal.publishing.open_data import V1, last_change
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.rendering import local
from covid_portal.publishing.search_index import Entry

GEOJSON = f"{V1}/places.geojson"
SITE_LAYER, POINT_LAYER = "quarantine-site", "supply-point"  # beside the kinds of control places
# Page of each kind in site_map, and its file.
PAGES = {
	SITES: ("quarantine", "quarantine-sites"),
	POINTS: ("supplies", "supply-points"),
	CONTROL: ("places", None),
}
LISTED_AT_ONCE = 200  # more than these are listed by district, each on a page of its own
FOUND = 400  # places that the search knows


def files(publication: Publication) -> dict[str, bytes]:
	if publication.more_follows:
		return {}
	areas, rows = Areas.load(), publication.once(all_rows)
	made = data_files(rows)
	changed = {path for path, content in made.items() if is_other(publication.live / path, content)}
	for kind, (page, file) in PAGES.items():
		path = f"{V1}/{file}.json" if file else GEOJSON
		shown = publication.live / pages.file_of(site_map.address(page, "vi"))
		if publication.anew or path in changed or not shown.exists():
			made |= pages_of(kind, rows[kind], areas, publication)
	return made


def all_rows(now: datetime | None = None) -> dict[str, list[dict]]:
	"""By kind, as of now."""
	now, areas = now or now_datetime(), Areas.load()
	return {
		SITES: public_rows.sites(areas),
		POINTS: public_rows.points(areas, now),
		CONTROL: public_rows.control(areas, now),
	}


def is_other(file: Path, content: bytes) -> bool:
	return not file.is_file() or file.read_bytes() != content


# --- open data


def data_files(rows: dict[str, list[dict]]) -> dict[str, bytes]:
	return {
		f"{V1}/quarantine-sites.json": data_file({"sites": rows[SITES]}),
		f"{V1}/supply-points.json": data_file(
			{"stale_after_days": public_rows.stale_after_days(), "points": rows[POINTS]}
		),
		GEOJSON: data_file({"type": "FeatureCollection", "features": features(rows)}),
	}


def features(rows: dict[str, list[dict]]) -> list[dict]:
	"""Every place; one whose position is not known has no geometry (RFC 7946, 3.2)."""
	return [
		{"type": "Feature", "id": row["id"], "geometry": geometry(row), "properties": properties(kind, row)}
		for kind, places in rows.items()
		for row in places
	]


def geometry(row: dict) -> dict | None:
	if row.get("outline") or row["latitude"] is None:
		return row.get("outline")
	return {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]}


def properties(kind: str, row: dict) -> dict:
	"""What a map says of it; the rest is in the kind's own file."""
	known = (
		"name",
		"name_en",
		"area",
		"district",
		"address",
		"kind",
		"kind_name",
		"kind_name_en",
		"from",
		"to",
	)
	known += (
		"decision",
		"link",
		"status",
		"capacity",
		"free_at_least",
		"stock",
		"stale",
		"delivery",
		"open",
		"area_name",
		"area_name_en",
	)
	page = site_map.address(PAGES[kind][0], "vi")
	return {
		"layer": row.get("kind") or (SITE_LAYER if kind == SITES else POINT_LAYER),
		**{key: row[key] for key in known if key in row},
		"page": f"{page}/{row['district']}#{row['id']}",
	}


def resources(_: site_map.Translate) -> list[tuple]:
	"""Hook open_data_resources."""
	names = ("Quarantine Site", "Supply Point", "Control Place")
	sites, points, control = (
		last_change(name, "modified", {"published_at": ("is", "set")}) for name in names
	)
	everything = max(filter(None, (sites, points, control)), default=None)
	return [
		(
			"quarantine-sites.json",
			"quarantine-sites",
			sites,
			_("Quarantine sites: class, places, state, how many at least are free."),
		),
		("supply-points.json", "supply-points", points, _("Supply points: goods, stock, hours, delivery.")),
		(
			"places.geojson",
			"places",
			everything,
			_("All public places, with their positions and outlines, as GeoJSON."),
		),
	]


# --- pages


def pages_of(kind: str, rows: list[dict], areas: Areas, publication: Publication) -> dict[str, bytes]:
	key, file = PAGES[kind]
	by_district = {
		code: list(part) for code, part in groupby(by_district_order(rows), lambda row: row["district"])
	}
	districts = [listed_district(code, part, areas) for code, part in by_district.items()]
	common = {
		"kind": kind,
		"updated_at": publication.latest["published_at"],
		"url": f"/{V1}/{file}.json" if file else f"/{GEOJSON}",
		"districts": districts,
		"communes": areas.communes(),
		"count": len(rows),
		"stale_after_days": public_rows.stale_after_days(),
	}
	shown = rows if len(rows) <= LISTED_AT_ONCE else []
	made = pages.in_each_language(key, {**common, "groups": grouped(shown, areas), "district": None})
	for code in sorted({*by_district, *live_districts(publication.live, key)}):
		data = {
			**common,
			"groups": grouped(by_district.get(code, []), areas),
			"district": areas.named(code),
			"code": code,
		}
		for lang in site_map.LANGUAGES:
			made[pages.file_of(f"{site_map.address(key, lang)}/{code}")] = below(key, lang, code, data)
	return made


def below(key: str, lang: str, code: str, data: dict) -> bytes:
	other = site_map.address(key, "en" if lang == "vi" else "vi")
	template = site_map.BY_KEY[key].template
	return pages.render(template, lang, key, alternate=f"{other}/{code}", data=data).encode()


def by_district_order(rows: list[dict]) -> list[dict]:
	return sorted(rows, key=lambda row: (row["district"], row.get("sequence") or 0, row["area"], row["name"]))


def live_districts(live: Path, key: str) -> set[str]:
	"""Districts that have a page: it stays when its last place is gone, and says so."""
	folder = live / site_map.address(key, "vi").strip("/")
	return {file.parent.name for file in folder.glob("*/index.html")}


def listed_district(code: str, rows: list[dict], areas: Areas) -> dict:
	free = [row["free_at_least"] for row in rows if row.get("free_at_least") is not None]
	return {"code": code, **areas.named(code), "count": len(rows), "free": sum(free) if free else None}


def grouped(rows: list[dict], areas: Areas) -> list[dict]:
	"""[{"code", "name", "name_en", "rows"}] by district."""
	parts = groupby(by_district_order(rows), lambda row: row["district"])
	return [{"code": code, **areas.named(code), "rows": list(part)} for code, part in parts]


def search_entries(publication: Publication, lang: str) -> list[Entry]:
	"""Names of the places, quarantine sites first; of very many the first."""
	_ = pages.translator(lang)
	kinds = {SITES: _("Quarantine site"), POINTS: _("Supply point"), CONTROL: ""}
	entries = []
	for kind, rows in publication.once(all_rows).items():
		address = site_map.address(PAGES[kind][0], lang)
		for row in rows[: FOUND - len(entries)]:
			said = kinds[kind] or local(row, "kind_name", lang=lang)
			note = " · ".join(filter(None, (local(row, "area_name", lang=lang), row["address"])))
			url = f"{address}/{row['district']}#{row['id']}"
			entries.append(Entry(local(row, "name", lang=lang), said, url, note))
	return entries
