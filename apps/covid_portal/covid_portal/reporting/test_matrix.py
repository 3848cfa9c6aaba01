"""The matrix of /theo-doi: what it shows to whom, and the reminder it sends."""

from datetime import timedelta

import frappe
from frappe.utils import now_datetime

from covid_portal.reporting import definitions, slots
from covid_portal.reporting.completeness import UnknownPeriod
from covid_portal.reporting.matrix import SLOTS, matrix, remind
from covid_portal.testing.case import PortalTestCase, accepted, draft, make_slot, sent, take
from covid_portal.testing.province import COMMUNE, DISTRICT, OUTSIDE, PROVINCE, SIBLING, address


class TestMatrix(PortalTestCase):
	def see(self, who: str, *args) -> dict:
		with self.acting(who):
			return matrix(*args)

	def cell(self, who: str, area: str, shown: str | None = None) -> dict:
		rows = {row["area"]: row["cells"] for row in self.see(who, shown)["rows"]}
		return rows[area][self.slot]

	def late(self) -> None:
		past = now_datetime() - timedelta(minutes=5)
		frappe.db.sql("update `tabReport Obligation` set due_at = %s where slot = %s", (past, self.slot))

	def test_a_superior_of_a_province_sees_districts_and_of_a_district_its_communes(self):
		self.assertEqual([row["area"] for row in self.see("district")["rows"]], ["ZZ11", "ZZ12"])
		with self.acting("cdc"):
			shown = matrix()
		self.assertEqual(shown["area"]["area"], PROVINCE)
		self.assertEqual([row["area"] for row in shown["rows"]], ["ZZ1", "ZZ2"])
		self.assertIsNone(shown["parent"])
		self.assertEqual(self.see("cdc", DISTRICT)["parent"]["area"], PROVINCE)
		self.assertIsNone(self.see("district")["parent"])

	def test_a_reporter_sees_the_own_area_and_nobody_sees_beyond_the_scope(self):
		self.assertEqual([row["area"] for row in self.see("reporter")["rows"]], [COMMUNE])
		for who, area in (
			("reporter", SIBLING),
			("district", OUTSIDE),
			("district", "ZZ2"),
			("sibling", COMMUNE),
		):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, matrix, area)
		for who in ("stranger", "disabled", "ended"):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, matrix)
		with self.acting("Guest"):
			self.assertRefused(frappe.AuthenticationError, matrix)

	def test_a_time_that_is_none_is_refused_in_a_sentence(self):
		with self.acting("district"):
			self.assertRefused(UnknownPeriod, matrix, None, "hôm qua", says="hôm qua")

	def test_what_lies_above_is_counted_within_the_scope_only(self):
		cells = self.see("reporter", PROVINCE)["rows"]
		self.assertEqual([row["area"] for row in cells], [DISTRICT])
		self.assertEqual(cells[0]["cells"][self.slot]["expected"], 1)

	def test_the_states_of_a_report_on_its_way(self):
		state = lambda: self.cell("district", COMMUNE)["state"]  # noqa: E731
		self.assertEqual(state(), "expected")
		report = draft(self.slot)
		self.assertEqual(state(), "draft")
		self.late()
		self.assertEqual(state(), "late")
		take(report, "Submit")
		self.assertEqual(state(), "submitted")
		self.assertFalse(self.cell("district", COMMUNE)["in_time"])
		self.assertEqual(self.cell("district", COMMUNE)["report"], report.name)
		with self.acting("district"):
			take(report.name, "Return", "Look at the deaths")
		self.assertEqual(state(), "returned")

	def test_late_becomes_missing_at_the_lock_and_late_again_by_an_extension(self):
		self.late()
		frappe.db.set_value("Report Slot", self.slot, "locks_at", now_datetime() - timedelta(minutes=1))
		self.assertEqual(self.cell("district", COMMUNE)["state"], "missing")
		until = now_datetime() + timedelta(hours=1)
		frappe.db.set_value(
			"Report Obligation", {"slot": self.slot, "area": COMMUNE}, "extended_until", until
		)
		self.assertEqual(self.cell("district", COMMUNE)["state"], "late")
		self.assertEqual(self.cell("district", SIBLING)["state"], "missing")

	def test_a_district_is_the_sum_of_its_communes(self):
		accepted(self.slot, COMMUNE)
		frappe.db.set_value("Report Obligation", {"slot": self.slot, "area": "ZZ21"}, "state", "Excused")
		sent(self.slot, "ZZ22")
		self.assertEqual(
			self.cell("cdc", DISTRICT),
			{
				"expected": 2,
				"excused": 0,
				"reported": 1,
				"on_time": 1,
				"states": {"accepted": 1, "expected": 1},
			},
		)
		self.assertEqual(
			self.cell("cdc", "ZZ2"),
			{
				"expected": 1,
				"excused": 1,
				"reported": 1,
				"on_time": 1,
				"states": {"excused": 1, "submitted": 1},
			},
		)

	def test_fourteen_slots_newest_first_and_the_way_to_earlier_ones(self):
		for number in range(2, SLOTS + 6):
			make_slot(number)
		shown = self.see("cdc")
		times = [slot["slot_time"] for slot in shown["slots"]]
		self.assertEqual((len(times), times), (SLOTS, sorted(times, reverse=True)))
		before = self.see("cdc", None, shown["earlier"])["slots"]
		self.assertLess(before[0]["slot_time"], times[-1])

	def test_slots_that_are_not_open_yet_are_not_shown(self):
		later = make_slot(30, slots.SCHEDULED, opens_at=now_datetime() + timedelta(hours=1))
		self.assertNotIn(later, [slot["slot"] for slot in self.see("cdc")["slots"]])

	def test_the_reminder_reaches_those_who_are_late(self):
		self.late()
		sent(self.slot, SIBLING)
		with self.acting("district"):
			told = remind(self.slot)
		self.assertEqual((told["units"], told["people"]), (1, 2))
		self.assertTrue(frappe.db.exists("Notification Log", {"for_user": address("reporter")}))
		self.assertTrue(self.see("district")["can_remind"])
		for who in ("reporter", "auditor", "publisher"):
			self.assertFalse(self.see(who)["can_remind"], who)

	def test_it_belongs_to_the_report_type_of_the_portal(self):
		name = frappe.db.get_value("Report Slot", self.slot, "report_type")
		self.assertEqual(definitions.report_type_of("Situation Report").name, name)
