"""Excuses and deadline extensions: what they cover, who grants them, and what a locked slot does then."""

from datetime import datetime, timedelta
from unittest.mock import patch

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from covid_portal.organisation.writers import insert_rows
from covid_portal.reporting import clock, excuses
from covid_portal.reporting.api import form
from covid_portal.reporting.completeness import Period, rates
from covid_portal.reporting.consolidated_rows import consolidated_figures
from covid_portal.reporting.consolidation import consolidate
from covid_portal.reporting.doctype.deadline_extension.deadline_extension import InvalidExtension
from covid_portal.reporting.doctype.report_excuse.report_excuse import InvalidExcuse, revoke
from covid_portal.reporting.expected import refresh
from covid_portal.reporting.obligations import create_obligations
from covid_portal.reporting.series import areas_of_series
from covid_portal.reporting.slots import SlotClosed
from covid_portal.testing.case import REPORT, PortalTestCase, accepted, approve_as, draft, owe, sent, take
from covid_portal.testing.province import COMMUNE, DISTRICT, OUTSIDE, PROVINCE, SIBLING

HOUR = timedelta(hours=1)


class TimesCase(PortalTestCase):
	def owed(self, area: str = COMMUNE, slot: str | None = None) -> frappe._dict:
		fields = ["name", "state", "excuse", "due_at", "extended_until", "on_time"]
		filters = {"slot": slot or self.slot, "area": area}
		return frappe.db.get_value("Report Obligation", filters, fields, as_dict=True)

	def slot_time(self, slot: str | None = None) -> datetime:
		return frappe.db.get_value("Report Slot", slot or self.slot, "slot_time")

	def excuse(self, area: str = COMMUNE, **values) -> Document:
		values = {"from_time": self.slot_time(), "to_time": self.slot_time(), "reason": "Flood", **values}
		report_type = frappe.db.get_value("Report Slot", self.slot, "report_type")
		return frappe.get_doc(doctype="Report Excuse", report_type=report_type, area=area, **values).insert()

	def extension(self, area: str = COMMUNE, **values) -> Document:
		values = {"slot": self.slot, "reason": "No network", **values}
		return frappe.get_doc(doctype="Deadline Extension", area=area, **values).insert()


