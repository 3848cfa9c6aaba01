"""The site's key changes, and everything sealed before opens as before."""

import frappe
from frappe.tests.utils import FrappeTestCase

from covid_portal.privacy import keys, sealing, subjects


class TestRotation(FrappeTestCase):
	def setUp(self) -> None:
		keys.ensure()
		self.subject = subjects.create_subject()
		self.sealed = sealing.seal(self.subject, "Phạm Văn Đồng")
		self.addCleanup(self.remove)

	def remove(self) -> None:
		"""A rotation commits."""
		frappe.db.delete("Data Subject", {"name": self.subject})
		frappe.db.commit()
		subjects.drop_old_keys()

	def test_what_was_sealed_before_a_rotation_opens_after_it_and_the_old_key_can_go(self):
		before = frappe.db.get_value("Data Subject", self.subject, ["key_id", "wrapped_key"])
		key_id, count = subjects.rotate()
		after = frappe.db.get_value("Data Subject", self.subject, ["key_id", "wrapped_key"])
		self.assertGreaterEqual(count, 1)
		self.assertEqual(after[0], key_id)
		self.assertNotEqual(after[1], before[1])
		self.assertIn(before[0], subjects.drop_old_keys())
		subjects.forget()
		self.assertEqual(sealing.unseal(self.subject, self.sealed), "Phạm Văn Đồng")

	def test_a_key_that_is_still_needed_stays(self):
		keys.add()
		old = frappe.db.get_value("Data Subject", self.subject, "key_id")
		self.assertNotIn(old, subjects.drop_old_keys())

	def test_without_its_key_the_site_says_what_to_do(self):
		subjects.forget()
		conf = {**frappe.conf[keys.KEYS]}
		self.addCleanup(frappe.conf.__setitem__, keys.KEYS, conf)
		frappe.conf[keys.KEYS] = {}
		with self.assertRaises(keys.NoSiteKey) as caught:
			sealing.unseal(self.subject, self.sealed)
		self.assertIn("site_config.json", str(caught.exception))
