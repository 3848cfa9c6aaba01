"""The webhook: what is not Zalo's, not fresh, not new or not for people is not worked on; pictures come from no other host."""

import json
import socket
from datetime import timedelta
from unittest.mock import patch

import frappe
from frappe.tests.utils import patch_hooks

from covid_portal.channels import conversations, inbound, pictures, web, zalo_webhook
from covid_portal.channels.inbound import Inbound
from covid_portal.channels.zalo_webhook import (
	EventTooLarge,
	NotAnEvent,
	StaleEvent,
	WrongSignature,
	ZaloNotInUse,
)
from covid_portal.testing.channels import PERSON, ChannelsTestCase

HOUR = timedelta(hours=1)
HOOK = "covid_portal.channels.test_zalo_webhook.take"
TAKEN: list[Inbound] = []


def take(message: Inbound) -> None:
	TAKEN.append(message)


class WebhookTestCase(ChannelsTestCase):
	def setUp(self):
		super().setUp()
		TAKEN.clear()
		self.enterContext(patch_hooks({"inbound_messages": [HOOK]}))

	def accept(self, event, signature=None, at=None):
		body, headers = self.zalo.signed(event)
		kept = zalo_webhook.accept(body, signature or headers["X-ZEvent-Signature"], at or self.now)
		frappe.db.commit()
		return kept

	def event(self, text="Xin chào", sender=PERSON, **more):
		return self.zalo.event(sender, text, at=more.pop("at", None) or self.stamp(), **more)

	def stamp(self, ago=timedelta()):
		"""The injected time as Zalo writes it: in seconds of the site's time zone."""
		from pytz import timezone

		zone = timezone(frappe.utils.get_system_timezone())
		return zone.localize(self.now - ago).timestamp()

	def work(self):
		inbound.work_on_waiting(self.now)
		return TAKEN

	def states(self):
		return frappe.get_all("Inbound Event", pluck="state", order_by="name")


class TestAccepting(WebhookTestCase):
	def test_a_signed_event_is_kept_sealed_and_worked_on_once(self):
		event = self.event("Tôi là Lê Thị Hạnh")
		self.assertTrue(self.accept(event))
		self.assertFalse(self.accept(event))
		self.assertNotIn("Hạnh", str(frappe.db.sql("select * from `tabInbound Event`")))
		[message] = self.work()
		self.work()
		self.assertEqual((len(TAKEN), message.text, message.sender), (1, "Tôi là Lê Thị Hạnh", PERSON))
		self.assertEqual(self.states(), ["Done"])
		self.assertNotIn(PERSON, str(frappe.db.sql("select * from `tabConversation`")))

	def test_a_wrong_signature_is_refused_whatever_is_wrong(self):
		event = self.event()
		body, headers = self.zalo.signed(event)
		signature = headers["X-ZEvent-Signature"]
		for wrong in ("", "mac=", "mac=" + "0" * 64, signature[:-1] + "x", signature.upper(), "mac=é"):
			self.assertRaises(WrongSignature, zalo_webhook.accept, body, wrong, self.now)
		self.assertRaises(WrongSignature, zalo_webhook.accept, body + b" ", signature, self.now)
		halved = json.dumps({**event, "timestamp": "\ud800"}).encode()
		self.assertRaises(WrongSignature, zalo_webhook.accept, halved, signature, self.now)
		moved = json.dumps({**event, "timestamp": str(int(event["timestamp"]) + 1)}).encode()
		self.assertRaises(WrongSignature, zalo_webhook.accept, moved, signature, self.now)
		self.assertEqual(self.states(), [])

	def test_a_replayed_event_is_refused(self):
		event = self.event()
		self.assertRaises(StaleEvent, self.accept, event, at=self.now + 2 * HOUR)
		self.assertRaises(StaleEvent, self.accept, event, at=self.now - HOUR)
		for timestamp in ("", "soon", "-5", "9" * 15):
			self.assertRaises(StaleEvent, self.accept, {**event, "timestamp": timestamp})

	def test_what_is_no_event_is_refused_in_a_sentence(self):
		for body in (b"", b"[]", b"{", b"\xff\xfe", b"[" * 60_000):
			self.assertRaises(NotAnEvent, zalo_webhook.accept, body, "mac=x", self.now)
		self.assertRaises(EventTooLarge, zalo_webhook.accept, b"x" * 70_000, "mac=x", self.now)
		self.change_settings(zalo_enabled=0)
		self.assertRaises(ZaloNotInUse, self.accept, self.event())

	def test_odd_content_that_is_signed_stops_nobody(self):
		for odd in (
			{"message": None},
			{"message": {"text": 5, "attachments": "x", "msg_id": 7}},
			{
				"message": {
					"text": "a\0b",
					"msg_id": "n",
					"attachments": [1, {"type": "location", "payload": {"coordinates": {}}}],
				}
			},
			{"sender": "x"},
			{"sender": {"id": "' or 1=1"}},
			{"event_name": {"a": 1}},
		):
			self.accept({**self.event(), **odd})
		self.work()
		self.assertEqual(set(self.states()), {"Done", "Ignored"})
		self.assertEqual([message.text for message in TAKEN], ["", "", "ab"])


