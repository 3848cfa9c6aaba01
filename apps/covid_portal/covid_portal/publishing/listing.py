"""What lists the pages of a build, made when they are: site map as page and XML, search, robots.txt, OpenSearch."""

from collections.abc import Set
from html import escape
from xml.etree import ElementTree

import frappe

from covid_portal.publishing import last_changes, pages, search_index, site_map
from covid_portal.publishing.files import xml_file
from covid_portal.publishing.outline import Build, Outlined, outlines
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.rendering import OPENSEARCH

SITE_MAP, XHTML = "http://www.sitemaps.org/schemas/sitemap/0.9", "http://www.w3.org/1999/xhtml"
OPEN_SEARCH = "http://a9.com/-/spec/opensearch/1.1/"
XML_HEAD = "<?xml version='1.0' encoding='utf-8'?>"
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
	base = pages.public_address()
	files[last_changes.FILE] = site_map_file(last_changes.last_changes(publication, made | files, base), base)
	return files | {"robots.txt": robots().encode()}


def listing_pages(lang: str, outlined: list[Outlined], updated: str) -> dict[str, bytes]:
	"""/so-do-cong and /tim-kiem, which without a script shows the same list."""
	made = {}
	for key in ("site_map", "search"):
		page = site_map.BY_KEY[key]
		text = pages.render(page.template, lang, key, outlined=outlined, updated=updated)
		made[pages.file_of(page.address(lang))] = text.encode()
	return made


def site_map_file(changes: dict[str, str], base: str) -> bytes:
	"""Every page in both languages, each naming the other, with the time of its last change. Written as text: an element for
	each link of years of pages takes more memory than the whole file. `changes`: last_changes() of the build."""
	entries = "\n".join(entry(address, changed, base, changes.keys()) for address, changed in changes.items())
	head = f'<urlset xmlns="{SITE_MAP}" xmlns:xhtml="{XHTML}">'
	return f"{XML_HEAD}\n{head}\n{entries}\n</urlset>\n".encode()


def entry(address: str, changed: str, base: str, addresses: Set[str]) -> str:
	links = "".join(
		f'<xhtml:link rel="alternate" hreflang="{lang}" href="{escape(base + other)}"/>'
		for lang, other in alternates(address, addresses).items()
	)
	return f"<url><loc>{escape(base + address)}</loc><lastmod>{changed}</lastmod>{links}</url>"


def alternates(address: str, addresses: Set[str]) -> dict[str, str]:
	"""{language: address} of a page that there is in both; empty for others."""
	other = site_map.counterpart(address)
	if other not in addresses:
		return {}
	vi, en = (other, address) if address.startswith(site_map.ENGLISH) else (address, other)
	return {"vi": vi, "en": en, "x-default": vi}


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
	return f"{rules.strip()}\n\nSitemap: {pages.public_address()}/{last_changes.FILE}\n"
