"""Open data, version 1: what there is, under which terms, and the files that no slot changes.

The addresses and the names of fields are a promise to those who built on them; what is added goes beside it, and anything
else is a version 2. `schemas/` describes each JSON file.
"""

import json
from collections.abc import Callable
from pathlib import Path

import frappe
from frappe.utils import now_datetime

from covid_portal.publishing import communes, pages, site_map, structured
from covid_portal.publishing.figures import COMPLETENESS, indicator_row, with_zone
from covid_portal.publishing.files import csv_file, data_file
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.series_files import series_areas
from covid_portal.publishing.site_map import LANGUAGES, Translate
from covid_portal.reporting import definitions

V1 = "du-lieu-mo/v1"
SLOTS = f"{V1}/slots"
SCHEMAS = Path(__file__).parent / "schemas"
OF_SLOT = ("slot", "time", "version")
OF_AREA = ("code", "name", "name_en", *COMPLETENESS)
AREA_FIELDS = ("name", "full_name", "full_name_en", "kind", "level", "parent_area", "valid_from", "valid_to")
AREA_FIELDS += ("latitude", "longitude", "centre_of_outline")
SETTINGS = ("organisation", "organisation_en", "site_title", "site_title_en", "licence", "licence_en")


def files(publication: Publication) -> dict[str, bytes]:
	"""The slots' files, the months they lie in, and what says what open data there are."""
	made = {**publication.series.files}
	for name in publication.slots:
		made |= slot_files(name, publication.data[name])
	if publication.newest_is_new:
		made |= slot_files("latest", publication.latest)
	if publication.more_follows:
		return made
	return {**missing_tables(publication.live), **made, **listing_files(publication)}


def listing_files(publication: Publication) -> dict[str, bytes]:
	newest = publication.latest
	index = index_data(newest, {lang: pages.translator(lang) for lang in LANGUAGES})
	return {
		**data_files(index),
		**pages.in_each_language("data", index, lambda lang: {"structured": structured.dataset(index, lang)}),
	}


def missing_tables(live: Path) -> dict[str, bytes]:
	"""The CSV files of slots that the live build has as JSON alone: published before there were tables."""
	return {
		f"{SLOTS}/{file.stem}.csv": slot_csv(json.loads(file.read_bytes()))
		for file in (live / SLOTS).glob("*.json")
		if not file.with_suffix(".csv").exists()
	}


def slot_files(name: str, data: dict) -> dict[str, bytes]:
	"""A slot's figures (publishing.figures.slot_data) as JSON and CSV under `name`: the slot, or "latest"."""
	return {f"{SLOTS}/{name}.json": data_file(data), f"{SLOTS}/{name}.csv": slot_csv(data)}


def slot_csv(data: dict) -> bytes:
	"""A row for each area, the province first; running totals stand behind the figures as total_<field>."""
	fields = [row["field"] for row in data["indicators"]]
	totals = list(data["province"]["totals"])
	rows = [
		[
			*(data[key] for key in OF_SLOT),
			*(area[key] for key in OF_AREA),
			*(area["figures"][field] for field in fields),
			*(area["totals"][field] for field in totals),
		]
		for area in (data["province"], *data["districts"])
	]
	return csv_file([*OF_SLOT, *OF_AREA, *fields, *(f"total_{field}" for field in totals)], rows)


def index_data(newest: dict, translators: dict[str, Translate]) -> dict:
	"""The structure of index.json, of which the page of documentation is made too. `newest`: data of the newest slot;
	`translators`: by language."""
	settings = frappe.get_cached_doc("Publishing Settings")
	texts = {field: settings.get(field) or "" for field in SETTINGS}
	for lang, field in (("vi", "licence"), ("en", "licence_en")):
		texts[field] = texts[field] or licence(translators[lang])
	return {
		**texts,
		"documentation": site_map.address("data", "vi"),
		"documentation_en": site_map.address("data", "en"),
		"updated_at": with_zone(now_datetime()),
		"latest": {key: newest[key] for key in ("report_type", "slot", "time", "version", "published_at")},
		"resources": described(resources, translators),
		"columns": described(columns, translators),
		"small_cell_threshold": communes.threshold(),
		"indicators": indicator_entries(newest["report_type"]),
		"series": [
			{**area, "json": f"/{V1}/series/{area['code']}.json", "csv": f"/{V1}/series/{area['code']}.csv"}
			for area in series_areas(newest["province"]["code"])
		],
	}


