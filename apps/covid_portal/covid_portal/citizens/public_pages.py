"""What the public sees of petitions: the form, the page to follow one, the published answers with each unit's figures."""

from datetime import datetime
from typing import Any

import frappe
from frappe.utils import getdate, now_datetime

from covid_portal.citizens import unit_figures
from covid_portal.citizens.return_pages import places
from covid_portal.publishing import pages
from covid_portal.publishing.communes import threshold
from covid_portal.publishing.files import data_file
from covid_portal.publishing.open_data import V1
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.site_map import Translate

MAKER = "covid_portal.citizens.public_pages.files"
NEWEST = 100
FILE = f"{V1}/petition-units.json"
PUBLISHED = ("name", "received", "answered", "on_time", "on_time_share", "median_days")


def files(publication: Publication) -> dict[str, bytes]:
	"""Made with every publication; the form is plain HTML, so that the web server alone shows it."""
	updated = {"updated_at": publication.latest["published_at"]}
	now = now_datetime()
	units = units_data(now)
	return {
		FILE: data_file(file_data(units, now)),
		**pages.in_each_language("petition", {**updated, **form_data()}),
		**pages.in_each_language("follow_up", {**updated, **follow_up_data()}),
		**pages.in_each_language("petition_answers", {**updated, **answers_data(units)}),
	}


def form_data() -> dict[str, Any]:
	"""What the form needs, and what it holds before anything was sent."""
	limits = frappe.get_cached_doc("Intake Settings")
	return {
		"most_files": limits.most_files,
		"files_mb": limits.files_mb,
		"categories": frappe.get_all(
			"Petition Category",
			{"enabled": 1},
			[
				"name as code",
				"category_name as name",
				"category_name_en as name_en",
				"guidance",
				"guidance_en",
			],
			order_by="sequence asc",
		),
		"places": places(),
		"sent": None,
		"problems": {},
		"typed": {},
	}


def follow_up_data() -> dict[str, Any]:
	return {"code": "", "problem": "", "view": None}


def answers_data(units: list[dict[str, Any]]) -> dict[str, Any]:
	"""{"answers": the newest published ones, "units": see units_data()}"""
	return {"answers": [told(row) for row in published()], "units": units}


def units_data(now: datetime) -> list[dict[str, Any]]:
	"""The figures of unit_figures.of_units() with the units' names."""
	figures = unit_figures.of_units(now, threshold())
	names = dict(
		frappe.get_all(
			"Unit",
			{"name": ("in", [row["unit"] for row in figures] or [""])},
			["name", "unit_name"],
			as_list=True,
		)
	)
	return [{**row, "name": names.get(row["unit"], row["unit"])} for row in figures]


def file_data(units: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
	"""The structure of petition-units.json. By the day: so a build of the same day does not change it for the time alone."""
	return {
		"from": str(getdate(unit_figures.since(now))),
		"to": str(getdate(now)),
		"threshold": threshold(),
		"units": [{"code": row["unit"], **{field: row[field] for field in PUBLISHED}} for row in units],
	}


def open_data_resources(_: Translate) -> list[tuple]:
	return [
		(
			"petition-units.json",
			"petition-units",
			None,
			_(
				"How units answer petitions: received, answered, on time, median days of the last twelve months."
			),
		)
	]


def published() -> list[frappe._dict]:
	return frappe.db.sql(
		f"""select answer.name, answer.public_title, answer.public_question, answer.public_answer, answer.published_at,
			unit.unit_name, area.full_name as area_name, area.full_name_en as area_name_en,
			category.category_name, category.category_name_en
		from `tabPetition Answer` answer
		join tabPetition petition on petition.name = answer.petition
		join `tabPetition Category` category on category.name = petition.category
		left join tabUnit unit on unit.name = answer.unit left join tabArea area on area.name = petition.area
		where answer.published_at is not null and answer.publish = 1
		order by answer.published_at desc limit {NEWEST}""",
		as_dict=True,
	)


def told(row: frappe._dict) -> dict[str, Any]:
	return {
		"title": row.public_title,
		"question": row.public_question,
		"answer": row.public_answer,
		"unit": row.unit_name,
		"area": row.area_name,
		"area_en": row.area_name_en,
		"category": row.category_name,
		"category_en": row.category_name_en,
		"at": row.published_at.isoformat(),
	}
