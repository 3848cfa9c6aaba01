"""Centres of areas from a table, by hand and from outlines: who has the last word, and what is measured from them."""

from unittest.mock import patch

import frappe

from covid_portal.places.nearest import nearest_sites
from covid_portal.publishing import open_data
from covid_portal.publishing.doctype.map_outline.test_map_outline import FEATURES, new_outline
from covid_portal.publishing.mapping import centres
from covid_portal.publishing.mapping.test_geojson import collection
from covid_portal.setup import area_centres
from covid_portal.setup.area_centres import take_in
from covid_portal.setup.plain_table import TableRefused
from covid_portal.testing.case import PortalTestCase
from covid_portal.testing.places import SITE, approved

HEADS = "code,latitude,longitude"
DISTRICT_CENTRE = (19.6, 105.6)
FIELDS = ("latitude", "longitude", "centre_of_outline")


class CentreCase(PortalTestCase):
	def setUp(self) -> None:
		super().setUp()
		frappe.db.set_single_value("Publishing Settings", "province", "ZZ")
		place = dict(zip(FIELDS, DISTRICT_CENTRE, strict=False))
		frappe.db.set_value("Area", {"name": ("in", ("ZZ1", "ZZ2"))}, place)

	def take(self, *rows: str, heads: str = HEADS) -> dict:
		return take_in("x.csv", "\n".join((heads, *rows)).encode())

	def centre(self, code: str) -> tuple:
		return frappe.db.get_value("Area", code, FIELDS)

	def versions(self, code: str) -> int:
		return frappe.db.count("Version", {"ref_doctype": "Area", "docname": code})


class TestTable(CentreCase):
	def test_an_administrator_enters_many_and_each_has_a_version(self) -> None:
		with self.acting("administrator"):
			self.assertEqual(
				self.take("ZZ11,19.55,105.61", "ZZ21,19.7,105.7"), {"changed": 2, "problems": []}
			)
		self.assertEqual(self.centre("ZZ11"), (19.55, 105.61, 0))
		self.assertEqual(self.versions("ZZ11"), 1)
		self.assertEqual(self.take("ZZ11,19.55,105.61")["changed"], 0)
		self.assertEqual(self.take("ZZ11;19,56;105,61", heads=HEADS.replace(",", ";"))["changed"], 1)
		self.assertEqual(self.centre("ZZ11")[0], 19.56)

	def test_each_wrong_row_is_told_and_nothing_is_stored(self) -> None:
		for row, says in (
			("ZZ99,19.5,105.5", "no area with the code ZZ99"),
			(",19.5,105.5", "no area with the code –"),
			("ZZ12,19.5,bên sông", "must be numbers"),
			("ZZ12,nan,105.5", "outside of the province"),
			("ZZ12,0,105.5", "must be numbers"),
			("ZZ12,10.8,106.7", "outside of the province"),
			("ZZ12,105.5,19.5", "changed places"),
			("ZZ11,19.5,105.5", "another row already"),
		):
			with self.subTest(row):
				answer = self.take("ZZ11,19.5,105.5", row)
				self.assertEqual(answer["changed"], 0)
				(problem,) = answer["problems"]
				self.assertEqual(problem["row"], 3)
				self.assertIn(says, problem["message"])
		self.assertEqual(self.centre("ZZ11")[:2], (0, 0))

	def test_a_place_far_from_the_area_around_it_asks_for_the_code(self) -> None:
		frappe.db.set_value("Area", "ZZ2", "latitude", 20.5)
		(problem,) = self.take("ZZ21,19.6,105.6")["problems"]
		self.assertIn("ZZ21 ", problem["message"])
		self.assertIn("100 km from the centre of", problem["message"])

	def test_what_is_no_such_table(self) -> None:
		self.assertRefused(TableRefused, self.take, "1,2,3", heads="a,b,c", says="GSO Code")
		self.assertRefused(TableRefused, self.take, says="between 1 and")
		self.assertRefused(TableRefused, take_in, "x.xlsx", b"PK\x03\x04 no workbook")

	def test_only_who_changes_areas(self) -> None:
		for who in ("reporter", "district", "cdc", "publisher", "auditor", "disabled", "stranger", "Guest"):
			with self.acting(who):
				for endpoint in (area_centres.load_table, area_centres.template):
					self.assertRefused(frappe.PermissionError, endpoint)
		with self.acting("administrator"):
			self.assertEqual(area_centres.template().status_code, 200)


