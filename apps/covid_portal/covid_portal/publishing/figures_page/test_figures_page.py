"""The page of charts: its figures against a recomputation of their own, its sentences, and what a publication makes."""

import json
import random
import re
import shutil
import tempfile
import unittest
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from unittest.mock import patch

import frappe
import pandas as pd

from covid_portal.organisation.writers import insert_rows
from covid_portal.publishing import changes, compression, figures_page, pages, site_map, snapshot
from covid_portal.publishing.figures_page import DAILY, PANELS, comparison, data, drawing, findings
from covid_portal.publishing.publication import publication_of
from covid_portal.publishing.test_open_data import OpenDataCase
from covid_portal.publishing.test_rendering import Outline
from covid_portal.reporting import definitions, slots
from covid_portal.reporting.consolidation import consolidate
from covid_portal.reporting.known_figures import reference, remember
from covid_portal.testing.case import REPORT, PortalTestCase, accepted, make_slot

FIELDS = (
	"new_cases",
	"samples_taken",
	*data.POSITIVE,
	*data.NEGATIVE,
	*data.QUARANTINE,
	data.BEDS,
	data.BEDS_USED,
)
FIRST = date(2021, 9, 1)


def course(days: int, seed: int = 1) -> pd.DataFrame:
	"""A history with all that happens: days that are missing or not whole, figures that nobody gave, beds that are none."""
	chance = random.Random(seed)
	rows = []
	for at in range(days):
		if chance.random() < 0.05 and 0 < at < days - 1:
			continue
		figures = {name: None if chance.random() < 0.03 else chance.randint(0, 400) for name in FIELDS}
		whole = chance.random() > 0.04
		rows.append({"date": (FIRST + timedelta(days=at)).isoformat(), "slots": 2, "whole": whole, **figures})
	table = pd.DataFrame(rows, columns=["date", "slots", "whole", *FIELDS])
	return table.astype(dict.fromkeys(FIELDS, "Int64"))


def reckoned(table: pd.DataFrame) -> pd.DataFrame:
	"""The same from the rows alone, with pandas, column by column; every day to the last has its row."""
	days = table.set_index(pd.to_datetime(table["date"])).asfreq("D")
	whole = days["whole"].eq(True).fillna(False)

	def figure(*fields: str) -> pd.Series:
		return days[list(fields)].astype("Float64").astype(float).sum(axis=1, min_count=1)

	def week(*fields: str) -> pd.Series:
		return figure(*fields).where(whole).rolling("7D", min_periods=7).sum()

	results = (*data.POSITIVE, *data.NEGATIVE)
	beds = figure(data.BEDS)
	return pd.DataFrame(
		{
			"new_cases": figure("new_cases"),
			"mean_7": week("new_cases") / 7,
			"positive": figure(*data.POSITIVE),
			"results": figure(*results),
			"positivity_7": 100 * week(*data.POSITIVE) / week(*results),
			"occupancy": 100 * figure(data.BEDS_USED) / beds.where(beds > 0),
			"provisional": ~whole.astype(bool),
		}
	)


def shown(table: pd.DataFrame) -> list[data.Day]:
	return data.calendar(table, FIELDS, data.DAYS_SHOWN + 6)


