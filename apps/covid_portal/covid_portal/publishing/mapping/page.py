"""/ban-do: the newest slot as a map, a legend, a sentence and a table; what its scripts need for the slots before."""

import json
from functools import partial

import frappe
from frappe.utils import get_datetime

from covid_portal.publishing import pages, rendering, site_map
from covid_portal.publishing.files import data_file
from covid_portal.publishing.mapping import measures as measuring
from covid_portal.publishing.mapping.layout import blocks_of, drawing_of
from covid_portal.publishing.mapping.measures import (
	LEVELS,
	MEASURES,
	NEW,
	NO_LEVEL,
	NUMBERS,
	REPORTING,
	Measure,
)
from covid_portal.publishing.mapping.months import (
	COUNTS,
	month_data,
	month_file,
	months_to_make,
)
from covid_portal.publishing.mapping.outline_files import outline_files, shown_outlines
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.series_files import month_of, published_months
from covid_portal.publishing.site_map import LANGUAGES, Translate
from covid_portal.reporting.slots import day_of

MONTHS_OFFERED = 24
CORNER = (3, 2)  # columns and rows that the details take where the map leaves its lower left corner free


def files(publication: Publication) -> dict[str, bytes]:
	"""Made with every publication: an older slot's new version changes the months, an approved outline the page."""
	months = {month: month_data(publication, month) for month in months_to_make(publication)}
	made = {month_file(month): data_file(data) for month, data in months.items()}
	if publication.more_follows:
		return made
	made |= outline_files(publication.live)
	return made | pages.in_each_language("map", page_data(publication, months))


def page_data(publication: Publication, months: dict[str, dict]) -> dict:
	"""What map.html is made of: newest slot, blocks with their tiles and figures, measures, months, outlines."""
	latest = publication.latest
	at = get_datetime(latest["time"])
	month = month_of(at.replace(tzinfo=None))
	of_month = months.get(month) or json.loads((publication.live / month_file(month)).read_bytes())
	blocks = with_figures(blocks_of(latest["province"]["code"], day_of(at)), of_month)
	offered = [measure for measure in MEASURES if measure is REPORTING or has_any(blocks, measure)]
	translators = {lang: pages.translator(lang) for lang in LANGUAGES}
	published = sorted(published_months(latest["report_type"]))
	data = {
		**{
			key: latest[key]
			for key in ("slot", "time", "window_start", "version", "published_at", "reporting")
		},
		"blocks": blocks,
		"corner": is_corner_free(blocks),
		"measure": offered[0].key,
		"measures": [measure_entry(measure, blocks, translators) for measure in offered],
		"outlines": shown_outlines(blocks),
		"layers": layers(),
	}
	return {
		**data,
		"script": {lang: script_data(data, published, lang, translators[lang]) for lang in LANGUAGES},
	}


def layers() -> list[dict]:
	"""What other parts lay over the map (hook: map_layers)."""
	return [row for path in frappe.get_hooks("map_layers") for row in frappe.get_attr(path)()]


def with_figures(blocks: list[dict], month: dict) -> list[dict]:
	"""The blocks with "figures" of their district, and their tiles with "state", in the month's last slot."""
	entry = month["slots"][-1]
	letters = dict(zip(month["communes"], entry["reporting"], strict=True))
	places = {code: number for number, code in enumerate(month["districts"])}
	levels = dict(zip(month["communes"], entry.get("commune_levels", ""), strict=False))
	keys = (*COUNTS, *(measure.key for measure in NUMBERS), LEVELS.key)
	for block in blocks:
		place = places.get(block["code"])
		block["figures"] = {
			key: None if place is None or key not in entry else entry[key][place] for key in keys
		}
		for tile in block["tiles"]:
			tile["state"] = letters.get(tile["code"], measuring.NOT_EXPECTED)
			tile["level"] = levels.get(tile["code"], NO_LEVEL)
	return blocks


def has_any(blocks: list[dict], measure: Measure) -> bool:
	if measure is LEVELS:
		return any(tile["level"] != NO_LEVEL for block in blocks for tile in block["tiles"])
	return any(block["figures"][measure.key] is not None for block in blocks)


def is_corner_free(blocks: list[dict]) -> bool:
	bottom = max(block["row"] for block in blocks)
	columns, rows = CORNER
	return not any(block["column"] < columns and block["row"] > bottom - rows for block in blocks)


def small_map(latest: dict, levels: dict[str, str]) -> dict:
	"""What map_small.html is made of: {"blocks": [{…, "figures", "drawing": layout.drawing_of its tiles}]} and the entry of the
	measure: levels, where some were decided, else new cases in the slot. `latest`: figures.slot_data of the newest slot;
	`levels`: {area: letter}."""
	districts = {row["code"]: row for row in latest["districts"]}
	blocks = blocks_of(latest["province"]["code"], day_of(latest["time"]))
	for block in blocks:
		figures = districts.get(block["code"], {}).get("figures", {})
		level = levels.get(block["code"])
		block["figures"] = {NEW.key: figures.get(NEW.key), LEVELS.key: int(level) if level else None}
		for tile in block["tiles"]:
			tile["level"] = levels.get(tile["code"], NO_LEVEL)
	measure = LEVELS if has_any(blocks, LEVELS) else NEW
	translators = {lang: pages.translator(lang) for lang in LANGUAGES}
	entry = measure_entry(measure, blocks, translators)
	for block in blocks:
		shades = [
			entry["shown"].get(tile["code"], entry["shown"].get(block["code"])) for tile in block["tiles"]
		]
		block["drawing"] = drawing_of(shades)
	return {"blocks": blocks, **entry}


