"""The public pages: where each stands, what it is called, what it is made of. Nothing here knows Frappe.

A page joins by a row in PAGES, its name in `names`, and a function of `public_files` (hooks.py) that fills it.
"""

from collections.abc import Callable
from dataclasses import dataclass

Translate = Callable[[str], str]

LANGUAGES = ("vi", "en")


@dataclass(frozen=True)
class Page:
	"""`group`: under which heading of GROUPS it is listed. `scripts` and `styles`: files below public/, beside those that every
	page has."""

	key: str
	vi: str
	en: str
	template: str
	scripts: tuple[str, ...] = ()
	styles: tuple[str, ...] = ()
	group: str = "situation"

	def address(self, lang: str) -> str:
		return self.vi if lang == "vi" else self.en


GROUPS = ("situation", "measures", "people", "about")
PAGES = (
	Page("overview", "/", "/en/", "overview.html", styles=("css/public/map.css",)),
	Page(
		"map",
		"/ban-do",
		"/en/ban-do",
		"map.html",
		scripts=("js/public/map.js", "js/public/map_places.js"),
		styles=("css/public/map.css", "css/public/map_places.css"),
	),
	Page(
		"figures",
		"/so-lieu",
		"/en/so-lieu",
		"figures.html",
		scripts=("js/public/figures.js",),
		styles=("css/public/figures.css",),
	),
	Page("levels", "/cap-do-dich", "/en/cap-do-dich", "levels.html"),
	Page("bulletins", "/ban-tin", "/en/ban-tin", "bulletins.html"),
	Page(
		"verify",
		"/xac-minh",
		"/en/xac-minh",
		"verify.html",
		scripts=("js/public/verify.js",),
	),
	Page("corrections", "/dinh-chinh", "/en/dinh-chinh", "corrections.html"),
	Page(
		"return_form",
		"/dang-ky-ve-que",
		"/en/dang-ky-ve-que",
		"return_form.html",
		scripts=("js/public/return_form.js",),
		styles=("css/public/citizens_return.css",),
		group="people",
	),
	Page(
		"petition",
		"/phan-anh",
		"/en/phan-anh",
		"petition.html",
		scripts=("js/public/citizen_form.js",),
		styles=("css/public/citizens_return.css", "css/public/citizens.css"),
		group="people",
	),
	Page(
		"follow_up",
		"/tra-cuu",
		"/en/tra-cuu",
		"follow_up.html",
		styles=("css/public/citizens_return.css", "css/public/citizens.css"),
		group="people",
	),
	Page(
		"petition_answers",
		"/phan-anh-da-tra-loi",
		"/en/phan-anh-da-tra-loi",
		"petition_answers.html",
		styles=("css/public/citizens.css",),
		group="people",
	),
	Page(
		"return_advice",
		"/ve-que",
		"/en/ve-que",
		"return_advice.html",
		scripts=("js/public/return_advice.js",),
		styles=("css/public/citizens_return.css",),
		group="people",
	),
	Page("directives", "/van-ban", "/en/van-ban", "directives.html", group="measures"),
	Page(
		"quarantine",
		"/khu-cach-ly",
		"/en/khu-cach-ly",
		"places.html",
		scripts=("js/public/places.js",),
		styles=("css/public/places.css",),
		group="measures",
	),
	Page(
		"supplies",
		"/diem-cung-cap",
		"/en/diem-cung-cap",
		"places.html",
		scripts=("js/public/places.js",),
		styles=("css/public/places.css",),
		group="measures",
	),
	Page(
		"places",
		"/dia-diem",
		"/en/dia-diem",
		"places.html",
		scripts=("js/public/places.js",),
		styles=("css/public/places.css",),
		group="measures",
	),
	Page("services", "/dich-vu", "/en/dich-vu", "services.html", group="people"),
	Page("data", "/du-lieu-mo", "/en/du-lieu-mo", "open_data.html", group="about"),
	Page("help", "/tro-giup", "/en/tro-giup", "help.html", group="about"),
	Page(
		"search",
		"/tim-kiem",
		"/en/tim-kiem",
		"search.html",
		scripts=("js/public/search.js",),
		group="about",
	),
	Page("site_map", "/so-do-cong", "/en/so-do-cong", "site_map.html", group="about"),
)
BY_KEY = {page.key: page for page in PAGES}
# The navigation of a wide screen: one line, in the order in which people ask. A phone's and the site map list all pages.
MENU = ("overview", "figures", "map", "levels", "directives", "quarantine", "supplies", "petition")
MENU += ("return_form", "follow_up", "bulletins", "site_map")
STAFF_LOGIN = "/bao-cao"
ENGLISH = "/en"


