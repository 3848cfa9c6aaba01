"""SMS over SMPP against a service written from the specification, and notices to staff by SMS and ZNS."""

import unittest

import frappe

from covid_portal.channels import staff_notices
from covid_portal.channels.drivers import NotSetUp, smpp
from covid_portal.testing import standins
from covid_portal.testing.channels import PHONE, ChannelsTestCase

INTERNATIONAL = "84912345678"
NOTICE = {
	"kind": "Reminder",
	"user": "Administrator",
	"language": "vi",
	"subject": "Đến hạn lúc 07:40, chưa gửi: báo cáo kỳ 08:00, Xã A.",
	"mail_subject": "Đến hạn lúc 07:40, chưa gửi: báo cáo kỳ 08:00.",
	"lines": ["Xã A"],
	"link": "/bao-cao#/slot/area",
	"document_type": "User",
	"document_name": "Administrator",
}


class TestSMPP(ChannelsTestCase):
	def setUp(self):
		super().setUp()
		try:
			smpp.installed()
		except NotSetUp:
			raise unittest.SkipTest("smpplib is not installed here")
		self.smsc = standins.load("smsc")
		self.service, port = self.enterContext(self.smsc.running())
		self.change_settings(
			sms_driver="SMPP",
			smpp_host="127.0.0.1",
			smpp_port=port,
			smpp_system_id=self.smsc.SYSTEM_ID,
			sms_secret=self.smsc.PASSWORD,
			smpp_tls=0,
		)

	def test_a_long_message_goes_in_parts_and_vietnamese_in_its_own_letters(self):
		self.change_settings_of_marks(1)
		plain, marked = "Don cua Ong/Ba da duoc tiep nhan. " * 9, "Đơn của Ông/Bà đã được tiếp nhận."
		first = self.post(text=plain)
		self.run_job()
		self.assertEqual(self.service.text(INTERNATIONAL), plain.strip())
		self.assertEqual(self.message(first).provider_id, "m1")
		self.change_settings_of_marks(0)
		self.post(recipient="0987654321", text=marked)
		self.run_job()
		self.assertEqual(self.service.text("84987654321"), marked)

	def test_busy_means_later_and_a_wrong_number_never(self):
		self.service.refusals = [0x58, 0x0B]
		names = [self.post(recipient=number) for number in (PHONE, "0987654321")]
		self.run_job()
		self.assertEqual([self.message(name).state for name in names], ["Failed", "Dead"])

	def test_a_wrong_password_and_a_service_that_is_down_lose_nothing(self):
		frappe.db.set_single_value("Channel Settings", "smpp_system_id", "stranger")
		frappe.clear_document_cache("Channel Settings", "Channel Settings")
		name = self.post()
		self.run_job()
		self.assertEqual(self.message(name).state, "Failed")
		self.assertIn("13", self.message(name).problem)

	def change_settings_of_marks(self, plain):
		frappe.db.set_single_value("Channel Settings", "sms_plain", plain)
		frappe.clear_document_cache("Channel Settings", "Channel Settings")


class TestStaffNotices(ChannelsTestCase):
	def setUp(self):
		super().setUp()
		before = frappe.db.get_value("User", "Administrator", "mobile_no")
		self.set_number("+84 912 345 678")
		self.addCleanup(self.set_number, before)

	def set_number(self, number):
		frappe.db.set_value("User", "Administrator", "mobile_no", number)
		frappe.db.commit()

	def test_a_reminder_reaches_the_mobile_number_without_names_of_areas(self):
		self.change_settings(staff_channel="SMS")
		staff_notices.send([NOTICE, {**NOTICE, "user": "Guest"}])
		self.run_later()
		[text] = self.zalo.texts(INTERNATIONAL)
		self.assertIn("Den han luc 07:40", text)
		self.assertTrue(text.endswith("/bao-cao"))
		self.assertNotIn("Xa A", text)

	def test_by_zns_it_takes_the_template_and_without_a_channel_nothing_is_sent(self):
		staff_notices.send([NOTICE])
		self.change_settings(staff_channel="ZNS", staff_template=self.staff_template())
		staff_notices.send([NOTICE])
		self.run_later()
		self.assertEqual([row["channel"] for row in self.zalo.sent], ["ZNS"])

	def run_later(self):
		frappe.db.commit()
		self.now = max(self.now, frappe.utils.now_datetime())
		self.run_job()

	def staff_template(self):
		template = frappe.get_doc(
			{
				"doctype": "Message Template",
				"title": "Test: staff notice",
				"zns_template_id": "654321",
				"text": "{notice} {link}",
				"parameters": [{"parameter": "notice", "longest": 90}, {"parameter": "link", "longest": 60}],
			}
		).insert()
		return template.name
