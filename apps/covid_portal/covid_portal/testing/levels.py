"""What tests of levels share: a rule for the test province, and people in it."""

import frappe
from frappe.model.document import Document

from covid_portal.organisation.writers import insert_rows
from covid_portal.reporting import definitions
from covid_portal.testing.case import REPORT
from covid_portal.testing.province import COMMUNES, ensure

PERSONS = 1000


def make_rule(title: str = "ZZ 4800", **values: object) -> Document:
	"""By the bands of 4800/QĐ-BYT, assessed from a week's first slot on; rules of the site are in force no more."""
	report_type = definitions.report_type_of(REPORT).name
	if title == "ZZ 4800":
		frappe.db.set_value("Level Rule", {"title": ("!=", title)}, "in_force", 0)
		make_people()
	return frappe.get_doc({**rule_values(title, report_type), **values}).insert()


def rule_values(title: str, report_type: str) -> dict:
	edges = (0, 20, 50, 150, None)
	indicator = f"{report_type}-community_cases"
	return {
		"doctype": "Level Rule",
		"title": title,
		"report_type": report_type,
		"legal_reference": "Decision of a test",
		"in_force": 1,
		"valid_from": "2021-10-12",
		"least_reports": 0,
		"bands": [
			{
				"indicator": indicator,
				"band": str(number),
				"low": low,
				"low_included": 1,
				"high": edges[number],
			}
			for number, low in enumerate(edges[:4], 1)
		],
		"coverage_indicator": f"{report_type}-adults_one_dose",
		"coverage_group": "adults",
		"coverage": [
			{"from_percent": 0, "level_1": "1", "level_2": "2", "level_3": "3", "level_4": "4"},
			{"from_percent": 70, "level_1": "1", "level_2": "1", "level_3": "2", "level_4": "3"},
		],
		"whole_method": "Share of Parts",
		"whole_share": 50,
	}


def make_people() -> None:
	ensure("Population Group", "total", code="total", group_name="All", min_age=0)
	columns = ["name", "parent", "parenttype", "parentfield", "population_group", "persons", "as_of"]
	rows = [
		[f"total-{code}", code, "Area", "populations", "total", PERSONS, "2020-01-01"] for code in COMMUNES
	]
	insert_rows("Area Population", columns, rows, ignore=True)
