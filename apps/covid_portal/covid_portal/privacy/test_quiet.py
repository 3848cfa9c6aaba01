"""What fails is recorded by kind and place: never with what somebody has sent."""

import json
from unittest.mock import patch

import frappe

from covid_portal.privacy import quiet
from covid_portal.testing.case import PortalTestCase

SECRET = "Lê Thị Hồng Gấm, 0912 345 678"


class TestWhatIsRecordedOfFailures(PortalTestCase):
	def test_the_frameworks_own_record_keeps_no_values(self):
		for title, kept in ((None, "builtins.ValueError"), ("Nightly job", "Nightly job")):
			try:
				fail({"full_name": SECRET, "lines": f"one\n{SECRET}"})
			except ValueError as error:
				name = frappe.log_error(title or str(error)).name
			log = frappe.get_doc("Error Log", name)
			self.assertEqual(log.method, kept)
			self.assertIn("test_quiet.py", log.error)
			self.assertIn("in fail", log.error)
			self.assertTrue(log.error.endswith("builtins.ValueError"))
			self.assertNotIn("Gấm", str(log.as_dict()))

	def test_what_was_recorded_in_words_of_ones_own_stays(self):
		log = frappe.log_error("Mailbox", "It does not answer.")
		self.assertEqual((log.method, log.error), ("Mailbox", "It does not answer."))

	def test_a_failure_of_an_endpoint_is_answered_with_a_number(self):
		def endpoint() -> None:
			fail({"full_name": SECRET})

		frappe.local.response = frappe._dict()
		with patch.object(frappe.db, "rollback"):  # the test's own transaction
			answer = quiet.without_values(endpoint)()
		log = frappe.get_last_doc("Error Log")
		self.assertIn(str(log.name), answer["error"])
		self.assertNotIn("Gấm", str(log.as_dict()))


def fail(form: dict) -> None:
	raise ValueError(json.dumps(form, ensure_ascii=False) + "\nand more")