def licence(_: Translate) -> str:
	"""Where Publishing Settings say nothing else."""
	return _(
		"These data may be used, copied and passed on freely and free of charge, with this portal named as the source."
	)


def indicator_entries(report_type: str) -> list[dict]:
	told = {row.fieldname for row in communes.told_indicators(report_type)}
	rows = [row for row in definitions.indicators(report_type) if row.public]
	return [{**indicator_entry(row), "communes": row.fieldname in told} for row in rows]


def indicator_entry(row: dict) -> dict:
	return {
		**indicator_row(row),
		"total": f"total_{row.fieldname}" if row.cumulative else None,
		"aggregation": row.aggregation.lower(),
		"small_cells": bool(row.small_cells),
		"valid_from": str(row.valid_from) if row.valid_from else None,
		"valid_to": str(row.valid_to) if row.valid_to else None,
	}


def described(rows: Callable[[Translate], list[dict]], translators: dict[str, Translate]) -> list[dict]:
	"""The rows with their description in both languages."""
	both = zip(rows(translators["vi"]), rows(translators["en"]), strict=True)
	return [{**row, "description_en": english["description"]} for row, english in both]


def resources(_: Translate) -> list[dict]:
	"""The files there are; {…} in an address stands for what changes. `updated_at`: the last change of any of its files."""
	published = last_change("Report Slot", "published_at", {"published_at": ("is", "set")})
	issued = last_change("Bulletin", "issued_at", {"issued_at": ("is", "set")})
	corrected = last_change("Correction", "approved_at", {"approved_at": ("is", "set")})
	rows = (
		(
			"index.json",
			"index",
			published,
			_("This list: files, indicators, areas with a series, terms of use."),
		),
		(
			"areas.json",
			"areas",
			last_change("Area", "modified", {}),
			_("Areas: codes, names, kinds, levels, validity, successors."),
		),
		("slots/latest.json", "slot", published, _("The newest published slot: province and districts.")),
		("slots/latest.csv", None, published, _("The same as a table.")),
		(
			"slots/{slot}.json",
			"slot",
			published,
			_("A published slot in its latest version, under an address that stays."),
		),
		("slots/{slot}.csv", None, published, _("The same as a table.")),
		(
			"communes/latest.json",
			"communes",
			published,
			_("The newest published slot: communes, wards and townships, small figures as ranges."),
		),
		("communes/latest.csv", None, published, _("The same as a table.")),
		(
			"communes/{slot}.json",
			"communes",
			published,
			_("Communes, wards and townships in a published slot, in its latest version."),
		),
		("communes/{slot}.csv", None, published, _("The same as a table.")),
		(
			"series/{code}.json",
			"series",
			published,
			_("The course of an area: sums by day, and the list of its months' files."),
		),
		("series/{code}.csv", None, published, _("The sums by day as a table.")),
		(
			"series/{code}/{month}.json",
			"series-month",
			published,
			_("An area's figures of one month, slot by slot."),
		),
		("series/{code}/{month}.csv", None, published, _("The same as a table.")),
		(
			"map/{month}.json",
			"map-month",
			published,
			_(
				"What the map shows in a month's slots: states of the communes' reports, figures of the districts."
			),
		),
		(
			"comparison/{month}.json",
			"comparison",
			published,
			_("New cases of seven days for 100,000 people, area beside area, on each day of a month."),
		),
		("comparison/{month}.csv", None, published, _("The same as a table.")),
		(
			"corrections.json",
			"corrections",
			corrected,
			_("Every correction of a published figure, with its reason."),
		),
		(
			"bulletins/index.json",
			"bulletins",
			issued,
			_("Issued bulletins: the newest month's, the newest of all, the list of months."),
		),
		("bulletins/months/{month}.json", "bulletins-month", issued, _("Bulletins of one month's slots.")),
		(
			"bulletins/{number}.json",
			"bulletin",
			issued,
			_("A bulletin with its figures, its place in the chain and its signature; it never changes."),
		),
		("bulletins/{number}.pdf", None, issued, _("The same in print, as it was issued.")),
		("bulletins/{number}.txt", None, issued, _("Its text for loudspeakers.")),
		(
			"directives.json",
			"directives",
			None,
			_("Public directives: the newest, and the list of years."),
		),
		("directives/{year}.json", "directives-year", None, _("All public directives of a year.")),
		("keys.json", "keys", None, _("Public keys (Ed25519) that bulletins are signed with.")),
		("xac_minh.py", None, None, _("A program that checks bulletins and their chain.")),
	)
	for path in frappe.get_hooks("open_data_resources"):
		rows += tuple(frappe.get_attr(path)(_))
	return [
		{
			"url": f"/{V1}/{path}",
			"format": path.rpartition(".")[2],
			"schema": f"/{V1}/schemas/{schema}.json" if schema else None,
			"updated_at": updated,
			"description": description,
		}
		for path, schema, updated, description in rows
	]


