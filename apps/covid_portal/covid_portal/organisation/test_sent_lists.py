"""Lists as the Desk sends them."""

import json

from frappe.tests.utils import FrappeTestCase

from covid_portal.organisation.sent_lists import NotAList, texts
from covid_portal.privacy.reveal import NothingToReveal, reveal


class TestSentLists(FrappeTestCase):
	def test_a_list_is_taken_as_such_and_as_json(self) -> None:
		self.assertEqual(texts(["a", "b"]), ["a", "b"])
		self.assertEqual(texts(json.dumps(["a", "b"])), ["a", "b"])

	def test_anything_else_is_refused(self) -> None:
		for sent in ("a", '{"a": 1}', "[1]", [["a"]], ""):
			with self.subTest(sent), self.assertRaises(NotAList):
				texts(sent)

	def test_what_the_desk_sends_to_reveal_is_no_wrong_type(self) -> None:
		with self.assertRaises(NothingToReveal):
			reveal("ToDo", "x", json.dumps(["name"]), "because")
