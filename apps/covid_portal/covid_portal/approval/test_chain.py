"""The record of decisions: append-only, and a changed, removed or reordered row shows."""

import frappe
from frappe import client

from covid_portal.approval.chain import broken_links, content_digest
from covid_portal.approval.vocabulary import AppendOnly
from covid_portal.testing.case import REPORT, PortalTestCase, accepted, approve_as, sent, take

RECORDS = ("Approval Step", "Approval Decision")


def decision(report, sequence: int) -> str:
	filters = {"reference_doctype": REPORT, "reference_name": report.name, "sequence": sequence}
	return frappe.db.get_value("Approval Decision", filters, "name")


class TestAppendOnly(PortalTestCase):
	def test_nobody_enters_changes_or_deletes_a_record(self) -> None:
		report = accepted(self.slot)
		for doctype in RECORDS:
			name = frappe.db.get_value(doctype, {"reference_name": report.name}, "name")
			for who in ("reporter", "district", "cdc", "administrator", "auditor", "Administrator"):
				with self.acting(who):
					refused = (AppendOnly, frappe.PermissionError)
					record = frappe.get_doc(doctype, name)
					self.assertRefused(refused, frappe.copy_doc(record).insert)
					self.assertRefused(refused, record.save)
					self.assertRefused(refused, client.set_value, doctype, name, "unit", "DHC-ZZ2")
					self.assertRefused(refused, frappe.delete_doc, doctype, name)

	def test_ignoring_permissions_does_not_open_the_record(self) -> None:
		report = sent(self.slot)
		for doctype in RECORDS:
			record = frappe.get_last_doc(doctype, {"reference_name": report.name})
			self.assertRefused(AppendOnly, record.save, ignore_permissions=True)
			self.assertRefused(
				AppendOnly, frappe.delete_doc, doctype, record.name, ignore_permissions=True, force=True
			)

	def test_no_two_decisions_take_the_same_place(self) -> None:
		report = sent(self.slot)
		record = frappe.copy_doc(frappe.get_last_doc("Approval Decision", {"reference_name": report.name}))
		record.set_new_name()
		self.assertRefused(frappe.UniqueValidationError, record.db_insert)


class TestTheChain(PortalTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		report = sent(cls.slot)
		with cls.acting("district"):
			report = take(report, "Return", "Dòng một\r\ndòng hai 🙏 <b>")
		cls.report = approve_as(take(report, "Submit"), "district", "cdc")

	def test_an_untouched_chain_holds(self) -> None:
		self.assertEqual(frappe.db.count("Approval Decision", {"reference_name": self.report.name}), 5)
		self.assertEqual(broken_links(REPORT, self.report.name), [])

	def test_a_changed_row_shows_whatever_was_changed(self) -> None:
		changes = {
			"user": "Administrator",
			"unit": "DHC-ZZ2",
			"decision": "Refuse",
			"reason": "another",
			"decided_at": "2021-11-20 16:00:00",
			"to_state": "Refused",
			"on_behalf_of": "Administrator",
			"content_digest": "0" * 64,
			"duty": "Head",
			"step": 2,
			"round": 3,
		}
		for field, value in changes.items():
			frappe.db.savepoint("before_change")
			frappe.db.set_value(
				"Approval Decision", decision(self.report, 2), field, value, update_modified=False
			)
			self.assertIn(2, broken_links(REPORT, self.report.name), field)
			frappe.db.rollback(save_point="before_change")

	def test_a_changed_row_with_a_digest_of_its_own_making_shows(self) -> None:
		frappe.db.set_value(
			"Approval Decision", decision(self.report, 2), {"reason": "x", "digest": "0" * 64}
		)
		self.assertEqual(broken_links(REPORT, self.report.name), [2, 3])

	def test_a_removed_row_shows(self) -> None:
		for sequence in (1, 2, 4):
			frappe.db.savepoint("before_removal")
			frappe.db.delete("Approval Decision", {"name": decision(self.report, sequence)})
			self.assertTrue(broken_links(REPORT, self.report.name), sequence)
			frappe.db.rollback(save_point="before_removal")

	def test_reordered_rows_show(self) -> None:
		second, third = decision(self.report, 2), decision(self.report, 3)
		for name, sequence in ((second, 99), (third, 2), (second, 3)):
			frappe.db.set_value("Approval Decision", name, "sequence", sequence)
		self.assertEqual(broken_links(REPORT, self.report.name), [2, 3, 4])

	def test_a_decision_of_another_report_does_not_fit(self) -> None:
		other = sent(self.slot, "ZZ12")
		frappe.db.delete("Approval Decision", {"name": decision(self.report, 1)})
		frappe.db.set_value("Approval Decision", decision(other, 1), "reference_name", self.report.name)
		self.assertIn(1, broken_links(REPORT, self.report.name))

	def test_the_report_as_decided_on_is_told_from_one_that_was_changed_since(self) -> None:
		digest = frappe.db.get_value("Approval Decision", decision(self.report, 5), "content_digest")
		self.assertEqual(content_digest(frappe.get_doc(REPORT, self.report.name)), digest)
		frappe.db.set_value(REPORT, self.report.name, "new_cases", 7)
		self.assertNotEqual(content_digest(frappe.get_doc(REPORT, self.report.name)), digest)

	def test_a_blank_and_a_zero_have_different_digests(self) -> None:
		answered = frappe.get_doc(REPORT, self.report.name)
		blank = frappe.get_doc(REPORT, self.report.name)
		blank.deaths = None
		self.assertNotEqual(content_digest(answered), content_digest(blank))
