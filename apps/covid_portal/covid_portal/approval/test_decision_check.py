"""The record of decisions is read again every day: what was tampered with is told once, and one root seals all chains."""

from datetime import timedelta

import frappe
from frappe.utils import now_datetime

from covid_portal.approval import decision_check
from covid_portal.approval.chain import decision_digest
from covid_portal.approval.record_check import SETTLED, Found
from covid_portal.approval.vocabulary import AppendOnly
from covid_portal.testing.case import REPORT, PortalTestCase, accepted, sent
from covid_portal.testing.province import address


class TestDecisionCheck(PortalTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.report = accepted(cls.slot)
		yesterday = now_datetime() - timedelta(days=1)
		frappe.db.set_value(
			"Approval Decision",
			{"reference_name": cls.report.name},
			"creation",
			yesterday,
			update_modified=False,
		)
		cls.now = now_datetime() + SETTLED / 2
		cls.found = decision_check.check(cls.now)

	def check(self) -> Found:
		self.now += timedelta(days=1)
		return decision_check.check(self.now)

	def broken(self) -> list[str]:
		return [place for place in self.check().broken if place not in self.found.broken]

	def row(self, sequence: int) -> str:
		return frappe.db.get_value(
			"Approval Decision", {"reference_name": self.report.name, "sequence": sequence}
		)

	def told(self, who: str) -> list[str]:
		filters = {"for_user": address(who), "document_type": "Decision Check"}
		return frappe.get_all("Notification Log", filters, pluck="subject", order_by="creation asc")

	def test_a_sound_record_is_noted_and_later_decisions_break_nothing(self) -> None:
		self.assertEqual(decision_check.last().records, self.found.records)
		sent(self.slot, "ZZ12")
		self.assertEqual((self.broken(), self.check().missing), ([], 0))

	def test_a_changed_decision_is_told_once_and_to_no_reporter(self) -> None:
		frappe.db.set_value("Approval Decision", self.row(2), "reason", "Something else")
		place = f"{REPORT} {self.report.name} #2"
		before = len(self.told("auditor"))
		self.assertEqual(self.broken(), [place])
		self.assertIn(place, self.told("auditor")[-1])
		self.check()
		self.assertEqual(len(self.told("auditor")), before + 1)
		self.assertEqual(self.told("reporter"), [])

	def test_the_newest_decision_taken_away_is_missed(self) -> None:
		frappe.db.delete("Approval Decision", {"name": self.row(3)})
		self.assertEqual(self.check().missing, 1)
		self.assertIn("1", self.told("administrator")[-1])

	def test_a_chain_written_anew_with_sound_digests_does_not_have_the_root(self) -> None:
		"""As one could who has the site's key."""
		last = frappe.get_doc("Approval Decision", self.row(3))
		last.reason = "Something else"
		frappe.db.set_value(
			"Approval Decision", last.name, {"reason": last.reason, "digest": decision_digest(last)}
		)
		self.assertTrue(any("other rows" in place for place in self.broken()))

	def test_who_changes_the_root_that_was_noted_is_found_too(self) -> None:
		last = decision_check.last()
		frappe.db.set_value("Decision Check", last.name, "root", "0" * 64)
		self.assertIn(f"Decision Check {last.name}", self.broken())

	def test_a_check_is_not_entered_by_hand(self) -> None:
		self.assertRaises(AppendOnly, frappe.get_doc("Decision Check", decision_check.last().name).save)
