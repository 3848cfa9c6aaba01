"""Turns a snapshot's data into public pages: the Jinja environment, its filters, the texts of a language.

Nothing here knows Frappe or a database, so a page can be rendered, and tested, from a dict alone. The catalogue
comes in as a callable; numbers, dates and percentages are written as the page's language writes them.
"""

import hashlib
import json
import re
from datetime import date, datetime
from functools import lru_cache, partial
from pathlib import Path

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from covid_portal.publishing import site_map
from covid_portal.publishing.charts import day_chart
from covid_portal.publishing.mapping.measures import levels, states
from covid_portal.publishing.site_map import Translate

APP = Path(__file__).resolve().parent.parent
DATA_URL = "/du-lieu-mo/v1/slots/latest.json"
INDEX_URL = "/du-lieu-mo/v1/index.json"
AREAS_URL = "/du-lieu-mo/v1/areas.json"
CORRECTIONS_URL = "/du-lieu-mo/v1/corrections.json"
FEED, OPENSEARCH, SEARCH_INDEX = "/tin.atom", "/opensearch.xml", "/tim-kiem/index.json"
MINUS, DASH, NBSP = "\u2212", "\u2013", "\u00a0"
WEEKDAYS = {
	"vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
	"en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = ("January", "February", "March", "April", "May", "June", "July")
MONTHS += ("August", "September", "October", "November", "December")
SHORT_KINDS = (("huyện ", ""), ("quận ", ""), ("thành phố ", "TP "), ("thị xã ", "TX "))
ASSETS = {
	"style": "css/public/portal.css",
	"emblem": "images/emblem.svg",
	"picture": "images/share.png",
	"font_text": "fonts/be-vietnam-pro-latin-400.woff2",
	"font_text_vietnamese": "fonts/be-vietnam-pro-vietnamese-400.woff2",
	"font_strong": "fonts/be-vietnam-pro-latin-600.woff2",
	"font_strong_vietnamese": "fonts/be-vietnam-pro-vietnamese-600.woff2",
}


SCRIPT_TEXT = re.compile(r'__\(\s*"((?:[^"\\]|\\.)*)"')


class CompiledTemplates(BytecodeCache):
	"""Templates as compiled once in this process: compiling them takes longer than filling them in. Jinja's checksum of
	the source tells when one has changed."""

	def __init__(self) -> None:
		self.codes: dict[str, bytes] = {}

	def load_bytecode(self, bucket: Bucket) -> None:
		if bucket.key in self.codes:
			bucket.bytecode_from_string(self.codes[bucket.key])

	def dump_bytecode(self, bucket: Bucket) -> None:
		self.codes[bucket.key] = bucket.bytecode_to_string()


COMPILED = CompiledTemplates()


def render(template: str, lang: str, translate: Translate, **context: object) -> str:
	"""The finished page of `template` ("overview.html", "not_published.html") in `lang` ("vi" or "en").

	`context`: data, brand, assets, alternate (address of the same page in the other language, or None), current (key of
	the page in site_map.PAGES), and what `frame` says where it is not given.
	A name the template needs and does not get raises jinja2.UndefinedError: a page is never published with a hole.
	"""
	context.setdefault("assets", asset_urls())
	for name, value in frame(lang, translate, context).items():
		context.setdefault(name, value)
	return environment(lang, translate).get_template(template).render(lang=lang, **context)


def frame(lang: str, translate: Translate, context: dict) -> dict:
	"""What base.html shows around a page. `own`: the page's address, None where it has none; `site`: what stands before
	addresses where they must be whole; `updated`: ISO time of the page's data; `structured`: JSON-LD."""
	current, alternate, data = context.get("current"), context.get("alternate"), context.get("data") or {}
	own = site_map.counterpart(alternate) if alternate else None
	return {
		"own": own,
		"site": "",
		"nav": site_map.menu(lang, translate, current),
		"groups": site_map.groups(lang, translate, current),
		"page_names": site_map.names(translate),
		"staff": site_map.staff_entry(translate),
		"trail": site_map.trail(lang, translate, current, own) if own else [],
		"updated": data.get("updated_at") or data.get("published_at"),
		"structured": None,
		"page_files": page_files(current),
	}


@lru_cache(maxsize=4)
def environment(lang: str, translate: Translate) -> Environment:
	"""A Jinja environment of the public templates: escaping on, filters bound to `lang`, catalogue as `_` and `t`. Kept, with
	the templates it has loaded, for whoever comes with the same catalogue: a build renders hundreds of pages."""
	env = Environment(
		loader=FileSystemLoader(APP / "templates" / "public"),
		bytecode_cache=COMPILED,
		autoescape=True,
		undefined=StrictUndefined,
		trim_blocks=True,
		lstrip_blocks=True,
	)
	env.globals.update(_=translate, t=translate, share=share, data_url=DATA_URL, areas_url=AREAS_URL)
	env.globals.update(states=states, level_names=levels)
	env.globals["address"] = partial(site_map.address, lang=lang)
	env.globals.update(corrections_url=CORRECTIONS_URL, index_url=INDEX_URL)
	env.globals.update(
		feed_url=site_map.in_language(FEED, lang), opensearch_url=site_map.in_language(OPENSEARCH, lang)
	)
	env.globals["search_index_url"] = site_map.in_language(SEARCH_INDEX, lang)
	env.filters.update(
		number=partial(number, lang=lang),
		percent=partial(percent, lang=lang),
		change=partial(change, lang=lang, _=translate),
		hour=partial(hour, lang=lang),
		date=partial(short_date, lang=lang),
		day=partial(day, lang=lang),
		axis_day=partial(axis_day, lang=lang),
		hour_date=partial(hour_date, lang=lang),
		long_time=partial(long_time, lang=lang),
		since=partial(since, lang=lang),
		local=partial(local, lang=lang),
		short_name=partial(short_name, lang=lang),
		trend=trend,
		leading=leading,
		chart=day_chart,
		grouped=grouped,
	)
	return env


@lru_cache
def asset_urls(base: str = "/assets/covid_portal") -> dict[str, str]:
	"""Addresses of the pages' own files, each with a digest of its content so that caches may keep it for good.

	Fonts carry none: the style sheet names them without, and a preload must match to the letter.
	"""
	return {
		name: f"{base}/{path}" if path.endswith(".woff2") else asset_url(path, base)
		for name, path in ASSETS.items()
	}


def page_files(key: str | None) -> dict[str, list[str]]:
	"""Addresses of the scripts and styles of one page, beside those that all have: {"scripts": [...], "styles": [...]}."""
	page = site_map.BY_KEY.get(key)
	return {kind: [asset_url(path) for path in getattr(page, kind, ())] for kind in ("scripts", "styles")}


def bundle_url(name: str) -> str | None:
	"""Address of a bundle ("charts.bundle.js") as `bench build` made it last, with its digest; None where there is none."""
	listing = APP.parents[2] / "sites" / "assets" / "assets.json"
	return _bundles(listing, listing.stat().st_mtime_ns).get(name) if listing.is_file() else None


@lru_cache(maxsize=1)
def _bundles(listing: Path, _changed: int) -> dict[str, str]:
	return json.loads(listing.read_text(encoding="utf-8"))


def asset_url(path: str, base: str = "/assets/covid_portal") -> str:
	return f"{base}/{path}?v={_digest(path)}"


@lru_cache
def script_texts(*folders: str) -> tuple[str, ...]:
	"""Every sentence the scripts show: their own sources are the list, so none can be forgotten."""
	paths = (path for folder in folders for path in sorted((APP / "public" / "js" / folder).glob("*.js")))
	sources = (path.read_text(encoding="utf-8") for path in paths)
	found = (json.loads(f'"{text}"') for source in sources for text in SCRIPT_TEXT.findall(source))
	return tuple(dict.fromkeys(found))


@lru_cache
def _digest(path: str) -> str:
	"""Of the file and of those beside it whose names begin with its own: the modules that a page's script loads."""
	file = APP / "public" / path
	parts = sorted(file.parent.glob(f"{file.stem}*{file.suffix}"))
	return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:10]


