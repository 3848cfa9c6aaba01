"""Codes: too many to guess, told apart from slips of the pen, found by their digest alone."""

from covid_portal.citizens import codes
from covid_portal.testing.case import PortalTestCase


class TestCodes(PortalTestCase):
	def test_a_code_is_of_its_kind_and_of_80_random_bits(self):
		code = codes.new_code("Petition")
		self.assertRegex(code, r"^PA(-[0-9A-HJKMNP-TV-Z]{4}){3}-[0-9A-HJKMNP-TV-Z]{5}$")
		self.assertEqual(codes.BASE**codes.RANDOM, 2**80)
		self.assertEqual(len({codes.new_code("Home Return") for _number in range(200)}), 200)

	def test_it_is_read_however_it_is_typed(self):
		code = codes.new_code("Petition")
		mixed_up = code.replace("1", "l").replace("0", "o")
		for typed in (
			code.lower(),
			code.replace("-", ""),
			f"  {code.replace('-', ' ')} ",
			f"PA{mixed_up[2:]}",
		):
			self.assertEqual(codes.normal(typed), code)

	def test_every_single_slip_is_told_from_a_code_that_does_not_exist(self):
		code = codes.new_code("Petition")
		for at in [index for index, letter in enumerate(code) if letter != "-" and index > 1]:
			other = "7" if code[at] != "7" else "8"
			with self.subTest(at=at):
				self.assertRaises(codes.CodeMistyped, codes.normal, code[:at] + other + code[at + 1 :])

	def test_what_is_no_code_is_none(self):
		for typed in (
			"",
			"PA",
			"XX-7K2M-Q4XT-9D3F-W6H8R",
			"PA-" + "0" * 500,
			"PA-7K2M-Q4XT-9D3F-\u202eW6H8R\0'",
		):
			self.assertRaises(codes.CodeMistyped, codes.normal, typed)