class TestWorking(WebhookTestCase):
	def test_place_and_picture_come_with_the_message(self):
		self.accept(self.event("", picture=f"{self.server}/pictures/one.png"))
		self.accept(self.event("", place=(19.8, 105.77)))
		first, second = self.work()
		self.assertEqual([name for name, _content in first.attachments], ["zalo-1.png"])
		self.assertEqual(second.place, (19.8, 105.77))

	def test_what_the_account_sent_itself_is_not_answered(self):
		self.accept(self.event(sender=self.zalo.account["oa_id"]))
		self.accept(self.event(name="oa_send_text"))
		self.accept(self.event(name="user_seen_message"))
		self.assertEqual(self.work(), [])
		self.assertEqual(self.states(), ["Ignored"] * 3)

	def test_following_is_noted(self):
		self.accept(self.event(name="follow"))
		self.work()
		self.assertEqual(frappe.get_all("Conversation", pluck="following"), [1])

	def test_a_machine_that_writes_without_end_gets_no_answer_and_all_is_kept(self):
		self.change_settings(most_messages=5)
		for number in range(8):
			self.accept(self.event(f"{number}"))
		answers = [
			conversations.answer(message, f"answer {message.text}", message.event) for message in self.work()
		]
		self.assertEqual([bool(answer) for answer in answers], [True] * 5 + [False] * 3)
		self.now += 2 * HOUR
		self.accept(self.event("người thật"))
		self.assertTrue(self.work()[-1].may_answer)

	def test_the_same_answer_is_not_given_twice_in_a_row(self):
		self.accept(self.event("1"))
		self.accept(self.event("2"))
		first, second = self.work()
		self.assertTrue(conversations.answer(first, "Gõ mã của bạn.", "a", now=self.now))
		self.assertIsNone(conversations.answer(second, "Gõ mã của bạn.", "b", now=self.now))
		self.assertTrue(conversations.answer(second, "Gõ mã của bạn.", "b", now=self.now + HOUR))

	def test_what_fails_is_tried_again_and_given_up_at_last(self):
		self.accept(self.event("bí mật"))
		frappe.db.delete("Error Log")
		with patch("covid_portal.channels.test_zalo_webhook.take", side_effect=ValueError("bí mật")):
			for _attempt in range(12):
				self.work()
				self.now += HOUR
		self.assertEqual(self.states(), ["Dead"])
		self.assertNotIn("bí mật", str(frappe.get_all("Error Log", fields=["*"])))
		inbound.try_again([frappe.get_all("Inbound Event", pluck="name")[0]])
		frappe.db.commit()
		# By the clock on the wall it may be tried now, which late in the day is behind the injected one.
		self.now = max(self.now, frappe.utils.now_datetime()) + HOUR
		self.assertEqual(len(self.work()), 1)

	def test_a_conversation_remembers_sealed(self):
		self.accept(self.event())
		[message] = self.work()
		conversations.remember(message.conversation, {"text": "chuyện riêng"})
		self.assertEqual(conversations.recall(message.conversation), {"text": "chuyện riêng"})
		self.assertNotIn("riêng", frappe.db.get_value("Conversation", message.conversation, "memory"))