# Numbers


def number(value: float | None, digits: int | None = None, *, lang: str) -> str:
	"""2184 → "2.184" (vi), "2,184" (en); None → "–". `digits`: decimals; by default none above 10, else one."""
	if value is None:
		return DASH
	if digits is None:
		digits = 0 if isinstance(value, int) or abs(value) >= 10 else 1
	text = f"{abs(value):,.{digits}f}"
	if lang == "vi":
		text = text.translate(str.maketrans(",.", ".,"))
	return MINUS + text if value < 0 and any(c in "123456789" for c in text) else text


def percent(value: float | None, digits: int = 1, *, lang: str) -> str:
	"""81.4 (of a hundred) → "81,4 %" (vi), "81.4%" (en)."""
	if value is None:
		return DASH
	return number(value, digits, lang=lang) + (NBSP + "%" if lang == "vi" else "%")


def share(part: int | None, whole: int | None) -> float | None:
	"""Part of whole in percent; None where either is missing or the whole is nothing."""
	return None if part is None or not whole else 100 * part / whole


def change(value: int | None, *, lang: str, _: Translate) -> str:
	"""9 → "+9", −3 → "−3", 0 → the word for no change, None → "–"."""
	if value == 0:
		return _("no change")
	return "+" + number(value, lang=lang) if value and value > 0 else number(value, lang=lang)


