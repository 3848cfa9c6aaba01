"""What is sealed opens for its own subject alone, and never again once the subject was erased."""

import frappe

from covid_portal.approval.vocabulary import AppendOnly
from covid_portal.privacy import access, erasure, sealing, subjects
from covid_portal.privacy.blind import blind_index
from covid_portal.privacy.masking import mask
from covid_portal.testing.case import PortalTestCase

NAME = "Lê Thị Hồng Gấm"
PHONE = "+84 912 345 678"


class TestSealing(PortalTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.subject = subjects.create_subject()

	def test_the_stored_text_holds_nothing_in_clear_and_opens_again(self):
		sealed = sealing.seal(self.subject, NAME)
		self.assertNotIn("Gấm", sealed)
		subjects.forget()  # the key comes from the database
		self.assertEqual(sealing.unseal(self.subject, sealed), NAME)
		self.assertNotEqual(
			sealing.seal(self.subject, NAME), sealed, "the same name twice is not seen to be the same"
		)

	def test_nothing_stays_nothing(self):
		self.assertEqual([sealing.seal(self.subject, text) for text in (None, "")], [None, None])
		self.assertIsNone(sealing.unseal(self.subject, None))

	def test_a_text_of_one_person_does_not_open_as_anothers(self):
		other = subjects.create_subject()
		moved = sealing.seal(self.subject, NAME).replace(self.subject, other)
		self.assertRaises(sealing.SealBroken, sealing.unseal, other, moved)

	def test_a_changed_text_is_noticed(self):
		sealed = sealing.seal(self.subject, NAME)
		changed = sealed[:-6] + ("AAAA" if sealed[-6:-2] != "AAAA" else "BBBB") + sealed[-2:]
		self.assertRaises(sealing.SealBroken, sealing.unseal, self.subject, changed)

	def test_what_was_erased_opens_no_more_and_the_record_says_so(self):
		sealed = sealing.seal(self.subject, NAME)
		erasure.erase(self.subject, "The person asked for it")
		self.assertRaises(subjects.Erased, sealing.unseal, self.subject, sealed)
		self.assertFalse(frappe.db.get_value("Data Subject", self.subject, "wrapped_key"))
		last = access.of_subject(self.subject)[-1]
		self.assertEqual((last.channel, last.reason), ("Erasure", "The person asked for it"))
		self.assertRaises(erasure.ErasedAlready, erasure.erase, self.subject, "Again")

	def test_a_subject_is_neither_changed_nor_deleted_by_hand(self):
		subject = frappe.get_doc("Data Subject", self.subject)
		self.assertRaises(AppendOnly, subject.save)
		self.assertRaises(AppendOnly, subject.delete)


class TestAccessRecord(PortalTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.subject = subjects.create_subject()
		for number in range(3):
			access.record("Unit", "CHS-ZZ11", ["name"], f"Reason {number}", "Desk", self.subject)

	def rows(self) -> list[str]:
		return frappe.get_all(
			"Personal Access", {"subject": self.subject}, pluck="name", order_by="sequence asc"
		)

	def test_it_holds_as_it_was_written(self):
		self.assertEqual(len(self.rows()), 3)
		self.assertEqual(access.broken_links(self.subject), [])

	def test_a_changed_reason_shows(self):
		frappe.db.set_value("Personal Access", self.rows()[1], "reason", "Something else")
		self.assertEqual(access.broken_links(self.subject), [2])

	def test_a_removed_row_shows(self):
		frappe.db.delete("Personal Access", {"name": self.rows()[1]})
		self.assertEqual(access.broken_links(self.subject), [3])

	def test_it_is_not_entered_or_changed_by_hand(self):
		row = frappe.get_doc("Personal Access", self.rows()[0])
		self.assertRaises(AppendOnly, row.save)
		self.assertRaises(AppendOnly, row.delete)
		self.assertRaises(AppendOnly, frappe.get_doc(doctype="Personal Access", subject=self.subject).insert)


class TestFindingAndCovering(PortalTestCase):
	def test_a_phone_number_is_found_however_it_is_written(self):
		ways = ("0912345678", "0912 345 678", "0912.345.678", PHONE, "0084912345678", "84912345678")
		self.assertEqual(len({blind_index("phone", way) for way in ways}), 1)

	def test_another_number_or_another_kind_is_another_index(self):
		indexes = {
			blind_index("phone", "0912345678"),
			blind_index("phone", "0912345679"),
			blind_index("id_number", "0912345678"),
		}
		self.assertEqual(len(indexes), 3)
		self.assertIsNone(blind_index("phone", "không có"))

	def test_a_covered_value_does_not_tell_who_it_is(self):
		self.assertEqual(mask("name", NAME), "L. T. H. G.")
		self.assertEqual(mask("phone", PHONE), "•••678")
		self.assertEqual(mask("id_number", "038 095 001 234"), "•••234")
		self.assertEqual(
			[mask("address", "Thôn 4"), mask("text", "Nhà tôi"), mask("phone", "113")], ["•••"] * 3
		)
		self.assertEqual([mask(kind, None) for kind in ("name", "phone", "address")], [""] * 3)
