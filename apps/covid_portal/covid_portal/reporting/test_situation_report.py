"""A report as it is entered: blank is not zero, every figure is sound, and the server says whose and when it is."""

import json
from datetime import timedelta

import frappe
from frappe import client
from frappe.utils import now_datetime

from covid_portal.reporting import definitions
from covid_portal.reporting.doctype.situation_report.situation_report import (
	DuplicateReport,
	NotExpected,
)
from covid_portal.reporting.slots import LOCKED, SlotClosed
from covid_portal.testing.case import (
	REPORT,
	PortalTestCase,
	draft,
	figures,
	make_slot,
	new_report,
	sent,
	take,
)
from covid_portal.testing.province import COMMUNE


def stored(report) -> dict:
	return frappe.db.get_value(REPORT, report.name, "*", as_dict=True)


class TestBlankIsNotZero(PortalTestCase):
	def assertBlank(self, document, *fields: str) -> None:
		for field in fields:
			self.assertIsNone(document.get(field), field)
			self.assertNotIn(field, (stored(document).answered or "").split(","))

	def test_a_blank_figure_stays_blank_on_every_way_it_is_read(self) -> None:
		report = draft(self.slot, mobile_stations=0)
		self.assertBlank(report, "ended_f1", "sanctions")
		self.assertBlank(frappe.get_doc(REPORT, report.name), "ended_f1", "sanctions")
		report.reload()
		self.assertBlank(report, "ended_f1", "sanctions")
		for values in (report.as_dict(), client.get(REPORT, report.name), json.loads(report.as_json())):
			self.assertIsNone(values["ended_f1"])
			self.assertEqual((values["mobile_stations"], values["deaths"]), (0, 0))

	def test_a_zero_stays_answered(self) -> None:
		report = draft(self.slot, mobile_stations=0, sanctions="0")
		for document in (report, frappe.get_doc(REPORT, report.name)):
			self.assertEqual((document.mobile_stations, document.sanctions, document.deaths), (0, 0, 0))
		self.assertIn("sanctions", stored(report).answered.split(","))

	def test_saving_again_does_not_answer_a_blank(self) -> None:
		report = draft(self.slot)
		answered = stored(report).answered
		for _again in range(2):
			report = frappe.get_doc(REPORT, report.name)
			report.save()
		self.assertEqual(stored(report).answered, answered)
		self.assertBlank(report, "ended_f1")

	def test_blanks_survive_the_whole_way_of_approval(self) -> None:
		report = sent(self.slot)
		for who in ("district", "cdc"):
			with self.acting(who):
				report = take(report, "Approve")
			self.assertBlank(report, "ended_f1", "mobile_stations")
		self.assertEqual(report.rapid_positive, 0)

	def test_a_rest_body_means_what_it_says(self) -> None:
		body = {
			"doctype": REPORT,
			"slot": self.slot,
			"area": COMMUNE,
			**figures(arrivals=None, sanctions="", checkpoints=0),
		}
		answer = client.insert(json.dumps(body))
		self.assertEqual(
			(answer.get("arrivals"), answer.get("sanctions"), answer.get("checkpoints")), (None, None, 0)
		)
		report = frappe.get_doc(REPORT, answer.name)
		self.assertBlank(report, "arrivals", "sanctions", "oxygen_points")
		client.set_value(REPORT, answer.name, {"arrivals": 0, "checkpoints": None})
		report.reload()
		self.assertEqual(report.arrivals, 0)
		self.assertBlank(report, "checkpoints", "sanctions")

	def test_a_figure_can_be_taken_back(self) -> None:
		report = draft(self.slot, sanctions=4)
		report.sanctions = None
		report.save()
		self.assertBlank(frappe.get_doc(REPORT, report.name), "sanctions")
		self.assertEqual(stored(report).sanctions, 0)

	def test_a_new_indicator_is_unanswered_in_every_old_report(self) -> None:
		begins = frappe.db.get_value("Report Slot", self.slot, "slot_time").date() + timedelta(days=1)
		frappe.db.set_value(
			"Indicator", {"report_type": REPORT, "fieldname": "sanctions"}, "valid_from", begins
		)
		definitions.forget()
		report = draft(self.slot, sanctions=3)
		self.assertBlank(frappe.get_doc(REPORT, report.name), "sanctions")

	def test_the_client_does_not_say_what_is_answered(self) -> None:
		report = draft(self.slot, answered="sanctions,deaths", sanctions=None)
		self.assertNotIn("sanctions", report.answered.split(","))
		self.assertIn("new_cases", report.answered.split(","))


