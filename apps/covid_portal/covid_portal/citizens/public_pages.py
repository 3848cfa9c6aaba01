"""What the public sees of petitions: the form, the page to follow one, the published answers with each unit's figures."""

from typing import Any

import frappe
from frappe.utils import now_datetime

from covid_portal.citizens import unit_figures
from covid_portal.citizens.return_pages import places
from covid_portal.publishing import pages
from covid_portal.publishing.publication import Publication

MAKER = "covid_portal.citizens.public_pages.files"
NEWEST = 100


def files(publication: Publication) -> dict[str, bytes]:
	"""Made with every publication; the form is plain HTML, so that the web server alone shows it."""
	updated = {"updated_at": publication.latest["published_at"]}
	return {
		**pages.in_each_language("petition", {**updated, **form_data()}),
		**pages.in_each_language("follow_up", {**updated, **follow_up_data()}),
		**pages.in_each_language("petition_answers", {**updated, **answers_data()}),
	}


def form_data() -> dict[str, Any]:
	"""What the form needs, and what it holds before anything was sent."""
	return {
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


def answers_data() -> dict[str, Any]:
	"""{"answers": the newest published ones, "units": figures with the units' names}"""
	figures = unit_figures.of_units(now_datetime())
	names = dict(
		frappe.get_all(
			"Unit",
			{"name": ("in", [row["unit"] for row in figures] or [""])},
			["name", "unit_name"],
			as_list=True,
		)
	)
	return {
		"answers": [told(row) for row in published()],
		"units": [{**row, "name": names.get(row["unit"], row["unit"])} for row in figures],
	}


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
