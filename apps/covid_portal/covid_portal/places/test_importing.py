"""Places by workbook: what is wrong is told by row and column, and then nothing is stored."""

import io
import json
from datetime import datetime
from unittest.mock import patch

import frappe
import pandas as pd
from openpyxl import load_workbook

from covid_portal.places import importing, positions, workbook
from covid_portal.places.positions import Bounds
from covid_portal.places.workbook_kinds import kind_of
from covid_portal.reporting.spreadsheet.problems import WorkbookRefused
from covid_portal.testing.case import PortalTestCase
from covid_portal.testing.places import CONTROL, POINT, SITE, VALUES, approved, entered
from covid_portal.testing.province import COMMUNE, OUTSIDE, SIBLING

NEW = {"place_name": "School", "area": COMMUNE, "site_class": "District", "capacity": 20}
POST = {"area": COMMUNE, **VALUES[CONTROL]}
SQUARE = [[105.1, 19.1], [105.2, 19.1], [105.2, 19.2], [105.1, 19.1]]


class TestImporting(PortalTestCase):
	def setUp(self) -> None:
		super().setUp()
		frappe.db.delete(SITE)
		frappe.db.delete(POINT)
		frappe.db.delete(CONTROL)
		patcher = patch.object(positions, "bounds", return_value=Bounds(19.0, 105.0, 20.0, 106.0))
		patcher.start()
		self.addCleanup(patcher.stop)

	def filled(self, doctype: str, *rows: dict) -> pd.DataFrame:
		"""The user's own template with these rows below what stands there, as it is read back."""
		kind = kind_of(doctype)
		book = load_workbook(io.BytesIO(workbook.template(kind)))
		for row in rows:
			book.active.append([row.get(column) for column in kind.columns])
		stream = io.BytesIO()
		book.save(stream)
		return workbook.read(stream.getvalue(), kind)

	def taken_in(self, doctype: str, *rows: dict, partial: bool = False) -> importing.Result:
		return importing.take_in(kind_of(doctype), self.filled(doctype, *rows), partial)

	def test_new_rows_become_drafts_of_the_users_unit(self) -> None:
		with self.acting("reporter"):
			result = self.taken_in(
				SITE, NEW, {**NEW, "place_name": "Hall", "latitude": 19.5, "longitude": 105.5}
			)
		self.assertEqual((result.added, result.updated, result.problems), (2, 0, []))
		rows = frappe.get_all(
			SITE, fields=["unit", "workflow_state", "capacity", "status", "latitude"], order_by="place_name"
		)
		self.assertEqual(tuple(rows[0].values()), (f"CHS-{COMMUNE}", "Draft", 20, "Ready", 19.5))

	def test_a_draft_by_workbook_is_what_the_form_makes(self) -> None:
		given = {
			"place_name": "Shop",
			"area": COMMUNE,
			"goods": "Rice; Eggs",
			"delivery": 1,
			"delivery_note": "By day <script>alert(1)</script><b>only</b>",
			"hours": "07:00-20:00",
		}
		with self.acting("reporter"):
			self.taken_in(POINT, given)
		by_file = frappe.get_doc(POINT, {"place_name": "Shop"})
		blank = {"order_link": None, "contact_name": None, "contact_phone": None}
		by_form = entered(POINT, **{**given, "place_name": "Shop B", "goods": "Rice\nEggs"}, **blank)
		apart = {"name", "place_name", "creation", "modified", "confirmed_at"}
		stored = frappe.get_doc(POINT, by_form.name).as_dict()
		as_is = {key: value or None for key, value in stored.items() if key not in apart}
		self.assertEqual({key: by_file.get(key) or None for key in as_is}, as_is)
		self.assertNotIn("<script", by_file.delivery_note)
		self.assertTrue(by_file.confirmed_at)

	def test_where_somebody_listens_documents_are_saved_one_by_one(self) -> None:
		site = approved(SITE, place_name="School A")
		with patch.object(importing, "has_listeners", return_value=True), self.acting("reporter"):
			table = self.filled(SITE, NEW)
			table["status"] = "full"
			result = importing.take_in(kind_of(SITE), table)
		self.assertEqual((result.added, result.updated), (1, 1))
		self.assertEqual(frappe.db.get_value(SITE, site.name, "status"), "Full")

	def test_every_wrong_cell_is_told_and_nothing_is_stored(self) -> None:
		cases = (
			({"place_name": None}, "B", "empty"),
			({"area": OUTSIDE}, "D", "not one of yours"),
			({"site_class": "Royal"}, "E", "choices"),
			({"capacity": "many"}, "F", "not a number"),
			({"capacity": -4}, "F", "negative"),
			({"capacity": 2.5}, "F", "whole"),
			({"capacity": 0}, "F", "more than 0"),
			({"fee": 1000}, "G", "paid"),
			({"latitude": 29, "longitude": 105}, "J", "outside"),
			({"name": "nothing-such"}, "A", "no place"),
		)
		rows = [
			{**NEW, "place_name": f"School {number}", **row} for number, (row, *_rest) in enumerate(cases)
		]
		self.assert_told(SITE, rows, cases)

	def test_every_wrong_cell_of_a_control_place_is_told(self) -> None:
		outline = json.dumps({"type": "Polygon", "coordinates": [[[101, 19], *SQUARE[1:]]]})
		cases = (
			({"kind": "castle"}, "C", "Checkpoint" if frappe.local.lang == "en" else "Chốt kiểm soát"),
			({"area": OUTSIDE}, "D", "not one of yours"),
			({"valid_from": None}, "E", "empty"),
			({"valid_from": "31/02/2021"}, "E", "no day"),
			({"valid_to": "2020-12-30"}, "F", "before it begins"),
			({"decision": None}, "G", "decision"),
			({"kind": "camera"}, "H", "link"),
			({"link": "http://example.com"}, "H", "https"),
			({"latitude": 29, "longitude": 105}, "L", "outside"),
			({"outline": outline}, "N", "outline"),
			({"outline": "{}"}, "N", "Polygon"),
		)
		rows = [{**POST, "place_name": f"Post {number}", **row} for number, (row, *_rest) in enumerate(cases)]
		self.assert_told(CONTROL, rows, cases)

	def assert_told(self, doctype: str, rows: list[dict], cases: tuple) -> None:
		"""Each row is wrong in the one column of its case, and none is stored."""
		with self.acting("reporter"), self.assertNothingStored(doctype):
			result = self.taken_in(doctype, *rows)
		self.assertEqual((result.added, result.rows), (0, len(cases)))
		for (row, column, says), number in zip(cases, range(workbook.FIRST_ROW, 99), strict=False):
			with self.subTest(row):
				told = [one for one in result.problems if one.row == number]
				self.assertEqual([one.column for one in told], [column])
				self.assertIn(says, told[0].message)

	def test_a_control_place_by_workbook_is_what_the_form_makes(self) -> None:
		outline = json.dumps({"type": "Polygon", "coordinates": [SQUARE]})
		given = {**POST, "kind": "lockdown", "outline": outline, "valid_to": "2021-02-01 08:00:00"}
		with self.acting("reporter"):
			self.taken_in(CONTROL, {**given, "kind": "vùng PHONG tỏa", "valid_from": "01/01/2021"})
			self.assertTrue(self.filled(CONTROL, POST)["place_name"].eq("Post A").all())  # new ones alone
		by_file = frappe.get_doc(CONTROL, {"place_name": "Post A"})
		blank = {"contact_name": None, "contact_phone": None}
		by_form = entered(CONTROL, **{**given, "place_name": "Post B"}, **blank)
		apart = {"name", "place_name", "creation", "modified"}
		stored = frappe.get_doc(CONTROL, by_form.name).as_dict()
		as_is = {key: value or None for key, value in stored.items() if key not in apart}
		self.assertEqual({key: by_file.get(key) or None for key in as_is}, as_is)

	def test_a_day_without_a_time_counts_to_its_end_and_a_later_period_is_another_place(self) -> None:
		periods = [("2021-01-01", "05/01/2021"), (datetime(2021, 2, 1, 7, 30), None), ("2021-01-01", None)]
		rows = [{**POST, "valid_from": first, "valid_to": last} for first, last in periods]
		with self.acting("reporter"):
			result = self.taken_in(CONTROL, *rows, partial=True)
		self.assertEqual([one.row for one in result.problems], [workbook.FIRST_ROW + 2])
		stored = frappe.get_all(CONTROL, fields=["valid_from", "valid_to"], order_by="valid_from")
		self.assertEqual(stored[0].valid_to, datetime(2021, 1, 5, 23, 59, 59))
		self.assertEqual(stored[1], {"valid_from": datetime(2021, 2, 1, 7, 30), "valid_to": None})

	def test_the_sound_rows_alone_are_stored_if_asked_for(self) -> None:
		with self.acting("reporter"):
			result = self.taken_in(SITE, NEW, {**NEW, "place_name": "Hall", "capacity": -1}, partial=True)
		self.assertEqual((result.added, len(result.problems)), (1, 1))
		self.assertEqual(frappe.get_all(SITE, pluck="place_name"), ["School"])

	def test_a_place_twice_is_told(self) -> None:
		entered(SITE, place_name="Old School")
		with self.acting("reporter"):
			template = self.filled(SITE, NEW, NEW, {**NEW, "place_name": "Old School"})
			told = importing.take_in(kind_of(SITE), template).problems
		self.assertEqual([one.row for one in told], [workbook.FIRST_ROW + 2, workbook.FIRST_ROW + 3])

	def test_the_current_state_of_what_is_there_is_taken_over_and_kept_in_its_versions(self) -> None:
		site = approved(SITE, place_name="School A")
		with self.acting("reporter"):
			table = self.filled(SITE)
			table["status"] = "full"
			result = importing.take_in(kind_of(SITE), table)
		self.assertEqual((result.added, result.updated), (0, 1))
		self.assertEqual(
			frappe.db.get_value(SITE, site.name, ["status", "workflow_state"]), ("Full", "Approved")
		)
		data = frappe.get_all("Version", {"docname": site.name}, pluck="data", order_by="creation desc")
		self.assertTrue(any('"Receiving", "Full"' in text for text in data))

	def test_nobody_reaches_places_of_others(self) -> None:
		theirs = entered(SITE, "sibling", area=SIBLING)
		with self.acting("reporter"):
			self.assertTrue(self.filled(SITE, NEW)["name"].eq("").all())
			told = self.taken_in(SITE, {**NEW, "name": theirs.name, "status": "Closed"}).problems
		self.assertIn("no place", told[0].message)

	def test_a_file_that_is_none_is_refused(self) -> None:
		for content in (b"", b"PK\x03\x04", b"name,area\n1,2\n"):
			with self.subTest(content), self.assertRaises(WorkbookRefused):
				workbook.read(content, kind_of(SITE))
