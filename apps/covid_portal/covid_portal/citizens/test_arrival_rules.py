"""What people who come home have to do: the cases that the browser's script is held to as well, and the rows' own checks."""

import json
from datetime import date
from pathlib import Path

import frappe

from covid_portal import testing
from covid_portal.citizens.arrival_rules import Book, LevelRefused, Protection, around, book, course
from covid_portal.citizens.doctype.arrival_rule.arrival_rule import RuleRefused
from covid_portal.testing.case import PortalTestCase
from covid_portal.testing.province import COMMUNE, DISTRICT, PROVINCE

CASES = json.loads(Path(testing.__file__).with_name("arrival_cases.json").read_text(encoding="utf-8"))


def day(text: str | None) -> date | None:
	return date.fromisoformat(text) if text else None


def read_book(data: dict) -> Book:
	def dated(row: dict) -> dict:
		return {key: day(value) if key.startswith("valid_") else value for key, value in row.items()}

	rules = [{**dated(row), "test_days": ",".join(map(str, row["test_days"]))} for row in data["rules"]]
	levels = {row["code"]: [dated(level) for level in row["levels"]] for row in data["origins"]}
	return Book(data["origins"], levels, data["immunity"], rules)


def worked_out(rows: Book, case: dict) -> dict | None:
	on, said = day(case["on"]), case["person"]
	level = case["level"] or (rows.level_of(case["origin"], on) or {}).get("level")
	person = Protection(said["doses"], day(said["last_dose_on"]), day(said["recovered_on"]))
	state = rows.immunity_of(person, on)
	rule = rows.rule_for(level, state, on, tuple(case["areas"])) if level else None
	if not rule:
		return None
	days = course(rule, on)
	tests = [str(one) for one in days.tests]
	return {
		"state": state,
		"rule": rule["code"],
		"until": str(days.until),
		"ends": str(days.ends),
		"tests": tests,
	}


def add_rule(code: str, **values: object) -> frappe.model.document.Document:
	sound = {
		"level": 4,
		"immunity": "zz-none",
		"valid_from": "1999-11-05",
		"measure": "Home quarantine",
		"days": 14,
	}
	texts = dict.fromkeys(("obligation", "obligation_en", "reason", "reason_en", "reference"), "As decided")
	return frappe.get_doc(doctype="Arrival Rule", code=code, **{**sound, **texts, **values}).insert()


class TestCases(PortalTestCase):
	def test_each_case_has_the_answer_that_was_worked_out_by_hand(self) -> None:
		rows = read_book(CASES["book"])
		for case in CASES["cases"]:
			with self.subTest(case["says"]):
				found, expected = worked_out(rows, case), case["expect"]
				self.assertEqual(found and {key: found[key] for key in expected or found}, expected)


class TestRows(PortalTestCase):
	def setUp(self) -> None:
		super().setUp()
		frappe.get_doc(
			doctype="Immunity State", code="zz-none", state_name="x", state_name_en="x", priority=0
		).insert()

	def test_a_second_rule_for_the_same_people_at_the_same_time_is_refused(self) -> None:
		add_rule("zz1", valid_to="1999-11-30")
		with self.assertRaisesRegex(RuleRefused, "zz1"):
			add_rule("zz2", valid_from="1999-11-30")
		add_rule("zz3", valid_from="1999-12-01")
		add_rule("zz4", area=COMMUNE)

	def test_a_rule_without_sense_is_refused_in_a_sentence(self) -> None:
		for wrong, error in (
			({"level": 5}, LevelRefused),
			({"level": 0}, LevelRefused),
			({"valid_to": "1999-11-04"}, RuleRefused),
			({"test_days": "1; 7"}, RuleRefused),
			({"test_days": "15"}, RuleRefused),
		):
			with self.subTest(**wrong), self.assertRaises(error):
				add_rule("zz9", **wrong)

	def test_the_rows_are_read_as_they_are_stored(self) -> None:
		add_rule("zz5", area=DISTRICT, test_days="1, 14")
		frappe.get_doc(doctype="Return Origin", code="zz", origin_name="Ở xa").insert()
		for level, since in ((2, "1999-11-01"), (4, "1999-10-01")):
			frappe.get_doc(doctype="Origin Level", origin="zz", level=level, valid_from=since).insert()
		rows = book()
		self.assertEqual([rows.level_of("zz", date(1999, 10, day))["level"] for day in (1, 31)], [4, 4])
		self.assertEqual(rows.level_of("zz", date(1999, 11, 1))["level"], 2)
		self.assertIsNone(rows.level_of("zz", date(1999, 9, 30)))
		found = rows.rule_for(4, "zz-none", date(1999, 11, 5), around(COMMUNE))
		self.assertEqual((found["code"], found["test_days"], found["valid_to"]), ("zz5", "1, 14", None))
		self.assertEqual(around(COMMUNE), (COMMUNE, DISTRICT, PROVINCE))

	def test_an_origin_has_one_level_from_a_day_on(self) -> None:
		frappe.get_doc(doctype="Return Origin", code="zz", origin_name="Ở xa").insert()
		frappe.get_doc(doctype="Origin Level", origin="zz", level=2, valid_from="1999-11-01").insert()
		with self.assertRaises(frappe.UniqueValidationError):
			frappe.get_doc(doctype="Origin Level", origin="zz", level=3, valid_from="1999-11-01").insert()