def names(_: Translate) -> dict[str, str]:
	"""What the menu, the site map and the search call each page."""
	return {
		"overview": _("Overview"),
		"map": _("Map"),
		"figures": _("Figures and charts"),
		"levels": _("Epidemic levels"),
		"bulletins": _("Bulletins"),
		"verify": _("Verify a bulletin"),
		"corrections": _("Corrections"),
		"return_form": _("Register your return home"),
		"petition": _("Send a petition"),
		"follow_up": _("Follow by code"),
		"petition_answers": _("Answers to petitions"),
		"return_advice": _("Coming home: the rules"),
		"quarantine": _("Quarantine sites"),
		"supplies": _("Supply points"),
		"places": _("Control places"),
		"directives": _("Directives"),
		"services": _("Services and links"),
		"data": _("Open data"),
		"help": _("Help"),
		"search": _("Search"),
		"site_map": _("Site map"),
	}


def short_names(_: Translate) -> dict[str, str]:
	"""What the one line of the menu calls a page, where its name is too long for it."""
	return {
		"figures": _("Figures"),
		"levels": _("Levels"),
		"directives": _("Documents"),
		"quarantine": _("Quarantine"),
		"petition": _("Write to us"),
		"return_form": _("Come home"),
		"follow_up": _("By code"),
		"site_map": _("All pages"),
	}


def group_names(_: Translate) -> dict[str, str]:
	return {
		"situation": _("Situation"),
		"measures": _("Measures and places"),
		"people": _("For the people"),
		"about": _("Data and help"),
	}


def address(key: str, lang: str) -> str:
	return BY_KEY[key].address(lang)


def counterpart(address: str) -> str:
	"""The same page in the other language: /ban-tin/x ↔ /en/ban-tin/x, / ↔ /en/."""
	if f"{address}/".startswith(f"{ENGLISH}/"):
		return address.removeprefix(ENGLISH) or "/"
	return ENGLISH + address


def in_language(address: str, lang: str) -> str:
	"""The address, given as the Vietnamese one, in a language."""
	return address if lang == "vi" else counterpart(address)


def menu(lang: str, _: Translate, current: str | None) -> list[dict]:
	"""The entries of a wide screen's navigation. `current` is the key of the page shown."""
	rows, short = entries(lang, _, current, [BY_KEY[key] for key in MENU]), short_names(_)
	named = [{**row, "label": short.get(row["key"], row["label"])} for row in rows]
	return [*named, {**staff_entry(_), "label": _("Staff")}]


def groups(lang: str, _: Translate, current: str | None) -> list[dict]:
	"""Every page, by group: [{"key", "label", "entries"}]; a group without pages is left out."""
	labels, rows = group_names(_), []
	for key in GROUPS:
		if pages := [page for page in PAGES if page.group == key]:
			listed = entries(lang, _, current, pages)
			rows.append({"key": key, "label": labels[key], "entries": listed})
	return rows


def entries(lang: str, _: Translate, current: str | None, pages: list[Page]) -> list[dict]:
	named = names(_)
	return [
		{"key": page.key, "label": named[page.key], "url": page.address(lang), "current": page.key == current}
		for page in pages
	]


def staff_entry(_: Translate) -> dict:
	return {"key": "field", "label": _("Staff login"), "url": STAFF_LOGIN, "current": False}


def trail(lang: str, _: Translate, key: str | None, own: str) -> list[dict]:
	"""The pages above the one at the address `own`, from the overview down; empty where none lies between."""
	if key is None or own == address(key, lang):
		return []
	named = names(_)
	return [{"label": named[above], "url": address(above, lang)} for above in ("overview", key)]
