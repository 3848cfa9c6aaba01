"""Consolidated sheets: each district, and then the CDC, signs the figures that stand, and is asked anew when they change."""

import frappe
from frappe.model.document import Document

from covid_portal.approval.decisions import decide
from covid_portal.approval.inbox import inbox
from covid_portal.approval.vocabulary import NotYoursToDecide
from covid_portal.patches import sheet_of_the_province
from covid_portal.reporting import sheets
from covid_portal.reporting.consolidation import consolidate
from covid_portal.reporting.doctype.consolidated_sheet.consolidated_sheet import SheetsAreMade
from covid_portal.reporting.doctype.report_slot.report_slot import NotSigned, publish
from covid_portal.reporting.sheets import FiguresChanged, NotSignedWithin
from covid_portal.testing.case import REPORT, PortalTestCase, accepted
from covid_portal.testing.province import (
	COMMUNE,
	DISTRICT,
	OTHER_DISTRICT,
	OUTSIDE,
	PROVINCE,
	SIBLING,
	assign,
)

SHEET = "Consolidated Sheet"


class TestConsolidatedSheets(PortalTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		accepted(cls.slot, COMMUNE)
		accepted(cls.slot, OUTSIDE)
		consolidate(cls.slot)
		frappe.db.set_value("Report Slot", cls.slot, "state", "Consolidated")
		sheets.create(frappe.get_doc("Report Slot", cls.slot))

	def test_every_district_and_the_province_get_one_sheet_with_its_counts(self) -> None:
		sheets.create(frappe.get_doc("Report Slot", self.slot))
		fields = ["area", "unit", "edition", "expected", "reported", "workflow_state"]
		rows = frappe.get_all(SHEET, {"slot": self.slot}, fields, order_by="area", as_list=True)
		self.assertEqual(
			rows,
			(
				(PROVINCE, f"CDC-{PROVINCE}", 1, 4, 2, "Draft"),
				(DISTRICT, f"DHC-{DISTRICT}", 1, 2, 1, "Draft"),
				(OTHER_DISTRICT, f"DHC-{OTHER_DISTRICT}", 1, 2, 1, "Draft"),
			),
		)

	def test_the_district_signs_and_the_cdc_confirms(self) -> None:
		sheet = self.signed("district", DISTRICT)
		self.assertEqual((sheet.workflow_state, sheet.approval_unit), ("In Approval", "CDC-ZZ"))
		self.assertTrue(sheet.signed_at)
		with self.acting("cdc"):
			self.assertEqual(take(sheet, "Approve").workflow_state, "Approved")

	def test_nobody_else_signs_for_a_district(self) -> None:
		for who in (
			"reporter",
			"other district",
			"other line",
			"cdc",
			"publisher",
			"auditor",
			"stranger",
			"disabled",
			"ended",
		):
			with self.acting(who), self.subTest(who):
				self.assertRefused(frappe.PermissionError, take, self.sheet(DISTRICT), "Submit")

	def test_a_district_does_not_confirm_its_own_sheet(self) -> None:
		sheet = self.signed("district", DISTRICT)
		with self.acting("colleague"):
			self.assertRefused(NotYoursToDecide, take, sheet, "Approve")

	def test_a_sheet_is_seen_by_its_district_and_those_above(self) -> None:
		all_of_them = (2, [PROVINCE])
		seen = {
			"district": (1, []),
			"other district": (1, []),
			**dict.fromkeys(("cdc", "auditor", "publisher"), all_of_them),
		}
		for who, (parts, wholes) in seen.items():
			with self.acting(who), self.subTest(who):
				self.assertEqual(len(frappe.get_list(SHEET, {"slot": self.slot})), parts + len(wholes))
				told = sheets.signatures(self.slot)
				self.assertEqual((told["sheets"], [row["area"] for row in told["wholes"]]), (parts, wholes))
		with self.acting("reporter"):
			self.assertRefused(frappe.PermissionError, sheets.signatures, self.slot)

	def test_a_person_adds_a_note_and_changes_nothing_else(self) -> None:
		with self.acting("district"):
			sheet = self.sheet(DISTRICT)
			before = sheet.figures_digest
			sheet.update({"note": "Checked by telephone", "figures_digest": "0", "reported": 2, "edition": 9})
			sheet.save()
		sheet.reload()
		self.assertEqual((sheet.note, sheet.figures_digest), ("Checked by telephone", before))
		self.assertEqual((sheet.reported, sheet.edition), (1, 1))
		new = frappe.get_doc(doctype=SHEET, slot=self.slot, area=DISTRICT)
		self.assertRefused(SheetsAreMade, new.insert)

	def test_an_unsigned_sheet_follows_the_figures(self) -> None:
		before = self.sheet(DISTRICT)
		accepted(self.slot, SIBLING)
		self.reconsolidate()
		after = self.sheet(DISTRICT)
		self.assertEqual((after.name, after.reported, after.edition), (before.name, 2, 1))
		self.assertNotEqual(after.figures_digest, before.figures_digest)
		self.assertEqual(self.signed("district", DISTRICT).workflow_state, "In Approval")

	def test_a_signed_sheet_says_that_figures_changed_and_a_new_edition_asks_again(self) -> None:
		first = self.signed("district", DISTRICT)
		self.assertEqual(sheets.signatures(self.slot)["signed"], 1)
		accepted(self.slot, SIBLING)
		self.reconsolidate()
		first.reload()
		self.assertEqual((first.changed, first.reported, first.workflow_state), (1, 1, "In Approval"))
		second = self.sheet(DISTRICT)
		self.assertEqual((second.edition, second.reported, second.workflow_state), (2, 2, "Draft"))
		self.assertEqual(sheets.signatures(self.slot)["signed"], 0)
		with self.acting("cdc"):
			self.assertRefused(FiguresChanged, take, first, "Approve")
		self.signed("district", DISTRICT)
		self.assertEqual(sheets.signatures(self.slot)["signed"], 1)

	def test_after_the_lock_a_new_edition_asks_again_until_the_slot_is_public(self) -> None:
		self.signed("district", DISTRICT)
		frappe.db.set_value("Report Slot", self.slot, "state", "Locked")
		self.count(30)
		self.assertEqual(self.sheet(DISTRICT).edition, 2)
		self.signed("district", DISTRICT)
		frappe.db.set_value("Report Slot", self.slot, "published_at", frappe.utils.now_datetime())
		self.count(31)
		self.assertEqual((self.sheet(DISTRICT).edition, self.sheet(DISTRICT).changed), (2, 1))

	def test_a_rebuild_without_a_change_asks_nobody_again(self) -> None:
		first = self.signed("district", DISTRICT)
		self.reconsolidate()
		self.assertEqual(self.sheet(DISTRICT).name, first.name)
		self.assertFalse(frappe.db.get_value(SHEET, first.name, "changed"))

	def test_figures_that_changed_without_a_rebuild_are_not_signed(self) -> None:
		name = f"{self.slot}-{DISTRICT}"
		frappe.db.set_value("Consolidated Report", name, "new_cases", 77)
		with self.acting("district"):
			self.assertRefused(FiguresChanged, take, self.sheet(DISTRICT), "Submit")

	def test_publishing_waits_for_signatures_only_where_the_type_says_so(self) -> None:
		frappe.get_doc("Report Slot", self.slot).require_signed_sheets()
		frappe.db.set_value("Report Type", REPORT, "require_signed_sheets", 1)
		frappe.clear_document_cache("Report Type", REPORT)
		self.signed("district", DISTRICT)
		with self.acting("publisher"):
			says = self.assertRefused(NotSigned, publish, self.slot, says=OTHER_DISTRICT)
		self.assertNotIn(f"District {DISTRICT}", says)
		self.signed("other district", OTHER_DISTRICT)
		with self.acting("publisher"):
			self.assertRefused(NotSigned, publish, self.slot, says=f"Province {PROVINCE}")
		self.signed("cdc", PROVINCE)
		frappe.get_doc("Report Slot", self.slot).require_signed_sheets()

	def count(self, new_cases: int) -> None:
		"""The district's figures move."""
		frappe.db.set_value("Consolidated Report", f"{self.slot}-{DISTRICT}", "new_cases", new_cases)
		sheets.renew([self.slot])

	def test_the_cdc_signs_after_the_districts(self) -> None:
		self.signed("district", DISTRICT)
		self.signed("other district", OTHER_DISTRICT)
		sheet = self.signed("cdc", PROVINCE)
		self.assertEqual((sheet.workflow_state, sheet.signed_without or ""), ("In Approval", ""))
		self.assertTrue(sheets.signatures(self.slot)["wholes"][0]["signed"])
		self.assertEqual(sheets.unsigned_areas(self.slot), [])

	def test_the_cdc_signs_without_a_district_only_with_a_note_and_the_sheet_names_the_district(self) -> None:
		self.signed("district", DISTRICT)
		with self.acting("cdc"):
			sheet = self.sheet(PROVINCE)
			says = self.assertRefused(NotSignedWithin, take, sheet, "Submit", says=f"City {OTHER_DISTRICT}")
			self.assertNotIn(f"District {DISTRICT}", says)
			sheet.update({"note": "No power there", "signed_without": "nobody"}).save()
			sheet.reload()
			self.assertFalse(sheet.signed_without)
			sheet = take(sheet, "Submit")
		self.assertEqual(sheet.signed_without, f"City {OTHER_DISTRICT}")
		self.assertIn(f"City {OTHER_DISTRICT}", frappe.get_print(SHEET, sheet.name, "Consolidated Sheet"))
		assign("stranger", "Head", "CDC-ZZ")
		with self.acting("stranger"):
			(row,) = (
				row for group in inbox()["groups"] for row in group["rows"] if row["name"] == sheet.name
			)
		self.assertEqual(row["title"], f"Province {PROVINCE}")
		self.assertIn("2 of 4", row["details"][1])
		self.assertIn(f"City {OTHER_DISTRICT}", row["warnings"][0])
		self.assertIn("No power there", row["warnings"][1])

	def test_where_all_must_be_signed_a_note_is_not_enough(self) -> None:
		frappe.db.set_value("Report Type", REPORT, "require_signed_sheets", 1)
		frappe.clear_document_cache("Report Type", REPORT)
		with self.acting("cdc"):
			sheet = self.sheet(PROVINCE)
			sheet.update({"note": "In a hurry"}).save()
			self.assertRefused(NotSignedWithin, take, sheet, "Submit", says=f"City {OTHER_DISTRICT}")

	def test_a_district_signs_nothing_for_the_province(self) -> None:
		for who in ("district", "publisher", "auditor"):
			with self.acting(who), self.subTest(who):
				self.assertRefused(frappe.PermissionError, take, self.sheet(PROVINCE), "Submit")

	def test_when_a_district_changes_after_the_cdc_has_signed_both_are_asked_anew(self) -> None:
		for who, area in (("district", DISTRICT), ("other district", OTHER_DISTRICT), ("cdc", PROVINCE)):
			self.signed(who, area)
		accepted(self.slot, SIBLING)
		self.reconsolidate()
		editions = {area: self.sheet(area).edition for area in (DISTRICT, OTHER_DISTRICT, PROVINCE)}
		self.assertEqual(editions, {DISTRICT: 2, OTHER_DISTRICT: 1, PROVINCE: 2})
		with self.acting("cdc"):
			self.assertRefused(NotSignedWithin, take, self.sheet(PROVINCE), "Submit")

	def test_a_site_of_before_gets_the_route_and_the_sheets_that_still_wait(self) -> None:
		frappe.db.delete(SHEET, {"slot": self.slot, "area": PROVINCE})
		frappe.delete_doc("Approval Route", sheet_of_the_province.ROUTE)
		for _time in range(2):
			sheet_of_the_province.execute()
		self.assertTrue(frappe.db.get_value("Approval Route", sheet_of_the_province.ROUTE, "current_version"))
		self.assertEqual(self.sheet(PROVINCE).edition, 1)
		self.assertEqual(frappe.db.count(SHEET, {"slot": self.slot}), 3)

	def reconsolidate(self) -> None:
		consolidate(self.slot)

	def sheet(self, area: str) -> Document:
		filters = {"slot": self.slot, "area": area}
		name = frappe.get_all(SHEET, filters, pluck="name", order_by="edition desc", limit=1)[0]
		return frappe.get_doc(SHEET, name)

	def signed(self, who: str, area: str) -> Document:
		with self.acting(who):
			return take(self.sheet(area), "Submit")


def take(sheet: Document, decision: str, reason: str | None = None) -> Document:
	decide(SHEET, sheet.name, decision, reason)
	return frappe.get_doc(SHEET, sheet.name)