class TestExcuses(TimesCase):
	def test_an_excuse_covers_the_slots_of_its_period_and_the_areas_below_its_own(self):
		document = self.excuse(DISTRICT)
		for area in (COMMUNE, SIBLING):
			self.assertEqual((self.owed(area).state, self.owed(area).excuse), ("Excused", document.name))
		self.assertEqual(self.owed(OUTSIDE).state, "Expected")
		self.assertEqual(self.owed(COMMUNE, self.previous).state, "Expected")
		self.assertEqual(frappe.db.get_value("Report Excuse", document.name, "covered"), 2)

	def test_an_excuse_of_one_unit_covers_no_other(self):
		self.excuse(DISTRICT, unit="CHS-ZZ11")
		self.assertEqual((self.owed(COMMUNE).state, self.owed(SIBLING).state), ("Excused", "Expected"))

	def test_what_was_sent_is_not_excused(self):
		sent(self.slot)
		self.excuse()
		self.assertEqual(self.owed().state, "Submitted")

	def test_an_excused_unit_may_report_and_then_counts(self):
		self.excuse()
		report = draft(self.slot)
		self.assertEqual(self.owed().state, "Excused")
		take(report, "Submit")
		self.assertEqual(self.owed().state, "Submitted")

	def test_an_excuse_granted_ahead_holds_from_the_opening_of_the_slot(self):
		frappe.db.delete("Report Obligation", {"slot": self.slot})
		self.excuse()
		owe(self.slot, (COMMUNE, SIBLING))
		self.assertEqual(excuses.apply_to_slot(self.slot), 1)
		self.assertEqual((self.owed(COMMUNE).state, self.owed(SIBLING).state), ("Excused", "Expected"))

	def test_a_revoked_excuse_leaves_what_the_report_says(self):
		draft(self.slot, SIBLING)
		document = self.excuse(DISTRICT)
		with self.acting("cdc"):
			revoke(document.name, "The water is gone")
		self.assertEqual((self.owed(COMMUNE).state, self.owed(SIBLING).state), ("Expected", "Draft"))
		self.assertIsNone(self.owed(COMMUNE).excuse)
		with self.acting("cdc"):
			self.assertRefused(InvalidExcuse, revoke, document.name, "Again")

	def test_revoking_one_of_two_leaves_the_other_in_force(self):
		first, second = self.excuse(DISTRICT), self.excuse(COMMUNE)
		with self.acting("district"):
			self.assertRefused(frappe.PermissionError, revoke, first.name, "Ours is in it")
		with self.acting("cdc"):
			revoke(first.name, "Too wide")
		self.assertEqual((self.owed(COMMUNE).state, self.owed(SIBLING).state), ("Excused", "Expected"))
		self.assertEqual(self.owed(COMMUNE).excuse, second.name)

	def test_superior_units_grant_and_nobody_else(self):
		for who in ("district", "cdc", "other line"):
			with self.acting(who):
				self.assertTrue(self.excuse().name, who)
		for who in (
			"reporter",
			"sibling",
			"other district",
			"publisher",
			"auditor",
			"administrator",
			"disabled",
		):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, self.excuse)

	def test_nobody_excuses_the_area_of_the_own_unit(self):
		for who, area in (("district", DISTRICT), ("district", PROVINCE), ("cdc", PROVINCE)):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, self.excuse, area)

	def test_a_unit_of_elsewhere_is_no_way_around(self):
		with self.acting("district"):
			self.assertRefused(InvalidExcuse, self.excuse, COMMUNE, unit="CHS-ZZ21", says="CHS-ZZ21")

	def test_only_superiors_revoke(self):
		document = self.excuse()
		for who in ("reporter", "other district", "auditor", "administrator", "stranger"):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, revoke, document.name, "Because")

	def test_it_needs_a_reason_and_a_period_and_is_never_changed_or_deleted(self):
		self.assertRefused(frappe.MandatoryError, self.excuse, reason=" ")
		self.assertRefused(InvalidExcuse, self.excuse, to_time=self.slot_time() - HOUR)
		document = self.excuse()
		for change in ({"area": SIBLING}, {"revoked": 1}, {"covered": 99}):
			changed = frappe.get_doc("Report Excuse", document.name).update(change)
			with self.acting("district"):
				self.assertRefused(InvalidExcuse, changed.save)
		self.assertRefused(InvalidExcuse, frappe.delete_doc, "Report Excuse", document.name)


class TestWhatIsExpected(TimesCase):
	"""The n of "k of n": the slot's own, and that of every consolidated row."""

	def consolidate(self) -> None:
		consolidate(self.slot)
		frappe.db.set_value("Report Slot", self.slot, "state", "Consolidated")

	def expected(self) -> dict[str, int]:
		rows = frappe.get_all("Consolidated Report", {"slot": self.slot}, ["area", "expected"])
		slot = frappe.db.get_value("Report Slot", self.slot, "expected")
		return {"slot": slot, **{row.area: row.expected for row in rows}}

	def version(self) -> int:
		return frappe.db.get_value("Report Slot", self.slot, "version")

	def assertExpected(self, **changed: int) -> None:
		whole = {"slot": 4, "ZZ": 4, "ZZ1": 2, "ZZ2": 2, "ZZ11": 1, "ZZ12": 1, "ZZ21": 1, "ZZ22": 1}
		self.assertEqual(self.expected(), whole | changed)

	def test_consolidation_leaves_the_excused_out_that_did_not_report(self) -> None:
		self.excuse()
		self.excuse(OUTSIDE)
		accepted(self.slot, OUTSIDE)
		self.consolidate()
		self.assertExpected(slot=3, ZZ=3, ZZ1=1, ZZ11=0)
		row = frappe.get_doc("Consolidated Report", f"{self.slot}-{COMMUNE}")
		self.assertEqual((row.reported, row.carried), (0, 1))

	def test_it_is_what_completeness_counts(self) -> None:
		self.excuse(DISTRICT)
		self.consolidate()
		at = self.slot_time() + HOUR
		found = rates(REPORT, Period.of_slot(self.slot), within=PROVINCE, area_level=2, now=at)
		self.assertEqual({row.area: row.expected for row in found}, {"ZZ1": 0, "ZZ2": 2})
		self.assertExpected(slot=2, ZZ=2, ZZ1=0, ZZ11=0, ZZ12=0)

	def test_before_consolidation_the_slot_says_it_at_once(self) -> None:
		document = self.excuse(DISTRICT)
		self.assertEqual(frappe.db.get_value("Report Slot", self.slot, "expected"), 2)
		revoke(document.name, "The road is open")
		self.assertEqual(frappe.db.get_value("Report Slot", self.slot, "expected"), 4)

	def test_after_consolidation_every_row_follows_and_no_figure_moves(self) -> None:
		accepted(self.slot, SIBLING)
		self.consolidate()
		self.assertExpected()
		before = [row[:1] + row[2:] for row in consolidated_figures(self.slot)]
		with patch("frappe.enqueue") as queue:
			document = self.excuse(DISTRICT)
		refresh(queue.call_args.kwargs["slots"])
		self.assertExpected(slot=3, ZZ=3, ZZ1=1, ZZ11=0)
		self.assertEqual([row[:1] + row[2:] for row in consolidated_figures(self.slot)], before)
		rebuilt = consolidated_figures(self.slot)
		consolidate(self.slot)
		self.assertEqual(consolidated_figures(self.slot), rebuilt)
		with patch("frappe.enqueue") as queue:
			revoke(document.name, "The road is open")
		refresh(queue.call_args.kwargs["slots"])
		self.assertExpected()

	def test_what_is_public_gets_a_new_version_only_if_a_count_moved(self) -> None:
		self.consolidate()
		published = {"state": "Published", "version": 1, "published_at": now_datetime()}
		frappe.db.set_value("Report Slot", self.slot, published)
		with patch("covid_portal.reporting.doctype.report_slot.report_slot.announce_versions") as told:
			refresh([self.slot])
			self.assertEqual((self.version(), told.called), (1, False))
			self.excuse()
			refresh([self.slot])
		self.assertEqual(self.version(), 2)
		told.assert_called_once_with([self.slot])


