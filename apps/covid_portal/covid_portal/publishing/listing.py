"""What lists the pages of a build, made when they are: site map as page and XML, search, robots.txt, OpenSearch."""

from xml.etree import ElementTree

import frappe

from covid_portal.publishing import pages, search_index, site_map, site_map_files
from covid_portal.publishing.files import xml_file
from covid_portal.publishing.outline import Build, Outlined, outlines
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.rendering import OPENSEARCH

OPEN_SEARCH = "http://a9.com/-/spec/opensearch/1.1/"
# What a search engine has no business with: staff pages and the framework's own.
NOT_PUBLIC = (
	site_map.STAFF_LOGIN,
	"/nop-bang",
	"/theo-doi",
	"/cap-nhat",
	"/tiep-nhan",
	"/cho-duyet",
	"/van-ban-den",
	"/chot",
	"/app",
	"/api/",
	"/login",
	"/me",
)


def files(publication: Publication, made: dict[str, bytes | None]) -> dict[str, bytes]:
	"""`made`: the files of this build so far."""
	build, files = Build(made, publication.live), {}
	updated = publication.latest["published_at"]
	for lang in site_map.LANGUAGES:
		outlined = outlines(build, lang, pages.translator(lang))
		files |= listing_pages(lang, outlined, updated)
		files |= search_index.index_file(publication, lang, outlined)
		files[site_map.in_language(OPENSEARCH, lang).lstrip("/")] = open_search(lang)
	files |= site_map_files.files(publication, made | files)
	return files | {"robots.txt": robots().encode()}


def listing_pages(lang: str, outlined: list[Outlined], updated: str) -> dict[str, bytes]:
	"""/so-do-cong and /tim-kiem, which without a script shows the same list."""
	made = {}
	for key in ("site_map", "search"):
		page = site_map.BY_KEY[key]
		text = pages.render(page.template, lang, key, outlined=outlined, updated=updated)
		made[pages.file_of(page.address(lang))] = text.encode()
	return made


def open_search(lang: str) -> bytes:
	"""Lets a browser add the portal's search to its own."""
	base, title = pages.public_address(), pages.brand()["site_title" if lang == "vi" else "site_title_en"]
	root = ElementTree.Element("OpenSearchDescription", {"xmlns": OPEN_SEARCH})
	# ShortName takes 16 characters, LongName 48.
	ElementTree.SubElement(root, "ShortName").text = "COVID-19"
	ElementTree.SubElement(root, "LongName").text = title[:48]
	ElementTree.SubElement(root, "Description").text = title
	ElementTree.SubElement(root, "InputEncoding").text = "UTF-8"
	ElementTree.SubElement(root, "Language").text = lang
	template = f"{base}{site_map.address('search', lang)}?q={{searchTerms}}"
	ElementTree.SubElement(root, "Url", {"type": "text/html", "template": template})
	return xml_file(root)


def robots() -> str:
	"""What Website Settings say, else: everything public, nothing of the staff's."""
	own = frappe.db.get_single_value("Website Settings", "robots_txt")
	rules = own or "\n".join(["User-agent: *", *(f"Disallow: {path}" for path in NOT_PUBLIC)])
	return f"{rules.strip()}\n\nSitemap: {pages.public_address()}/{site_map_files.FILE}\n"
