"""Before the cut-off of their level, those who decide hear how many reports wait for them; once, and nobody else."""

from datetime import timedelta

import frappe

from covid_portal.reporting import slots
from covid_portal.reporting.deciding_reminders import send_due
from covid_portal.testing.case import REPORT, PortalTestCase, provisional, sent
from covid_portal.testing.province import OUTSIDE, SIBLING, address

MINUTE = timedelta(minutes=1)


class TestDecidingReminders(PortalTestCase):
	def setUp(self) -> None:
		super().setUp()
		frappe.db.delete("Notification Log", {"for_user": ("like", "zz.%")})
		self.report_type = frappe._dict(
			document_type=REPORT,
			cutoffs=[frappe._dict(area_level=2, minutes_before=10)],
			reminders=[self.row(2), self.row(1)],
		)
		self.at = slots.cutoff(self.report_type, self.slot_row().slot_time, 2)

	def row(self, level: int, **values) -> frappe._dict:
		ways = {"desk": 1, "email": 0, "others": 0}
		due = {"kind": "Reminder", "area_level": level, "minutes": 15, "side": "Before"}
		return frappe._dict({**due, **ways, **values})

	def slot_row(self) -> frappe._dict:
		return frappe.db.get_value("Report Slot", self.slot, ["name", "slot_time"], as_dict=True)

	def send(self, minutes: int) -> None:
		"""The clock ticks so long after the district's cut-off."""
		send_due(self.slot_row(), self.report_type, self.at + minutes * MINUTE)

	def told(self, who: str) -> list[str]:
		return frappe.get_all("Notification Log", {"for_user": address(who)}, pluck="subject")

	def test_the_district_hears_how_many_wait(self) -> None:
		frappe.db.set_value("User", address("district"), "language", "en")
		sent(self.slot)
		sent(self.slot, SIBLING)
		self.send(-15)
		self.assertEqual(len(self.told("district")), 1)
		self.assertTrue(self.told("district")[0].startswith("2 reports"), self.told("district"))
		self.assertIn("2 báo cáo", self.told("colleague")[0])
		for who in (
			"other district",
			"other line",
			"reporter",
			"cdc",
			"publisher",
			"disabled",
			"ended",
			"future",
		):
			self.assertEqual(self.told(who), [], who)
		notice = frappe.get_all(
			"Report Notice", {"slot": self.slot}, ["unit", "kind", "minutes", "recipients", "superior"]
		)
		self.assertEqual(
			[tuple(row.values()) for row in notice], [("DHC-ZZ1", "To Decide", -15, 2, "CDC-ZZ")]
		)

	def test_the_province_has_its_own_cut_off(self) -> None:
		provisional(self.slot, OUTSIDE)
		self.send(-15)
		self.assertEqual(self.told("cdc"), [])
		self.send(-5)  # a quarter of an hour before the slot
		self.assertEqual(len(self.told("cdc")), 1)
		self.assertEqual(self.told("other district"), [])

	def test_once_and_neither_before_its_time_nor_after_the_cut_off(self) -> None:
		sent(self.slot)
		for minutes in (-16, 1):
			self.send(minutes)
		self.assertEqual(self.told("district"), [])
		for minutes in (-15, -15, -3):
			self.send(minutes)
		self.assertEqual(len(self.told("district")), 1)

	def test_where_nothing_waits_nobody_is_disturbed(self) -> None:
		self.send(-15)
		self.assertEqual(frappe.get_all("Report Notice", {"slot": self.slot}), [])

	def test_other_rows_are_not_of_this_kind(self) -> None:
		sent(self.slot)
		self.report_type.reminders = [self.row(2, kind="Escalation"), self.row(2, side="After")]
		self.send(-15)
		self.assertEqual(self.told("district"), [])
