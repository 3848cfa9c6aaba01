"""The link check asks nobody inside the house."""

from unittest import TestCase
from unittest.mock import patch

from covid_portal.places import links

PRIVATE = (
	"127.0.0.1",
	"10.1.2.3",
	"192.168.0.9",
	"169.254.169.254",
	"172.16.0.1",
	"0.0.0.0",
	"100.64.0.1",
	"224.0.0.1",
)
PRIVATE += ("::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "2002:7f00:1::", "::")
PUBLIC = "93.184.216.34"


def resolving(*addresses: str):
	return patch.object(
		links.socket, "getaddrinfo", return_value=[(0, 0, 0, "", (one, 0)) for one in addresses]
	)


class TestLinks(TestCase):
	def test_no_line_is_opened_to_an_address_that_is_not_public(self) -> None:
		for address in PRIVATE:
			with self.subTest(address), resolving(PUBLIC, address), patch.object(links, "connect") as connect:
				self.assertIn("shop.example", links.problem_of("https://shop.example/"))
				connect.assert_not_called()

	def test_other_schemes_and_ports_are_not_asked(self) -> None:
		for url in (
			"file:///etc/passwd",
			"ftp://shop.example",
			"https://shop.example:6379/",
			"gopher://x",
			"https://",
		):
			with self.subTest(url), resolving(PUBLIC), patch.object(links, "connect") as connect:
				self.assertIsNotNone(links.problem_of(url))
				connect.assert_not_called()

	def test_the_address_that_was_looked_at_is_the_one_connected_to(self) -> None:
		with resolving(PUBLIC), patch.object(links, "connect") as connect:
			connect.return_value.getresponse.return_value.status = 200
			self.assertIsNone(links.problem_of("https://shop.example/a?b=c"))
		connect.assert_called_once_with("https", "shop.example", PUBLIC, 443)
		self.assertEqual(connect.return_value.request.call_args.args, ("HEAD", "/a?b=c"))

	def test_where_a_page_leads_on_to_is_looked_at_as_well(self) -> None:
		with patch.object(
			links, "ask", side_effect=[(302, "http://10.0.0.1/"), links.NotPublic("10.0.0.1")]
		) as ask:
			self.assertIn("10.0.0.1", links.problem_of("https://shop.example/"))
		self.assertEqual(
			[call.args[0] for call in ask.call_args_list], ["https://shop.example/", "http://10.0.0.1/"]
		)

	def test_a_circle_of_addresses_ends(self) -> None:
		with patch.object(links, "ask", return_value=(301, "/again")) as ask:
			self.assertIsNotNone(links.problem_of("https://shop.example/"))
		self.assertEqual(ask.call_count, links.MOST_REDIRECTS + 1)

	def test_what_an_answer_means(self) -> None:
		for status, sound in ((200, True), (204, True), (405, True), (403, True), (404, False), (500, False)):
			with self.subTest(status), patch.object(links, "ask", return_value=(status, None)):
				self.assertEqual(links.problem_of("https://shop.example/") is None, sound)
