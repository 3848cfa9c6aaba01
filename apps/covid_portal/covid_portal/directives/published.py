"""What the public sees of directives: a page for each at its lasting address, its files, lists by year, type and issuing body, a
feed, and open data. A build makes what differs from the live one; where nothing has changed it asks one question.
"""

import json
from collections.abc import Iterable
from pathlib import Path

import frappe
from frappe.utils import getdate

from covid_portal.approval.vocabulary import APPROVED, STATE_FIELD
from covid_portal.directives import files as stored
from covid_portal.directives.lists import ON_A_PAGE, lists, paths_of_lists
from covid_portal.directives.public_rows import BASE, KEY, public_rows, state_of_all, years_of
from covid_portal.publishing import feeds, pages, site_map, structured
from covid_portal.publishing.files import data_file
from covid_portal.publishing.open_data import V1
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.rendering import environment, local
from covid_portal.publishing.search_index import Entry

FOLDER = f"{V1}/directives"
INDEX = f"{V1}/directives.json"
FEED = f"{BASE}.atom"
IN_FEED, FOUND = 40, 60


def files(publication: Publication) -> dict[str, bytes | Path | None]:
	state = state_of_all()
	if not publication.anew and state == live_state(publication.live):
		return {}
	rows, live = public_rows(), live_rows(publication.live)
	before = {} if publication.anew else live
	changed = [row for row in rows if before.get(row["slug"]) != row]
	gone = [live[slug] for slug in live.keys() - {row["slug"] for row in rows}]
	years = {row["year"] for row in (*changed, *gone)}
	if years_of(rows) != years_of(before.values()):
		years |= set(years_of(rows))  # each list leads to every year
	made = (
		pages_of(changed, publication.live) | lists(rows, years) | feed(rows) | data_files(rows, years, state)
	)
	left = paths_of(gone) | paths_of_lists(live.values(), years) | {data_path(year) for year in years}
	return dict.fromkeys(left) | made


def live_state(live: Path) -> str | None:
	file = live / INDEX
	return json.loads(file.read_bytes())["state"] if file.is_file() else None


def live_rows(live: Path) -> dict[str, dict]:
	"""{slug: row} of the live build's files of years."""
	contents = (json.loads(file.read_bytes()) for file in (live / FOLDER).glob("????.json"))
	return {row["slug"]: row for content in contents for row in content["directives"]}


# --- pages


def pages_of(rows: list[dict], live: Path) -> dict[str, bytes | Path]:
	return copies_of(rows, live) | {
		pages.file_of(site_map.in_language(row["page"], lang)): page_of(row, lang)
		for row in rows
		for lang in site_map.LANGUAGES
	}


def page_of(row: dict, lang: str) -> bytes:
	data = {**row, "updated_at": row["published_at"]}
	other = site_map.in_language(row["page"], "en" if lang == "vi" else "vi")
	text = pages.render(
		"directive.html", lang, KEY, alternate=other, data=data, structured=legislation(row, lang)
	)
	return text.encode()


def copies_of(rows: list[dict], live: Path) -> dict[str, Path]:
	"""The files as they were checked, those that the live build lacks: an address never has another content. One that is
	lost or was changed on the disk must not keep all others from the public."""
	wanted: dict[str, list[str]] = {}
	for file in (file for row in rows for file in row["files"]):
		if not (live / file["url"].lstrip("/")).is_file():
			wanted.setdefault(file["sha256"], []).append(file["url"])
	made: dict[str, Path] = {}
	for url, digest in frappe.get_all(
		"Directive File", {"sha256": ("in", list(wanted) or [""])}, ["file", "sha256"], as_list=True
	):
		path = stored.path_of(url)
		if path and stored.digest(path.read_bytes()) == digest:
			made |= {address.lstrip("/"): path for address in wanted[digest]}
	for url in sorted(url for urls in wanted.values() for url in urls if url.lstrip("/") not in made):
		frappe.log_error(title=f"File of a directive is missing: {url}"[:140])
	return made


def legislation(row: dict, lang: str) -> dict:
	"""For search engines (schema.org)."""
	return {
		"@context": structured.CONTEXT,
		"@type": "Legislation",
		"name": local(row, "subject", lang=lang),
		"legislationIdentifier": row["identifier"],
		"legislationType": row["type"],
		"legislationDate": row["issued_on"],
		"legislationPassedBy": {"@type": "GovernmentOrganization", "name": row["issuer"]},
		"url": pages.public_address() + site_map.in_language(row["page"], lang),
		"inLanguage": "vi",
		"publisher": structured.publisher(lang),
	}


def paths_of(rows: Iterable[dict]) -> set[str]:
	"""Of the pages and files of directives."""
	return {
		path
		for row in rows
		for path in (
			*(pages.file_of(site_map.in_language(row["page"], lang)) for lang in site_map.LANGUAGES),
			*(file["url"].lstrip("/") for file in row["files"]),
		)
	}


# --- data, feed, search


def data_path(year: str) -> str:
	return f"{FOLDER}/{year}.json"


def data_files(rows: list[dict], years: Iterable[str], state: str) -> dict[str, bytes]:
	made = {
		data_path(year): data_file({"year": year, "directives": [row for row in rows if row["year"] == year]})
		for year in set(years) & set(years_of(rows))
	}
	all_years = years_of(rows)
	newest = [row for row in rows if row["year"] == all_years[0]] if all_years else []
	index = {
		"count": len(rows),
		"state": state,
		"feed": FEED,
		"years": [{"year": year, "url": f"/{data_path(year)}"} for year in all_years],
		"directives": newest[:ON_A_PAGE],
	}
	return made | {INDEX: data_file(index)}


def feed(rows: list[dict]) -> dict[str, bytes]:
	newest = sorted(rows, key=lambda row: row["published_at"], reverse=True)[:IN_FEED]
	made = {}
	for lang in site_map.LANGUAGES:
		title = site_map.names(pages.translator(lang))[KEY]
		items = [feed_item(row, lang) for row in newest]
		address = site_map.in_language(FEED, lang)
		made[address.lstrip("/")] = feeds.feed(lang, items, feeds.Head(FEED, KEY, title))
	return made


def feed_item(row: dict, lang: str) -> feeds.Item:
	title = f"{local(row, 'type', lang=lang)} {row['identifier']}: {local(row, 'subject', lang=lang)}"
	times = (row["published_at"], row["published_at"])
	url = site_map.in_language(row["page"], lang)
	return feeds.Item(f"directive/{row['slug']}", title, local(row, "summary", lang=lang), url, times)


def search_entries(_publication: Publication, lang: str) -> list[Entry]:
	"""The newest ones by number and subject; all of them and their texts are found by the search of /van-ban."""
	kind = pages.translator(lang)("Directive")
	day = environment(lang, pages.translator(lang)).filters["date"]
	columns = ["slug", "identifier", "directive_type", "subject", "subject_en", "issued_on"]
	rows = frappe.get_all(
		"Directive",
		{STATE_FIELD: APPROVED, "is_public": 1},
		columns,
		order_by="issued_on desc, name desc",
		limit=FOUND,
	)
	return [
		Entry(
			f"{row.identifier}: {local(row, 'subject', lang=lang)}",
			kind,
			site_map.in_language(f"{BASE}/{row.slug}", lang),
			f"{row.directive_type} · {day(str(getdate(row.issued_on)))}",
		)
		for row in rows
	]