class TestExtensions(TimesCase):
	def test_a_later_cut_off_holds_for_the_area_and_judges_what_was_sent_anew(self):
		frappe.db.set_value("Report Obligation", self.owed().name, "due_at", now_datetime() - HOUR)
		sent(self.slot)
		self.assertEqual(self.owed().on_time, 0)
		later = self.slot_time() + HOUR
		self.extension(DISTRICT, due_at=later)
		self.assertEqual((self.owed().due_at, self.owed().on_time), (later, 1))
		self.assertEqual(self.owed(SIBLING).due_at, later)
		self.assertNotEqual(self.owed(OUTSIDE).due_at, later)

	def test_after_the_lock_it_opens_the_slot_again_for_its_area_alone(self):
		self.lock()
		self.assertRefused(SlotClosed, draft, self.slot)
		self.extension(locks_at=now_datetime() + HOUR)
		report = sent(self.slot)
		self.assertEqual(report.workflow_state, "In Approval")
		self.assertEqual(approve_as(report, "district", "cdc").workflow_state, "Approved")
		self.assertRefused(SlotClosed, draft, self.slot, SIBLING)

	def test_when_the_extension_is_over_the_slot_is_locked_again_at_its_time(self):
		self.lock()
		self.extension(locks_at=now_datetime() + HOUR)
		ended = now_datetime() - timedelta(minutes=1)
		frappe.db.set_value("Report Obligation", self.owed().name, "extended_until", ended)
		self.assertRefused(SlotClosed, draft, self.slot, says=f"{ended:%H:%M %d/%m/%Y}")

	def test_the_field_page_shows_the_slot_open_until_the_new_lock(self):
		self.lock()
		until = (now_datetime() + HOUR).replace(microsecond=0)
		with self.acting("reporter"):
			self.assertFalse(form(self.slot, COMMUNE)["editable"])
		self.extension(locks_at=until)
		with self.acting("reporter"):
			shown = form(self.slot, COMMUNE)
		self.assertTrue(shown["editable"])
		self.assertEqual((shown["locks_at"], shown["slot_state"]), (until.isoformat(), "Consolidated"))

	def test_it_has_a_limit_a_reason_and_moves_something_to_later(self):
		slot = frappe.get_doc("Report Slot", self.slot)
		hours = frappe.get_cached_doc("Report Type", slot.report_type).longest_extension_hours
		locks_at = get_datetime(slot.locks_at)
		for values in (
			{"locks_at": locks_at + (hours + 1) * HOUR},
			{"due_at": self.slot_time() + (hours + 1) * HOUR, "locks_at": locks_at + hours * HOUR},
			{"due_at": locks_at + HOUR},
			{"locks_at": now_datetime() - HOUR},
			{"due_at": self.owed().due_at - HOUR},
			{},
		):
			self.assertRefused(InvalidExtension, self.extension, **values)
		self.assertRefused(frappe.MandatoryError, self.extension, due_at=self.slot_time(), reason="")
		granted = self.extension(locks_at=locks_at + hours * HOUR)
		with self.acting("district"):
			self.assertRefused(InvalidExtension, granted.update({"covered": 9}).save)

	def test_superior_units_extend_and_nobody_else(self):
		for minutes, who in enumerate(("district", "cdc", "other line"), 1):
			with self.acting(who):
				self.extension(due_at=self.slot_time() + timedelta(minutes=minutes))
		for who in ("reporter", "sibling", "other district", "auditor", "administrator", "ended", "stranger"):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, self.extension, due_at=self.slot_time() + HOUR)

	def test_a_shorter_extension_afterwards_takes_nothing_away(self):
		later = self.slot_time() + 2 * HOUR
		self.extension(due_at=later)
		self.extension(DISTRICT, due_at=later - HOUR)
		self.assertEqual((self.owed(COMMUNE).due_at, self.owed(SIBLING).due_at), (later, later - HOUR))

	def lock(self) -> None:
		values = {"state": "Locked", "locks_at": now_datetime() - HOUR}
		frappe.db.set_value("Report Slot", self.slot, values)


