"""The map of the test province: what stands on the page and in the months' files, and when they are made anew."""

import json
import re
import tempfile
import unittest
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import frappe
import pandas as pd
from frappe.utils import now_datetime

from covid_portal.organisation.writers import insert_rows
from covid_portal.publishing import communes, snapshot
from covid_portal.publishing.doctype.map_outline import map_outline
from covid_portal.publishing.doctype.map_outline.test_map_outline import FEATURES, new_outline
from covid_portal.publishing.mapping import layout, measures, months, outline_files
from covid_portal.publishing.mapping.outline_files import FILE
from covid_portal.publishing.publication import files_of, publication_of
from covid_portal.publishing.series_files import Begun
from covid_portal.publishing.test_snapshot import SnapshotCase, put_live
from covid_portal.reporting import definitions
from covid_portal.reporting.consolidation import consolidate
from covid_portal.reporting.slots import PUBLISHED
from covid_portal.testing.case import REPORT, PortalTestCase, accepted, provisional
from covid_portal.testing.province import COMMUNES, DISTRICT, OTHER_DISTRICT

AT = datetime(2021, 11, 20, 8)
MAKERS = ["covid_portal.publishing.communes.files", "covid_portal.publishing.mapping.page.files"]


class TestRowsAndTiles(PortalTestCase):
	def test_seven_days_are_known_once_all_their_slots_are_there(self) -> None:
		table = self.with_week([3, 1] * 7)
		self.assertEqual(table["week_cases"].isna().tolist(), [True] * 13 + [False])
		self.assertEqual(table["week_cases"].tolist()[-1], 28)
		self.assertEqual(table["week_rate"].tolist()[-1], 28 * 100_000 / 4000)

	def test_seven_days_with_a_slot_that_is_missing_or_unknown_are_not_known(self) -> None:
		self.assertTrue(self.with_week([1] * 9 + [None] + [1] * 4)["week_cases"].isna().all())

	def with_week(self, cases: list[int | None]) -> pd.DataFrame:
		table = pd.DataFrame(
			{
				"slot_time": [AT + timedelta(hours=12 * number) for number in range(len(cases))],
				"area": DISTRICT,
				"new_cases": pd.array(cases, dtype="Float64"),
			}
		)
		columns = ["name", "parent", "parenttype", "parentfield", "population_group", "persons", "as_of"]
		people = [(DISTRICT, 3000, "2020-01-01"), (DISTRICT, 4000, "2021-01-01"), ("ZZ11", 7, "2021-01-01")]
		rows = [[f"t{n}-{area}", area, "Area", "populations", "total", n, day] for area, n, day in people]
		insert_rows("Area Population", columns, rows)
		return months.with_week(REPORT, table, AT)

	def test_people_of_a_district_without_a_figure_are_those_of_its_communes(self) -> None:
		columns = ["name", "parent", "parenttype", "parentfield", "population_group", "persons", "as_of"]
		people = (("ZZ21", 70), ("ZZ22", 30), (DISTRICT, 900), ("ZZ11", 5))
		rows = [
			[f"total-{area}", area, "Area", "populations", "total", n, "2021-01-01"] for area, n in people
		]
		insert_rows("Area Population", columns, rows)
		found = months.populations([DISTRICT, OTHER_DISTRICT], AT.date())
		self.assertEqual((found[DISTRICT], found[OTHER_DISTRICT]), (900, 100))

	# --- the tiles

	def blocks(self, day: datetime = AT) -> dict[str, list[str]]:
		return {
			row["code"]: [tile["code"] for tile in row["tiles"]] for row in layout.blocks_of("ZZ", day.date())
		}

	def test_a_block_for_each_district_with_its_communes(self) -> None:
		self.assertEqual(self.blocks(), {DISTRICT: ["ZZ11", "ZZ12"], OTHER_DISTRICT: ["ZZ21", "ZZ22"]})

	def test_communes_stand_in_the_order_of_their_index(self) -> None:
		frappe.db.set_value("Area", "ZZ11", "tile_index", 5)
		self.assertEqual(self.blocks()[DISTRICT], ["ZZ12", "ZZ11"])

	def test_what_has_ended_or_not_begun_has_no_tile(self) -> None:
		frappe.db.set_value("Area", "ZZ11", "valid_to", "2021-11-19")
		frappe.db.set_value("Area", "ZZ22", "valid_from", "2021-11-20")
		self.assertEqual(self.blocks(), {DISTRICT: ["ZZ12"], OTHER_DISTRICT: ["ZZ21", "ZZ22"]})
		self.assertEqual(self.blocks(AT - timedelta(days=1))[OTHER_DISTRICT], ["ZZ21"])

	def test_communes_without_a_district_are_a_block_of_the_province(self) -> None:
		frappe.db.set_value("Area", DISTRICT, "valid_to", "2021-11-19")
		self.assertEqual(self.blocks(), {"ZZ": ["ZZ11", "ZZ12"], OTHER_DISTRICT: ["ZZ21", "ZZ22"]})

	def test_no_block_stands_on_another(self) -> None:
		frappe.db.set_value("Area", DISTRICT, {"tile_column": 2, "tile_row": 1})
		frappe.db.set_value("Area", OTHER_DISTRICT, {"tile_column": 2, "tile_row": 1})
		places = [(row["code"], row["row"], row["column"]) for row in layout.blocks_of("ZZ", AT.date())]
		self.assertEqual(places, [(DISTRICT, 1, 2), (OTHER_DISTRICT, 2, 0)])


