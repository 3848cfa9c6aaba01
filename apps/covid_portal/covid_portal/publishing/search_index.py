"""What /tim-kiem searches, a file for each language: pages and their sections, and what the hook `search_entries` adds.

A contributor is a function (Publication, language) -> [Entry]. The search itself is public/js/public/search.js.
"""

from dataclasses import dataclass

import frappe
from frappe.utils import nowdate

from covid_portal.publishing import open_data, pages, site_map
from covid_portal.publishing.files import data_file
from covid_portal.publishing.outline import Outlined
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.rendering import SEARCH_INDEX, local

# Of two entries that fit equally well, the heavier stands first.
PAGE, LARGE_AREA, SECTION, DETAIL, FILE = 4, 4, 3, 2, 1


@dataclass(frozen=True)
class Entry:
	"""`kind`: what it is, in the page's language. `note`: stands below the title and is searched as well."""

	title: str
	kind: str
	url: str
	note: str = ""
	weight: int = DETAIL


def index_file(publication: Publication, lang: str, outlined: list[Outlined]) -> dict[str, bytes]:
	"""{path: {"kinds": [...], "entries": [[title, note, address, number of its kind, weight], ...]}}"""
	entries = page_entries(outlined, lang)
	for contributor in frappe.get_hooks("search_entries"):
		entries += frappe.get_attr(contributor)(publication, lang)
	kinds = list(dict.fromkeys(entry.kind for entry in entries))
	rows = [[entry.title, entry.note, entry.url, kinds.index(entry.kind), entry.weight] for entry in entries]
	path = site_map.in_language(SEARCH_INDEX, lang).lstrip("/")
	return {path: data_file({"kinds": kinds, "entries": rows})}


def page_entries(outlined: list[Outlined], lang: str) -> list[Entry]:
	_ = pages.translator(lang)
	page, section = _("Page"), _("Section")
	entries = [Entry(row.label, page, row.url, row.description, PAGE) for row in outlined]
	return entries + [
		Entry(heading, section, url, row.label, SECTION) for row in outlined for heading, url in row.sections
	]


def figure_entries(publication: Publication, lang: str) -> list[Entry]:
	"""The public indicators; each leads to its row on the overview."""
	kind, overview = pages.translator(lang)("Figure"), site_map.address("overview", lang)
	return [
		Entry(
			local(row, "label", lang=lang),
			kind,
			f"{overview}#figure-{row['field']}",
			local(row, "group_label", lang=lang),
		)
		for row in publication.latest["indicators"]
	]


def area_entries(publication: Publication, lang: str) -> list[Entry]:
	"""Districts and communes of today; each leads to its place on the map."""
	kind, on_the_map = pages.translator(lang)("Area"), site_map.address("map", lang)
	districts = {row["code"] for row in publication.latest["districts"]}
	areas = {row.name: row for row in current_areas()}
	entries = []
	for row in areas.values():
		if not districts & {row.name, row.parent_area}:
			continue
		above = areas.get(row.parent_area) or {}
		note = [local(above, "full_name", lang=lang), row.full_name if lang == "en" else "", row.name]
		entries.append(
			Entry(
				local(row, "full_name", lang=lang),
				kind,
				f"{on_the_map}#khu-vuc-{row.name}",
				" · ".join(filter(None, note)),
				LARGE_AREA if row.name in districts else DETAIL,
			)
		)
	return entries


def current_areas() -> list[frappe._dict]:
	return frappe.get_all(
		"Area",
		filters={"level": (">", 1)},
		or_filters=[["valid_to", "is", "not set"], ["valid_to", ">=", nowdate()]],
		fields=["name", "full_name", "full_name_en", "parent_area"],
		order_by="lft",
	)


def file_entries(_publication: Publication, lang: str) -> list[Entry]:
	"""The files of open data that have one address."""
	_ = pages.translator(lang)
	kind = _("Data file")
	return [
		Entry(row["description"], kind, row["url"], row["url"], FILE)
		for row in open_data.resources(_)
		if "{" not in row["url"]
	]
