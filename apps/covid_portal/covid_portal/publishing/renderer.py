"""Serves the live snapshot where no web server does: the same bytes and headers as deploy/nginx/portal.conf says.

tests/http/test_serving.py asks both for every page.
"""

from pathlib import Path

import frappe
from frappe.website.page_renderers.base_renderer import BaseRenderer
from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import http_date, parse_accept_header, quote_etag
from werkzeug.wrappers import Request, Response

from covid_portal.publishing import error_pages, pages, site_map, snapshot
from covid_portal.publishing.compression import ENCODINGS

HOME = "tong-quan"  # hooks.home_page: the address / resolves to it
# Address as the framework hands it over -> (key of the page, its language).
PAGES = {
	page.address(lang).strip("/") or HOME: (page.key, lang)
	for page in site_map.PAGES
	for lang in site_map.LANGUAGES
}
DATA = ("du-lieu-mo/", "en/du-lieu-mo/")  # below these there is nothing but files of the snapshot
OPEN_FORMS = (".json", ".geojson", ".csv", ".xml")
NOT_ADDRESSED = (".html", ".gz", ".br")  # a page has one address, and it isn't its file's
TYPES = {
	".html": "text/html; charset=utf-8",
	".json": "application/json",
	".geojson": "application/geo+json",
	".csv": "text/csv; charset=utf-8",
	".txt": "text/plain; charset=utf-8",
	".xml": "application/xml; charset=utf-8",
	".js": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
	".webp": "image/webp",
	".pdf": "application/pdf",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".atom": "application/atom+xml; charset=utf-8",
}
CACHE_CONTROL = "public, max-age=30, stale-while-revalidate=60"
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
SECURITY = {
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
	"font-src 'self'; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; form-action 'self'; "
	"base-uri 'none'; frame-ancestors 'self'",
	"X-Content-Type-Options": "nosniff",
	"Referrer-Policy": "strict-origin-when-cross-origin",
}


class SnapshotPage(BaseRenderer):
	"""A file of the live snapshot; its pages also before anything was published. And the answer to addresses that no file
	can have, at which the framework's own renderers may fail."""

	def __init__(self, path: str, http_status_code: int | None = None) -> None:
		super().__init__(path, http_status_code)
		self.file = find(self.path)

	def can_render(self) -> bool:
		return bool(self.file) or self.path in PAGES or self.path.startswith(DATA) or "\0" in self.path

	def render(self) -> Response:
		if self.file:
			return file_response(self.file)
		if self.path in PAGES:
			key, lang = PAGES[self.path]
			return Response(pages.render("not_published.html", lang, key), mimetype="text/html")
		return refusal(400 if "\0" in self.path else 404, "en" if self.path.startswith("en/") else "vi")


def find(path: str | None) -> Path | None:
	"""The snapshot's file for an address; None if there is none, or the address leads out of the snapshot."""
	live = snapshot.live().resolve()
	path = (path or "").strip("/")
	names = [pages.file_of("" if path == HOME else path)] if path else []
	if not path.endswith(NOT_ADDRESSED):
		names.append(path)
	try:
		files = [(live / name).resolve() for name in names]
		return next((file for file in files if file.is_relative_to(live) and file.is_file()), None)
	except (ValueError, OSError):  # no name of a file: a null byte, or longer than the disk takes
		return None


def refusal(status: int, lang: str) -> Response:
	"""The snapshot's page for it, or before there is one, the page made now."""
	file = find_refusal(status, lang)
	if file:
		response = file_response(file, conditional=False)
		response.status_code = status
		return response
	return Response(pages.refusal(error_pages.PAGES[status], lang), status, mimetype="text/html")


def find_refusal(status: int, lang: str) -> Path | None:
	file = snapshot.live().resolve() / error_pages.path_of(status, lang)
	return file if file.is_file() else None


# --- the answer


def file_response(file: Path, conditional: bool = True) -> Response:
	"""The file in the smallest form that the browser takes. `conditional`: 304 and 206 where it asks for that."""
	request = getattr(frappe.local, "request", None)
	send_no_cookies()
	form, headers = negotiated(file, request)
	content, stored = form.read_bytes(), form.stat()
	headers["Content-Type"] = TYPES.get(file.suffix, "application/octet-stream")
	headers["Last-Modified"] = http_date(int(stored.st_mtime))
	headers["ETag"] = quote_etag(f"{int(stored.st_mtime):x}-{stored.st_size:x}")
	response = Response(content, headers=headers)
	if not request or not conditional:
		return response
	if not_modified(request, response):
		return Response(status=304, headers=response.headers)  # werkzeug leaves out what is the content's
	return response if form != file else ranged(request, response, len(content))


def negotiated(file: Path, request: Request | None) -> tuple[Path, Headers]:
	"""The form of the file to send, and the headers that say so."""
	headers = Headers({"Cache-Control": CACHE_CONTROL, **SECURITY})
	if file.suffix in OPEN_FORMS:
		headers["Access-Control-Allow-Origin"] = "*"
	forms = {name: Path(f"{file}{ending}") for name, ending in ENCODINGS.items()}
	forms = {name: form for name, form in forms.items() if form.is_file()}
	if forms:
		headers["Vary"] = "Accept-Encoding"
	accepted = dict(parse_accept_header(request.headers.get("Accept-Encoding", ""))) if request else {}
	for name, form in forms.items():
		if accepted.get(name, 0) > 0:
			headers["Content-Encoding"] = name
			return form, headers
	return file, headers


def send_no_cookies() -> None:
	"""What is the same for everybody may be kept by everybody's caches."""
	if manager := getattr(frappe.local, "cookie_manager", None):
		manager.cookies.clear()
		manager.to_delete.clear()


def not_modified(request: Request, response: Response) -> bool:
	"""All that the browser asks by has to agree. A time has to be the very one: after a roll-back files are older."""
	asked = []
	if since := request.headers.get("If-Modified-Since"):
		asked.append(since == response.headers["Last-Modified"])
	if request.headers.get("If-None-Match"):
		asked.append(
			request.if_none_match.contains_weak(response.get_etag()[0]) or "*" in request.if_none_match
		)
	return bool(asked) and all(asked)


def ranged(request: Request, response: Response, length: int) -> Response:
	"""The part that was asked for, as long as the file is still the one of its first part."""
	environ = {name: value for name, value in request.environ.items() if name not in CONDITIONS}
	try:
		response.make_conditional(environ, accept_ranges=True, complete_length=length)
	except RequestedRangeNotSatisfiable:
		return Response(status=416, headers={"Content-Range": f"bytes */{length}"})
	response.headers["Accept-Ranges"] = "bytes"  # which not every release of Werkzeug says of a whole
	if response.status_code == 206:
		response.headers.pop("Accept-Ranges")  # it goes without saying
	return response
