"""Open data as files of the snapshot: series by month, tables, areas, and what says what there is."""

import csv
import hashlib
import json
import shutil
import unittest
from datetime import datetime, timedelta
from io import StringIO

import frappe

from covid_portal.organisation.writers import insert_rows
from covid_portal.publishing import files, open_data, pages, series_files, site_map, snapshot
from covid_portal.publishing.test_rendering import Outline
from covid_portal.publishing.test_snapshot import SnapshotCase, live_files, put_live
from covid_portal.reporting import definitions
from covid_portal.reporting.consolidation import consolidate
from covid_portal.testing.case import REPORT, accepted

V1 = open_data.V1


class OpenDataCase(SnapshotCase):
	def setUp(self) -> None:
		super().setUp()
		# Both slots lie in one month and on one day, whenever the test runs.
		for number, slot in enumerate((self.previous, self.slot)):
			self.move(slot, datetime(2021, 11, 20, 8 * (number + 1)))

	def move(self, slot: str, at: datetime) -> None:
		values = {"slot_time": at, "window_start": at - timedelta(hours=8)}
		frappe.db.set_value("Report Slot", slot, values)

	def file(self, path: str) -> bytes:
		return (snapshot.live() / V1 / path).read_bytes()

	def json(self, path: str) -> dict:
		return json.loads(self.file(path))

	def table(self, path: str) -> list[dict]:
		return list(csv.DictReader(StringIO(self.file(path).decode("utf-8-sig"), newline="")))

	def inode(self, path: str) -> int:
		return (snapshot.live() / V1 / path).stat().st_ino


class TestDialect(unittest.TestCase):
	def test_a_table_is_as_a_spreadsheet_opens_it(self) -> None:
		content = files.csv_file(["name", "cases"], [('Xã "A", B', None)])
		self.assertEqual(content, b'\xef\xbb\xbfname,cases\r\n"X\xc3\xa3 ""A"", B",\r\n')


class TestTables(OpenDataCase):
	def test_a_slots_table_says_what_its_json_says(self) -> None:
		self.publish(self.slot)
		data, rows = self.data(self.slot), self.table(f"slots/{self.slot}.csv")
		self.assertEqual([row["code"] for row in rows], ["ZZ", "ZZ1", "ZZ2"])
		self.assertEqual((rows[0]["new_f1"], rows[0]["total_new_f1"]), ("22", "22"))
		self.assertEqual((rows[0]["deaths"], rows[0]["sanctions"]), ("0", ""))
		self.assertEqual(rows[1]["expected"], str(data["districts"][0]["expected"]))
		self.assertEqual(self.file("slots/latest.csv"), self.file(f"slots/{self.slot}.csv"))

	def test_slots_published_before_there_were_tables_get_theirs_with_the_next_build(self) -> None:
		self.publish(self.previous)
		before = self.file(f"slots/{self.previous}.csv")
		put_live({f"{V1}/slots/{self.previous}.csv": None})
		self.publish(self.slot)
		self.assertEqual(self.file(f"slots/{self.previous}.csv"), before)


class TestMonths(OpenDataCase):
	def test_a_published_slot_is_of_the_month_that_its_day_lies_in(self) -> None:
		self.move(self.previous, datetime(2021, 11, 1))
		self.move(self.slot, datetime(2021, 12, 31, 23, 59))
		frappe.db.set_value("Report Slot", self.previous, "published_at", datetime(2021, 11, 2))
		self.assertEqual(series_files.published_months(REPORT), {"2021-10"})
		frappe.db.set_value("Report Slot", self.slot, "published_at", datetime(2022, 1, 1))
		self.assertEqual(series_files.published_months(REPORT), {"2021-10", "2021-12"})
		self.assertEqual(
			series_files.published_months(REPORT), series_files.months_of([self.previous, self.slot])
		)


