"""Administrators upload outlines, nobody else does; what is on the map changes by approval and withdrawal alone."""

import json
from unittest.mock import patch

import frappe
from frappe.model.document import Document

from covid_portal.publishing.doctype.map_outline import map_outline
from covid_portal.publishing.doctype.map_outline.map_outline import InvalidOutline, code_properties, decide
from covid_portal.publishing.mapping.geojson import BadOutline
from covid_portal.publishing.mapping.test_geojson import collection, feature, square
from covid_portal.testing.case import PortalTestCase
from covid_portal.testing.province import COMMUNES, address

PLACES = ((105, 19), (106, 19), (105, 20), (106, 20))
FEATURES = [feature(code, square(*place)) for code, place in zip(COMMUNES, PLACES, strict=True)]


def upload(content: dict, private: int = 1) -> str:
	data = json.dumps(content)
	name = f"{frappe.generate_hash(length=8)}.geojson"
	return frappe.get_doc(doctype="File", file_name=name, content=data, is_private=private).insert().file_url


def new_outline(content: dict | None = None, **values: str) -> Document:
	terms = {"source": "Sở Nội vụ", "source_date": "2021-11-01", "licence": "CC BY 4.0", "title": "Communes"}
	file = values.pop("file", None) or upload(content or collection(*FEATURES))
	return frappe.get_doc(doctype="Map Outline", level="Commune", file=file, **{**terms, **values})


class TestMapOutline(PortalTestCase):
	def setUp(self) -> None:
		super().setUp()
		frappe.db.set_single_value("Publishing Settings", "province", "ZZ")
		rebuild = patch.object(map_outline, "rebuild")
		self.rebuild = rebuild.start()
		self.addCleanup(rebuild.stop)

	def refused(self, error: type[Exception], call, *args, says: str = "", **values) -> None:
		with self.assertRaises(error) as caught:
			call(*args, **values)
		frappe.clear_messages()
		self.assertIn(says, str(caught.exception))

	# --- upload

	def test_what_was_found_is_told(self) -> None:
		outline = new_outline(collection(*FEATURES[:3])).insert()
		self.assertEqual((outline.state, outline.outlines, outline.positions), ("Uploaded", 3, 15))
		self.assertEqual(outline.without, "Ward ZZ22")
		web = json.loads(outline.web)
		self.assertEqual(list(web["areas"]), ["ZZ11", "ZZ12", "ZZ21"])
		self.assertEqual(list(web["borders"]), ["ZZ1", "ZZ2"])
		self.assertEqual(outline.web_size, len(outline.web))

	def test_a_bad_file_is_refused_and_leaves_no_document(self) -> None:
		wrong = new_outline(collection(*FEATURES[:3], feature("ZZ1", square(106, 20))))
		self.refused(BadOutline, wrong.insert, says="no area of this level: ZZ1")
		self.assertEqual(frappe.db.count("Map Outline", {"source": "Sở Nội vụ"}), 0)

	def test_another_property_may_be_named_and_the_file_is_read_again(self) -> None:
		features = [
			{**row, "properties": {**row["properties"], "old": f"ZZ{at}"}} for at, row in enumerate(FEATURES)
		]
		outline = new_outline(collection(*features)).insert()
		outline.code_property = "old"
		self.refused(BadOutline, outline.save, says="ZZ0")
		self.assertEqual(code_properties(outline.file), ["ma", "old", "ten"])

	def test_a_public_file_and_a_file_that_is_not_there(self) -> None:
		self.refused(
			InvalidOutline, new_outline(file=upload(collection(*FEATURES), private=0)).insert, says="private"
		)
		for url in (
			"/private/files/none.geojson",
			"/private/files/../../site_config.json",
			"https://example.org/a",
		):
			self.refused(InvalidOutline, new_outline(file=url).insert, says="There is no file")

	def test_the_address_of_the_source_is_one_of_the_web(self) -> None:
		self.refused(InvalidOutline, new_outline(source_url="javascript:alert(1)").insert, says="https://")
		new_outline(source_url="https://example.org/ranh-gioi").insert()

	def test_what_was_found_and_who_approved_is_not_for_a_request_to_set(self) -> None:
		outline = new_outline(web="{}", outlines=9, approved_by="Administrator").insert()
		self.assertEqual((outline.outlines, outline.approved_by), (4, None))
		outline.update({"web": "{}", "without": "", "approved_by": "Administrator"})
		outline.save()
		self.assertIn("ZZ11", outline.web)
		self.assertIsNone(outline.approved_by)

	# --- approval

	def test_approval_puts_it_on_the_map_and_says_who_and_when(self) -> None:
		outline = new_outline().insert()
		with self.acting("administrator"):
			decide(outline.name, "Approved")
		outline.reload()
		self.assertEqual(outline.state, "Approved")
		self.assertEqual(outline.approved_by, address("administrator"))
		self.assertTrue(outline.approved_at)
		self.rebuild.assert_called_once()

	def test_on_the_map_it_is_neither_changed_nor_deleted(self) -> None:
		outline = new_outline().insert()
		outline.decide("Approved")
		outline.licence = "other"
		self.refused(InvalidOutline, outline.save, says="withdraw")
		self.refused(InvalidOutline, frappe.delete_doc, "Map Outline", outline.name, says="withdraw it first")
		outline.reload()
		outline.decide("Withdrawn")
		outline.licence = "other"
		outline.save()
		frappe.delete_doc("Map Outline", outline.name)

	def test_a_state_is_not_written_by_hand_and_not_decided_twice(self) -> None:
		self.refused(
			InvalidOutline, new_outline(state="Approved").insert, says="approval or withdrawal alone"
		)
		outline = new_outline().insert()
		outline.state = "Approved"
		self.refused(InvalidOutline, outline.save, says="approval or withdrawal alone")
		outline.reload()
		self.refused(InvalidOutline, outline.decide, "Uploaded", says="cannot become")
		outline.decide("Approved")
		self.refused(InvalidOutline, outline.decide, "Approved", says="cannot become")

	# --- who may

	def test_an_administrator_uploads_and_approves(self) -> None:
		with self.acting("administrator"):
			outline = new_outline().insert()
			decide(outline.name, "Approved")

	def test_nobody_else_uploads_approves_or_looks_into_a_file(self) -> None:
		outline = new_outline().insert()
		for who in ("reporter", "district", "cdc", "publisher", "auditor", "disabled"):
			with self.subTest(who=who), self.acting(who):
				self.refused(frappe.PermissionError, new_outline().insert)
				self.refused(frappe.PermissionError, decide, outline.name, "Approved")
				self.refused(frappe.PermissionError, code_properties, outline.file)
		self.assertEqual(frappe.db.get_value("Map Outline", outline.name, "state"), "Uploaded")

	def test_an_auditor_reads(self) -> None:
		outline = new_outline().insert()
		for who, may in (("auditor", True), ("administrator", True), ("reporter", False), ("cdc", False)):
			with self.acting(who):
				self.assertIs(bool(frappe.has_permission("Map Outline", "read", doc=outline.name)), may, who)

	def test_a_guest_does_nothing(self) -> None:
		outline = new_outline().insert()
		frappe.set_user("Guest")
		self.refused(frappe.PermissionError, new_outline(file=outline.file).insert)
		self.refused(frappe.PermissionError, decide, outline.name, "Approved")
		self.refused(frappe.PermissionError, code_properties, outline.file)