class TestDates(TimesCase):
	"""Units closed and areas merged owe by their dates."""

	def owing(self) -> set[str]:
		frappe.db.delete("Report Obligation", {"slot": self.slot})
		report_type = frappe.get_cached_doc(
			"Report Type", frappe.db.get_value("Report Slot", self.slot, "report_type")
		)
		create_obligations(
			frappe.get_doc("Report Slot", self.slot),
			frappe._dict(unit_type="CHS", cutoffs=report_type.cutoffs),
		)
		found = frappe.get_all(
			"Report Obligation", {"slot": self.slot, "area": ("like", "ZZ%")}, pluck="area"
		)
		return set(found)

	def test_a_closed_unit_owes_up_to_its_last_day(self):
		day = self.slot_time().date()
		frappe.db.set_value("Unit", "CHS-ZZ11", "valid_to", day)
		frappe.db.set_value("Unit", "CHS-ZZ12", "valid_to", day - timedelta(days=1))
		frappe.db.set_value("Unit", "CHS-ZZ21", "valid_from", day + timedelta(days=1))
		frappe.db.set_value("Unit", "CHS-ZZ22", "disabled", 1)
		self.assertEqual(self.owing(), {"ZZ11"})

	def test_a_merged_area_owes_no_more_and_its_successor_does(self):
		day = self.slot_time().date()
		frappe.db.set_value("Area", "ZZ12", "valid_to", day - timedelta(days=1))
		frappe.db.set_value("Area", "ZZ11", "valid_from", day)
		self.assertEqual(self.owing(), {"ZZ11", "ZZ21", "ZZ22"})

	def test_a_series_goes_on_in_the_successor_over_several_steps(self):
		columns = ["name", "parent", "parenttype", "parentfield", "area", "share"]
		rows = [("ZZ12", "ZZ11", 100), ("ZZ22", "ZZ21", 0), ("ZZ21", "ZZ11", 60), ("ZZ21", "ZZ12", 40)]
		insert_rows(
			"Area Successor",
			columns,
			[[f"{a}-{b}", a, "Area", "successors", b, share] for a, b, share in rows],
		)
		self.assertEqual(areas_of_series("ZZ12"), {"ZZ12": 1.0, "ZZ21": 0.4, "ZZ22": 0.4})
		self.assertEqual(areas_of_series("ZZ11"), {"ZZ11": 1.0, "ZZ12": 1.0, "ZZ21": 1.0, "ZZ22": 1.0})

	def test_the_clock_applies_excuses_when_it_opens_a_slot(self):
		self.excuse()
		frappe.db.set_value("Report Slot", self.slot, "state", "Scheduled")
		slot = frappe.get_doc("Report Slot", self.slot)
		clock.open_slot(slot, frappe.get_cached_doc("Report Type", slot.report_type))
		self.assertEqual(self.owed().state, "Excused")
