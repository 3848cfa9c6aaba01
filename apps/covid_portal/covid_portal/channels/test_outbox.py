"""The outbox against a stand-in that refuses, limits, loses and sleeps: what goes out goes out once, in order, and nothing gets lost."""

import threading
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

import frappe
from frappe.utils import now_datetime

from covid_portal.channels import inbound, leasing, outbox, zalo_tokens
from covid_portal.channels.catalogue import UnknownChannel, WrongRecipient
from covid_portal.channels.doctype.message_template.message_template import ParameterMissing, TemplateNotSound
from covid_portal.channels.doctype.outbox_message.outbox_message import RecordIsKept
from covid_portal.channels.drivers.sms import plain
from covid_portal.channels.leasing import NotDead
from covid_portal.channels.outbox import NothingToSay, TextTooLong
from covid_portal.organisation.sent_lists import NotAList
from covid_portal.privacy import access, erasure, export
from covid_portal.privacy.subjects import create_subject
from covid_portal.testing.case import PortalTestCase, acting
from covid_portal.testing.channels import PERSON, PHONE, ChannelsTestCase

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MESSAGES, NOTICES, SMS = "/v3.0/oa/message/cs", "/message/template", "/sms"
INTERNATIONAL = "84912345678"


class TestPosting(ChannelsTestCase):
	def test_the_same_key_is_one_message(self):
		first, second = self.post(key="petition-1"), self.post(key="petition-1", text="Khác")
		self.assertEqual(first, second)
		self.assertNotEqual(first, self.post(key="petition-2"))
		self.run_job()
		self.assertEqual(self.zalo.texts(INTERNATIONAL), ["Xin chao", "Xin chao"])

	def test_nothing_lies_in_clear(self):
		name = self.post(text="Đơn của bà Lê Thị Hạnh", otherwise=("ZNS", PHONE))
		self.zalo.fail(SMS, status=500)
		self.run_job()
		row = str(frappe.db.sql("select * from `tabOutbox Message` where name = %s", name))
		for word in (PHONE, PHONE[1:], "Hạnh", "Xin"):
			self.assertNotIn(word, row)

	def test_a_message_that_cannot_be_one_is_refused_without_repeating_it(self):
		for values, error in (
			({"channel": "Fax"}, UnknownChannel),
			({"recipient": "12"}, WrongRecipient),
			({"channel": "Zalo", "recipient": "0x12"}, WrongRecipient),
			({"channel": "E-mail", "recipient": "nobody"}, WrongRecipient),
			({"text": " \0 "}, NothingToSay),
			({"text": "x" * 460}, TextTooLong),
			({"template": self.template(), "parameters": {"code": "PA-1"}}, ParameterMissing),
		):
			with self.subTest(error=error.__name__), self.assertRaises(error) as caught:
				self.post(**values)
			self.assertNotIn("0x12", str(caught.exception))
		self.assertFalse(frappe.db.count("Outbox Message"))

	def test_a_template_keeps_to_400_characters_and_its_parameters(self):
		template = frappe.get_doc(
			{"doctype": "Message Template", "title": "Test: too long", "text": "x" * 380 + "{name}"}
		)
		self.assertRaises(TemplateNotSound, template.insert)  # {name} has no row
		template.append("parameters", {"parameter": "name", "longest": 21})
		self.assertRaises(TemplateNotSound, template.insert)  # 401
		fitting = frappe.get_doc("Message Template", self.template()).fitting(
			{"code": "{name}", "name": "N" * 99}
		)
		self.assertEqual(fitting, {"code": "{name}", "name": "N" * 29 + "…"})

	def test_vietnamese_without_marks(self):
		self.assertEqual(plain("Đường Lê Lợi, thị xã"), "Duong Le Loi, thi xa")


