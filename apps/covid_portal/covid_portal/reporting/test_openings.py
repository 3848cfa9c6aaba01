"""Merged, split and closed areas: who begins with what, and that no figure of the whole jumps, is lost or counts twice."""

from datetime import timedelta

import frappe
import pandas as pd
from frappe.utils import today

from covid_portal.approval.decisions import decide
from covid_portal.reporting import day_totals, openings, slots
from covid_portal.reporting.consolidation import consolidate, consolidate_from
from covid_portal.reporting.openings import Piece
from covid_portal.testing.case import REPORT, PortalTestCase, accepted, make_slot, owe
from covid_portal.testing.province import COMMUNES, found_commune, merge

STAMPS = ["name", "creation", "modified", "owner", "modified_by"]


class OpeningsCase(PortalTestCase):
	"""In `previous` the four communes report; what comes after, each test says."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		accepted(cls.previous, "ZZ11", doses_given=101, followed_f1=90, recovered=5)
		accepted(
			cls.previous,
			"ZZ12",
			doses_given=30,
			followed_f1=7,
			recovered=2,
			treatment_beds=None,
			treatment_beds_used=None,
		)
		accepted(cls.previous, "ZZ21", doses_given=1000, followed_f1=400)
		cls.consolidate(cls.previous)

	def setUp(self) -> None:
		super().setUp()
		self.days = [self.previous]

	def next_slot(self, *areas: str) -> str:
		"""The next slot, which these areas owe."""
		slot = self.slot if len(self.days) == 1 else make_slot(len(self.days), previous=self.days[-1])
		frappe.db.set_value("Report Slot", slot, "previous_slot", self.days[-1])
		frappe.db.delete("Report Obligation", {"slot": slot})
		owe(slot, areas)
		self.days.append(slot)
		return slot

	@staticmethod
	def consolidate(*names: str) -> None:
		for name in names:
			consolidate(name)
			frappe.db.set_value("Report Slot", name, "state", slots.CONSOLIDATED)

	def row(self, slot: str, area: str):
		return frappe.get_doc("Consolidated Report", {"slot": slot, "area": area})

	def totals(self, slot: str, field: str = "doses_given") -> dict[str, int]:
		rows = frappe.get_all("Consolidated Report", {"slot": slot}, ["area", f"total_{field} as total"])
		return {row.area: row.total for row in rows}

	def table(self, slot: str) -> pd.DataFrame:
		rows = frappe.db.sql(
			"select * from `tabConsolidated Report` where slot = %s order by area", slot, as_dict=True
		)
		return pd.DataFrame([dict(row) for row in rows]).set_index("area").drop(columns=STAMPS)

	def assertRebuiltTheSame(self) -> None:
		before = {slot: self.table(slot) for slot in self.days}
		consolidate_from(self.previous)
		for slot, table in before.items():
			pd.testing.assert_frame_equal(table, self.table(slot), obj=slot)


class TestMergers(OpeningsCase):
	def test_two_communes_become_a_new_one(self) -> None:
		found_commune("ZZ13", "ZZ1")
		for area in ("ZZ11", "ZZ12"):
			merge(area, today(), ZZ13=100)
		first, second = self.next_slot("ZZ13", "ZZ21", "ZZ22"), self.next_slot("ZZ13", "ZZ21", "ZZ22")
		accepted(second, "ZZ13", doses_given=9, followed_f1=3)
		self.consolidate(first, second)
		expected = {"ZZ13": 131, "ZZ1": 131, "ZZ21": 1000, "ZZ22": 0, "ZZ2": 1000, "ZZ": 1131}
		self.assertEqual(self.totals(first), expected)
		self.assertEqual(self.totals(second), {**expected, "ZZ13": 140, "ZZ1": 140, "ZZ": 1140})
		row = self.row(first, "ZZ13")
		self.assertEqual((row.followed_f1, row.treatment_beds, row.doses_given), (97, 60, None))
		self.assertEqual(
			(row.expected, row.reported, row.carried, row.carried_from), (1, 0, 1, self.previous)
		)
		self.assertEqual([self.row(first, area).followed_f1 for area in ("ZZ1", "ZZ")], [97, 497])
		self.assertEqual([self.row(second, area).followed_f1 for area in ("ZZ1", "ZZ")], [3, 403])
		self.assertRebuiltTheSame()

	def test_a_commune_that_goes_on_takes_another_in(self) -> None:
		merge("ZZ12", today(), ZZ11=0)
		first, second = self.next_slot("ZZ11", "ZZ21", "ZZ22"), self.next_slot("ZZ11", "ZZ21", "ZZ22")
		self.consolidate(first, second)
		for slot in (first, second):
			self.assertEqual(
				self.totals(slot), {"ZZ11": 131, "ZZ1": 131, "ZZ21": 1000, "ZZ22": 0, "ZZ2": 1000, "ZZ": 1131}
			)
			self.assertEqual(self.row(slot, "ZZ11").followed_f1, 97)

	def test_into_another_district_the_province_stays_the_same(self) -> None:
		merge("ZZ12", today(), ZZ21=100)
		first = self.next_slot("ZZ11", "ZZ21", "ZZ22")
		self.consolidate(first)
		totals = self.totals(first)
		self.assertEqual([totals[area] for area in ("ZZ1", "ZZ2", "ZZ")], [101, 1030, 1131])

	def test_the_successor_of_a_successor_that_never_reported(self) -> None:
		found_commune("ZZ13", "ZZ1")
		merge("ZZ11", today(), ZZ13=100)
		merge("ZZ13", today(), ZZ12=100)
		first = self.next_slot("ZZ12", "ZZ21", "ZZ22")
		self.consolidate(first)
		self.assertEqual(self.totals(first)["ZZ12"], 131)

	def test_successors_that_name_each_other_hand_nothing_over_and_lose_nothing(self) -> None:
		found_commune("ZZ13", "ZZ1")
		merge("ZZ11", today(), ZZ13=100)
		merge("ZZ13", today(), ZZ11=100)
		first = self.next_slot("ZZ12", "ZZ21", "ZZ22")
		self.consolidate(first)
		self.assertEqual((self.totals(first)["ZZ11"], self.totals(first)["ZZ"]), (101, 1131))


class TestSplits(OpeningsCase):
	def test_the_parts_add_up_to_the_whole(self) -> None:
		for code in ("ZZ13", "ZZ14", "ZZ15"):
			found_commune(code, "ZZ1")
		merge("ZZ11", today(), ZZ13=33, ZZ14=33, ZZ15=33)
		first = self.next_slot("ZZ12", "ZZ13", "ZZ14", "ZZ15", "ZZ21", "ZZ22")
		self.consolidate(first)
		parts = ("ZZ13", "ZZ14", "ZZ15")
		totals = self.totals(first)
		self.assertEqual([totals[area] for area in parts], [34, 33, 34])
		self.assertEqual((totals["ZZ1"], totals["ZZ"]), (131, 1131))
		self.assertEqual([self.row(first, area).followed_f1 for area in parts], [30, 30, 30])
		for field in ("recovered", "new_f1", "pcr_samples"):
			of_before = self.totals(self.previous, field)["ZZ11"]
			self.assertEqual(sum(self.totals(first, field)[area] for area in parts), of_before, field)
		self.assertRebuiltTheSame()

	def test_any_number_is_cut_without_a_rest(self) -> None:
		received: openings.Received = {}
		openings.hand_over(received, "A", {"B": 1, "C": 1, "D": 5})
		pieces = [received[heir]["A"] for heir in "BCD"]
		for value in range(200):
			self.assertEqual(sum(piece.of(value) for piece in pieces), value)
		self.assertEqual((pieces[0].low, pieces[-1].high), (0.0, 1.0))
		self.assertEqual([piece.of(0) for piece in (*pieces, Piece())], [0] * 4)

	def test_a_commune_that_goes_on_gives_a_part_to_a_new_one_once(self) -> None:
		found_commune("ZZ13", "ZZ1")
		merge("ZZ11", ZZ13=20)
		areas = ("ZZ11", "ZZ12", "ZZ13", "ZZ21", "ZZ22")
		first, second = self.next_slot(*areas), self.next_slot(*areas)
		self.consolidate(first, second)
		for slot in (first, second):
			totals = self.totals(slot)
			self.assertEqual([totals[area] for area in ("ZZ11", "ZZ13", "ZZ1", "ZZ")], [81, 20, 131, 1131])
			self.assertEqual([self.row(slot, area).followed_f1 for area in ("ZZ11", "ZZ13")], [72, 18])


class TestClosed(OpeningsCase):
	def test_the_totals_of_a_closed_commune_stay_in_those_above(self) -> None:
		days = [self.next_slot("ZZ11", "ZZ21", "ZZ22") for _number in range(3)]
		accepted(days[1], "ZZ11", doses_given=4)
		self.consolidate(*days)
		self.assertEqual([self.totals(slot)["ZZ1"] for slot in days], [131, 135, 135])
		row = self.row(days[2], "ZZ12")
		self.assertEqual((row.closed, row.expected, row.reported, row.carried), (1, 0, 0, 0))
		self.assertEqual((row.followed_f1, row.total_doses_given), (None, 30))
		self.assertEqual(self.row(days[2], "ZZ1").followed_f1, 90)
		self.assertEqual((self.row(days[2], "ZZ").expected, self.row(days[2], "ZZ").carried), (3, 3))
		self.assertRebuiltTheSame()

	def test_what_is_opened_again_goes_on(self) -> None:
		closed, again = self.next_slot("ZZ11", "ZZ21", "ZZ22"), self.next_slot(*COMMUNES)
		accepted(again, "ZZ12", doses_given=5)
		self.consolidate(closed, again)
		self.assertEqual((self.totals(again)["ZZ12"], self.totals(again)["ZZ1"]), (35, 136))
		self.assertEqual(self.row(again, "ZZ12").closed, 0)

	def test_until_its_successor_reports_a_commune_keeps_its_totals(self) -> None:
		found_commune("ZZ13", "ZZ1")
		merge("ZZ12", today(), ZZ13=100)
		between, first = (
			self.next_slot("ZZ11", "ZZ21", "ZZ22"),
			self.next_slot("ZZ11", "ZZ13", "ZZ21", "ZZ22"),
		)
		self.consolidate(between, first)
		self.assertEqual((self.totals(between)["ZZ12"], self.totals(between)["ZZ1"]), (30, 131))
		self.assertNotIn("ZZ12", self.totals(first))
		self.assertEqual((self.totals(first)["ZZ13"], self.totals(first)["ZZ1"]), (30, 131))


class TestCorrectionsAcrossAMerger(OpeningsCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		found_commune("ZZ13", "ZZ1")

	def correct(self, area: str, **figures: int) -> None:
		frappe.db.set_value(
			"Report Slot", self.previous, {"published_at": frappe.utils.now_datetime(), "version": 1}
		)
		rows = [{"fieldname": field, "new_value": value} for field, value in figures.items()]
		correction = frappe.get_doc(
			doctype="Correction", slot=self.previous, area=area, reason="Counted twice", figures=rows
		).insert()
		decide("Correction", correction.name, "Submit")
		for who in ("district", "cdc"):
			with self.acting(who):
				decide("Correction", correction.name, "Approve")

	def test_it_moves_the_successor_and_all_above_it(self) -> None:
		for area in ("ZZ11", "ZZ12"):
			merge(area, today(), ZZ13=100)
		first, second = self.next_slot("ZZ13", "ZZ21", "ZZ22"), self.next_slot("ZZ13", "ZZ21", "ZZ22")
		accepted(second, "ZZ13", followed_f1=3, doses_given=0)
		self.consolidate(first, second)
		self.correct("ZZ11", doses_given=51, followed_f1=80)
		for slot in (first, second):
			totals = self.totals(slot)
			self.assertEqual([totals[area] for area in ("ZZ13", "ZZ1", "ZZ")], [81, 81, 1081])
		self.assertEqual([self.row(slot, "ZZ13").followed_f1 for slot in (first, second)], [87, 3])
		self.assertRebuiltTheSame()

	def test_of_a_closed_commune_it_moves_its_totals_and_revives_no_stock(self) -> None:
		first = self.next_slot("ZZ11", "ZZ21", "ZZ22")
		self.consolidate(first)
		self.correct("ZZ12", doses_given=40, followed_f1=8)
		self.assertEqual((self.totals(first)["ZZ12"], self.totals(first)["ZZ"]), (40, 1141))
		self.assertEqual(
			(self.row(first, "ZZ12").followed_f1, self.row(first, "ZZ1").followed_f1), (None, 90)
		)
		self.assertRebuiltTheSame()

	def test_of_a_commune_that_gave_a_part_away_the_part_moves_too(self) -> None:
		merge("ZZ11", ZZ13=20)
		first = self.next_slot("ZZ11", "ZZ12", "ZZ13", "ZZ21", "ZZ22")
		self.consolidate(first)
		self.correct("ZZ11", doses_given=201, followed_f1=100)
		self.assertEqual([self.totals(first)[area] for area in ("ZZ11", "ZZ13", "ZZ")], [161, 40, 1231])
		self.assertEqual(self.row(first, "ZZ13").followed_f1, 20)
		self.assertRebuiltTheSame()

	def test_of_a_commune_that_took_another_in_one_update_is_enough(self) -> None:
		merge("ZZ12", today(), ZZ11=100)
		first = self.next_slot("ZZ11", "ZZ21", "ZZ22")
		self.consolidate(first)
		self.correct("ZZ11", doses_given=102, followed_f1=91)
		self.assertEqual((self.totals(first)["ZZ11"], self.row(first, "ZZ").followed_f1), (132, 498))
		self.assertRebuiltTheSame()


class TestSeries(OpeningsCase):
	def series(self, area: str) -> dict[str, tuple]:
		first = frappe.db.get_value("Report Slot", self.previous, "slot_time").date()
		rows = day_totals.slot_rows(REPORT, area, first, first + timedelta(days=1))
		shown = rows.set_index("slot")[["doses_given", "followed_f1", "expected"]]
		return {
			slot: tuple(None if pd.isna(value) else int(value) for value in row)
			for slot, row in shown.T.items()
		}

	def test_before_the_merger_it_is_that_of_the_communes_together(self) -> None:
		found_commune("ZZ13", "ZZ1")
		for area in ("ZZ11", "ZZ12"):
			merge(area, today(), ZZ13=100)
		first = self.next_slot("ZZ13", "ZZ21", "ZZ22")
		accepted(first, "ZZ13", doses_given=9, followed_f1=3)
		self.consolidate(first)
		self.assertEqual(self.series("ZZ13"), {self.previous: (131, 97, 2), first: (9, 3, 1)})
		self.assertEqual(self.series("ZZ11"), {self.previous: (101, 90, 1)})

	def test_of_a_part_it_is_the_part_until_the_new_commune_reports(self) -> None:
		found_commune("ZZ13", "ZZ1")
		merge("ZZ11", ZZ13=20)
		first = self.next_slot("ZZ11", "ZZ12", "ZZ13", "ZZ21", "ZZ22")
		accepted(first, "ZZ11", doses_given=50, followed_f1=60)
		accepted(first, "ZZ13", doses_given=9, followed_f1=3)
		self.consolidate(first)
		self.assertEqual(self.series("ZZ13"), {self.previous: (20, 18, 1), first: (9, 3, 1)})

	def test_it_is_shown_to_those_of_the_new_commune_alone(self) -> None:
		found_commune("ZZ13", "ZZ1")
		merge("ZZ11", today(), ZZ13=100)
		with self.acting("outsider"):
			self.assertEqual(self.series("ZZ13"), {})
		with self.acting("district"):
			self.assertEqual(self.series("ZZ13"), {self.previous: (101, 90, 1)})