class TestMap(SnapshotCase):
	"""Without small cells, if a test says nothing else."""

	def setUp(self) -> None:
		super().setUp()
		frappe.db.set_single_value("Publishing Settings", "small_cell_threshold", 1)
		rebuild = patch.object(map_outline, "rebuild")
		rebuild.start()
		self.addCleanup(rebuild.stop)
		for number, slot in enumerate((self.previous, self.slot)):
			self.move(slot, AT + timedelta(hours=8 * number))

	def publish(self, slot: str) -> None:
		"""As publishing does, of the files those alone that the map is made of."""
		consolidate(slot)
		version = frappe.db.get_value("Report Slot", slot, "version") + 1
		values = {"state": PUBLISHED, "published_at": now_datetime(), "version": version}
		frappe.db.set_value("Report Slot", slot, values)
		self.build([slot])

	def build(self, slots: list[str]) -> None:
		made = files_of(publication_of(slots, snapshot.live()), MAKERS)
		put_live(made)

	def move(self, slot: str, at: datetime) -> None:
		frappe.db.set_value("Report Slot", slot, {"slot_time": at, "window_start": at - timedelta(hours=8)})

	def month(self, month: str = "2021-11") -> dict:
		return json.loads((snapshot.live() / months.month_file(month)).read_text(encoding="utf-8"))

	def html(self, lang: str = "en") -> str:
		path = "ban-do" if lang == "vi" else "en/ban-do"
		return (snapshot.live() / path / "index.html").read_text(encoding="utf-8")

	def tile(self, code: str) -> str:
		return re.search(rf'<a href="#khu-vuc-{code}"[^>]*aria-label[^>]*></a>', self.html())[0]

	# --- months

	def test_a_slot_has_a_letter_for_each_commune_and_a_figure_for_each_district(self) -> None:
		provisional(self.slot, "ZZ12", new_cases=2, community_cases=1, quarantine_cases=1, imported_cases=0)
		self.publish(self.previous)
		self.publish(self.slot)
		month = self.month()
		self.assertEqual(
			(month["communes"], month["districts"]), (list(COMMUNES), [DISTRICT, OTHER_DISTRICT])
		)
		first, second = month["slots"]
		self.assertEqual((first["slot"], first["time"]), (self.previous, "2021-11-20T08:00:00+07:00"))
		self.assertEqual((first["reporting"], second["reporting"]), ("rmmm", "rpmm"))
		self.assertEqual(
			(second["expected"], second["reported"], second["provisional"]), ([2, 2], [2, 0], [1, 0])
		)
		self.assertEqual((first["new_cases"], second["new_cases"]), ([6, None], [8, None]))

	def test_who_has_not_reported_is_withheld_with_others_where_the_small_cell_rule_holds(self) -> None:
		frappe.db.set_single_value("Publishing Settings", "small_cell_threshold", 5)
		accepted(self.slot, "ZZ21")
		accepted(self.slot, "ZZ22")
		self.publish(self.slot)
		self.assertEqual(self.month()["slots"][0]["reporting"], "wwrr")
		self.assertIn('class="w" aria-label="Commune ZZ11: state withheld"', self.tile("ZZ11"))
		self.assertIn("3 of 4 communes", self.html())

	def test_of_a_slot_without_a_file_of_communes_nothing_is_said(self) -> None:
		self.publish(self.previous)
		(snapshot.live() / communes.COMMUNES / f"{self.previous}.json").unlink()
		self.publish(self.slot)
		self.assertEqual([row["reporting"] for row in self.month()["slots"]], ["wwww", "rmmm"])

	def test_a_correction_makes_its_month_anew_and_leaves_the_months_before(self) -> None:
		self.move(self.previous, datetime(2021, 10, 5, 8))
		self.publish(self.previous)
		october = (snapshot.live() / months.month_file("2021-10")).stat().st_ino
		self.publish(self.slot)
		frappe.db.set_value("Situation Report", {"slot": self.slot, "area": "ZZ11"}, "new_cases", 5)
		self.publish(self.slot)
		self.assertEqual(self.month()["slots"][0]["new_cases"], [5, None])
		self.assertEqual((snapshot.live() / months.month_file("2021-10")).stat().st_ino, october)

	def test_the_seven_days_of_a_slot_reach_into_the_next_month(self) -> None:
		self.move(self.previous, datetime(2021, 10, 28, 8))
		self.assertEqual(months.months_touched((self.previous,)), {"2021-10", "2021-11"})
		self.assertEqual(months.months_touched((self.slot,)), {"2021-11"})

	def test_a_slot_that_is_not_published_is_in_no_file(self) -> None:
		consolidate(self.previous)
		self.publish(self.slot)
		self.assertEqual([row["slot"] for row in self.month()["slots"]], [self.slot])

	def test_made_anew_from_nothing_a_later_version_says_of_communes_what_their_file_says(self) -> None:
		self.publish(self.slot)
		self.publish(self.slot)
		nothing = Path(self.enterContext(tempfile.TemporaryDirectory()))
		made = files_of(publication_of([self.slot], nothing, seen=snapshot.live()), MAKERS)
		self.assertEqual(json.loads(made[months.month_file("2021-11")])["slots"][0]["reporting"], "rmmm")

	def test_of_a_build_in_parts_the_last_makes_the_months_that_seven_days_reach(self) -> None:
		self.move(self.previous, datetime(2021, 9, 28, 8))
		self.publish(self.slot)
		consolidate(self.previous)
		frappe.db.set_value("Report Slot", self.previous, "published_at", now_datetime())
		begun = Begun({}, {"2021-09", "2021-10"})
		part = publication_of([self.previous], snapshot.live(), more_follows=True)
		last = publication_of([], snapshot.live(), begun=begun)
		self.assertEqual(months.months_to_make(part), ["2021-09"])
		self.assertEqual(months.months_to_make(last), ["2021-09", "2021-11"])

	def test_figures_that_are_public_no_more_leave_every_month(self) -> None:
		self.move(self.previous, datetime(2021, 10, 5, 8))
		self.publish(self.previous)
		frappe.db.set_value("Indicator", {"report_type": REPORT, "fieldname": "new_cases"}, "public", 0)
		definitions.forget()
		self.publish(self.slot)
		for month in ("2021-10", "2021-11"):
			self.assertEqual(self.month(month)["slots"][0]["new_cases"], [None, None])
		self.assertNotIn('value="new_cases"', self.html())
		self.assertIn(
			"1 of 4 communes, wards and townships have reported; of these 0 provisionally.", self.html()
		)

	# --- the page

	def test_tiles_rows_and_the_finding_say_what_the_slot_says(self) -> None:
		frappe.db.set_value("Area", "ZZ22", "full_name", "<img src=x>")
		self.publish(self.slot)
		html = self.html()
		for code in COMMUNES:
			self.assertEqual(html.count(f'id="khu-vuc-{code}"'), 1)
		self.assertIn('aria-label="Commune ZZ11: reported"', self.tile("ZZ11"))
		self.assertIn('class="m" aria-label="Township ZZ12: not reported"', self.tile("ZZ12"))
		self.assertIn(
			"6 new cases in this slot, in 1 of 2 districts; the most in Rural District ZZ1: 6.", html
		)
		self.assertNotIn("<img src=x>", html)
		self.assertIn("đã báo cáo", self.html("vi"))

	def test_an_older_slots_new_version_renews_the_month_and_not_what_the_page_shows(self) -> None:
		self.publish(self.slot)
		before = self.tile("ZZ11")
		self.publish(self.previous)
		self.assertEqual(self.tile("ZZ11"), before)
		self.assertEqual(len(self.month()["slots"]), 2)

	# --- outlines

	def outlines(self) -> dict:
		return json.loads((snapshot.live() / FILE).read_text(encoding="utf-8"))

	def test_outlines_are_on_the_map_from_approval_to_withdrawal_with_source_and_licence(self) -> None:
		content = {"type": "FeatureCollection", "features": FEATURES[:3]}
		outline = new_outline(content, source="<b>Sở</b>", source_url="https://example.org/a").insert()
		self.publish(self.slot)
		self.assertFalse((snapshot.live() / FILE).exists())
		outline.decide("Approved")
		self.build([])
		web = self.outlines()
		self.assertEqual(
			(list(web["areas"]), web["level"], web["licence"]), (list(COMMUNES[:3]), "commune", "CC BY 4.0")
		)
		self.assertEqual(outline_files.open_data_resources(str)[0][:2], ("map/outlines.json", "outlines"))
		html = self.html()
		self.assertIn("Outlines: &lt;b&gt;Sở&lt;/b&gt;, as of 1 November 2021. CC BY 4.0", html)
		self.assertIn('href="https://example.org/a"', html)
		self.assertIn(f"{FILE}?v=", html)
		self.assertIn("Without an outline, and on the tiles only: Ward ZZ22.", html)
		outline.decide("Withdrawn")
		self.build([])
		self.assertEqual(self.outlines(), {"areas": {}})
		self.assertEqual(outline_files.open_data_resources(str), [])
		self.assertNotIn(FILE, self.html())


