"""Public pages made of data: rendering.render with what this site's settings and translations say."""

from collections.abc import Callable

import frappe
from frappe.model.document import Document
from frappe.translate import get_all_translations

from covid_portal.publishing import rendering, site_map

BRAND_FIELDS = ("organisation", "organisation_en", "site_title", "site_title_en", "notice", "notice_en")
FOOTER_FIELDS = ("responsible_body", "responsible_body_en", "responsible_person", "address", "address_en")
FOOTER_FIELDS += ("phone", "email", "fax", "site_licence", "site_licence_en")


def in_each_language(key: str, data: dict, more: Callable[[str], dict] = lambda lang: {}) -> dict[str, bytes]:
	"""The page in each language, by its place in the snapshot. `more(lang)`: what its template gets besides."""
	page = site_map.BY_KEY[key]
	return {
		file_of(page.address(lang)): render(page.template, lang, key, data=data, **more(lang)).encode()
		for lang in site_map.LANGUAGES
	}


def file_of(address: str) -> str:
	"""Where a page's address lies in the snapshot: /dinh-chinh → dinh-chinh/index.html, as a web server looks for it."""
	return f"{address.strip('/')}/index.html".lstrip("/")


def render(
	template: str, lang: str, key: str = "overview", alternate: str | None = None, **context: object
) -> str:
	"""The template as the page `key`, or as one below it: then `alternate` is its address in the other language."""
	other = "en" if lang == "vi" else "vi"
	return rendering.render(
		template,
		lang,
		translator(lang),
		brand=brand(),
		site=public_address(),
		alternate=alternate or site_map.address(key, other),
		current=key,
		**context,
	)


def refusal(template: str, lang: str) -> str:
	"""The page of an address that leads nowhere (error_pages.PAGES)."""
	return rendering.render(template, lang, translator(lang), brand=brand(), alternate=None, current=None)


def not_found(lang: str) -> str:
	return refusal("not_found.html", lang)


def public_address() -> str:
	"""Where people find the portal, https://…, for what must name whole addresses: feeds, site map, previews of links.
	Never taken from a request: it would be the visitor's word."""
	settings: Document = frappe.get_cached_doc("Publishing Settings")
	address = settings.public_address or frappe.conf.host_name or f"https://{frappe.local.site}"
	return (address if "://" in address else f"https://{address}").rstrip("/")


class Catalogue:
	"""English source → text. Two are equal if they have the very same texts: what was made ready with one serves the other."""

	def __init__(self, texts: dict[str, str]) -> None:
		self.texts = texts

	def __call__(self, source: str) -> str:
		return self.texts.get(source) or source

	def __eq__(self, other: object) -> bool:
		return isinstance(other, Catalogue) and self.texts is other.texts

	def __hash__(self) -> int:
		return id(self.texts)


ENGLISH = Catalogue({})


def translator(lang: str) -> Catalogue:
	"""Of the language: the app's catalogue and an administrator's own translations."""
	return ENGLISH if lang == "en" else Catalogue(get_all_translations(lang))


def brand() -> dict:
	settings: Document = frappe.get_cached_doc("Publishing Settings")
	texts = {field: settings.get(field) or "" for field in BRAND_FIELDS}
	return {**texts, "footer": {field: settings.get(field) or "" for field in FOOTER_FIELDS}}
