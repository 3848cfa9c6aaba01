"""Is this bulletin one of the portal's? For visitors without a script or with a browser that cannot check signatures.

Nothing that is sent here is kept. The page /xac-minh does the same in the browser, of the published files alone.
"""

import json
import re

import frappe
from frappe import _
from frappe.rate_limiter import rate_limit
from frappe.utils import cint
from werkzeug.wrappers import Response

from covid_portal.bulletins import keys, published
from covid_portal.bulletins.canonical import sha256
from covid_portal.bulletins.xac_minh import problems, read
from covid_portal.organisation.guest_input import checked
from covid_portal.publishing import pages, site_map

LARGEST = 3_000_000  # bytes; an issued PDF has a tenth of it
# Checks from one network: offices share an address.
CHECKS, SECONDS = 60, 60
GENUINE, SUPERSEDED, FORGED, UNKNOWN = "genuine", "superseded", "forged", "unknown"
UNCHECKED = "unchecked"  # on a page: nothing was sent, or too much
# The attachment of an issued PDF, as it stands in the file: unpacked, in one line.
ATTACHED = re.compile(rb"stream\r?\n(\{\"bulletin\":[^\r\n]*\})\r?\nendstream")
MOST_PARTS = 12


class TooLarge(frappe.ValidationError):
	http_status_code = 413


class NothingSent(frappe.ValidationError):
	http_status_code = 400


# xss_safe: the framework would take texts apart as JSON first, however deep it is nested; here they become no HTML unescaped.
@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@rate_limit(limit=CHECKS, seconds=SECONDS)
@checked
def check(code: str | None = None, page: str | None = None, lang: str | None = None) -> dict | Response:
	"""What is to be said of a code, or of a file sent as `file` (JSON or PDF of a bulletin).

	{"result": "genuine" | "superseded" | "forged" | "unknown", "bulletin": row of published.listed() or None,
	"parts": [what differs]}; with `page` a finished page instead, in `lang`.
	"""
	try:
		found = verdict_of_sent(code)
	except (TooLarge, NothingSent) as error:
		if not cint(page):
			raise
		frappe.clear_messages()
		return answer_page({**verdict(UNCHECKED), "sentence": str(error)}, lang, error.http_status_code)
	return answer_page(found, lang) if cint(page) else found


def verdict_of_sent(code: str | None) -> dict:
	file = (frappe.request.files if frappe.request else {}).get("file")
	content = file.stream.read(LARGEST + 1) if file and file.filename else b""
	if len(content) > LARGEST:
		frappe.throw(_("The file is too large to be a bulletin."), TooLarge)
	if content:
		return verdict_of_file(content)
	if (code or "").strip():
		return verdict_of_code(code)
	frappe.throw(_("Give the code of a bulletin, or choose its file."), NothingSent)


def answer_page(verdict: dict, lang: str | None, status: int = 200) -> Response:
	lang = lang if lang in site_map.LANGUAGES else site_map.LANGUAGES[0]
	text = pages.render("verify.html", lang, "verify", data={"verdict": verdict})
	return Response(text, status, mimetype="text/html", headers={"Cache-Control": "no-store"})


# --- verdicts


def verdict_of_code(code: str) -> dict:
	return verdict_on(row_of({"code": normal_code(code)}))


def verdict_of_file(content: bytes) -> dict:
	if row := row_of({"pdf_sha256": sha256(content)}):
		return verdict_on(row)
	try:
		return verdict_of_data(content)
	except (
		ValueError,
		RecursionError,
	):  # no bulletin at all, or one nested beyond what can be looked through
		return verdict(UNKNOWN)


def verdict_of_data(content: bytes) -> dict:
	"""Raises ValueError, RecursionError."""
	is_pdf = content.lstrip().startswith(b"%PDF")
	found = read(attached(content) if is_pdf else content)
	row = row_of({"code": str(found["bulletin"].get("code"))})
	wrong = problems(found, keys.listed())
	if row is None:
		return verdict(FORGED if wrong else UNKNOWN, parts=wrong)
	parts = [*wrong, *(differing(found["bulletin"], row) if wrong else [])]
	if not parts and found.get("hash") != row["hash"]:
		parts = ["hash"]
	if is_pdf and not parts:
		parts = [
			"file: its data are true, but it is not the file that was issued: its pages may have been changed"
		]
	return verdict(FORGED, row, parts) if parts else verdict_on(row)


def attached(content: bytes) -> bytes:
	found = ATTACHED.search(content)
	if not found:
		raise ValueError("no bulletin is attached")
	return found[1]


def verdict_on(row: dict | None) -> dict:
	if row is None:
		return verdict(UNKNOWN)
	return verdict(SUPERSEDED if row["superseded_by"] else GENUINE, row)


def verdict(result: str, row: dict | None = None, parts: list[str] | None = None) -> dict:
	return {"result": result, "bulletin": row and published.public(row), "parts": (parts or [])[:MOST_PARTS]}


def row_of(filters: dict) -> dict | None:
	rows = frappe.get_all("Bulletin", {**filters, "number": (">", 0)}, published.COLUMNS, limit=1)
	if not rows:
		return None
	last = frappe.get_all("Bulletin", {"slot": rows[0].slot}, pluck="number", order_by="number desc", limit=1)
	return published.listed(rows[0], last[0])


def differing(said: dict, row: dict) -> list[str]:
	"""Names of what the file says otherwise than the issued bulletin: "figures: new_cases: 12 ≠ 21"."""
	issued = json.loads(frappe.db.get_value("Bulletin", row["name"], "document"))
	return [
		f"{path}: {shown(there)} ≠ {shown(here)}"
		for path, there in leaves(said).items()
		if there != (here := leaves(issued).get(path))
	]


def leaves(content: object, path: str = "") -> dict[str, object]:
	"""{path: value}; rows of a list go by their field or code."""
	if isinstance(content, dict):
		parts = content.items()
	elif isinstance(content, list):
		parts = ((name_of(row) or place, row) for place, row in enumerate(content))
	else:
		return {path: content}
	return {
		key: value
		for name, part in parts
		for key, value in leaves(part, f"{path}.{name}" if path else str(name)).items()
	}


def name_of(row: object) -> str | None:
	return str(row.get("field") or row.get("code") or "") if isinstance(row, dict) else None


def shown(value: object) -> str:
	return str(value)[:60]


def normal_code(code: str) -> str:
	"""As typed: small letters, blanks, without dashes."""
	letters = re.sub(r"[^A-Z0-9]", "", code.upper()[:60])
	return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))