class TestDrawing(unittest.TestCase):
	def test_each_tile_is_drawn_once_in_the_path_of_its_shade(self) -> None:
		drawn = layout.drawing_of(["l1", "l4", "l1", "u", "l1", "l2", "l1", "l4"])
		counts = {shade: path.count("z") for shade, path in drawn["shapes"].items()}
		self.assertEqual(counts, {"l1": 4, "l2": 1, "l4": 2, "u": 1})
		self.assertEqual(drawn["numerals"].count("M"), 2)
		self.assertTrue(drawn["shapes"]["l4"].endswith("M0 12h16v10h-16z"))  # the first of the second row
		self.assertEqual((drawn["width"], drawn["height"]), (124, 22))


class TestMeasures(unittest.TestCase):
	def test_every_class_is_named_and_begins_where_the_one_before_ends(self) -> None:
		said = measures.shade_words(measures.WEEK_RATE, str)
		self.assertEqual(said, ["0", "below 20", "20 to below 50", "50 to below 150", "150 or more"])
		self.assertEqual(measures.shade_words(measures.NEW, str)[:3], ["0", "1 to 4", "5 to 14"])
		for measure in measures.MEASURES:
			self.assertEqual(len(measures.shade_words(measure, str)), len(measure.shades))
			self.assertEqual(len({shade.key for shade in measure.shades}), len(measure.shades))

	def test_a_value_on_a_break_is_in_the_class_it_begins(self) -> None:
		found = [measures.NEW.shade(value) for value in (0, 1, 4, 5, 49, 50, None)]
		self.assertEqual(found, ["n0", "n1", "n1", "n2", "n3", "n4", "u"])
		self.assertEqual([measures.REPORTING.shade(letter) for letter in "rpmwx?"], [*"rpmwx", "u"])
