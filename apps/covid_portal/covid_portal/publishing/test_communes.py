"""Communes' figures as files of the snapshot, version after version, and the list of corrections beside them."""

from unittest.mock import patch

import frappe

from covid_portal.publishing import communes, ledger, open_data, snapshot
from covid_portal.publishing.publication import Publication, publication_of
from covid_portal.publishing.test_open_data import OpenDataCase
from covid_portal.publishing.test_snapshot import put_live
from covid_portal.reporting import corrections, definitions, slots
from covid_portal.reporting.consolidation import consolidate
from covid_portal.reporting.test_corrections import approved, draft
from covid_portal.testing.case import REPORT, accepted
from covid_portal.testing.province import COMMUNES

FIELD = "quarantine_home_current"


class CommunesCase(OpenDataCase):
	"""All four communes have reported; that of the first one is made by SnapshotCase."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		for area in COMMUNES[1:]:
			accepted(cls.slot, area)

	def setUp(self) -> None:
		super().setUp()
		self.told = ("new_cases", FIELD, "doses_given")
		frappe.db.set_value("Indicator", {"report_type": REPORT}, {"by_commune": 0, "small_cells": 0})
		frappe.db.set_value("Indicator", {"fieldname": ("in", self.told)}, "by_commune", 1)
		frappe.db.set_value(
			"Indicator", {"fieldname": ("in", (*self.told[:2], "recovered"))}, "small_cells", 1
		)
		definitions.forget()

	def report(self, *homes: int, missing: tuple[str, ...] = (), provisional: tuple[str, ...] = ()) -> None:
		"""The communes have these figures in home quarantine; some have not reported, or not to the end."""
		for area, home in zip(COMMUNES, homes, strict=True):
			state = "Draft" if area in missing else "In Approval" if area in provisional else "Approved"
			name = frappe.db.get_value(REPORT, {"slot": self.slot, "area": area})
			frappe.db.set_value(REPORT, name, {FIELD: home, "workflow_state": state})
			waiting = {"reference_name": name, "counts_as_provisional": 1}
			frappe.db.set_value(
				"Approval Step", waiting, "state", "Pending" if area in provisional else "Approved"
			)

	def publish(self, slot: str) -> None:
		"""The slot's own files alone: pages and series have tests of their own."""
		consolidate(slot)
		document = frappe.get_doc("Report Slot", slot)
		document.set_state(slots.CONSOLIDATED)
		document.renew_version("Administrator")
		self.build(slot)

	def build(self, slot: str) -> None:
		made = publication_of([slot], snapshot.live())
		files = open_data.slot_files(slot, made.data[slot]) | communes.files(made)
		put_live(files)

	def cells(self, field: str = FIELD) -> list:
		return self.json("communes/latest.json")["figures"][field]

	def correct(self, area: str, **figures: int) -> None:
		"""As an approved correction and the job after it do."""
		approved(draft(self.slot, area, figures=figures))
		with patch("frappe.get_hooks", return_value=[]):
			corrections.publish_corrected(self.slot)
		self.build(self.slot)


class TestFiles(CommunesCase):
	def test_a_slot_has_a_row_for_each_commune_with_its_figures(self) -> None:
		self.report(33, 0, 70, 12)
		self.publish(self.slot)
		data = self.json(f"communes/{self.slot}.json")
		self.assertEqual(data["communes"]["code"], list(COMMUNES))
		self.assertEqual(data["communes"]["parent"], ["ZZ1", "ZZ1", "ZZ2", "ZZ2"])
		self.assertEqual(data["communes"]["state"], ["reported"] * 4)
		self.assertEqual(list(data["figures"]), list(self.told))
		self.assertEqual(self.cells(), [33, 0, 70, 12])
		self.assertEqual(self.file("communes/latest.json"), self.file(f"communes/{self.slot}.json"))

	def test_the_table_says_what_the_json_says(self) -> None:
		self.report(3, 30, 70, 12)
		self.publish(self.slot)
		self.assertEqual(self.cells(), [{"from": 1, "to": 4}, {"from": 5, "to": None}, 70, 12])
		rows = self.table(f"communes/{self.slot}.csv")
		ends = [(row[FIELD], row[f"{FIELD}_from"], row[f"{FIELD}_to"]) for row in rows]
		self.assertEqual(ends, [("", "1", "4"), ("", "5", ""), ("70", "70", "70"), ("12", "12", "12")])
		self.assertEqual([row["code"] for row in rows], list(COMMUNES))

	def test_a_figure_that_was_not_given_is_null(self) -> None:
		self.report(33, 8, 70, 12)
		frappe.db.set_value("Indicator", {"fieldname": "sanctions"}, "by_commune", 1)
		definitions.forget()
		self.publish(self.slot)
		self.assertEqual(self.cells("sanctions"), [None] * 4)

	def test_nothing_is_said_of_a_district_where_one_of_two_has_not_reported_to_the_end(self) -> None:
		self.report(33, 8, 70, 12, missing=("ZZ12",), provisional=("ZZ22",))
		self.publish(self.slot)
		self.assertEqual(self.json("communes/latest.json")["communes"]["state"], ["withheld"] * 4)
		self.assertEqual(self.cells("doses_given"), [None] * 4)

	def test_without_a_threshold_states_are_told_and_figures_exact(self) -> None:
		with patch.object(communes, "threshold", return_value=1):
			self.report(3, 8, 70, 2, missing=("ZZ12",), provisional=("ZZ22",))
			self.publish(self.slot)
		states = self.json("communes/latest.json")["communes"]["state"]
		self.assertEqual(states, ["reported", "missing", "reported", "provisional"])
		self.assertEqual(self.cells(), [3, None, 70, 2])

	def test_the_threshold_is_the_administrators(self) -> None:
		frappe.db.set_single_value("Publishing Settings", "small_cell_threshold", 10)
		self.report(3, 30, 8, 12)
		self.publish(self.slot)
		nine, open_end = {"from": 1, "to": 9}, {"from": 10, "to": None}
		self.assertEqual(self.cells(), [nine, open_end, nine, open_end])

	def test_an_indicator_is_published_for_communes_by_a_tick_and_listed(self) -> None:
		told = [row["field"] for row in open_data.indicator_entries(REPORT) if row["communes"]]
		self.assertEqual(told, list(self.told))

	def test_a_part_of_a_whole_that_is_told_is_not(self) -> None:
		frappe.db.set_value(
			"Indicator", {"fieldname": "community_cases"}, {"by_commune": 1, "small_cells": 1}
		)
		definitions.forget()
		self.assertNotIn("community_cases", [row.fieldname for row in communes.told_indicators(REPORT)])


