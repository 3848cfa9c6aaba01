"""The site's keys change: everything sealed before opens as before, everything is found as before."""

from unittest.mock import patch

import frappe
from frappe.installer import update_site_config
from frappe.tests.utils import FrappeTestCase
from frappe.utils import now_datetime

from covid_portal.channels import conversations
from covid_portal.privacy import keys, reindex, sealing, subjects


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


class TestRotationOfTheIndexKey(FrappeTestCase):
	SENDERS = ("7000000000000000901", "7000000000000000902", "7000000000000000903")

	def setUp(self) -> None:
		keys.ensure()
		# What else there is on the site is of no interest here, and may be much.
		only = patch.object(reindex, "indexed_doctypes", lambda: ["Conversation"])
		only.start()
		self.addCleanup(only.stop)
		for key in (keys.INDEX_KEY, keys.INDEX_KEYS_BEFORE):
			self.addCleanup(update_site_config, key, frappe.conf.get(key))
		self.addCleanup(self.remove)
		frappe.db.delete("Conversation")
		for sender in self.SENDERS:
			conversations.opened("Zalo", sender, now_datetime())
		frappe.db.commit()

	def remove(self) -> None:
		"""A rotation commits."""
		frappe.db.rollback()
		known = [self.name_of(sender) for sender in self.SENDERS]
		named = {"name": ("in", [*filter(None, known), ""])}
		people = frappe.get_all("Conversation", named, pluck="subject")
		frappe.db.delete("Conversation", named)
		frappe.db.delete("Data Subject", {"name": ("in", [*people, ""])})
		frappe.db.commit()

	def name_of(self, sender: str) -> str | None:
		return conversations.known("Zalo", "zalo", sender)

	def index_of(self, sender: str) -> str:
		return frappe.db.get_value("Conversation", self.name_of(sender), "sender_index")

	def test_who_was_known_is_known_before_during_and_after(self):
		names, indexes = (
			[self.name_of(one) for one in self.SENDERS],
			[self.index_of(one) for one in self.SENDERS],
		)
		keys.add_index_key()
		self.assertEqual([self.name_of(one) for one in self.SENDERS], names, "found by the old key")
		conversations.opened("Zalo", self.SENDERS[0], now_datetime())
		self.assertEqual(
			frappe.db.count("Conversation", {"name": ("in", names)}), len(names), "not begun twice"
		)
		self.assertGreaterEqual(reindex.reindex(), len(names))
		self.assertEqual(reindex.drop_old_keys(), 1)
		self.assertEqual([self.name_of(one) for one in self.SENDERS], names, "found by the new key alone")
		self.assertFalse({self.index_of(one) for one in self.SENDERS} & set(indexes))

	def test_a_rotation_that_was_interrupted_goes_on_where_it_was(self):
		written: list[str] = []
		write = reindex.write

		def breaks_off(doctype: str, rows: list) -> None:
			if doctype == "Conversation" and len(written) == 2:
				raise RuntimeError("the process ends here")
			write(doctype, rows)
			if doctype == "Conversation":
				written.extend(row.name for row in rows)

		with patch.object(reindex, "BATCH", 1):
			with patch.object(reindex, "write", breaks_off), self.assertRaises(RuntimeError):
				reindex.rotate()
			frappe.db.rollback()
			first = list(written)
			with patch.object(
				reindex, "write", lambda *given: (written.append(given[1][0].name), write(*given))
			):
				reindex.reindex()
		self.assertFalse(set(first) & set(written[len(first) :]), "what was done is not done again")
		self.assertEqual(reindex.drop_old_keys(), 1)
		for sender in self.SENDERS:
			self.assertTrue(self.name_of(sender))

	def test_what_an_erasure_empties_meanwhile_stays_empty(self):
		name = self.name_of(self.SENDERS[0])
		rows = reindex.rows_after("Conversation", "")
		frappe.db.set_value("Conversation", name, "sender_index", None)
		reindex.write("Conversation", [row for row in rows if row.name == name])
		self.assertIsNone(frappe.db.get_value("Conversation", name, "sender_index"))
