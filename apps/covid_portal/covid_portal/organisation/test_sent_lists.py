"""Lists as the Desk sends them."""

import json

from frappe.tests.utils import FrappeTestCase

from covid_portal.organisation.sent_lists import NotAList, numbers, texts
from covid_portal.privacy.reveal import NothingToReveal, reveal


class TestSentLists(FrappeTestCase):
	def test_a_list_is_taken_as_such_and_as_json(self) -> None:
		self.assertEqual(texts(["a", "b"]), ["a", "b"])
		self.assertEqual(texts(json.dumps(["a", "b"])), ["a", "b"])

	def test_anything_else_is_refused(self) -> None:
		for sent in ("a", '{"a": 1}', "[1]", [["a"]], ""):
			with self.subTest(sent), self.assertRaises(NotAList):
				texts(sent)

	def test_names_of_counted_rows_are_numbers_in_any_writing(self) -> None:
		self.assertEqual([numbers([7, "8"]), numbers("[7, 8]"), numbers("[]")], [[7, 8], [7, 8], []])
		for sent in ("7", "[true]", "[1.5]", ["a"], ["٣"], '{"a": 1}'):
			with self.subTest(sent), self.assertRaises(NotAList):
				numbers(sent)

	def test_what_the_desk_sends_to_reveal_is_no_wrong_type(self) -> None:
		with self.assertRaises(NothingToReveal):
			reveal("ToDo", "x", json.dumps(["name"]), "because")
