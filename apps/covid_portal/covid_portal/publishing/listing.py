"""What lists the pages of a build, made when they are: site map as page and XML, search, robots.txt, OpenSearch."""

from datetime import datetime
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import frappe
from frappe.utils import now_datetime
from frappe.utils.data import get_system_timezone

from covid_portal.publishing import pages, search_index, site_map
from covid_portal.publishing.figures import with_zone
from covid_portal.publishing.files import xml_file
from covid_portal.publishing.outline import Build, Outlined, address_of, outlines
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.rendering import OPENSEARCH

SITE_MAP, XHTML = "http://www.sitemaps.org/schemas/sitemap/0.9", "http://www.w3.org/1999/xhtml"
OPEN_SEARCH = "http://a9.com/-/spec/opensearch/1.1/"
SITE_MAP_FILE = "sitemap.xml"
# What a search engine has no business with: staff pages and the framework's own.
NOT_PUBLIC = (
	site_map.STAFF_LOGIN,
	"/nop-bang",
	"/theo-doi",
	"/cap-nhat",
	"/cho-duyet",
	"/van-ban-den",
	"/app",
	"/api/",
	"/login",
	"/me",
)


def files(publication: Publication, made: dict[str, bytes]) -> dict[str, bytes]:
	"""`made`: the files of this build so far."""
	build, files = Build(made, publication.live), {}
	updated = publication.latest["published_at"]
	for lang in site_map.LANGUAGES:
		outlined = outlines(build, lang, pages.translator(lang))
		files |= listing_pages(lang, outlined, updated)
		files |= search_index.index_file(publication, lang, outlined)
		files[site_map.in_language(OPENSEARCH, lang).lstrip("/")] = open_search(lang)
	files[SITE_MAP_FILE] = site_map_file(Build(made | files, publication.live))
	return files | {"robots.txt": robots().encode()}


def listing_pages(lang: str, outlined: list[Outlined], updated: str) -> dict[str, bytes]:
	"""/so-do-cong and /tim-kiem, which without a script shows the same list."""
	made = {}
	for key in ("site_map", "search"):
		page = site_map.BY_KEY[key]
		text = pages.render(page.template, lang, key, outlined=outlined, updated=updated)
		made[pages.file_of(page.address(lang))] = text.encode()
	return made


def site_map_file(build: Build) -> bytes:
	"""Every page in both languages, each naming the other, with the time of its last change."""
	root = ElementTree.Element("urlset", {"xmlns": SITE_MAP, "xmlns:xhtml": XHTML})
	paths = [path for path in build.pages() if not build.is_copy(path)]
	addresses, base = {address_of(path) for path in paths}, pages.public_address()
	for path in paths:
		entry, address = ElementTree.SubElement(root, "url"), address_of(path)
		ElementTree.SubElement(entry, "loc").text = base + address
		ElementTree.SubElement(entry, "lastmod").text = changed_at(build, path)
		for lang, other in alternates(address, addresses).items():
			link = {"rel": "alternate", "hreflang": lang, "href": base + other}
			ElementTree.SubElement(entry, "xhtml:link", link)
	return xml_file(root)


def alternates(address: str, addresses: set[str]) -> dict[str, str]:
	"""{language: address} of a page that there is in both; empty for others."""
	other = site_map.counterpart(address)
	if other not in addresses:
		return {}
	vi, en = (other, address) if address.startswith(site_map.ENGLISH) else (address, other)
	return {"vi": vi, "en": en, "x-default": vi}


def changed_at(build: Build, path: str) -> str:
	seconds = build.changed_at(path)
	if seconds is None:
		return with_zone(now_datetime())
	zone = ZoneInfo(get_system_timezone())
	return datetime.fromtimestamp(seconds, zone).replace(microsecond=0).isoformat()


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
	return f"{rules.strip()}\n\nSitemap: {pages.public_address()}/{SITE_MAP_FILE}\n"
