"""Deadlines: reminders, escalation, and what the system does by the route alone; each once."""

from datetime import datetime, timedelta
from unittest.mock import patch

import frappe
from frappe import _
from frappe.utils import now_datetime

from covid_portal.approval import lateness
from covid_portal.approval.chain import broken_links
from covid_portal.approval.decisions import decide
from covid_portal.approval.inbox import inbox
from covid_portal.approval.timeline import timeline
from covid_portal.approval.vocabulary import NotYoursToDecide
from covid_portal.organisation.post import default_language, language
from covid_portal.organisation.working_time import WorkingTime
from covid_portal.testing.case import REPORT, PortalTestCase, change_route, sent, state_of, step, take
from covid_portal.testing.province import address


class TestLate(PortalTestCase):
	def setUp(self) -> None:
		super().setUp()
		frappe.db.sql(
			"update `tabApproval Step` set state = 'Ended' where state = 'Pending'"
		)  # the site's own

	def send(self, **late) -> str:
		change_route(
			lambda route: route.set("steps", [step("District", hours=1, **late), step("CDC", hours=1)])
		)
		return sent(self.slot).name

	def advance(self, hours: float) -> None:
		# The clock's units of work would end the transaction that the test undoes.
		with patch.object(frappe.db, "commit"), patch.object(frappe.db, "rollback"):
			lateness.advance(now_datetime() + timedelta(hours=hours))

	def told(self, who: str) -> int:
		return frappe.db.count("Notification Log", {"for_user": address(who)})

	def pending(self, report: str) -> list[tuple]:
		rows = frappe.get_all(
			"Approval Step", {"reference_name": report, "state": "Pending"}, ["unit", "escalated_unit"]
		)
		return [(row.unit, row.escalated_unit) for row in rows]

	def record(self, report: str) -> list[tuple]:
		rows = frappe.get_all(
			"Approval Decision", {"reference_name": report}, ["decision", "user"], order_by="sequence"
		)
		return [(row.decision, row.user) for row in rows][1:]

	def test_a_reminder_comes_once_so_many_hours_before(self) -> None:
		self.send(remind_hours=0.5)
		self.advance(0.25)
		self.assertEqual(self.told("district"), 0)
		self.advance(0.6)
		self.advance(0.7)
		self.advance(2)
		self.assertEqual((self.told("district"), self.told("colleague"), self.told("cdc")), (1, 1, 0))

	def test_without_hours_before_the_reminder_comes_when_the_time_is_up(self) -> None:
		self.send()
		self.advance(0.9)
		self.assertEqual(self.told("district"), 0)
		self.advance(1.1)
		self.assertEqual(self.told("district"), 1)
		self.assertEqual(state_of(f"{self.slot}-ZZ11"), "In Approval")

	def test_escalated_the_superior_may_decide_as_well(self) -> None:
		report = self.send(when_late="Escalate")
		with self.acting("cdc"):
			self.assertRefused(NotYoursToDecide, decide, REPORT, report, "Approve")
		self.advance(1.1)
		self.advance(1.2)
		self.assertEqual(self.pending(report), [("DHC-ZZ1", "CDC-ZZ")])
		self.assertEqual(self.record(report), [("Escalate", "Administrator")])
		self.assertEqual(self.told("cdc"), 1)
		with self.acting("cdc"):
			take(report, "Approve")
		last = frappe.get_last_doc("Approval Decision", {"reference_name": report, "decision": "Approve"})
		self.assertEqual((last.unit, last.step), ("CDC-ZZ", 1))

	def test_one_approval_of_the_superior_is_enough_however_many_the_step_asks_of_its_own_unit(self) -> None:
		for asked in (0, 2):
			with self.subTest(approvals=asked):
				frappe.db.savepoint("one_number")
				report = self.send(when_late="Escalate", approvals=asked)
				with self.acting("colleague"):
					self.assertEqual(take(report, "Approve").approval_step, 1)
				self.advance(1.1)
				with self.acting("cdc"):
					row = next(
						row for group in inbox()["groups"] for row in group["rows"] if row["name"] == report
					)
					self.assertEqual((row["escalated"], row["approvals"], row["approved"]), (True, 1, 1))
					self.assertEqual(take(report, "Approve").approval_step, 2)
				frappe.db.sql("rollback to savepoint one_number")

	def test_all_of_the_unit_itself_are_enough_after_the_escalation_too(self) -> None:
		report = self.send(when_late="Escalate", approvals=0)
		self.advance(1.1)
		for who, waits_at in (("colleague", 1), ("district", 2)):
			with self.acting(who):
				self.assertEqual(take(report, "Approve").approval_step, waits_at)

	def test_the_unit_itself_still_may_after_the_escalation(self) -> None:
		report = self.send(when_late="Escalate")
		self.advance(1.1)
		with self.acting("district"):
			take(report, "Approve")
		self.assertEqual(self.pending(report), [("CDC-ZZ", None)])

	def test_the_route_has_the_system_approve_or_skip_and_the_record_says_so(self) -> None:
		for action in ("Approve", "Skip"):
			with self.subTest(action=action):
				frappe.db.savepoint("one_action")
				report = self.send(when_late=action)
				self.advance(1.1)
				self.advance(1.2)
				self.assertEqual(self.pending(report), [("CDC-ZZ", None)])
				self.assertEqual(self.record(report), [(action, "Administrator")])
				reason = frappe.get_last_doc(
					"Approval Decision", {"reference_name": report, "decision": action}
				).reason
				self.assertIn(f"{REPORT} v", reason)
				with language(default_language()):
					words = _("By the route {0}: nobody decided in time.").partition("{0}")
				self.assertTrue(reason.startswith(words[0]) and reason.endswith(words[2]))
				told = timeline(REPORT, report)["decisions"]
				self.assertEqual([row["automatic"] for row in told], [False, True])
				self.assertEqual(broken_links(REPORT, report), [])
				frappe.db.sql("rollback to savepoint one_action")

	def test_the_system_approves_for_all_whose_approval_the_step_asks(self) -> None:
		report = self.send(when_late="Approve", approvals=2)
		self.advance(1.1)
		self.assertEqual(self.pending(report), [("CDC-ZZ", None)])

	def test_a_step_that_is_returned_to_waits_for_its_own_unit_again(self) -> None:
		report = self.send(when_late="Escalate")
		self.advance(1.1)
		with self.acting("colleague"):
			take(report, "Approve")
		with self.acting("cdc"):
			decide(REPORT, report, "Return", "Look at F1.", 1)
		self.assertEqual(self.pending(report), [("DHC-ZZ1", None)])

	def test_who_gets_a_document_late_has_its_hours_from_then_on(self) -> None:
		report = self.send(when_late="Skip")
		self.advance(5)
		due = frappe.db.get_value(REPORT, report, "approval_due")
		self.assertGreater(due, now_datetime() + timedelta(hours=5, minutes=55))

	def test_nothing_happens_before_the_time(self) -> None:
		report = self.send(when_late="Approve")
		self.advance(0.9)
		self.assertEqual((self.record(report), self.pending(report)), ([], [("DHC-ZZ1", None)]))


