"""A test case with the channels set up against the stand-in for Zalo and the SMS gateway.

Sending commits message by message, so nothing is undone by a rollback: each test begins with empty tables, and the settings are
put back at the end.
"""

from contextlib import ExitStack
from datetime import datetime, timedelta

import frappe
from frappe.tests.utils import FrappeTestCase
from frappe.utils import now_datetime
from frappe.utils.password import remove_encrypted_password, set_encrypted_password

from covid_portal.channels import conversations, outbox, sending
from covid_portal.channels.setup import GATEWAY, load_shipped_settings
from covid_portal.testing import standins

TABLES = ("Outbox Message", "Inbound Event", "Conversation", "Channel State")
SETTINGS = "Channel Settings"
PERSON, PHONE = "7000000000000000001", "0912345678"
TEMPLATE = "Test: petition answered"


class ChannelsTestCase(FrappeTestCase):
	"""`zalo` is the stand-in, `now` the injected time, ten in the morning; run() is the job."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.stack = ExitStack()
		cls.zalo, cls.server = cls.stack.enter_context(standins.load("zalo").running())
		cls.addClassCleanup(put_back)
		cls.addClassCleanup(cls.stack.close)
		frappe.conf["channel_test_server"] = cls.server
		cls.set_up_account()

	def setUp(self) -> None:
		super().setUp()
		self.zalo.reset()
		for doctype in TABLES:
			frappe.db.delete(doctype)
		set_encrypted_password(SETTINGS, SETTINGS, self.zalo.refresh_token, "zalo_refresh_token")
		remove_encrypted_password(SETTINGS, SETTINGS, "zalo_access_token")
		frappe.db.commit()
		self.now = now_datetime().replace(hour=10, minute=0, second=0, microsecond=0)

	def change_settings(self, **changes: object) -> None:
		"""For this test alone."""
		self.addCleanup(self.set_up_account)
		self.set_up_account(**changes)

	@classmethod
	def set_up_account(cls, **changes: object) -> None:
		account = cls.zalo.account
		settings = frappe.get_single(SETTINGS)
		settings.update(
			{
				"zalo_enabled": 1,
				"zalo_app_id": account["app_id"],
				"zalo_app_secret": account["app_secret"],
				"zalo_refresh_token": account["refresh_token"],
				"zalo_oa_id": account["oa_id"],
				"zalo_oa_secret": account["oa_secret"],
				"zalo_access_token": None,
				"sms_driver": "HTTP Gateway",
				"sms_url": f"{cls.server}/sms",
				"sms_secret": account["sms_secret"],
				"sms_sender": "CONG COVID",
				"sms_plain": 1,
				"limits": [],
				"sms_parameters": list(GATEWAY),
				"staff_channel": "",
				"staff_template": None,
				**changes,
			}
		)
		settings.save()

	def template(self) -> str:
		if not frappe.db.exists("Message Template", TEMPLATE):
			frappe.get_doc(
				{
					"doctype": "Message Template",
					"title": TEMPLATE,
					"zns_template_id": "123456",
					"text": "Petition {code} of {name} was answered.",
					"parameters": [
						{"parameter": "code", "longest": 20},
						{"parameter": "name", "longest": 30},
					],
				}
			).insert()
		return TEMPLATE

	def person_wrote(self, at: datetime | None = None, person: str = PERSON) -> None:
		conversations.opened("Zalo", person, at or self.now)
		self.zalo.wrote_at[person] = 1e12
		frappe.db.commit()

	def run_job(self, later: timedelta | None = None) -> None:
		"""The job, at the injected time moved on by `later`."""
		self.now += later or timedelta()
		sending.send_due(self.now)

	def post(
		self, channel: str = "SMS", recipient: str = PHONE, text: str | None = "Xin chào", **more: object
	) -> str:
		"""As post(), at the injected time."""
		name = outbox.post_many([outbox.Post(channel, recipient, text, **more)], self.now)[0]
		frappe.db.commit()
		return name

	def message(self, name: str) -> frappe._dict:
		return frappe.db.get_value("Outbox Message", name, "*", as_dict=True)


def put_back() -> None:
	"""Settings as a site has them that was just installed."""
	frappe.conf.pop("channel_test_server", None)
	frappe.db.rollback()
	for doctype in TABLES:
		frappe.db.delete(doctype)
	for name in frappe.get_all("Message Template", {"title": ("like", "Test: %")}, pluck="name"):
		frappe.delete_doc("Message Template", name, force=True)
	frappe.db.delete("Singles", {"doctype": SETTINGS})
	for row in frappe.get_meta(SETTINGS).get_table_fields():
		frappe.db.delete(row.options, {"parenttype": SETTINGS})
	for row in frappe.get_meta(SETTINGS).get("fields", {"fieldtype": "Password"}):
		remove_encrypted_password(SETTINGS, SETTINGS, row.fieldname)
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	load_shipped_settings()
	frappe.db.commit()