class TestSeries(OpenDataCase):
	def test_a_month_has_its_published_slots_and_a_day_their_sum(self) -> None:
		self.publish(self.previous)
		self.publish(self.slot)
		month, course = self.json("series/ZZ/2021-11.json"), self.json("series/ZZ.json")
		self.assertEqual([row["slot"] for row in month["slots"]], [self.previous, self.slot])
		self.assertEqual([row["figures"]["new_f1"] for row in month["slots"]], [21, 22])
		self.assertEqual(month["slots"][1]["missing"], 3)
		days = course["days"]
		self.assertEqual((days["date"], days["slots"], days["whole"]), (["2021-11-20"], [2], [True]))
		figures = days["figures"]
		self.assertEqual(
			(figures["new_f1"], figures["followed_f1"], figures["sanctions"]), ([43], [90], [None])
		)
		[table] = self.table("series/ZZ.csv")
		self.assertEqual((table["date"], table["new_f1"], table["sanctions"]), ("2021-11-20", "43", ""))
		self.assertEqual([row["new_f1"] for row in self.table("series/ZZ/2021-11.csv")], ["21", "22"])

	def test_a_slot_that_is_not_published_is_in_no_series(self) -> None:
		consolidate(self.previous)
		self.publish(self.slot)
		month = self.json("series/ZZ/2021-11.json")
		self.assertEqual([row["slot"] for row in month["slots"]], [self.slot])

	def test_a_correction_rewrites_the_files_of_its_area_and_no_others(self) -> None:
		accepted(self.slot, "ZZ21")
		self.publish(self.slot)
		kept = ("ZZ2.json", "ZZ2.csv", "ZZ2/2021-11.json", "ZZ2/2021-11.csv")
		renewed = ("ZZ.json", "ZZ1.json", "ZZ1/2021-11.json", "ZZ1/2021-11.csv")
		before = {name: self.inode(f"series/{name}") for name in (*kept, *renewed)}
		frappe.db.set_value("Situation Report", {"slot": self.slot, "area": "ZZ11"}, "new_f1", 23)
		self.publish(self.slot)
		changed = {name for name, inode in before.items() if self.inode(f"series/{name}") != inode}
		self.assertEqual(changed, set(renewed))
		self.assertEqual(self.json("series/ZZ1/2021-11.json")["slots"][0]["figures"]["new_f1"], 23)
		self.assertEqual(self.json("series/ZZ.json")["days"]["figures"]["new_f1"], [44])

	def test_the_list_names_each_month_with_the_digest_of_its_file(self) -> None:
		self.move(self.previous, datetime(2021, 10, 31, 16))
		self.publish(self.previous)
		october = self.inode("series/ZZ/2021-10.json")
		self.publish(self.slot)
		course = self.json("series/ZZ.json")
		self.assertEqual([row["month"] for row in course["months"]], ["2021-10", "2021-11"])
		self.assertEqual(course["days"]["date"], ["2021-10-31", "2021-11-20"])
		for row in course["months"]:
			content = (snapshot.live() / row["json"].strip("/")).read_bytes()
			self.assertEqual(row["sha256"], hashlib.sha256(content).hexdigest())
		self.assertEqual(self.inode("series/ZZ/2021-10.json"), october)

	def test_a_slot_at_midnight_is_of_the_month_it_ends(self) -> None:
		self.move(self.slot, datetime(2021, 12, 1))
		self.publish(self.slot)
		self.assertEqual(self.json("series/ZZ.json")["days"]["date"], ["2021-11-30"])
		self.assertEqual(len(self.json("series/ZZ/2021-11.json")["slots"]), 1)

	def test_what_was_published_before_there_were_series_comes_with_the_next_build(self) -> None:
		self.move(self.previous, datetime(2021, 10, 31, 16))
		self.publish(self.previous)
		shutil.rmtree(snapshot.live() / series_files.SERIES)
		self.publish(self.slot)
		self.assertEqual(
			[row["month"] for row in self.json("series/ZZ.json")["months"]], ["2021-10", "2021-11"]
		)

	def test_an_indicator_that_is_public_no_more_leaves_every_file_of_the_series(self) -> None:
		self.move(self.previous, datetime(2021, 10, 31, 16))
		self.publish(self.previous)
		frappe.db.set_value("Indicator", {"report_type": REPORT, "fieldname": "new_f1"}, "public", 0)
		definitions.forget()
		self.publish(self.slot)
		for path, content in live_files(f"{V1}/series/").items():
			self.assertNotIn(b"new_f1", content, path)

	def test_a_merged_district_goes_on_in_its_successor(self) -> None:
		accepted(self.previous, "ZZ21", new_f1=4)
		self.publish(self.previous)
		self.assertEqual(self.json("series/ZZ1.json")["days"]["figures"]["new_f1"], [21])
		frappe.db.set_value("Area", "ZZ2", "valid_to", "2021-11-19")
		columns = ["name", "parent", "parenttype", "parentfield", "area", "share"]
		insert_rows("Area Successor", columns, [["ZZ2-ZZ1", "ZZ2", "Area", "successors", "ZZ1", 50]])
		self.publish(self.slot)
		rows = self.json("series/ZZ1/2021-11.json")["slots"]
		self.assertEqual(rows[0]["figures"]["new_f1"], 23)
		self.assertEqual(
			[row["successors"] for row in self.json("areas.json")["areas"] if row["code"] == "ZZ2"],
			[[{"code": "ZZ1", "share": 50}]],
		)

	def test_communes_have_no_series(self) -> None:
		self.publish(self.slot)
		names = {path.removeprefix(f"{V1}/series/").partition("/")[0] for path in live_files(f"{V1}/series/")}
		self.assertEqual(
			names, {f"{code}{end}" for code in ("ZZ", "ZZ1", "ZZ2") for end in ("", ".json", ".csv")}
		)


