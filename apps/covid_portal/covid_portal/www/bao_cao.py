"""The field page /bao-cao: unit staff see what is due and fill in the report.

The page is a shell; its script asks `covid_portal.reporting.api` for everything, where scope is checked.
"""

import json
import re
from functools import lru_cache
from pathlib import Path

import frappe
from frappe import _
from frappe.sessions import get_csrf_token

from covid_portal.publishing.rendering import asset_urls

no_cache = 1
sitemap = 0

SCRIPTS = Path(__file__).resolve().parent.parent / "public" / "js" / "field"
TEXT = re.compile(r'__\(\s*"((?:[^"\\]|\\.)*)"')


def get_context(context: frappe._dict) -> None:
	"""What the template needs; a guest is sent to the login page and comes back."""
	if frappe.session.user == "Guest":
		frappe.local.flags.redirect_location = "/login?redirect-to=/bao-cao"
		raise frappe.Redirect
	context.lang = frappe.local.lang
	context.assets = asset_urls()
	settings = page_settings()
	context.has_desk = settings["has_desk"]
	context.settings = embedded(settings)


def page_settings(*scripts: Path) -> dict:
	"""What every page of unit staff needs; `scripts`: folders of the page's own, beside those of the field page."""
	return {
		"user": frappe.session.user,
		"lang": frappe.local.lang,
		"has_desk": frappe.db.get_value("User", frappe.session.user, "user_type") == "System User",
		"csrf_token": get_csrf_token(),
		"texts": translated_texts(SCRIPTS, *scripts),
	}


def translated_texts(*folders: Path) -> dict[str, str]:
	"""The script's sentences in the user's language; one that is the same in both is left out."""
	pairs = ((text, _(text)) for text in script_texts(*folders))
	return {text: translated for text, translated in pairs if translated != text}


@lru_cache
def script_texts(*folders: Path) -> tuple[str, ...]:
	"""Every sentence the script shows: its own sources are the list, so none can be forgotten."""
	paths = (path for folder in folders for path in sorted(folder.glob("*.js")))
	sources = (path.read_text(encoding="utf-8") for path in paths)
	found = (json.loads(f'"{text}"') for source in sources for text in TEXT.findall(source))
	return tuple(dict.fromkeys(found))


def embedded(value: dict) -> str:
	"""JSON that can stand inside a script element: no character in it can end the element."""
	text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
	return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