class TestSending(ChannelsTestCase):
	def test_all_three_channels_of_the_stand_in_deliver(self):
		self.person_wrote()
		names = [
			self.post("Zalo", PERSON, "Đơn đã đến"),
			self.post(
				"ZNS",
				"+84 912 345 678",
				None,
				template=self.template(),
				parameters={"code": "PA-1", "name": "An"},
			),
			self.post(text="Đơn đã đến"),
		]
		self.run_job()
		self.assertEqual([self.message(name).state for name in names], ["Sent"] * 3)
		self.assertEqual(self.zalo.texts(PERSON), ["Đơn đã đến"])
		self.assertEqual(self.zalo.texts(INTERNATIONAL), ['{"code": "PA-1", "name": "An"}', "Don da den"])
		self.assertEqual([row["tracking"] for row in self.zalo.sent[1:]], names[1:])

	def test_a_recipient_gets_messages_in_the_order_they_were_posted(self):
		self.post(text="1")
		self.post(text="2")
		other = self.post(recipient="0987654321", text="other")
		self.zalo.fail(SMS, status=503)
		self.run_job()
		self.assertEqual(self.zalo.texts(INTERNATIONAL), [])  # 2 waits for 1
		self.assertEqual(self.message(other).state, "Sent")
		self.run_job(2 * MINUTE)
		self.assertEqual(self.zalo.texts(INTERNATIONAL), ["1", "2"])

	def test_who_has_not_written_lately_is_reached_the_other_way(self):
		self.person_wrote(self.now - timedelta(hours=200))
		parameters = {"code": "PA-1", "name": "An"}
		first = self.post(
			"Zalo", PERSON, None, template=self.template(), parameters=parameters, otherwise=("ZNS", PHONE)
		)
		alone = self.post("Zalo", PERSON, "Không còn trong hạn")
		self.run_job()
		self.assertEqual([self.message(name).state for name in (first, alone)], ["Dead", "Dead"])
		self.assertIn("168", self.message(alone).problem)
		self.assertNotIn(MESSAGES, self.zalo.asked)  # Zalo is not even asked
		self.assertEqual(len(self.zalo.texts(INTERNATIONAL)), 1)

	def test_zalo_down_for_a_day_loses_nothing_and_is_not_hammered(self):
		self.person_wrote()
		names = [self.post("Zalo", PERSON, f"{number}") for number in range(12)]
		self.zalo.fail(MESSAGES, times=-1, status=503)
		for _tick in range(24 * 2):
			self.run_job(30 * MINUTE)
		self.assertLess(self.zalo.asked.count(MESSAGES), 120)
		self.assertEqual({self.message(name).state for name in names}, {"Waiting", "Failed"})
		self.zalo.heal()
		for _tick in range(10):
			self.run_job(5 * MINUTE)
		self.assertEqual(self.zalo.texts(PERSON), [str(number) for number in range(12)])

	def test_what_never_works_is_given_up_and_goes_out_when_an_operator_says_so(self):
		name = self.post()
		self.zalo.fail(SMS, times=-1, status=500)
		self.run_job()
		self.run_job(timedelta(hours=73))
		self.run_job(HOUR)
		self.assertEqual(self.message(name).state, "Dead")
		self.zalo.heal()
		self.assertEqual(outbox.try_again([name, "999999"]), 1)
		self.assertRaises(NotDead, outbox.try_again, [name])
		for none in ("", "{}", '["x"]'):
			self.assertRaises(NotAList, outbox.try_again, none)
		frappe.db.commit()
		self.now = now_datetime() + HOUR
		self.run_job()
		self.assertEqual(self.message(name).state, "Sent")

	def test_a_refusal_is_a_dead_letter_at_once_and_holds_up_nobody(self):
		self.person_wrote()
		first, second = self.post("Zalo", PERSON, "1"), self.post("Zalo", PERSON, "2")
		self.zalo.fail(MESSAGES, error=-201)
		self.run_job()
		self.assertEqual([self.message(name).state for name in (first, second)], ["Dead", "Sent"])
		self.assertIn("-201", self.message(first).problem)

	def test_too_many_requests_pause_the_channel_for_as_long_as_it_says(self):
		names = [self.post(recipient=f"09000000{number:02}") for number in range(3)]
		self.zalo.fail(SMS, status=429, retry_after=600)
		self.run_job()
		self.run_job(9 * MINUTE)
		self.assertEqual(self.zalo.asked.count(SMS), 1)
		self.run_job(5 * MINUTE)
		self.assertEqual({self.message(name).state for name in names}, {"Sent"})

	def test_the_days_number_is_kept_and_the_rest_goes_out_the_next_day(self):
		self.change_settings(limits=[{"channel": "SMS", "per_day": 2}])
		for number in range(5):
			self.post(recipient=f"09000000{number:02}")
		self.run_job()
		self.run_job(5 * HOUR)
		self.assertEqual(len(self.zalo.sent), 2)
		self.run_job(timedelta(days=1))
		self.assertEqual(len(self.zalo.sent), 4)

	def test_zalos_own_number_for_the_day_pauses_until_midnight(self):
		self.zalo.day_quota = 1
		parameters = {"code": "PA-1", "name": "An"}
		for number in range(3):
			self.post("ZNS", f"09000000{number:02}", None, template=self.template(), parameters=parameters)
		self.run_job()
		self.run_job(2 * HOUR)
		self.assertEqual((len(self.zalo.sent), self.zalo.asked.count(NOTICES)), (1, 2))
		self.zalo.day_quota = 99
		self.run_job(timedelta(days=1))
		self.run_job(HOUR)
		self.assertEqual(len(self.zalo.sent), 3)

	def test_nothing_goes_out_in_the_quiet_hours(self):
		self.change_settings(limits=[{"channel": "SMS", "quiet_from": "22:00:00", "quiet_to": "06:00:00"}])
		self.now = self.now.replace(hour=22, minute=30)
		self.post()
		self.run_job()
		self.run_job(7 * HOUR)
		self.assertEqual(self.zalo.sent, [])
		self.run_job(HOUR)
		self.assertEqual(len(self.zalo.sent), 1)

	def test_a_message_whose_sender_died_is_taken_over_and_one_that_is_leased_is_not(self):
		name = self.post()
		self.assertTrue(leasing.lease("Outbox Message", name, self.now, outbox.PENDING))
		self.assertFalse(leasing.lease("Outbox Message", name, self.now, outbox.PENDING))
		self.run_job()
		self.assertEqual(self.zalo.sent, [])
		self.run_job(4 * MINUTE)
		self.assertEqual(len(self.zalo.sent), 1)

	def test_an_answer_that_was_lost_means_the_same_number_again(self):
		name = self.post()
		self.zalo.fail(SMS, lost=True)
		self.run_job()
		self.run_job(2 * MINUTE)
		self.assertEqual({row["tracking"] for row in self.zalo.sent}, {name})
		self.assertEqual(self.message(name).state, "Sent")

	def test_an_error_of_our_own_is_logged_without_what_was_to_be_sent(self):
		self.post(text="bí mật của dân")
		frappe.db.delete("Error Log")
		with patch("covid_portal.channels.drivers.sms.send", side_effect=KeyError("bí mật của dân")):
			self.run_job()
		logged = str(frappe.get_all("Error Log", fields=["*"]))
		self.assertIn("KeyError", logged)
		self.assertNotIn("bí mật", logged)
		self.assertNotIn(PHONE, logged)

	def test_pauses_grow_and_differ(self):
		pauses = [leasing.pause(2) for _time in range(20)]
		self.assertGreater(len(set(pauses)), 1)
		self.assertTrue(all(timedelta(seconds=96) <= one <= timedelta(seconds=144) for one in pauses))
		self.assertLessEqual(leasing.pause(500), timedelta(minutes=36))

	def test_content_is_forgotten_and_the_record_kept(self):
		name = self.post()
		self.run_job()
		outbox.forget(self.now + timedelta(days=29))
		self.assertTrue(self.message(name).content)
		outbox.forget(self.now + timedelta(days=31))
		row = self.message(name)
		self.assertEqual((row.state, row.content, row.recipient), ("Sent", None, None))