# --- measures, in words


def measure_entry(measure: Measure, blocks: list[dict], translators: dict[str, Translate]) -> dict:
	"""{"key", "digits", "shades": [{"key", "letter", "low", "label", "label_en"}], "shown": {code: shade}, "of_districts": its
	legend where districts are drawn, if that is another} and its texts, those in English with _en."""
	texts: dict[str, str] = {}
	legends = {lang: measuring.shade_words(measure, _) for lang, _ in translators.items()}
	for lang, _ in translators.items():
		ending = "" if lang == "vi" else "_en"
		said = measuring.words(measure, _)
		texts |= {f"{key}{ending}": text for key, text in said.items()}
		texts[f"now{ending}"] = finding(measure, blocks, said, lang)
	return {
		"key": measure.key,
		"digits": measure.digits,
		"in_letters": measure.in_letters,
		"shades": [
			{"key": shade.key, "letter": shade.letter, "low": shade.low, "label": label, "label_en": english}
			for shade, label, english in zip(measure.shades, legends["vi"], legends["en"], strict=True)
		],
		"shown": shades_of(measure, blocks),
		"of_districts": legend_of_districts(measure, translators),
		**texts,
	}


def legend_of_districts(measure: Measure, translators: dict[str, Translate]) -> dict | None:
	"""{"label", "shades": [{"key", "label"}]}, with _en beside each label."""
	said = {lang: measuring.of_districts(measure, _) for lang, _ in translators.items()}
	if not said["vi"]:
		return None
	both = zip(said["vi"]["shades"], said["en"]["shades"], strict=True)
	return {
		"label": said["vi"]["label"],
		"label_en": said["en"]["label"],
		"shades": [
			{"key": key, "label": label, "label_en": english} for (key, label), (_key, english) in both
		],
	}


def shades_of(measure: Measure, blocks: list[dict]) -> dict[str, str]:
	"""{code: class} of what the measure says: of the communes, or of the districts whose tiles share one."""
	if measure.in_letters:
		said = "level" if measure is LEVELS else "state"
		return {tile["code"]: measure.shade(tile[said]) for block in blocks for tile in block["tiles"]}
	return {block["code"]: measure.shade(block["figures"][measure.key]) for block in blocks}


def finding(measure: Measure, blocks: list[dict], said: dict[str, str], lang: str) -> str:
	"""What the map shows, in a sentence."""
	write = partial(rendering.number, lang=lang)
	if measure is LEVELS:
		decided = [tile["level"] for block in blocks for tile in block["tiles"]]
		counts = [decided.count(str(level)) for level in range(1, 5)]
		return said["finding"].format(*map(write, counts)) if any(counts) else said["nothing"]
	if measure.in_letters:
		counts = (sum(block["figures"][key] or 0 for block in blocks) for key in COUNTS)
		expected, reported, provisional = counts
		texts = map(write, (reported, provisional, expected))
		return said["finding"].format(*texts) if reported else said["nothing"]
	known = [block for block in blocks if block["figures"][measure.key]]
	if not known:
		return said["nothing"]
	most = max(known, key=lambda block: block["figures"][measure.key])
	figures = [block["figures"][measure.key] for block in known]
	return said["finding"].format(
		write(sum(figures)),
		write(len(known)),
		write(len(blocks)),
		rendering.short_name(most, lang=lang),
		write(max(figures), measure.digits),
	)


# --- what the scripts need


def script_data(data: dict, months: list[str], lang: str, _: Translate) -> dict:
	ending = "" if lang == "vi" else "_en"
	return {
		"lang": lang,
		"slot": data["slot"],
		"months": [f"/{month_file(month)}" for month in months[-MONTHS_OFFERED:]],
		"outlines": data["outlines"] and data["outlines"]["url"],
		"measures": [
			{
				"key": row["key"],
				"digits": row["digits"],
				"finding": row[f"finding{ending}"],
				"nothing": row[f"nothing{ending}"],
				"shades": [
					{"key": shade["key"], "letter": shade["letter"], "low": shade["low"]}
					for shade in row["shades"]
				],
			}
			for row in data["measures"]
		],
		"states": measuring.states(_),
		"levels": measuring.levels(_),
		"why": site_map.address("levels", lang),
		"columns": {row["key"]: row[f"column{ending}"] for row in data["measures"]},
		"texts": texts(_),
	}


def texts(_: Translate) -> dict[str, str]:
	"""What the scripts say themselves."""
	return {
		"of": _("{0} of {1} communes, wards and townships have reported"),
		"district": _("In {0}:"),
		"row": _("Row in the table"),
		"why": _("Why this level?"),
		"close": _("Close"),
		"failed": _(
			"The figures of other slots could not be loaded. Check the connection and reload the page."
		),
	}
