"""Word of late steps by e-mail and the channels: one for each person, with what his inbox holds and nothing else."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from email import message_from_string
from unittest.mock import patch

import frappe
from frappe.utils import now_datetime

from covid_portal.approval import lateness, notices
from covid_portal.approval.decisions import decide
from covid_portal.organisation import post
from covid_portal.testing.case import REPORT, PortalTestCase, change_route, sent, step
from covid_portal.testing.province import OUTSIDE, SIBLING, address, assign

received: list[dict] = []


def channel(messages: list[dict]) -> None:
	received.extend(messages)


def broken_channel(messages: list[dict]) -> None:
	raise ValueError("The channel is closed.")


class TestWordOfLateSteps(PortalTestCase):
	def setUp(self) -> None:
		super().setUp()
		received.clear()
		frappe.db.sql(
			"update `tabApproval Step` set state = 'Ended' where state = 'Pending'"
		)  # the site's own
		frappe.db.delete("Email Queue")

	def send(self, *areas: str, **late) -> list[str]:
		change_route(
			lambda route: route.set("steps", [step("District", hours=1, **late), step("CDC", hours=1)])
		)
		return [sent(self.slot, area).name for area in areas]

	def advance(self, hours: float = 1.1, between: Callable[[], object] | None = None) -> None:
		"""The clock, and the job it leaves; `between` happens before the job has its turn."""
		with (
			patch.object(frappe.db, "commit"),
			patch.object(frappe.db, "rollback"),
			patch.object(frappe, "enqueue") as enqueue,
		):
			lateness.advance(now_datetime() + timedelta(hours=hours))
		if between:
			between()
		for call in enqueue.call_args_list:
			given = {key: value for key, value in call.kwargs.items() if key != "enqueue_after_commit"}
			frappe.get_attr(call.args[0])(**given)

	def account(self) -> None:
		frappe.db.set_value("Email Account", {"default_outgoing": 1}, "default_outgoing", 0)
		frappe.get_doc(
			doctype="Email Account",
			email_account_name="ZZ",
			email_id="zz@example.com",
			enable_outgoing=1,
			default_outgoing=1,
			smtp_server="localhost",
			no_smtp_authentication=1,
		).insert()
		self.addCleanup(frappe.cache.delete_key, "outgoing_email_account")

	def channels(self, *names: str) -> AbstractContextManager:
		paths, original = [f"{__name__}.{name}" for name in names], frappe.get_hooks

		def get_hooks(hook: str | None = None, *args, **kwargs):
			return paths if hook == post.HOOK else original(hook, *args, **kwargs)

		return patch.object(frappe, "get_hooks", get_hooks)

	def mails(self) -> dict[str, str]:
		"""{who: the text of his mail}; a second mail to one person would be an error."""
		found: dict[str, str] = {}
		for queued in frappe.get_all("Email Queue", pluck="name"):
			document = frappe.get_doc("Email Queue", queued)
			for row in document.recipients:
				self.assertNotIn(row.recipient, found)
				found[row.recipient] = text_of(document.message)
		return found

	def test_each_person_gets_one_mail_with_all_that_awaits_him_and_nothing_of_others(self) -> None:
		self.account()
		self.send("ZZ11", SIBLING, OUTSIDE)
		self.advance()
		mails = self.mails()
		self.assertEqual(set(mails), {address(who) for who in ("district", "colleague", "other district")})
		ours, theirs = mails[address("district")], mails[address("other district")]
		for area in ("Commune ZZ11", "Township ZZ12"):
			self.assertIn(area, ours)
			self.assertNotIn(area, theirs)
		self.assertIn("Ward ZZ21", theirs)
		self.assertNotIn("ZZ21", ours)
		self.assertIn("/cho-duyet", ours)

	def test_it_is_in_the_persons_language(self) -> None:
		self.account()
		frappe.db.set_value("User", address("colleague"), "language", "en")
		self.send("ZZ11")
		self.advance()
		mails = self.mails()
		self.assertIn("1 documents wait for your decision", mails[address("colleague")])
		self.assertIn("1 văn bản chờ bạn quyết định", mails[address("district")])
		self.assertEqual(frappe.local.lang, "en")

	def test_the_superior_hears_once_of_all_that_was_passed_up_to_him(self) -> None:
		self.account()
		self.send("ZZ11", OUTSIDE, when_late="Escalate", remind_hours=0)
		self.advance()
		self.assertIn("Ward ZZ21", self.mails()[address("cdc")])
		self.assertIn("Commune ZZ11", self.mails()[address("cdc")])
		bell = frappe.get_all("Notification Log", {"for_user": address("cdc")}, pluck="subject")
		self.assertEqual(len(bell), 1)

	def test_who_has_decided_or_lost_the_duty_meanwhile_hears_nothing(self) -> None:
		self.account()
		report, *_rest = self.send("ZZ11", SIBLING)

		def meanwhile() -> None:
			with self.acting("district"):
				decide(REPORT, report, "Approve")
			frappe.db.delete("Duty Assignment", {"user": address("colleague")})

		self.advance(between=meanwhile)
		mails = self.mails()
		self.assertEqual(set(mails), {address("district")})
		self.assertNotIn("ZZ11", mails[address("district")])

	def test_the_author_of_what_is_late_is_not_reminded_of_it(self) -> None:
		self.account()
		assign("district", "Reporter", "CHS-ZZ11")
		self.send()
		with self.acting("district"):
			sent(self.slot)
		self.advance()
		self.assertEqual(set(self.mails()), {address("colleague")})

	def test_without_an_account_nothing_is_queued_and_the_bell_rings(self) -> None:
		frappe.db.set_value("Email Account", {"default_outgoing": 1}, "default_outgoing", 0)
		self.send("ZZ11")
		self.advance()
		self.assertEqual(self.mails(), {})
		self.assertEqual(frappe.db.count("Notification Log", {"for_user": address("district")}), 1)

	def test_the_channels_get_every_message_and_one_that_fails_stops_no_other(self) -> None:
		report, *_rest = self.send("ZZ11", when_late="Escalate", remind_hours=0)
		with self.channels("broken_channel", "channel"):
			self.advance()
		kinds = {(message["user"], message["kind"]) for message in received}
		self.assertEqual(
			kinds,
			{
				(address("district"), notices.REMINDER),
				(address("colleague"), notices.REMINDER),
				(address("cdc"), notices.ESCALATION),
			},
		)
		for message in received:
			self.assertEqual((message["document_type"], message["document_name"]), (REPORT, report))
			self.assertIn("Commune ZZ11", message["lines"][0])


def text_of(message: str) -> str:
	"""The plain part of a queued mail, decoded."""
	parts = message_from_string(message).walk()
	plain = next(part for part in parts if part.get_content_type() == "text/plain")
	return plain.get_payload(decode=True).decode()