def last_change(doctype: str, column: str, filters: dict) -> str | None:
	rows = frappe.get_all(doctype, filters, pluck=column, order_by=f"{column} desc", limit=1)
	return with_zone(rows[0]) if rows else None


def columns(_: Translate) -> list[dict]:
	"""The fields beside the indicators that the files of figures have."""
	rows = (
		("code", _("Official code (GSO) of the area.")),
		("slot", _("Name of the slot; it is part of the address of its files.")),
		("time", _("The slot's time, with the offset of the time zone.")),
		("version", _("Counts up whenever the slot's figures are published anew.")),
		("expected", _("Communes, wards and townships that owe a report.")),
		("reported", _("Of these: whose report is counted.")),
		("provisional", _("Of these: not yet approved to the end.")),
		("carried", _("Areas without a report, whose last stocks are carried over.")),
		("missing", _("Expected, less reported.")),
		("figures", _("The indicators by field; null, or an empty cell: not reported, which is not zero.")),
		(
			"totals",
			_("Running totals since counting began; in tables, columns with total_ before the field."),
		),
		("whole", _("Whether all slots of the day are in; in tables 1 or 0.")),
		("population", _("Persons, as known on the day; in slots, by group of the population.")),
		(
			"cases_7_days",
			_("New cases of the seven days that end with the date, where all of them are whole."),
		),
		("per_100000", _("The same for 100,000 people.")),
		("parent", _("Code of the area that a commune belongs to.")),
		(
			"state",
			_(
				"Of a commune: reported, provisional or missing; withheld: nothing is said of it in this slot, whether it reported or not."
			),
		),
		("threshold", _("Figures of communes from 1 to one less than this are small.")),
		(
			"from",
			_(
				"The least that a figure shown as a range can be; in tables, columns with _from behind the field."
			),
		),
		(
			"to",
			_("The most that it can be, empty: no upper end; in tables, columns with _to behind the field."),
		),
	)
	return [{"field": field, "description": description} for field, description in rows]


# --- files


def data_files(index: dict) -> dict[str, bytes]:
	"""The list of what there is, areas, schemas."""
	files = {f"{V1}/schemas/{path.name}": path.read_bytes() for path in sorted(SCHEMAS.glob("*.json"))}
	return {**files, f"{V1}/index.json": data_file(index), f"{V1}/areas.json": data_file(areas_data())}


def areas_data() -> dict:
	"""{"areas": [...]}: all of them, those that have ended too, wholes before their parts."""
	successors: dict[str, list[dict]] = {}
	for row in frappe.get_all(
		"Area Successor", {"parenttype": "Area"}, ["parent", "area", "share"], order_by="parent, idx"
	):
		successors.setdefault(row.parent, []).append({"code": row.area, "share": row.share or 100})
	rows = frappe.get_all("Area", fields=AREA_FIELDS, order_by="lft")
	return {"areas": [area_entry(row, successors.get(row.name, [])) for row in rows]}


def area_entry(row: dict, successors: list[dict]) -> dict:
	return {
		"code": row.name,
		"name": row.full_name,
		"name_en": row.full_name_en or row.full_name,
		"kind": row.kind,
		"level": row.level,
		"parent": row.parent_area,
		"valid_from": str(row.valid_from) if row.valid_from else None,
		"valid_to": str(row.valid_to) if row.valid_to else None,
		"successors": successors,
		"centre": centre(row),
	}


def centre(area: dict) -> dict | None:
	"""None where it is not known."""
	if not area.latitude:
		return None
	return {
		"latitude": area.latitude,
		"longitude": area.longitude,
		"of_outline": bool(area.centre_of_outline),
	}