class TestWhoseAndWhen(PortalTestCase):
	def slot_at(self, number: int, opens: int, locks: int, **columns) -> str:
		"""A slot that opens and locks so many minutes from now."""
		opens_at, locks_at = (now_datetime() + timedelta(minutes=minutes) for minutes in (opens, locks))
		return make_slot(number, opens_at=opens_at, locks_at=locks_at, **columns)

	def test_a_second_report_of_the_same_area_and_slot_is_refused(self) -> None:
		draft(self.slot)
		for who in ("reporter", "government"):
			with self.acting(who):
				self.assertRefused(DuplicateReport, new_report(self.slot).insert, says="Commune ZZ11")

	def test_nothing_is_entered_before_the_slot_opens(self) -> None:
		slot = self.slot_at(5, 10, 600)
		times = frappe.db.get_value("Report Slot", slot, ["slot_time", "opens_at"])
		said = self.assertRefused(SlotClosed, new_report(slot).insert, says=f"{times[1]:%H:%M %d/%m/%Y}")
		self.assertIn(f"{times[0]:%H:%M}", said)

	def test_nothing_is_entered_after_the_lock(self) -> None:
		slot = self.slot_at(6, -600, -1)
		locked_at = frappe.db.get_value("Report Slot", slot, "locks_at")
		self.assertRefused(SlotClosed, new_report(slot).insert, says=f"{locked_at:%H:%M %d/%m/%Y}")

	def test_a_draft_is_not_sent_after_the_lock_whatever_the_clock_has_done_yet(self) -> None:
		for columns in ({"locks_at": now_datetime() - timedelta(minutes=1)}, {"state": LOCKED}):
			report = draft(self.slot)
			frappe.db.set_value("Report Slot", self.slot, columns)
			fresh = frappe.get_doc(REPORT, report.name)
			self.assertRefused(SlotClosed, take, fresh, "Submit")
			self.assertRefused(SlotClosed, fresh.save)
			frappe.db.rollback(save_point="one_test")

	def test_what_was_sent_in_time_is_still_decided_on_after_the_lock(self) -> None:
		report = sent(self.slot)
		frappe.db.set_value("Report Slot", self.slot, {"state": LOCKED, "locks_at": now_datetime()})
		with self.acting("district"):
			self.assertEqual(take(report, "Approve").approval_unit, "CDC-ZZ")

	def test_an_area_that_owes_nothing_reports_nothing(self) -> None:
		frappe.db.delete("Report Obligation", {"slot": self.slot, "area": COMMUNE})
		self.assertRefused(NotExpected, new_report(self.slot).insert, says="Commune ZZ11")
		self.assertRefused(NotExpected, new_report(self.slot, "ZZ1").insert, says="Rural District ZZ1")

	def test_an_unknown_slot_or_area_is_refused(self) -> None:
		refused = (NotExpected, frappe.LinkValidationError, frappe.MandatoryError)
		for changes in ({"slot": "SIT-2021-11-20-1659"}, {"area": "ZZ99"}, {"slot": None}, {"area": None}):
			report = new_report(self.slot)
			report.update(changes)
			self.assertRefused(refused, report.insert)

	def test_what_the_server_says_is_not_the_clients_to_say(self) -> None:
		forged = {
			"unit": "CHS-ZZ21",
			"submitted_at": "2021-01-01 00:00:00",
			"channel": "Loader",
			"entered_by_unit": "CDC-ZZ",
			"owner": "Administrator",
			"creation": "2021-01-01 00:00:00",
			"name": "forged",
		}
		with self.acting("reporter"):
			report = draft(self.slot, **forged)
			report.update(forged | {"name": report.name, "creation": report.creation, "owner": report.owner})
			report.save()
		row = stored(report)
		self.assertEqual(row.name, f"{self.slot}-ZZ11")
		self.assertEqual((row.unit, row.entered_by_unit, row.channel), ("CHS-ZZ11", "CHS-ZZ11", "Desk"))
		self.assertEqual((row.owner, row.submitted_at), ("zz.reporter@example.com", None))
		self.assertGreater(row.creation, now_datetime() - timedelta(hours=1))

	def test_the_government_line_enters_for_the_unit_that_owes(self) -> None:
		with self.acting("government"):
			report = sent(self.slot)
		self.assertEqual((report.unit, report.entered_by_unit), ("CHS-ZZ11", "CPC-ZZ11"))
