"""What somebody writes by Zalo becomes a petition at once, and what follows is added to it."""

import io
from datetime import timedelta

import frappe
from frappe.utils import now_datetime
from PIL import Image

from covid_portal.channels import conversations as channel
from covid_portal.channels import sealing
from covid_portal.channels.inbound import Inbound, Later
from covid_portal.citizens import conversations, forms, intake
from covid_portal.citizens.conversations import on_inbound
from covid_portal.privacy import erasure, export, files
from covid_portal.testing.case import PortalTestCase

PERSON = "7000000000000000777"
WORDS = "Chợ xã Tam Chung đông người, không ai đeo khẩu trang."


def picture() -> bytes:
	written = io.BytesIO()
	Image.new("RGB", (20, 20), (200, 30, 30)).save(written, "PNG")
	return written.getvalue()


class TestConversations(PortalTestCase):
	def setUp(self):
		super().setUp()
		self.at, self.number = now_datetime().replace(microsecond=0), 9_000_000

	def write(self, text="", later=timedelta(), may_answer=True, **more):
		"""A message of the person, handed over as the job does."""
		self.at += later
		self.number += 1
		opened = channel.opened("Zalo", PERSON, self.at)
		on_inbound(
			Inbound(
				channel="Zalo",
				sender=PERSON,
				event=str(self.number),
				conversation=opened.name,
				received_at=self.at,
				text=text,
				may_answer=may_answer,
				**more,
			)
		)

	def answers(self):
		rows = frappe.get_all(
			"Outbox Message",
			{"recipient_index": sealing.index("zalo", PERSON)},
			["subject", "content"],
			order_by="name",
		)
		return [sealing.unseal_data(row.subject, row.content)["text"] for row in rows]

	def petitions(self):
		"""Those made of what was sent in this test."""
		for name in frappe.get_all("Intake Outcome", {"state": "Waiting"}, pluck="name"):
			intake.make_locked(name)
		names = frappe.get_all(
			"Intake Outcome", {"state": "Made"}, pluck="reference_name", order_by="creation"
		)
		mine = [frappe.get_doc("Petition", name) for name in names]
		return [one for one in mine if one.personal("reply_to") == f"Zalo:{PERSON}"]

	def said(self, petition):
		rows = frappe.get_all(
			"Petition Message",
			{"petition": petition.name, "kind": "From Sender"},
			["subject", "text"],
			order_by="creation",
		)
		return [sealing.unseal(row.subject, row.text) for row in rows]

	def code(self):
		return self.answers()[0].splitlines()[0].split()[-1]

	def test_words_become_a_petition_and_the_code_goes_back(self):
		self.write(WORDS)
		[petition] = self.petitions()
		self.assertEqual((petition.channel, petition.personal("content")), ("Zalo", WORDS))
		self.assertTrue(self.code().startswith("PA-"))
		self.assertIn("/tra-cuu", self.answers()[0])

	def test_photos_that_follow_are_of_the_same_petition(self):
		self.write(WORDS)
		self.assertRaises(Later, self.write, "", attachments=[("1.png", picture())])
		[petition] = self.petitions()
		self.write("", timedelta(minutes=2), attachments=[("1.png", picture())])
		self.write("Nguyễn Văn An, xã Tam Chung, 0912345678")
		[file] = files.listed("Petition", petition.name)
		self.assertEqual((file.title, file.kind), (f"{petition.name}-1.jpg", "image/jpeg"))
		self.assertIn("Nguyễn Văn An, xã Tam Chung, 0912345678", self.said(petition))
		self.assertEqual(len(self.answers()), 1)

	def test_a_code_adds_to_what_was_sent_long_ago_and_a_new_matter_is_a_new_petition(self):
		self.write(WORDS)
		[first] = self.petitions()
		self.write(f"{self.code().lower()} vẫn chưa ai đến", timedelta(days=3))
		self.write("Giá xăng ở cây xăng huyện tăng gấp đôi.", timedelta(days=1))
		self.assertEqual(len(self.petitions()), 2)
		self.assertEqual(len(self.said(first)), 1)
		self.assertEqual(len(self.answers()), 3)

	def test_what_is_unclear_is_guided_and_an_unknown_code_is_told(self):
		self.write("alo")
		self.write("PA-0000-0000-0000-00000", timedelta(hours=1))
		self.assertEqual(self.petitions(), [])
		self.assertEqual(len(self.answers()), 2)
		self.assertIn("115", self.answers()[0])

	def test_publication_is_agreed_to_by_a_word(self):
		self.write(WORDS)
		[petition] = self.petitions()
		self.assertEqual(petition.consent, 0)
		self.write("Đồng ý!", timedelta(minutes=1))
		self.assertEqual(frappe.db.get_value("Petition", petition.name, "consent"), 1)

	def test_a_photo_without_a_word_is_not_lost(self):
		self.write("", attachments=[("1.png", picture())])
		self.assertIn("Zalo", self.petitions()[0].personal("content"))

	def test_a_place_sent_before_counts(self):
		self.write("", place=(19.81, 105.79))
		self.write(WORDS, timedelta(minutes=1))
		[petition] = self.petitions()
		self.assertEqual(petition.personal("place"), "19.81000, 105.79000")

	def test_what_a_machine_may_have_written_is_held_and_not_answered(self):
		self.write(WORDS, may_answer=False)
		self.assertEqual(self.answers(), [])
		rows = frappe.get_all(
			"Intake Outcome", {"state": "Held"}, pluck="held_reason", order_by="creation desc", limit=1
		)
		self.assertTrue(rows[0])

	def test_the_same_message_worked_on_twice_is_one_petition(self):
		self.write(WORDS)
		self.number -= 1
		channel.remember(
			frappe.db.get_value("Conversation", {"sender_index": sealing.index("zalo", PERSON)}), None
		)
		self.write(WORDS)
		self.assertEqual(len(self.petitions()), 1)

	def test_a_person_is_handed_out_and_erased_with_the_conversation_and_its_answers(self):
		self.write(WORDS)
		[petition] = self.petitions()
		own = {"sender_index": sealing.index("zalo", PERSON)}
		conversation = frappe.get_doc("Conversation", own)
		[message] = frappe.get_all("Outbox Message", {"subject": conversation.subject}, pluck="name")
		told = export.export_of("Petition", petition.name, "The person asks for it")
		kinds = {document["doctype"] for document in told["documents"]}
		self.assertLessEqual({"Petition", "Conversation", "Outbox Message"}, kinds)
		erasure.erase_of("Petition", petition.name, "The person asks for it")
		erased = frappe.get_doc("Conversation", conversation.name), frappe.get_doc("Outbox Message", message)
		for document in erased:
			self.assertEqual({document.personal(field) for field in document.PERSONAL_FIELDS}, {None})
		self.assertEqual((erased[0].sender_index, erased[0].sender_mask), (None, None))
		self.assertIsNone(erased[1].recipient_mask)
		self.write("Giá xăng ở cây xăng huyện tăng gấp đôi.", timedelta(days=1))
		self.assertNotEqual(frappe.get_doc("Conversation", own).name, conversation.name)

	def test_no_form_says_where_answers_go(self):
		self.assertEqual(forms.payload_of({"content": "x", "reply_to": "SMS:0912345678"}), {"content": "x"})
		self.assertEqual(
			forms.payload_of({"payload": '{"content": "x", "reply_to": "SMS:1"}'}), {"content": "x"}
		)

	def test_the_nearest_area_with_a_centre(self):
		self.assertIsNone(conversations.area_near((10.0, 106.0)))
