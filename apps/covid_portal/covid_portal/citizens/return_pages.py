"""What the public sees of coming home: the adviser "from X to Y", its rules as open data, and the form to register."""

from datetime import date

import frappe
from frappe.utils import getdate, now_datetime

from covid_portal.citizens import arrival_rules
from covid_portal.publishing import pages, snapshot
from covid_portal.publishing.figures import with_zone
from covid_portal.publishing.files import data_file
from covid_portal.publishing.open_data import V1
from covid_portal.publishing.publication import Publication, newest_published
from covid_portal.publishing.site_map import Translate

MAKERS = ["covid_portal.citizens.return_pages.files", "covid_portal.citizens.return_form.files"]
FILE = f"{V1}/arrival-rules.json"


def files(publication: Publication) -> dict[str, bytes]:
	"""Made with every publication: a rule begins and ends on its day."""
	if publication.more_follows:
		return {}
	book, today = arrival_rules.book(), getdate()
	data = rules_data(book)
	page = {
		**data,
		"updated_at": publication.latest["published_at"],
		"places": places(),
		"today": str(today),
		"matrix": matrix(book, today),
	}
	return {FILE: data_file(data), **pages.in_each_language("return_advice", page)}


def show_later(why: str) -> None:
	"""The pages follow as soon as the change is stored; before the first publication there is none."""
	if newest_published():
		snapshot.rebuild(MAKERS, why=why[:60])


def rules_data(book: arrival_rules.Book) -> dict:
	"""The structure of arrival-rules.json: days as ISO dates, levels of an origin with the newest first."""
	return {
		"updated_at": with_zone(now_datetime()),
		"measures": list(arrival_rules.MEASURES),
		"origins": [
			{**row, "levels": [dated(level) for level in book.levels.get(row["code"], [])]}
			for row in book.origins
		],
		"immunity": book.states,
		"rules": [published_rule(row) for row in book.rules],
	}


def published_rule(row: dict) -> dict:
	days = arrival_rules.test_days(row["test_days"])
	return {**dated(row), "test_days": days, "from_memory": bool(row["from_memory"])}


def dated(row: dict) -> dict:
	return {key: str(value) if isinstance(value, date) else value for key, value in row.items()}


def matrix(book: arrival_rules.Book, on: date) -> list[dict]:
	"""The province's rules of the day by level, [{"level", "rules": one for each state, or None}]: all that is said
	without a script."""
	return [
		{
			"level": level,
			"rules": [dated(book.rule_for(level, state["code"], on) or {}) for state in book.states],
		}
		for level in range(1, arrival_rules.HIGHEST_LEVEL + 1)
	]


def places() -> list[dict]:
	"""What people choose a destination from: [{"code", "name", "name_en", "communes": [the same]}], areas of today."""
	rows = frappe.get_all(
		"Area",
		or_filters=[["valid_to", "is", "not set"], ["valid_to", ">=", getdate()]],
		fields=[
			"name as code",
			"full_name as name",
			"full_name_en as name_en",
			"parent_area as parent",
			"is_group",
		],
		order_by="lft",
	)
	wholes = {row.code: {**named(row), "communes": []} for row in rows if row.is_group}
	for row in rows:
		if not row.is_group and row.parent in wholes:
			wholes[row.parent]["communes"].append(named(row))
	return [whole for whole in wholes.values() if whole["communes"]]


def named(row: dict) -> dict:
	return {key: row[key] for key in ("code", "name", "name_en")}


def open_data_resources(_: Translate) -> list[tuple]:
	return [
		(
			"arrival-rules.json",
			"arrival-rules",
			None,
			_(
				"What people who come home have to do, by the level of the place they come from and how they are protected."
			),
		)
	]