class TestSubjects(ChannelsTestCase):
	def test_what_is_sent_to_a_person_is_on_the_persons_record_and_goes_with_the_person(self):
		subject = create_subject()
		sent, waiting = self.post(subject=subject), self.post(subject=subject, text="Chưa gửi")
		frappe.db.set_value("Outbox Message", waiting, "next_attempt_at", self.now + HOUR)
		self.run_job()
		self.assertEqual([row["channel"] for row in access.of_subject(subject)], ["Message"])
		[row] = [one for one in export.of_subject(subject)["documents"] if one["name"] == int(sent)]
		self.assertEqual(row["personal"]["recipient"], PHONE)
		erasure.erase(subject, "Theo yêu cầu")
		frappe.db.commit()
		self.run_job(2 * HOUR)
		row = self.message(waiting)
		self.assertEqual((row.state, row.recipient_index), ("Dead", None))
		self.assertEqual(self.zalo.texts(INTERNATIONAL), ["Xin chao"])


class TestTokens(ChannelsTestCase):
	def test_an_expired_token_is_renewed_once_and_the_message_goes_out(self):
		self.person_wrote()
		self.post("Zalo", PERSON, "1")
		self.run_job()
		self.zalo.expire_tokens()
		self.post("Zalo", PERSON, "2")
		self.run_job()
		self.assertEqual((self.zalo.texts(PERSON), self.zalo.renewals), (["1", "2"], 2))

	def test_of_two_workers_one_renews(self):
		used = zalo_tokens.access_token(self.now)
		frappe.db.commit()
		self.zalo.expire_tokens()
		self.zalo.fail("/v4/oa/access_token", slow=0.3)
		found, site = [], frappe.local.site
		workers = [
			threading.Thread(target=renew_elsewhere, args=(site, self.server, used, self.now, found))
			for _ in "ab"
		]
		for worker in workers:
			worker.start()
		for worker in workers:
			worker.join(30)
		self.assertEqual(len(found), 2)
		self.assertEqual(found[0], found[1])
		self.assertEqual(self.zalo.renewals, 2)  # the first one, and one of the two
		self.assertTrue(self.zalo.is_authorised({"access_token": found[0]}))

	def test_a_refresh_token_that_zalo_does_not_take_pauses_and_says_what_to_do(self):
		self.person_wrote()
		self.change_settings(zalo_refresh_token="wrong")
		name = self.post("Zalo", PERSON, "1")
		self.run_job()
		self.assertIn("-14014", self.message(name).problem)
		self.set_up_account()
		self.run_job(20 * MINUTE)
		self.assertEqual(self.zalo.texts(PERSON), ["1"])


