"""Who may decide at each step of each shipped route: everybody tries every decision."""

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.approval.decisions import decide
from covid_portal.reporting import sheets
from covid_portal.reporting.consolidation import consolidate
from covid_portal.testing.case import PortalTestCase, accepted, draft
from covid_portal.testing.province import COMMUNE, DISTRICT, address, assign, people

DECISIONS = ("Approve", "Return", "Refuse")
# The author, the other unit of the area, siblings, superiors of this and of other lines, those who only read, those whose
# duty or account has ended or not begun, guests.
EVERYBODY = (*people(), "Guest", "Administrator")
THE_DISTRICT, THE_CDC = {"district", "colleague"}, {"cdc"}


class TestRights(PortalTestCase):
	def may(self, who: str, document: Document, decision: str) -> bool:
		"""Tried and undone."""
		frappe.db.savepoint("one_try")
		try:
			with self.acting(who):
				decide(document.doctype, document.name, decision, "Because of this.")
		except (frappe.PermissionError, frappe.AuthenticationError):
			return False
		finally:
			frappe.db.rollback(save_point="one_try")
			frappe.clear_document_cache(document.doctype, document.name)
			frappe.clear_messages()
		return True

	def assertDecide(self, document: Document, allowed: set[str]) -> None:
		for decision in DECISIONS:
			found = {who for who in EVERYBODY if self.may(who, document, decision)}
			self.assertEqual(found, allowed, f"{document.doctype}: {decision}")

	def take(self, who: str, document: Document, decision: str) -> Document:
		with self.acting(who):
			decide(document.doctype, document.name, decision)
		return frappe.get_doc(document.doctype, document.name)

	def report(self) -> Document:
		with self.acting("reporter"):
			report = draft(self.slot)
		return self.take("reporter", report, "Submit")

	def correction(self) -> Document:
		accepted(self.slot, COMMUNE)
		consolidate(self.slot)
		published = {"state": "Published", "published_at": now_datetime(), "version": 1}
		frappe.db.set_value("Report Slot", self.slot, published)
		with self.acting("reporter"):
			correction = frappe.get_doc(
				doctype="Correction",
				slot=self.slot,
				area=COMMUNE,
				reason="Counted twice",
				figures=[{"fieldname": "recovered", "new_value": 12}],
			).insert()
		return self.take("reporter", correction, "Submit")

	def sheet(self) -> Document:
		accepted(self.previous, COMMUNE)
		consolidate(self.previous)
		frappe.db.set_value("Report Slot", self.previous, "state", "Consolidated")
		sheets.create(frappe.get_doc("Report Slot", self.previous))
		name = frappe.db.get_value("Consolidated Sheet", {"slot": self.previous, "area": DISTRICT}, "name")
		return self.take("district", frappe.get_doc("Consolidated Sheet", name), "Submit")

	def test_a_report_waits_for_the_district_then_for_the_cdc(self) -> None:
		report = self.report()
		self.assertDecide(report, THE_DISTRICT)
		self.assertDecide(self.take("district", report, "Approve"), THE_CDC)

	def test_a_correction_waits_for_the_district_then_for_the_cdc(self) -> None:
		correction = self.correction()
		self.assertDecide(correction, THE_DISTRICT)
		self.assertDecide(self.take("colleague", correction, "Approve"), THE_CDC)

	def test_a_districts_sheet_waits_for_the_cdc(self) -> None:
		self.assertDecide(self.sheet(), THE_CDC)

	def test_a_substitute_decides_within_his_dates_alone_on_every_route(self) -> None:
		for document, seat in ((self.report(), "district"), (self.sheet(), "cdc")):
			unit = document.approval_unit
			principal = f"{address(seat)}-Approver-{unit}"
			for who, first, last in (("sibling", 0, 0), ("outsider", 1, 9), ("stranger", -9, -1)):
				assign(who, "Approver", unit, first, last, substitute_for=principal)
			may = {who for who in ("sibling", "outsider", "stranger") if self.may(who, document, "Approve")}
			self.assertEqual(may, {"sibling"}, document.doctype)