class TestFiguresOfDays(unittest.TestCase):
	def compare(self, days: int, seed: int) -> None:
		table = course(days, seed)
		expected = reckoned(table).tail(data.DAYS_SHOWN)
		made = [data.cases(shown(table)), data.tests(shown(table)), data.beds(shown(table))]
		for rows in made:
			self.assertEqual([row["date"] for row in rows], [f"{day:%Y-%m-%d}" for day in expected.index])
			for row, (_day, figures) in zip(rows, expected.iterrows(), strict=True):
				self.assertEqual(row["provisional"], figures["provisional"])
				for field in row.keys() & {
					"new_cases",
					"mean_7",
					"positive",
					"results",
					"positivity_7",
					"occupancy",
				}:
					self.same(row[field], figures[field], (seed, row["date"], field))

	def same(self, value: float | None, expected: float, what: tuple) -> None:
		if pd.isna(expected):
			self.assertIsNone(value, what)
		else:
			self.assertAlmostEqual(value, expected, delta=0.0500001, msg=str(what))

	def test_they_are_those_of_a_recomputation_day_by_day(self) -> None:
		for seed in range(6):
			self.compare(60, seed)

	def test_a_history_shorter_than_a_week_has_days_and_no_mean(self) -> None:
		for length in range(1, 7):
			rows = data.cases(shown(course(length)))
			self.assertEqual(len(rows), length)
			self.assertEqual([row["mean_7"] for row in rows], [None] * length)

	def test_no_history_gives_no_rows_and_nothing_to_say(self) -> None:
		for key in DAILY:
			rows = getattr(data, key)(shown(course(0)))
			self.assertEqual(rows, [])
			self.assertIsNone(getattr(findings, key)(rows))
			self.assertEqual(drawing.over_time(rows, PANELS[key])["labels"], [])

	def test_a_day_without_any_slot_is_there_and_breaks_the_week(self) -> None:
		days = [day for day in range(1, 19) if day != 10]
		rows = [{"date": f"2021-11-{day:02d}", "whole": True, "new_cases": day} for day in days]
		cases = data.cases(shown(pd.DataFrame(rows)))
		self.assertEqual(len(cases), 18)
		self.assertEqual((cases[9]["new_cases"], cases[9]["provisional"]), (None, True))
		self.assertEqual(
			[row["date"][-2:] for row in cases if row["mean_7"] is not None], ["07", "08", "09", "17", "18"]
		)
		self.assertEqual(cases[16]["mean_7"], 14)

	def test_an_indicator_that_is_not_asked_for_any_more_is_unknown_since(self) -> None:
		table = course(40)
		table.loc[20:, "treatment_beds"] = pd.NA
		rows = data.beds(shown(table))
		self.assertIsNone(rows[-1]["occupancy"])
		self.assertLess(findings.beds(rows)["date"], rows[-1]["date"])

	def test_what_is_not_public_is_left_out(self) -> None:
		self.assertEqual(data.calendar(course(9), ["deaths"], 9)[0].figures, {})
		self.assertIsNone(data.cases(data.calendar(course(9), ["deaths"], 9))[0]["new_cases"])

	def test_a_share_of_nothing_is_not_known(self) -> None:
		self.assertIsNone(data.share(0, 0))
		self.assertEqual(data.share(1, 8), 12.5)
		rows = data.vaccination({"adults_one_dose": 50, "adults_two_doses": None}, {"adults": 200})
		self.assertEqual([row["share"] for row in rows], [25.0, None])

	def test_completeness_counts_what_is_approved_apart(self) -> None:
		slots = [
			{"slot": "a", "time": "2021-11-20T08:00:00+07:00", "expected": 4, "reported": 3, "provisional": 1}
		]
		row = data.completeness(slots)[0]
		self.assertEqual((row["final"], row["share"]), (2, 75.0))
		self.assertIsNone(findings.completeness([]))


class TestFindings(unittest.TestCase):
	ROWS = [
		{"code": "38", "per_100000": 4.0},
		{"code": "380", "per_100000": 9.0},
		{"code": "381", "per_100000": 2.0},
		{"code": "382", "per_100000": None},
	]

	def test_the_newest_week_is_set_beside_the_one_before(self) -> None:
		rows = [{"date": f"2021-11-{day:02d}", "mean_7": day} for day in range(1, 20)]
		found = findings.cases([*rows, {"date": "2021-11-20", "mean_7": None}])
		self.assertEqual((found["date"], found["value"], found["before"]), ("2021-11-19", 19, 12))

	def test_the_province_names_the_highest_and_a_district_its_place(self) -> None:
		self.assertEqual(findings.comparison(self.ROWS, "38", "38")["row"]["code"], "380")
		own = findings.comparison(self.ROWS, "381", "38")
		self.assertEqual((own["place"], own["of"], own["whole"]), (2, 2, 4.0))
		self.assertIsNone(findings.comparison(self.ROWS, "382", "38"))