class TestWhatThereIs(OpenDataCase):
	def test_every_address_that_is_listed_has_its_file(self) -> None:
		self.publish(self.slot)
		index = self.json("index.json")
		names = {"slot": self.slot, "code": "ZZ1", "month": "2021-11"}
		# Of bulletins and directives there is the list alone before the first one: the tests beside them read the rest.
		of_one = ("{number}", "bulletins/months/", "{year}")
		urls = [row["url"] for row in index["resources"] if not any(part in row["url"] for part in of_one)]
		addresses = [url.format(**names) for url in urls]
		addresses += [row["schema"] for row in index["resources"] if row["schema"]]
		addresses += [row[form] for row in index["series"] for form in ("json", "csv")]
		for address in addresses:
			self.assertTrue((snapshot.live() / address.strip("/")).is_file(), address)

	def test_the_index_tells_terms_newest_slot_and_every_public_indicator(self) -> None:
		self.publish(self.slot)
		index = self.json("index.json")
		self.assertIn("named as the source", index["licence_en"])
		self.assertEqual((index["latest"]["slot"], index["latest"]["version"]), (self.slot, 1))
		public = [row.fieldname for row in definitions.indicators(REPORT) if row.public]
		self.assertEqual([row["field"] for row in index["indicators"]], public)
		self.assertNotEqual(index["resources"][0]["description"], index["resources"][0]["description_en"])

	def test_an_administrators_terms_of_use_stand_in_place_of_the_apps(self) -> None:
		settings = frappe.get_doc("Publishing Settings")
		settings.licence_en = "Ask first"
		settings.save()
		cached = ("Publishing Settings", "Publishing Settings")
		frappe.clear_document_cache(*cached)
		self.addCleanup(frappe.clear_document_cache, *cached)
		self.publish(self.slot)
		self.assertEqual(self.json("index.json")["licence_en"], "Ask first")
		self.assertIn("Ask first", self.page("en"))

	def test_areas_have_their_whole_before_them_and_those_that_ended_stay(self) -> None:
		frappe.db.set_value("Area", "ZZ12", "valid_to", "2021-11-19")
		areas = {row["code"]: row for row in open_data.areas_data()["areas"]}
		codes = list(areas)
		self.assertEqual((areas["ZZ12"]["parent"], areas["ZZ12"]["valid_to"]), ("ZZ1", "2021-11-19"))
		self.assertLess(codes.index("ZZ1"), codes.index("ZZ12"))

	def test_every_schema_names_its_own_address(self) -> None:
		for path in open_data.SCHEMAS.glob("*.json"):
			self.assertEqual(json.loads(path.read_bytes())["$id"], f"/{V1}/schemas/{path.name}")

	def page(self, lang: str) -> str:
		return (snapshot.live() / pages.file_of(site_map.address("data", lang))).read_text(encoding="utf-8")

	def test_the_page_documents_every_file_and_indicator_in_both_languages(self) -> None:
		self.publish(self.slot)
		index = self.json("index.json")
		for lang, label in (("vi", "label"), ("en", "label_en")):
			text = self.page(lang)
			for row in index["resources"]:
				self.assertIn(f"<code>{row['url'].removeprefix(f'/{V1}/')}</code>", text)
			for row in index["indicators"]:
				self.assertIn(f"<code>{row['field']}</code>", text)
				self.assertIn(frappe.utils.escape_html(row[label]), text)
			self.assertIn(f'<a href="{site_map.address("data", lang)}" aria-current="page">', text)

	def test_the_page_is_well_formed_and_obeys_a_strict_content_policy(self) -> None:
		self.publish(self.slot)
		for lang in site_map.LANGUAGES:
			checker = Outline()
			checker.feed(self.page(lang))
			self.assertEqual(checker.open, [])
			self.assertEqual(len(checker.ids), len(set(checker.ids)))
			self.assertNotRegex(
				self.page(lang),
				r"<script(?! type=\"application/ld\+json\")|<style|\sstyle=|\son[a-z]+=|javascript:",
			)