class TestRights(PortalTestCase):
	def setUp(self):
		super().setUp()
		self.name = outbox.post("SMS", PHONE, "Xin chào")

	def test_nobody_changes_the_record(self):
		document = frappe.get_doc("Outbox Message", self.name)
		document.state = "Sent"
		self.assertRaises(RecordIsKept, document.save)
		self.assertRaises(RecordIsKept, document.delete)
		with acting("administrator"):
			self.assertRaises(RecordIsKept, frappe.get_doc("Outbox Message", self.name).save)

	def test_staff_without_the_duty_see_no_message_and_send_none_again(self):
		for who in ("reporter", "sibling", "district", "outsider", "disabled", "Guest"):
			with self.subTest(who), self.as_person(who):
				for doctype in (
					"Outbox Message",
					"Inbound Event",
					"Conversation",
					"Channel Settings",
					"Channel State",
				):
					self.assertFalse(frappe.has_permission(doctype), doctype)
				self.assertRaises(frappe.PermissionError, outbox.try_again, [self.name])
				self.assertRaises(frappe.PermissionError, inbound.try_again, ["1"])
				self.assertRaises(frappe.PermissionError, frappe.get_list, "Outbox Message")

	def test_auditors_look_and_administrators_act(self):
		with acting("auditor"):
			self.assertEqual(len(frappe.get_list("Outbox Message", {"name": self.name})), 1)
			self.assertRaises(frappe.PermissionError, outbox.try_again, [self.name])
			self.assertFalse(frappe.has_permission("Channel Settings"))
		frappe.db.set_value("Outbox Message", self.name, "state", "Dead")
		with acting("administrator"):
			self.assertEqual(outbox.try_again(f'["{self.name}"]'), 1)  # as the Desk sends it

	@contextmanager
	def as_person(self, who):
		if who != "Guest":
			with acting(who):
				yield
			return
		frappe.set_user("Guest")
		try:
			yield
		finally:
			frappe.set_user("Administrator")


def renew_elsewhere(site: str, server: str, used: str, now: datetime, found: list[str]) -> None:
	"""As another worker: a connection of its own."""
	frappe.init(site=site)
	frappe.connect()
	frappe.conf["channel_test_server"] = server
	try:
		found.append(zalo_tokens.renew(used, now))
	finally:
		frappe.destroy()
