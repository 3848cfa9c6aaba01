"""/so-lieu and /so-lieu/<district>: the course of the epidemic as charts that state what they show, and all figures of the
newest slot with what they mean.

Made of the series as they are published (series_files): who reads the open data finds every figure again.
"""

from datetime import datetime, timedelta

import frappe

from covid_portal.publishing import pages, rendering, site_map
from covid_portal.publishing.figures_page import comparison, data, findings
from covid_portal.publishing.figures_page.comparison import COMPARISON, Comparison, comparison_of
from covid_portal.publishing.figures_page.drawing import BETWEEN, Panel, lying, over_time
from covid_portal.publishing.open_data import SLOTS
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.series_files import SERIES
from covid_portal.reporting import definitions

KEY = "figures"
SCRIPTS = "public/charts"  # below public/js: the bundle's sources
BUNDLE = "charts.bundle.js"
# Names of the charts in addresses, the same in both languages.
ANCHORS = {
	"cases": "so-ca",
	"tests": "xet-nghiem",
	"quarantine": "cach-ly",
	"beds": "giuong-benh",
	"vaccination": "tiem-chung",
	"comparison": "so-sanh",
	"completeness": "day-du",
}
TALL, LOW, HIGHEST = 200, 110, 290  # pixels of a panel; the highest stands beside two
PANELS = {
	"cases": (Panel(TALL, bars=("new_cases",), lines=("mean_7",)),),
	"tests": (
		Panel(HIGHEST - LOW - BETWEEN, bars=("samples_taken",)),
		Panel(LOW, lines=("positivity_7",), unit="%"),
	),
	"quarantine": (Panel(HIGHEST, lines=data.QUARANTINE),),
	"beds": (Panel(TALL, bars=(data.BEDS_USED,), lines=(data.BEDS,)),),
	"completeness": (
		Panel(LOW, bars=("final", "provisional"), hatched=("provisional",), highest=100, unit="%"),
	),
}


def files(publication: Publication) -> dict[str, bytes]:
	"""The open data that the comparison stands on, and the pages where a day that they show has changed."""
	if publication.more_follows or not publication.slots:
		return {}
	public = [row["field"] for row in publication.latest["indicators"]]
	compared = comparison_of(publication.series, public)
	made = comparison.month_files(publication.series, compared)
	return made | (area_pages(publication, public, compared) if is_shown(publication) else {})


def is_shown(publication: Publication) -> bool:
	"""Whether one of the slots is of the days that the charts show or that weeks of these reach back to."""
	newest = datetime.fromisoformat(publication.latest["time"])
	first = newest - timedelta(days=data.DAYS_SHOWN + data.WEEK)
	return any(datetime.fromisoformat(publication.data[slot]["time"]) > first for slot in publication.slots)


def area_pages(publication: Publication, public: list[str], compared: Comparison) -> dict[str, bytes]:
	newest, made = publication.latest, {}
	day = compared.newest_day(newest["province"]["code"])
	side_by_side = compared.rows(day) if day else []
	for area in (newest["province"], *newest["districts"]):
		content = page_data(publication, area, public, day, side_by_side)
		for lang in site_map.LANGUAGES:
			made[pages.file_of(address(area, newest, lang))] = page(content, newest, lang).encode()
	return made


def address(area: dict, newest: dict, lang: str) -> str:
	"""/so-lieu for the province, /so-lieu/<code> below it."""
	top = site_map.address(KEY, lang)
	return top if area["code"] == newest["province"]["code"] else f"{top}/{area['code']}"


def page(content: dict, newest: dict, lang: str) -> str:
	other = "en" if lang == "vi" else "vi"
	translate = pages.translator(lang)
	return pages.render(
		site_map.BY_KEY[KEY].template,
		lang,
		KEY,
		alternate=address(content["area"], newest, other),
		data=newest,
		meanings={row.fieldname: row for row in definitions.indicators(newest["report_type"])},
		source=frappe.get_cached_doc("Report Type", newest["report_type"]),
		anchors=ANCHORS,
		areas=[
			{**area, "url": address(area, newest, lang)}
			for area in (newest["province"], *newest["districts"])
		],
		own=address(content["area"], newest, lang),
		bundle=rendering.bundle_url(BUNDLE),
		texts={text: translate(text) for text in rendering.script_texts(SCRIPTS)},
		**content,
	)


# --- what one page shows


def page_data(
	publication: Publication, area: dict, public: list[str], day: str | None, side_by_side: list[data.Row]
) -> dict:
	"""{"area", "charts": {key: {"rows", "drawing", "finding", …}}, "day": the comparison's, "links": addresses of open
	data}; charts whose figures there are not are left out."""
	newest, code = publication.latest, area["code"]
	table = publication.series.courses[code].table(data.OF_DAYS)
	days = data.calendar(table, public, data.DAYS_SHOWN + data.WEEK - 1)
	slots = publication.series.slots(code, data.SLOT_DAYS_SHOWN)
	rows = {
		"cases": data.cases(days),
		"tests": data.tests(days),
		"quarantine": data.quarantine(days),
		"beds": data.beds(days),
		"vaccination": data.vaccination(area["figures"], area["population"]),
		"comparison": side_by_side,
		"completeness": data.completeness(slots),
	}
	said = {
		**{key: getattr(findings, key)(rows[key]) for key in (*DAILY, "vaccination", "completeness")},
		"comparison": findings.comparison(rows["comparison"], code, newest["province"]["code"]),
	}
	return {
		"area": area,
		"charts": {
			key: {"rows": shown, "finding": said[key], "drawing": picture(key, shown)}
			for key, shown in rows.items()
			if has_figures(key, shown)
		},
		"slot_rows": data.slot_cases(slots),
		"day": day,
		"links": links(publication, code, day, slots),
	}


def links(publication: Publication, code: str, day: str | None, slots: list[data.Row]) -> dict:
	"""Where a chart's figures are as open data."""
	return {
		"series": f"/{SERIES}/{code}",
		"months": [row for row in publication.series.courses[code].months if row["last"] >= slots[0]["time"]],
		"slot": f"/{SLOTS}/{publication.newest}",
		"comparison": f"/{COMPARISON}",
		"comparison_month": f"/{comparison.address(day[:7], 'csv')}" if day else None,
	}


DAILY = ("cases", "tests", "quarantine", "beds")
SHOWN = {
	"cases": ("new_cases",),
	"tests": ("samples_taken", "results"),
	"quarantine": data.QUARANTINE,
	"beds": (data.BEDS_USED, data.BEDS),
	"vaccination": ("people",),
	"comparison": ("cases_7_days",),
	"completeness": ("expected",),
}


def has_figures(key: str, rows: list[data.Row]) -> bool:
	"""Whether anybody gave any of the chart's figures in the time that is shown."""
	return any(row.get(field) is not None for row in rows for field in SHOWN[key])


def picture(key: str, rows: list[data.Row]) -> dict:
	if key == "vaccination":
		return lying(rows, "share", highest=100, above=True)
	if key == "comparison":
		return lying(rows, "per_100000")
	if key == "completeness":
		return over_time([in_percent(row) for row in rows], PANELS[key], when="time")
	return over_time(rows, PANELS[key])


def in_percent(row: data.Row) -> data.Row:
	parts = {name: data.share(row[name], row["expected"]) or 0 for name in ("final", "provisional")}
	return {**row, **parts, "counts": row}