# Times: ISO texts as the snapshot carries them; the hands of the clock are shown as they are written there


def moment(value: str | date | datetime) -> datetime:
	if isinstance(value, datetime):
		return value
	return datetime.fromisoformat(str(value))


def hour(value: str | datetime, *, lang: str) -> str:
	"""16:00 → "16 giờ" (vi), "16:00" (en)."""
	time = moment(value)
	if lang == "en":
		return f"{time:%H:%M}"
	return f"{time.hour}{NBSP}giờ" + (f"{NBSP}{time:%M}" if time.minute else "")


def short_date(value: str | date, *, lang: str) -> str:
	"""20/11/2021 (vi), 20 November 2021 (en)."""
	when = moment(value)
	return f"{when:%d/%m/%Y}" if lang == "vi" else f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def day(value: str | date, *, lang: str) -> str:
	"""20/11 (vi), 20 Nov (en): where the year is plain from what stands around."""
	when = moment(value)
	return f"{when.day}/{when.month}" if lang == "vi" else f"{when.day} {MONTHS[when.month - 1][:3]}"


def axis_day(value: str | date, last: bool, *, lang: str) -> str:
	"""A day below a chart: 20/11 (vi); 19 or, where a month begins or the axis ends, 20 Nov (en)."""
	return day(value, lang=lang) if lang == "vi" or last or moment(value).day == 1 else str(moment(value).day)


def hour_date(value: str | datetime, *, lang: str) -> str:
	"""16 giờ, 20/11/2021 (vi); 16:00, 20 November 2021 (en)."""
	return f"{hour(value, lang=lang)}, {short_date(value, lang=lang)}"


def long_time(value: str | datetime, *, lang: str) -> str:
	"""16 giờ, thứ Bảy 20/11/2021 (vi); 16:00, Saturday 20 November 2021 (en)."""
	weekday = WEEKDAYS[lang][moment(value).weekday()]
	return f"{hour(value, lang=lang)}, {weekday} {short_date(value, lang=lang)}"


def since(value: str | datetime, reference: str | datetime, *, lang: str) -> str:
	"""An earlier time as short as the later one allows: the hour alone on the same day, else with its day."""
	same_day = moment(value).date() == moment(reference).date()
	return hour(value, lang=lang) if same_day else f"{hour(value, lang=lang)}, {day(value, lang=lang)}"


# Data


def local(row: dict, field: str, *, lang: str) -> str:
	"""A label in the page's language, in Vietnamese where the other is missing."""
	return (row.get(f"{field}_en") if lang == "en" else None) or row.get(field) or ""


def short_name(row: dict, *, lang: str) -> str:
	"""A district's name as a narrow column takes it: "Đông Sơn", "TP Thanh Hóa", "TX Nghi Sơn"."""
	name = local(row, "name", lang=lang)
	if lang == "en":
		return name.removesuffix(" Rural District").removesuffix(" District")
	for kind, short in SHORT_KINDS:
		if name.lower().startswith(kind):
			return short + name[len(kind) :]
	return name


def grouped(indicators: list[dict]) -> list[dict]:
	"""Indicators by group, both in the order they come."""
	groups: dict[str, dict] = {}
	for row in indicators:
		heading = {"label": row.get("group_label"), "label_en": row.get("group_label_en"), "indicators": []}
		groups.setdefault(row["group"], {"key": row["group"], **heading})["indicators"].append(row)
	return list(groups.values())


def trend(days: list[dict]) -> dict | None:
	"""What the chart says: the last 7-day mean against the one a week before (else the first there is).

	{"direction": "rising" | "falling" | "steady", "start": mean, "end": mean, "since": date, "until": date}; less
	than 5 % either way, or half a case, counts as steady. None while there are no two means to compare.
	"""
	means = [row for row in days if row.get("mean_7") is not None]
	if len(means) < 2:
		return None
	first, last = means[-8] if len(means) >= 8 else means[0], means[-1]
	start, end = first["mean_7"], last["mean_7"]
	steady = abs(end - start) < max(0.05 * start, 0.5)
	direction = "steady" if steady else "rising" if end > start else "falling"
	return {"direction": direction, "start": start, "end": end, "since": first["date"], "until": last["date"]}


def leading(areas: list[dict], field: str, count: int = 3) -> dict:
	"""{"first": the areas with the largest figures, "none": how many have zero, "unknown": how many no figure}."""
	values = [area["figures"].get(field) for area in areas]
	known = [area for area in areas if area["figures"].get(field)]
	known.sort(key=lambda area: area["figures"][field], reverse=True)
	return {"first": known[:count], "none": values.count(0), "unknown": values.count(None)}
