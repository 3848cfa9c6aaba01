"""The public forms under attack: doubtful things are held, nothing but the flood itself is refused."""

import ipaddress
import secrets

import altcha
import frappe

from covid_portal.citizens import protection
from covid_portal.testing.case import PortalTestCase


def solved() -> str:
	"""What a visitor's device sends after its work."""
	puzzle = protection.challenge()
	solution = altcha.solve_challenge_v1(
		puzzle["challenge"], puzzle["salt"], puzzle["algorithm"], puzzle["maxNumber"]
	)
	parts = {key: puzzle[key] for key in ("algorithm", "challenge", "salt", "signature")}
	return altcha.PayloadV1(number=solution.number, **parts).to_base64()


class TestProtection(PortalTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(frappe.clear_document_cache, "Intake Settings", "Intake Settings")
		self.addCleanup(setattr, frappe.local, "request_ip", None)
		self.network()
		self.set(difficulty=50)

	def set(self, **values: int) -> None:
		settings = frappe.get_single("Intake Settings")
		settings.update(values)
		settings.save()

	def network(self) -> None:
		"""Each test comes from a network of its own: counters outlive it."""
		frappe.local.request_ip = str(ipaddress.IPv6Address(secrets.randbits(128)))

	def test_a_form_with_a_proof_is_accepted(self):
		self.assertEqual(protection.screen({"altcha": solved()}, "Petition").outcome, protection.ACCEPT)

	def test_a_proof_is_good_for_one_form(self):
		proof = solved()
		self.assertTrue(protection.is_proof(proof))
		self.assertFalse(protection.is_proof(proof))

	def test_a_form_sent_twice_has_one_proof(self):
		sent = {"altcha": solved(), "submission_key": "web:0123456789abcdef0123"}
		outcomes = [
			protection.screen(form, "Petition").outcome
			for form in (sent, sent, {**sent, "submission_key": "other"})
		]
		self.assertEqual(outcomes, [protection.ACCEPT, protection.ACCEPT, protection.HOLD])

	def test_a_forged_or_garbled_proof_is_none(self):
		for forged in (
			"",
			"x",
			"bnVsbA==",
			"W10=",
			"eyJhIjoxfQ==",
			"é" * 3000,
			solved()[:-8] + "AAAAAAA=",
			5,
			["x"],
			{"a": 1},
		):
			with self.subTest(str(forged)[:12]):
				self.assertFalse(protection.is_proof(forged))

	def test_without_a_proof_it_is_held_and_a_filled_honeypot_as_well(self):
		self.assertEqual(protection.screen({}, "Petition").outcome, protection.HOLD)
		trapped = protection.screen({"altcha": solved(), protection.HONEYPOT: "x"}, "Petition")
		self.assertEqual(trapped.outcome, protection.HOLD)
		self.assertTrue(trapped.held)

	def test_without_proofs_few_are_taken_and_the_refusal_says_what_to_do(self):
		self.set(per_network_without_proof=2)
		outcomes = [protection.screen({}, "Petition") for _time in range(3)]
		self.assertEqual([verdict.outcome for verdict in outcomes], ["hold", "hold", "refuse"])
		self.assertIn("1022", outcomes[-1].sentence)

	def test_hard_times_divide_the_limits_and_make_the_proof_harder(self):
		self.set(hard_times=1, hard_difficulty=900, per_network=8)
		self.assertEqual(protection.limit("per_network"), 2)
		self.assertEqual(protection.challenge()["maxNumber"], 900)

	def test_a_network_is_an_address_or_the_first_half_of_one(self):
		self.assertEqual(
			protection.network_of("2001:db8:1:2:3::4"), protection.network_of("2001:db8:1:2:ffff::9")
		)
		self.assertNotEqual(protection.network_of("192.0.2.1"), protection.network_of("192.0.2.2"))
		self.assertEqual(protection.network_of("::ffff:192.0.2.1"), "192.0.2.1")
		self.assertEqual(protection.network_of("nonsense\r\n"), "unknown")