class TestWorkingTime(PortalTestCase):
	def time(self, *holidays: str) -> WorkingTime:
		rows = [(d, *hours) for d in range(5) for hours in ((7.5, 11.5), (13.5, 17.5))]
		periods: dict[int, list] = {}
		for day, begins, ends in rows:
			as_time = [(datetime.min + timedelta(hours=hours)).time() for hours in (begins, ends)]
			periods.setdefault(day, []).append(tuple(as_time))
		return WorkingTime(periods, frozenset(datetime.fromisoformat(day).date() for day in holidays))

	def test_hours_run_over_noon_night_weekend_and_holidays(self) -> None:
		friday = datetime(2021, 11, 19, 16, 0)
		cases = (
			(datetime(2021, 11, 19, 8, 0), 2, datetime(2021, 11, 19, 10, 0)),
			(datetime(2021, 11, 19, 10, 30), 2, datetime(2021, 11, 19, 14, 30)),
			(datetime(2021, 11, 18, 17, 0), 1, datetime(2021, 11, 19, 8, 0)),
			(friday, 2, datetime(2021, 11, 22, 8, 0)),
			(datetime(2021, 11, 20, 9, 0), 1, datetime(2021, 11, 22, 8, 30)),
		)
		for start, hours, end in cases:
			self.assertEqual(self.time().add(start, hours), end)
		self.assertEqual(self.time("2021-11-22").add(friday, 2), datetime(2021, 11, 23, 8, 0))

	def test_without_any_period_every_hour_counts(self) -> None:
		start = datetime(2021, 11, 20, 23, 0)
		self.assertEqual(WorkingTime({}, frozenset()).add(start, 3), start + timedelta(hours=3))
