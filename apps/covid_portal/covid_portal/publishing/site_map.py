"""The public pages: where each stands, what it is called, what it is made of. Nothing here knows Frappe.

A page joins by a row in PAGES, its name in `names`, and a function of `public_files` (hooks.py) that fills it.
"""

from collections.abc import Callable
from dataclasses import dataclass

Translate = Callable[[str], str]

LANGUAGES = ("vi", "en")


@dataclass(frozen=True)
class Page:
	"""`scripts` and `styles`: files below public/, beside those that every page has."""

	key: str
	vi: str
	en: str
	template: str
	in_menu: bool = True
	scripts: tuple[str, ...] = ()
	styles: tuple[str, ...] = ()

	def address(self, lang: str) -> str:
		return self.vi if lang == "vi" else self.en


PAGES = (
	Page("overview", "/", "/en/", "overview.html"),
	Page("bulletins", "/ban-tin", "/en/ban-tin", "bulletins.html"),
	Page(
		"verify",
		"/xac-minh",
		"/en/xac-minh",
		"verify.html",
		in_menu=False,
		scripts=("js/public/verify.js",),
	),
	Page("corrections", "/dinh-chinh", "/en/dinh-chinh", "corrections.html"),
	Page("data", "/du-lieu-mo", "/en/du-lieu-mo", "open_data.html"),
)
BY_KEY = {page.key: page for page in PAGES}
STAFF_LOGIN = "/bao-cao"


def names(_: Translate) -> dict[str, str]:
	"""What the menu, the site map and the search call each page."""
	return {
		"overview": _("Overview"),
		"bulletins": _("Bulletins"),
		"verify": _("Verify a bulletin"),
		"corrections": _("Corrections"),
		"data": _("Open data"),
	}


def address(key: str, lang: str) -> str:
	return BY_KEY[key].address(lang)


def menu(lang: str, _: Translate, current: str | None) -> list[dict]:
	"""The entries of the main navigation; only pages that exist. `current` is the key of the page shown."""
	named = names(_)
	entries = [
		{"key": page.key, "label": named[page.key], "url": page.address(lang)}
		for page in PAGES
		if page.in_menu
	]
	entries.append({"key": "field", "label": _("Staff login"), "url": STAFF_LOGIN})
	return [{**entry, "current": entry["key"] == current} for entry in entries]