class TestDrawing(unittest.TestCase):
	def test_everything_lies_inside_and_only_what_is_provisional_is_hatched(self) -> None:
		rows = data.cases(shown(course(60)))
		drawn = drawing.over_time(rows, PANELS["cases"])
		panel = drawn["panels"][0]
		self.assertEqual(panel["grid"][-1]["y"], drawing.ABOVE)
		for bar in panel["bars"]:
			self.assertTrue(bar["x"] >= 0 and bar["x"] + bar["width"] <= 100.01)
			self.assertAlmostEqual(bar["y"] + bar["height"], panel["base"], delta=0.11)
			self.assertEqual(bar["hatched"], bar["row"]["provisional"])
		self.assertEqual(len(panel["bars"]), sum(bool(row["new_cases"]) for row in rows))

	def test_a_line_is_broken_where_a_value_is_missing(self) -> None:
		rows = [{"date": f"2021-11-0{i + 1}", "a": value} for i, value in enumerate([1, 2, None, 4, None])]
		line = drawing.over_time(rows, [drawing.Panel(100, lines=("a",))])["panels"][0]["lines"][0]
		self.assertEqual((len(line["pieces"]), len(line["points"]), line["last"]), (1, 1, 4))

	def test_stacked_bars_add_up_and_the_provisional_part_is_hatched(self) -> None:
		rows = [{"time": "2021-11-20T08:00", "final": 60, "provisional": 30}]
		below, above = drawing.over_time(rows, PANELS["completeness"], "time")["panels"][0]["bars"]
		self.assertEqual((below["hatched"], above["hatched"]), (False, True))
		self.assertAlmostEqual(above["y"] + above["height"], below["y"])

	def test_the_longest_lying_bar_leaves_room_for_its_figure(self) -> None:
		rows = drawing.lying([{"a": 3.0}, {"a": None}, {"a": 0.0}], "a")["rows"]
		self.assertEqual([row["width"] for row in rows], [drawing.ROOM, None, 0])


def cells(page: str, table: str) -> dict[str, dict[str, str]]:
	"""{key of the row: {field: value}} of a table."""
	body = re.search(rf'<table[^>]*id="{table}".*?</table>', page, re.S)[0]
	rows = re.findall(r'<tr data-key="([^"]+)"(.*?)</tr>', body, re.S)
	return {key: dict(re.findall(r'data-field="(\w+)" data-value="([^"]+)"', row)) for key, row in rows}


def finding(page: str, anchor: str) -> str:
	text = re.search(rf'id="{anchor}".*?<p class="finding"[^>]*>(.*?)</p>', page, re.S)[1]
	return unescape(text).replace("\u00a0", " ")


def page_of(code: str = "ZZ", lang: str = "en") -> str:
	top = site_map.address("figures", lang)
	address = top if code == "ZZ" else f"{top}/{code}"
	return (snapshot.live() / pages.file_of(address)).read_text(encoding="utf-8")


def create_populations() -> None:
	columns = ["name", "parent", "parenttype", "parentfield", "population_group", "persons", "as_of"]
	rows = [
		[f"{group}-{code}", code, "Area", "populations", group, persons, "2021-01-01"]
		for code, persons in (("ZZ", 5000), ("ZZ1", 2000), ("ZZ2", 3000))
		for group in ("total", "adults")
	]
	insert_rows("Area Population", columns, rows)


def create_history(days: int) -> list[str]:
	"""Published slots of whole days before 20 November, as consolidation leaves them; each slot's new cases are its day's
	date, all in ZZ1. Their names, oldest first."""
	names = []
	for back in range(days, 0, -1):
		for hour in (8, 16):
			name = make_slot(24 * back + hour)
			at = datetime(2021, 11, 20 - back, hour)
			values = {"slot_time": at, "window_start": at - timedelta(hours=8), "published_at": at}
			frappe.db.set_value("Report Slot", name, values)
			insert_rows("Consolidated Report", [*KEYS, *HISTORY], [row_of(name, at, code) for code in AREAS])
			names.append(name)
	remember([set(HISTORY)])
	return names


AREAS = {"ZZ": 1, "ZZ1": 1, "ZZ2": 0}  # code: its part of the cases
KEYS = ("name", "slot", "slot_time", "report_type", "area", "area_level", "expected", "reported", "known")
HISTORY = {"new_cases": 1, "pcr_positive": 6, "pcr_negative": 94}


def row_of(slot: str, at: datetime, code: str) -> list:
	level, expected = (1, 4) if code == "ZZ" else (2, 2)
	figures = {**HISTORY, "new_cases": at.day * AREAS[code]}
	keys = [f"{slot}-{code}", slot, at, REPORT, code, level, expected, expected, reference(set(HISTORY))]
	return [*keys, *figures.values()]


