"""Strangers who send too little, or something else, are told so."""

import frappe
from frappe.tests.utils import FrappeTestCase

from covid_portal.organisation.guest_input import NotUnderstood, checked
from covid_portal.privacy.quiet import without_values


@frappe.whitelist()
@checked
@without_values
def taken(code: str, stars: int = 1, words: str | None = None) -> tuple:
	return code, stars, words


class TestGuestInput(FrappeTestCase):
	def test_what_fits_arrives_in_its_type(self):
		self.assertEqual(taken("a"), ("a", 1, None))
		self.assertEqual(frappe.call(taken, code="a", stars="5", words="b", other=1), ("a", 5, "b"))

	def test_what_is_missing_or_of_another_type_is_named(self):
		for sent, name in (
			({}, "code"),
			({"code": None}, "code"),
			({"code": ["a"]}, "code"),
			({"code": "a", "stars": "x"}, "stars"),
			({"code": "a", "stars": "9" * 5000}, "stars"),
			({"code": "a", "words": {}}, "words"),
		):
			with self.subTest(sent=str(sent)[:40]):
				with self.assertRaises(NotUnderstood) as caught:
					frappe.call(taken, **sent)
				self.assertTrue(str(caught.exception).startswith(name))
