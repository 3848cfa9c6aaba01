"""Serves the live snapshot where no web server does: the same bytes, with validators and cache headers."""

import hashlib
import mimetypes
from pathlib import Path

import frappe
from frappe.website.page_renderers.base_renderer import BaseRenderer
from frappe.website.page_renderers.not_found_page import NotFoundPage
from werkzeug.http import http_date
from werkzeug.wrappers import Response

from covid_portal.publishing import pages, site_map, snapshot

HOME = "tong-quan"  # hooks.home_page: the address / resolves to it
# Address as the framework hands it over -> (key of the page, its language).
PAGES = {
	page.address(lang).strip("/") or HOME: (page.key, lang)
	for page in site_map.PAGES
	for lang in site_map.LANGUAGES
}
DATA_FORMS = (".json", ".csv")
CACHE_CONTROL = "public, max-age=30, stale-while-revalidate=60"


class SnapshotPage(BaseRenderer):
	"""A file of the live snapshot; its pages also before anything was published. And the answer to addresses that no file
	can have, at which the framework's own renderers may fail."""

	def __init__(self, path: str, http_status_code: int | None = None) -> None:
		super().__init__(path, http_status_code)
		self.file = find(self.path)

	def can_render(self) -> bool:
		return bool(self.file) or (self.path or "").strip("/") in PAGES or "\0" in (self.path or "")

	def render(self) -> Response:
		if "\0" in self.path:
			return NotFoundPage(self.path).render()
		if not self.file:
			key, lang = PAGES[self.path.strip("/")]
			return Response(pages.render("not_published.html", lang, key), mimetype="text/html")
		return file_response(self.file)


def find(path: str | None) -> Path | None:
	"""The snapshot's file for an address; None if there is none, or the address leads out of the snapshot."""
	live = snapshot.live().resolve()
	path = (path or "").strip("/")
	names = [pages.file_of("" if path == HOME else path)] if path else []
	if not path.endswith(".html"):  # a page has one address, and it isn't its file's
		names.append(path)
	try:
		files = [(live / name).resolve() for name in names]
		return next((file for file in files if file.is_relative_to(live) and file.is_file()), None)
	except (ValueError, OSError):  # no name of a file: a null byte, or longer than the disk takes
		return None


def file_response(file: Path) -> Response:
	content = file.read_bytes()
	response = Response(content, mimetype=mimetypes.guess_type(file.name)[0] or "application/octet-stream")
	response.headers["Cache-Control"] = CACHE_CONTROL
	response.headers["Last-Modified"] = http_date(file.stat().st_mtime)
	response.set_etag(hashlib.sha256(content).hexdigest()[:32])
	if file.suffix in DATA_FORMS:
		response.headers["Access-Control-Allow-Origin"] = "*"
	return response.make_conditional(frappe.request) if getattr(frappe.local, "request", None) else response