class TestPages(PortalTestCase):
	"""One publication after nine whole days, which all the tests read."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		folder = Path(tempfile.mkdtemp())
		cls.addClassCleanup(shutil.rmtree, folder)
		root = patch.object(snapshot, "root", return_value=folder)
		for patcher in (root, patch.multiple(compression, OF_PAGES=(1, 1), OF_DATA=(1, 1))):
			patcher.start()
			cls.addClassCleanup(patcher.stop)
		frappe.set_user("Administrator")
		frappe.db.set_single_value("Publishing Settings", "province", "ZZ")
		frappe.db.set_value("Report Slot", {"name": ("!=", cls.slot)}, "published_at", None)
		frappe.db.delete(changes.DOCTYPE)
		at = datetime(2021, 11, 20, 8)
		frappe.db.set_value(
			"Report Slot", cls.slot, {"slot_time": at, "window_start": at - timedelta(hours=16)}
		)
		create_populations()
		create_history(9)
		change_indicator("sanctions", label_en="Quite <new>", description_en="What is counted now")
		accepted(cls.slot)
		publish(cls.slot)
		cls.latest = json.loads((snapshot.live() / "du-lieu-mo/v1/slots/latest.json").read_bytes())

	def test_every_area_has_its_page_in_both_languages_that_lead_to_each_other(self) -> None:
		for code in AREAS:
			for lang, other in (("vi", "en"), ("en", "vi")):
				self.assertIn(f'<html lang="{lang}"', page_of(code, lang))
				own = site_map.address("figures", other) + ("" if code == "ZZ" else f"/{code}")
				self.assertRegex(page_of(code, lang), f'hreflang="{other}" href="[^"]*{own}"')

	def test_pages_are_well_formed_and_obey_a_strict_content_policy(self) -> None:
		for code in ("ZZ", "ZZ1"):
			for lang in site_map.LANGUAGES:
				checker = Outline()
				checker.feed(page_of(code, lang))
				self.assertEqual(checker.open, [])
				self.assertEqual(len(checker.ids), len(set(checker.ids)))
				scripts = re.findall(r"<script[^>]*>", page_of(code, lang))
				self.assertTrue(all("src=" in script for script in scripts))
				self.assertNotRegex(page_of(code, lang), r"<style|\sstyle=|\son[a-z]+=|javascript:")

	def test_all_public_figures_stand_there(self) -> None:
		for code, area in (("ZZ", self.latest["province"]), ("ZZ1", self.latest["districts"][0])):
			rows = cells(page_of(code), "bang-chi-tieu")
			self.assertEqual(list(rows), [row["field"] for row in self.latest["indicators"]])
			for field, value in area["figures"].items():
				self.assertEqual(rows[field].get("now"), None if value is None else str(value), field)

	def test_an_indicator_stands_there_as_an_administrator_names_and_defines_it(self) -> None:
		self.assertIn("Quite &lt;new&gt;", page_of())
		self.assertIn("What is counted now", page_of())

	def test_every_chart_says_what_it_shows(self) -> None:
		page = page_of()
		rows = cells(page, "bang-so-ca")
		self.assertEqual(rows["2021-11-19"], {"new_cases": "38", "mean_7": "32.0"})
		self.assertEqual(rows["2021-11-20"], {"new_cases": "6"})
		self.assertIn("20 November 2021 <small>provisional</small>", page)
		said = "The 7-day mean rose from 28 to 32 cases a day between 17 Nov and 19 Nov."
		self.assertEqual(finding(page, "so-ca"), said)
		self.assertIn("6.0% were positive", finding(page, "xet-nghiem"))
		self.assertIn("51 people were in quarantine on 20 Nov", finding(page, "cach-ly"))
		self.assertIn("41 of 60 treatment beds", finding(page, "giuong-benh"))
		self.assertIn("68.3%", finding(page, "giuong-benh"))
		self.assertIn("16.0%", finding(page, "tiem-chung"))
		self.assertIn("1 of 4 communes", finding(page, "day-du"))

	def test_the_sentences_are_there_in_vietnamese(self) -> None:
		page = page_of(lang="vi")
		self.assertIn("Trung bình 7 ngày", finding(page, "so-ca"))
		self.assertIn("6,0 % kết quả", finding(page, "xet-nghiem"))
		self.assertIn("41 trên 60 giường", finding(page, "giuong-benh"))
		self.assertIn("1 trên 4 xã, phường, thị trấn", finding(page, "day-du"))

	def test_areas_stand_beside_each_other_by_their_whole_weeks(self) -> None:
		rows = cells(page_of(), "bang-so-sanh")
		self.assertEqual(list(rows), ["ZZ1", "ZZ", "ZZ2"])
		self.assertEqual(rows["ZZ1"], {"per_100000": "11200.0", "cases_7_days": "224", "population": "2000"})
		self.assertIn("ZZ1", finding(page_of(), "so-sanh"))
		self.assertIn("place 1 of 2", finding(page_of("ZZ1"), "so-sanh"))
		month = json.loads((snapshot.live() / "du-lieu-mo/v1/comparison/2021-11.json").read_bytes())
		self.assertEqual((month["dates"][0], month["dates"][-1]), ("2021-11-11", "2021-11-20"))
		zz1 = next(row for row in month["areas"] if row["code"] == "ZZ1")
		self.assertEqual(zz1["cases_7_days"], [None] * 6 + [196, 210, 224, None])

	def test_a_permanent_link_names_what_is_shown(self) -> None:
		self.assertIn('href="/en/so-lieu?tu=2021-11-11&amp;den=2021-11-20#so-ca"', page_of())
		self.assertIn(f'href="/en/so-lieu?ky={self.slot}#tiem-chung"', page_of())
		self.assertIn('href="/en/so-lieu/ZZ1?ngay=2021-11-19#so-sanh"', page_of("ZZ1"))

	def test_the_files_that_are_named_are_there(self) -> None:
		for code in ("ZZ", "ZZ1"):
			for address in re.findall(r'href="(/du-lieu-mo/[^"]+)"', page_of(code)):
				self.assertTrue((snapshot.live() / address.strip("/")).is_file(), address)


def change_indicator(fieldname: str, **values) -> None:
	frappe.db.set_value("Indicator", {"report_type": REPORT, "fieldname": fieldname}, values)
	definitions.forget()


def publish(slot: str) -> None:
	consolidate(slot)
	document = frappe.get_doc("Report Slot", slot)
	document.set_state(slots.CONSOLIDATED)
	document.publish_figures("Administrator")
	snapshot.build_all()


class TestChanges(OpenDataCase):
	def test_one_slot_has_pictures_and_nothing_to_compare_and_what_is_retired_has_no_chart(self) -> None:
		for field, _group in data.VACCINATION:
			change_indicator(field, valid_to="2021-11-19")
		self.publish(self.slot)
		self.assertIn("not yet enough days", finding(page_of(), "so-ca"))
		self.assertNotIn('id="so-sanh"', page_of())
		self.assertNotIn('id="tiem-chung"', page_of())

	def test_what_changes_no_day_that_is_shown_makes_no_page(self) -> None:
		old = create_history(1)[0]
		frappe.db.set_value("Report Slot", old, "slot_time", datetime(2021, 9, 1, 8))
		frappe.db.set_value("Consolidated Report", {"slot": old}, "slot_time", datetime(2021, 9, 1, 8))
		self.publish(self.slot)
		live = snapshot.live()
		self.assertEqual(figures_page.files(publication_of([], live)), {})
		made = figures_page.files(publication_of([old], live))
		self.assertEqual({path.rpartition("/")[0] for path in made}, {comparison.COMPARISON})

	def test_the_series_of_a_merged_district_is_in_its_successors_charts(self) -> None:
		name = create_history(1)[0]
		frappe.db.set_value("Consolidated Report", f"{name}-ZZ2", "new_cases", 4)
		frappe.db.set_value("Area", "ZZ2", "valid_to", "2021-11-19")
		columns = ["name", "parent", "parenttype", "parentfield", "area", "share"]
		insert_rows("Area Successor", columns, [["ZZ2-ZZ1", "ZZ2", "Area", "successors", "ZZ1", 50]])
		self.publish(self.slot)
		self.assertEqual(cells(page_of("ZZ1"), "bang-so-ca")["2021-11-19"]["new_cases"], "40")

	def test_a_corrected_slot_moves_the_weeks_after_it(self) -> None:
		create_populations()
		names = create_history(9)
		self.publish(self.slot)
		before = self.json("comparison/2021-11.json")["areas"][1]["cases_7_days"]
		frappe.db.set_value("Consolidated Report", f"{names[-3]}-ZZ1", "new_cases", 118)
		snapshot.publish_slots([names[-3]])
		self.assertTrue(snapshot.build_all())
		after = self.json("comparison/2021-11.json")["areas"][1]["cases_7_days"]
		self.assertEqual(
			after, [week if week is None or at < 7 else week + 100 for at, week in enumerate(before)]
		)
		self.assertEqual(cells(page_of("ZZ1"), "bang-so-ca")["2021-11-18"]["new_cases"], "136")