class TestPictures(WebhookTestCase):
	def test_no_other_host_is_asked(self):
		self.change_settings(picture_hosts="photo.example.vn\n.zdn.vn")
		for address in (
			"http://photo.example.vn/a.jpg",
			"https://example.vn/a.jpg",
			"https://photo.example.vn.evil.test/a.jpg",
			"https://evilzdn.vn/a.jpg",
			"https://photo.example.vn@127.0.0.1/a.jpg",
			"https://127.0.0.1/a.jpg",
			"https://[::1]/a.jpg",
			"file:///etc/passwd",
			"gopher://x.zdn.vn/",
			"https://x.zdn.vn:99999/",
			"//x.zdn.vn/a",
			"",
		):
			with self.subTest(address), patch("socket.getaddrinfo", side_effect=AssertionError(address)):
				self.assertRaises(pictures.NotTaken, pictures.fetch, address)

	def test_an_allowed_host_that_leads_inside_is_not_asked(self):
		for inside in (
			"127.0.0.1",
			"10.1.2.3",
			"169.254.169.254",
			"192.168.1.1",
			"100.64.0.1",
			"0.0.0.0",
			"::1",
			"::ffff:127.0.0.1",
			"fd00::1",
			"64:ff9b::7f00:1",
			"2002:7f00:1::",
			"224.0.0.1",
		):
			rows = [
				(socket.AF_INET, 1, 6, "", ("203.0.114.9", 443)),
				(socket.AF_INET, 1, 6, "", (inside, 443)),
			]
			with self.subTest(inside), patch("socket.getaddrinfo", return_value=rows):
				self.assertRaises(pictures.NotTaken, pictures.fetch, "https://x.zdn.vn/a.jpg")

	def test_the_connection_goes_to_the_address_that_was_looked_at(self):
		"""A name that leads elsewhere at a second look-up gains nothing: there is none."""
		rows = [(socket.AF_INET, 1, 6, "", ("203.0.114.9", 443))]
		asked = []

		def connect(address, *_words, **_more):
			asked.append(address[0])
			raise OSError

		with (
			patch("socket.getaddrinfo", return_value=rows),
			patch("urllib3.util.connection.create_connection", connect),
		):
			self.assertRaises(web.NoAnswer, pictures.fetch, "https://x.zdn.vn/a.jpg")
		self.assertEqual(asked, ["203.0.114.9"])

	def test_redirects_and_wrong_content_are_not_followed_and_not_taken(self):
		kinds = {
			"/redirect": (302, {"Location": "http://127.0.0.1:22/"}, b""),
			"/page": (200, {"Content-Type": "image/png"}, b"<html><script>"),
			"/drawing": (200, {"Content-Type": "image/svg+xml"}, b"<svg onload='x'/>"),
			"/missing": (404, {}, b""),
			"/huge": (200, {"Content-Type": "image/png"}, b"\x89PNG\r\n\x1a\n" + b"0" * 1_000_000),
		}
		self.zalo.pictures.update(kinds)
		self.change_settings(picture_megabytes=1)
		for path in kinds:
			with self.subTest(path):
				self.assertRaises(pictures.NotTaken, pictures.fetch, self.server + path)

	def test_a_host_that_is_down_is_asked_again_later_and_the_words_come_through_without(self):
		self.zalo.pictures["/down"] = (503, {}, b"")
		self.accept(self.event("có ảnh", picture=f"{self.server}/down"))
		self.assertEqual(self.work(), [])
		self.assertEqual(self.states(), ["Waiting"])
		self.zalo.pictures["/down"] = (404, {}, b"")
		self.now += HOUR
		[message] = self.work()
		self.assertEqual((message.text, message.attachments, message.missing), ("có ảnh", [], 1))

	def test_a_host_that_stays_down_does_not_keep_the_words(self):
		self.zalo.pictures["/down"] = (503, {}, b"")
		self.accept(self.event("có ảnh", picture=f"{self.server}/down"))
		for _attempt in range(4):
			self.work()
			self.now += HOUR
		self.assertEqual([(message.text, message.missing) for message in TAKEN], [("có ảnh", 1)])
