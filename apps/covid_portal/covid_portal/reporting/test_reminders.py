"""Reminders and escalations: to whom, once, in whose words."""

from datetime import timedelta
from unittest.mock import patch

import frappe
from frappe.utils import now_datetime

from covid_portal.organisation import post
from covid_portal.reporting import reminders
from covid_portal.reporting.reminders import NothingLate, RemindedAlready, remind_late, send_due
from covid_portal.testing.case import REPORT, PortalTestCase, accepted, draft, sent
from covid_portal.testing.province import COMMUNE, SIBLING, address

MINUTE = timedelta(minutes=1)


def row(kind: str = "Reminder", minutes: int = 30, side: str = "Before", **ways) -> frappe._dict:
	return frappe._dict(
		kind=kind, area_level=3, minutes=minutes, side=side, **{"desk": 1, "email": 1, "others": 1, **ways}
	)


REMINDER, ESCALATION = row(), row("Escalation", 0, "After")
received: list[list[dict]] = []


def channel(messages: list[dict]) -> None:
	received.append(messages)


def broken_channel(messages: list[dict]) -> None:
	raise ValueError("the provider is down")


class ReminderCase(PortalTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.due_at = frappe.db.get_value("Report Obligation", {"slot": self.slot, "area": COMMUNE}, "due_at")
		frappe.db.delete("Notification Log", {"for_user": ("like", "zz.%")})

	def send(self, *rows: dict, at: timedelta = timedelta()) -> None:
		"""The clock ticks so long after the cut-off."""
		send_due(self.slot, frappe._dict(reminders=rows, document_type=REPORT), self.due_at + at)

	def told(self, who: str) -> list[str]:
		return frappe.get_all("Notification Log", {"for_user": address(who)}, pluck="subject")

	def notices(self, **filters) -> list[dict]:
		return frappe.get_all(
			"Report Notice", {"slot": self.slot, **filters}, ["unit", "kind", "recipients", "superior"]
		)


class TestReminders(ReminderCase):
	def test_a_reminder_reaches_reporters_of_both_lines_of_the_area_that_owes(self):
		self.send(REMINDER, at=-30 * MINUTE)
		for who in ("reporter", "government", "sibling", "outsider"):
			self.assertEqual(len(self.told(who)), 1, who)
		for who in ("district", "cdc", "stranger", "auditor"):
			self.assertEqual(self.told(who), [], who)
		self.assertIn("Commune ZZ11", self.told("reporter")[0])
		self.assertNotIn("ZZ12", self.told("reporter")[0])

	def test_it_is_sent_once_however_often_the_clock_ticks(self):
		for minutes in (-30, -30, -29, -15, -31, -29):
			self.send(REMINDER, at=minutes * MINUTE)
		self.assertEqual(len(self.told("reporter")), 1)
		self.assertEqual(len(self.notices(unit="CHS-ZZ11")), 1)

	def test_it_is_not_sent_before_its_time_nor_after_the_cut_off(self):
		self.send(REMINDER, at=-31 * MINUTE)
		self.send(REMINDER, at=MINUTE)
		self.assertEqual(self.told("reporter"), [])

	def test_who_has_sent_the_report_is_left_in_peace_and_who_has_a_draft_is_not(self):
		sent(self.slot, COMMUNE)
		draft(self.slot, SIBLING)
		self.send(REMINDER, at=-30 * MINUTE)
		self.assertEqual(self.told("reporter"), [])
		self.assertEqual(len(self.told("sibling")), 1)

	def test_two_rows_for_two_moments_are_two_reminders(self):
		self.send(REMINDER, row(minutes=10), at=-10 * MINUTE)
		self.assertEqual(len(self.told("reporter")), 2)

	def test_a_row_for_another_level_reminds_nobody(self):
		self.send(frappe._dict(REMINDER, area_level=2), at=-30 * MINUTE)
		self.assertEqual(self.notices(), [])

	def test_an_extended_cut_off_moves_the_reminder(self):
		frappe.db.set_value(
			"Report Obligation",
			{"slot": self.slot, "area": COMMUNE},
			"due_at",
			self.due_at + 60 * MINUTE,
		)
		self.send(REMINDER, at=-30 * MINUTE)
		self.assertEqual((len(self.told("reporter")), len(self.told("sibling"))), (0, 1))
		self.send(REMINDER, at=30 * MINUTE)
		self.assertEqual((len(self.told("reporter")), len(self.told("sibling"))), (1, 1))

	def test_a_reporter_of_two_areas_gets_one_message_that_names_both(self):
		frappe.db.set_value(
			"Duty Assignment", {"user": address("sibling"), "duty": "Reporter"}, "user", address("reporter")
		)
		self.send(REMINDER, at=-30 * MINUTE)
		self.assertEqual(len(self.told("reporter")), 1)
		for name in ("ZZ11", "ZZ12"):
			self.assertIn(name, self.told("reporter")[0])

	def test_who_enters_the_report_by_the_scope_rules_is_reminded_of_it(self):
		enters = {"document_type": REPORT, "duty": "Reporter", "access": "Write"}
		frappe.db.set_value("Scope Rule", enters, "duty", "Drafter")
		held = {"user": address("reporter"), "duty": "Reporter"}
		frappe.db.set_value("Duty Assignment", held, "duty", "Drafter")
		self.send(REMINDER, at=-30 * MINUTE)
		self.assertEqual((len(self.told("reporter")), self.told("sibling")), (1, []))

	def test_a_notice_that_reaches_nobody_says_so(self):
		self.send(REMINDER, at=-30 * MINUTE)
		self.assertEqual([notice.recipients for notice in self.notices(unit="CHS-ZZ22")], [0])
		self.assertEqual([notice.recipients for notice in self.notices(unit="CHS-ZZ11")], [2])

	def test_everyone_reads_it_in_their_own_language(self):
		frappe.db.set_value("User", address("reporter"), "language", "en")
		self.send(REMINDER, at=-30 * MINUTE)
		self.assertTrue(self.told("reporter")[0].startswith("Due at"), self.told("reporter"))
		self.assertTrue(self.told("sibling")[0].startswith("Đến hạn"), self.told("sibling"))

	def test_the_number_of_statements_does_not_grow_with_the_number_of_units(self):
		self.send(row(minutes=60), at=-60 * MINUTE)  # what a process asks once is asked now
		for area in ("ZZ12", "ZZ21", "ZZ22"):
			frappe.db.set_value(
				"Report Obligation", {"slot": self.slot, "area": area}, "due_at", self.due_at + 60 * MINUTE
			)
		one = self.statements(lambda: self.send(REMINDER, at=-30 * MINUTE))
		three = self.statements(lambda: self.send(REMINDER, at=30 * MINUTE))
		self.assertEqual(len(self.notices()), 4 + 4)
		self.assertEqual(one, three)

	def statements(self, act) -> int:
		with patch.object(frappe.db, "sql", wraps=frappe.db.sql) as sql:
			act()
		return sql.call_count


class TestEscalations(ReminderCase):
	def test_the_superior_unit_gets_one_message_that_lists_its_late_units(self):
		accepted(self.slot, "ZZ21")
		self.send(ESCALATION)
		self.assertEqual(len(self.told("district")), 1)
		for name in ("ZZ11", "ZZ12"):
			self.assertIn(name, self.told("district")[0])
		self.assertIn("ZZ22", self.told("other district")[0])
		self.assertNotIn("ZZ21", self.told("other district")[0])

	def test_nobody_else_hears_of_it(self):
		self.send(ESCALATION)
		for who in ("cdc", "other line", "reporter", "disabled", "ended", "future"):
			self.assertEqual(self.told(who), [], who)

	def test_it_is_not_sent_before_the_cut_off_and_once_after_it(self):
		self.send(ESCALATION, at=-MINUTE)
		self.assertEqual(self.told("district"), [])
		for minutes in (0, 1, 0, 5):
			self.send(ESCALATION, at=minutes * MINUTE)
		self.assertEqual(len(self.told("district")), 1)

	def test_after_the_lock_there_is_nothing_to_hurry(self):
		frappe.db.set_value("Report Slot", self.slot, "locks_at", self.due_at + 5 * MINUTE)
		self.send(ESCALATION, at=6 * MINUTE)
		self.assertEqual(self.notices(), [])

	def test_it_is_recorded_with_the_superior_unit(self):
		self.send(ESCALATION)
		self.assertEqual({notice.superior for notice in self.notices(unit="CHS-ZZ11")}, {"DHC-ZZ1"})


class TestChannels(ReminderCase):
	def setUp(self) -> None:
		super().setUp()
		received.clear()

	def hooked(self, *names: str):
		paths = [f"{__name__}.{name}" for name in names]
		original = frappe.get_hooks

		def get_hooks(hook: str | None = None, *args, **kwargs):
			return paths if hook == post.HOOK else original(hook, *args, **kwargs)

		return patch.object(frappe, "get_hooks", get_hooks)

	def test_a_registered_channel_gets_every_message_in_full(self):
		with self.hooked("channel"):
			self.send(REMINDER, at=-30 * MINUTE)
		messages = {message["user"]: message for message in received[0]}
		self.assertEqual(messages[address("reporter")]["lines"], ["Commune ZZ11"])
		self.assertEqual(messages[address("reporter")]["link"], f"/bao-cao#/{self.slot}/ZZ11")

	def test_a_channel_that_fails_stops_no_other(self):
		with self.hooked("broken_channel", "channel"):
			self.send(REMINDER, at=-30 * MINUTE)
		self.assertEqual(len(received), 1)
		self.assertEqual(len(self.told("reporter")), 1)

	def test_a_row_without_the_way_does_not_use_it(self):
		with self.hooked("channel"):
			self.send(row(desk=0, others=0), at=-30 * MINUTE)
		self.assertEqual((received, self.told("reporter")), ([], []))

	def test_mail_is_queued_only_where_an_account_sends_it(self):
		for has_account, jobs in ((False, 0), (True, 1)):
			with (
				patch.object(reminders, "has_outgoing_account", return_value=has_account),
				patch.object(frappe, "enqueue") as enqueue,
			):
				self.send(row(minutes=30 - jobs), at=-25 * MINUTE)
			self.assertEqual(enqueue.call_count, jobs)

	def test_those_who_get_the_same_words_get_one_mail(self):
		with (
			patch.object(reminders, "has_outgoing_account", return_value=True),
			patch.object(frappe, "enqueue") as enqueue,
		):
			self.send(REMINDER, at=-30 * MINUTE)
		with patch.object(frappe, "sendmail") as sendmail:
			reminders.send_mail(enqueue.call_args.kwargs["messages"])
		self.assertEqual(sendmail.call_count, 1)
		self.assertEqual(len(sendmail.call_args.kwargs["recipients"]), 4)


class TestByHand(ReminderCase):
	def setUp(self) -> None:
		super().setUp()
		self.now = self.due_at + 10 * MINUTE

	def test_the_superior_reminds_the_late_units_below_it_and_no_others(self):
		sent(self.slot, SIBLING)
		with self.acting("district"):
			told = remind_late(self.slot, self.now)
		self.assertEqual(told, {"units": 1, "people": 2})
		self.assertIn("DHC of ZZ1", self.told("reporter")[0])
		self.assertEqual((self.told("sibling"), self.told("outsider")), ([], []))

	def test_the_province_reminds_all(self):
		with self.acting("cdc"):
			self.assertEqual(remind_late(self.slot, self.now)["units"], 4)

	def test_again_only_after_ten_minutes_for_the_whole_unit(self):
		with self.acting("district"):
			remind_late(self.slot, self.now)
		with self.acting("colleague"):
			self.assertRefused(RemindedAlready, remind_late, self.slot, self.now + 9 * MINUTE)
			self.assertEqual(remind_late(self.slot, self.now + 11 * MINUTE)["units"], 2)
		with self.acting("other district"):
			self.assertEqual(remind_late(self.slot, self.now + 12 * MINUTE)["units"], 2)

	def test_before_the_cut_off_nobody_is_late(self):
		with self.acting("district"):
			self.assertRefused(NothingLate, remind_late, self.slot, self.due_at - MINUTE)

	def test_who_is_no_superior_reminds_nobody(self):
		for who in (
			"reporter",
			"publisher",
			"auditor",
			"administrator",
			"stranger",
			"disabled",
			"ended",
			"Guest",
		):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, remind_late, self.slot, self.now)

	def test_the_time_is_the_servers_when_none_is_given(self):
		self.assertGreater(self.due_at, now_datetime())
		with self.acting("district"):
			self.assertRefused(NothingLate, remind_late, self.slot)