class TestVersions(CommunesCase):
	def test_the_same_figures_published_again_are_said_the_same_way(self) -> None:
		self.report(3, 30, 70, 12)
		self.publish(self.slot)
		before = self.cells()
		self.publish(self.slot)
		self.assertEqual(self.cells(), before)
		self.assertEqual(self.json("communes/latest.json")["version"], 2)

	def test_who_reports_late_stays_left_out(self) -> None:
		self.report(33, 8, 70, 12, missing=("ZZ12",))
		self.publish(self.slot)
		self.report(33, 3, 70, 12)
		self.publish(self.slot)
		states = self.json("communes/latest.json")["communes"]["state"]
		self.assertEqual(states, ["withheld", "withheld", "reported", "reported"])

	def test_a_correction_that_nobody_can_see_in_exact_cells_withholds_the_figure_in_its_district(
		self,
	) -> None:
		self.report(3, 30, 70, 12)
		self.publish(self.slot)
		self.correct("ZZ11", **{FIELD: 2})
		self.assertEqual(self.cells(), [{"from": 0, "to": None}] * 2 + [70, 12])

	def test_a_correction_of_a_large_figure_is_followed(self) -> None:
		self.report(3, 30, 70, 12)
		self.publish(self.slot)
		self.correct("ZZ21", **{FIELD: 75})
		self.assertEqual(self.cells()[2:], [75, 12])

	def test_a_slot_whose_first_version_is_not_at_hand_says_nothing(self) -> None:
		self.report(33, 8, 70, 12)
		self.publish(self.slot)
		put_live({f"{communes.COMMUNES}/{self.slot}.{form}": None for form in ("json", "csv")})
		self.publish(self.slot)
		self.assertEqual(self.json("communes/latest.json")["communes"]["state"], ["withheld"] * 4)


class TestLedger(CommunesCase):
	def setUp(self) -> None:
		super().setUp()
		self.report(3, 30, 70, 12)
		self.publish(self.slot)

	def rows(self) -> tuple[list[dict], list[dict]]:
		data = ledger.ledger_data(snapshot.live())
		ours = (
			[row for row in data[name] if row["slot"] == self.slot] for name in ("corrections", "withheld")
		)
		return tuple(ours)

	def test_a_small_figure_is_named_by_district_without_values_or_reason(self) -> None:
		self.correct("ZZ11", **{FIELD: 2})
		told, withheld = self.rows()
		self.assertEqual(told, [])
		self.assertEqual(
			[(row["area"], row["field"], row["version"]) for row in withheld], [("ZZ1", FIELD, 2)]
		)
		files = ledger.files(Publication((), self.slot, {}, snapshot.live()))
		self.assertEqual(len(files), 3)
		for content in files.values():
			self.assertNotIn(b"ZZ11", content)
			self.assertNotIn(b"Counted twice", content)

	def test_a_correction_is_told_whole_or_not_at_all(self) -> None:
		self.correct("ZZ21", recovered=2, doses_given=300)
		told, withheld = self.rows()
		self.assertEqual((told, {row["field"] for row in withheld}), ([], {"recovered", "doses_given"}))

	def test_how_many_small_corrections_there_were_is_not_told(self) -> None:
		for area, value in (("ZZ21", 2), ("ZZ22", 3)):
			approved(draft(self.slot, area, figures={"recovered": value}))
		self.assertEqual(len(self.rows()[1]), 1)

	def test_a_large_figure_is_told_with_commune_values_and_reason(self) -> None:
		self.correct("ZZ21", **{FIELD: 75})
		[row] = self.rows()[0]
		self.assertEqual((row["area"], row["old"], row["new"]), ("ZZ21", 70, 75))

	def test_a_large_figure_that_is_left_open_beside_a_small_one_is_not_told(self) -> None:
		approved(draft(self.slot, "ZZ12", figures={FIELD: 40}))
		self.assertEqual(self.rows()[0], [])


class TestWords(CommunesCase):
	def test_people_read_ranges_and_words(self) -> None:
		said = [
			communes.in_words(cell, str) for cell in (12, None, {"from": 1, "to": 4}, {"from": 0, "to": None})
		]
		self.assertEqual(said, ["12", "", "1–4", "withheld"])
		self.assertEqual(communes.in_words({"from": 5, "to": None}, lambda text: text), "5 or more")