class TestOutlines(CentreCase):
	"""The outlines are squares of one degree: ZZ11 has its centre at 19.5, 105.5."""

	def test_an_approved_outline_gives_its_centre_to_who_has_none_and_takes_it_back(self) -> None:
		self.take("ZZ12,19.7,105.7")
		outline = new_outline(collection(*FEATURES)).insert()
		self.assertEqual(self.centre("ZZ11")[0], 0)
		outline.decide("Approved")
		latitude, longitude, follows = self.centre("ZZ11")
		self.assertAlmostEqual(latitude, 19.5, places=2)
		self.assertAlmostEqual(longitude, 105.5, places=2)
		self.assertEqual(follows, 1)
		self.assertEqual(self.centre("ZZ12"), (19.7, 105.7, 0))
		self.assertEqual(self.centre("ZZ1")[:2], DISTRICT_CENTRE)
		self.assertEqual(self.versions("ZZ11"), 1)
		told = {row["code"]: row["centre"] for row in open_data.areas_data()["areas"]}
		self.assertTrue(told["ZZ11"]["of_outline"])
		self.assertEqual(told["ZZ12"], {"latitude": 19.7, "longitude": 105.7, "of_outline": False})
		self.assertIsNone(told["ZZ"])
		outline.decide("Withdrawn")
		self.assertEqual(self.centre("ZZ11"), (0, 0, 0))
		self.assertEqual(self.centre("ZZ12"), (19.7, 105.7, 0))

	def test_a_centre_that_an_outline_gave_does_not_speak_against_the_next_outline(self) -> None:
		new_outline(collection(*FEATURES)).insert().decide("Approved")
		swapped = [
			{**row, "geometry": other["geometry"]}
			for row, other in zip(FEATURES, FEATURES[::-1], strict=True)
		]
		new_outline(collection(*swapped)).insert().decide("Approved")
		self.assertAlmostEqual(self.centre("ZZ11")[0], 20.5, places=2)

	def test_who_moves_a_centre_by_hand_has_entered_it(self) -> None:
		outline = new_outline(collection(*FEATURES)).insert()
		outline.decide("Approved")
		area = frappe.get_doc("Area", "ZZ11")
		area.update({"centre_of_outline": 0, "area_name": "Khác"})
		area.save()
		self.assertEqual(area.centre_of_outline, 1)
		area.latitude = 19.4
		area.save()
		outline.decide("Withdrawn")
		self.assertEqual(self.centre("ZZ11")[::2], (19.4, 0))
		area.reload()
		area.longitude = 0
		self.assertRefused(frappe.ValidationError, area.save, says="both or neither")

	def test_where_something_listens_areas_are_saved_one_by_one_and_store_the_same(self) -> None:
		listening = patch.object(centres, "has_listeners", return_value=True)
		listening.start()
		self.addCleanup(listening.stop)
		new_outline(collection(*FEATURES)).insert().decide("Approved")
		self.assertEqual(self.centre("ZZ11")[2], 1)
		self.assertEqual(
			self.versions("ZZ11"), 0
		)  # whoever saves writes them, and in tests nobody does: no row of ours
		self.take("ZZ11,19.55,105.61")
		self.assertEqual(self.centre("ZZ11"), (19.55, 105.61, 0))


class TestNearest(CentreCase):
	def test_the_nearest_free_places_and_what_is_measured_from(self) -> None:
		near = approved(SITE, place_name="Near", latitude=19.61, longitude=105.6)
		far = approved(SITE, place_name="Far", latitude=19.8, longitude=105.6)
		nowhere = approved(SITE, place_name="Nowhere")
		full = approved(SITE, place_name="Full", latitude=19.6, longitude=105.6)
		frappe.db.set_value(SITE, full.name, {"occupied": 20, "occupied_at": frappe.utils.now()})
		ours = [near.name, far.name, nowhere.name, full.name]

		def found(**more: object) -> tuple[list[str], str]:
			rows, measured = nearest_sites("ZZ11", **more)
			return [row["site"] for row in rows if row["site"] in ours], measured

		names, measured = found()
		self.assertEqual(names, [near.name, far.name, nowhere.name])
		self.assertIn("is not known. Measured from the centre of", measured)
		self.take("ZZ11,19.79,105.6")
		names, measured = found(with_free=False)
		self.assertEqual(names, [far.name, near.name, full.name, nowhere.name])
		self.assertTrue(measured.startswith("Measured from the centre of"))
		away = {row["site"]: row["distance"] for row in nearest_sites("ZZ11")[0]}
		self.assertAlmostEqual(away[far.name], 1.1, delta=0.1)
