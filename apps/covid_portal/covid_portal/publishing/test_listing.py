"""What lists the pages of a build: the outline, site map, search index, robots.txt, OpenSearch, the feed; and the settings
they take their addresses from."""

import json
import tempfile
import unittest
from pathlib import Path
from unittest.mock import patch
from xml.etree import ElementTree

import frappe

from covid_portal.publishing import (
	feeds,
	guidance,
	listing,
	outline,
	pages,
	search_index,
	site_map,
)
from covid_portal.publishing.doctype.publishing_settings.publishing_settings import (
	NotAWebAddress,
	is_web_address,
)
from covid_portal.publishing.files import xml_file
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.test_rendering import DATA
from covid_portal.reporting import slots
from covid_portal.testing.case import REPORT, PortalTestCase

HELP = """<meta name="description" content="A &amp; B"><h2 class="x" id="one">First <b>part</b></h2>
<h2>without an anchor</h2><h2 id="two">Second</h2>
<section class="card" id="three"><h2>Third</h2></section>"""
BASE = "https://covid.example.vn"


class TestOutline(unittest.TestCase):
	def setUp(self) -> None:
		folder = tempfile.TemporaryDirectory()
		self.addCleanup(folder.cleanup)
		self.live = Path(folder.name)

	def write(self, path: str, text: str) -> None:
		(self.live / path).parent.mkdir(parents=True, exist_ok=True)
		(self.live / path).write_text(text, encoding="utf-8")

	def test_sections_and_description_are_those_of_the_page(self) -> None:
		build = outline.Build({"tro-giup/index.html": HELP.encode()}, self.live)
		rows = {row.key: row for row in outline.outlines(build, "vi", str)}
		self.assertEqual(rows["help"].description, "A & B")
		self.assertEqual(
			rows["help"].sections,
			(
				("First part", "/tro-giup#one"),
				("Second", "/tro-giup#two"),
				("Third", "/tro-giup#three"),
			),
		)
		self.assertEqual(list(rows), [page.key for page in site_map.PAGES])
		self.assertEqual(rows["data"].sections, ())

	def test_what_is_made_now_stands_before_what_is_live(self) -> None:
		self.write("en/tro-giup/index.html", "<h2 id='old'>")
		build = outline.Build({"en/tro-giup/index.html": HELP.encode()}, self.live)
		rows = {row.key: row for row in outline.outlines(build, "en", str)}
		self.assertEqual(rows["help"].sections[0], ("First part", "/en/tro-giup#one"))

	def test_a_path_is_read_at_its_address(self) -> None:
		for address in ("/", "/en/", "/dinh-chinh", "/en/dinh-chinh", "/ban-tin/76"):
			self.assertEqual(outline.address_of(pages.file_of(address)), address)

	def test_what_xml_cannot_hold_is_left_out(self) -> None:
		root = ElementTree.Element("a")
		root.text = "Lý do\x00\x0b <b> & \ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")
		self.assertEqual(ElementTree.fromstring(xml_file(root)).text, "Lý do <b> & 😀")


class ListingCase(PortalTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		folder = tempfile.TemporaryDirectory()
		cls.addClassCleanup(folder.cleanup)
		cls.live = Path(folder.name)

	def setUp(self) -> None:
		super().setUp()
		frappe.db.set_single_value("Publishing Settings", "public_address", BASE)
		frappe.clear_document_cache("Publishing Settings", "Publishing Settings")
		data = DATA | {"slot": self.slot, "report_type": REPORT}
		data["districts"] = [{**DATA["districts"][0], "code": "ZZ1"}]
		self.publication = Publication((self.slot,), self.slot, {self.slot: data}, self.live)

	def listed(self) -> dict[str, bytes]:
		made = {"index.html": b"<h2 id='x'>", "en/index.html": b"", "ban-tin/76/index.html": b""}
		return listing.files(self.publication, made | guidance.files(self.publication))


class TestListing(ListingCase):
	def test_the_site_map_names_every_page_in_both_languages_and_its_last_change(self) -> None:
		listed = self.listed()
		files = [row.findtext("{*}loc") for row in ElementTree.fromstring(listed["sitemap.xml"])]
		self.assertEqual(files, [f"{BASE}/sitemap-ban-tin-1.xml", f"{BASE}/sitemap-trang-1.xml"])
		urls = [
			url for file in files for url in ElementTree.fromstring(listed[file.removeprefix(f"{BASE}/")])
		]
		entries = {url.findtext("{*}loc"): url for url in urls}
		for address in ("/", "/en/", "/tro-giup", "/en/tro-giup", "/tim-kiem", "/so-do-cong", "/ban-tin/76"):
			self.assertIn(BASE + address, entries)
			self.assertRegex(entries[BASE + address].findtext("{*}lastmod"), r"^\d{4}-\d\d-\d\dT.*\+07:00$")
		links = {row.get("hreflang"): row.get("href") for row in entries[f"{BASE}/en/"].findall("{*}link")}
		self.assertEqual(links, {"vi": f"{BASE}/", "en": f"{BASE}/en/", "x-default": f"{BASE}/"})
		self.assertEqual(entries[f"{BASE}/ban-tin/76"].findall("{*}link"), [])

	def test_the_page_of_the_site_map_leads_to_all_pages_and_their_sections(self) -> None:
		text = self.listed()["so-do-cong/index.html"].decode()
		for page in site_map.PAGES:
			self.assertIn(f'<a href="{page.vi}"', text)
		self.assertIn('href="/tro-giup#accessibility"', text)

	def test_robots_keep_to_what_is_public_unless_an_administrator_says_otherwise(self) -> None:
		text = listing.robots()
		self.assertIn("Disallow: /app\n", text)
		self.assertNotIn("Disallow: /\n", text)
		self.assertTrue(text.endswith(f"Sitemap: {BASE}/sitemap.xml\n"))
		frappe.db.set_single_value("Website Settings", "robots_txt", "User-agent: *\nDisallow: /")
		self.assertTrue(listing.robots().startswith("User-agent: *\nDisallow: /\n\nSitemap:"))

	def test_a_browser_learns_where_to_search(self) -> None:
		root = ElementTree.fromstring(self.listed()["en/opensearch.xml"])
		self.assertEqual(root.find("{*}Url").get("template"), f"{BASE}/en/tim-kiem?q={{searchTerms}}")
		self.assertLessEqual(len(root.findtext("{*}ShortName")), 16)

	def test_the_search_knows_pages_sections_figures_areas_and_files(self) -> None:
		index = json.loads(self.listed()["en/tim-kiem/index.json"])
		entries = {row[0]: row for row in index["entries"]}
		kinds = {title: index["kinds"][row[3]] for title, row in entries.items()}
		self.assertEqual((kinds["Help"], entries["Help"][2]), ("Page", "/en/tro-giup"))
		self.assertEqual(entries["Accessibility"][1:3], ["Help", "/en/tro-giup#accessibility"])
		self.assertEqual(entries["Treated"][1:3], ["Cases", "/en/#figure-under_treatment"])
		self.assertIn("Data file", kinds.values())
		code = frappe.get_all("Area", {"parent_area": "ZZ1", "level": 3}, pluck="name")[0]
		addresses = {row[2] for row in index["entries"]}
		self.assertLessEqual({"/en/ban-do#khu-vuc-ZZ1", f"/en/ban-do#khu-vuc-{code}"}, addresses)

	def test_a_district_stands_before_the_sections_of_other_pages_that_bear_its_name(self) -> None:
		weights = {row.url: row.weight for row in search_index.area_entries(self.publication, "vi")}
		section = outline.Outlined(
			"sites", "", "Khu cách ly", "/cach-ly", "", (("Huyện ZZ1", "/cach-ly#ZZ1"),)
		)
		*_page, headed = search_index.page_entries([section], "vi")
		self.assertGreater(weights["/ban-do#khu-vuc-ZZ1"], headed.weight)

	def test_an_area_that_has_ended_is_not_found(self) -> None:
		titles = {entry.note for entry in search_index.area_entries(self.publication, "vi")}
		code = frappe.get_all("Area", {"parent_area": "ZZ1", "level": 3}, pluck="name")[0]
		self.assertTrue(any(note.endswith(code) for note in titles))
		frappe.db.set_value("Area", code, "valid_to", "2020-01-01")
		titles = {entry.note for entry in search_index.area_entries(self.publication, "vi")}
		self.assertFalse(any(note.endswith(code) for note in titles))

	def test_other_parts_add_what_they_have(self) -> None:
		hooks = {"search_entries": [f"{__name__}.contribute"]}
		with patch.object(frappe, "get_hooks", lambda name: hooks[name]):
			files = search_index.index_file(self.publication, "vi", [])
		self.assertEqual(
			json.loads(files["tim-kiem/index.json"]),
			{"kinds": ["Bản tin"], "entries": [["Số 76", "vi", "/ban-tin/76", 0, 2]]},
		)


def contribute(_publication: Publication, lang: str) -> list[search_index.Entry]:
	return [search_index.Entry("Số 76", "Bản tin", "/ban-tin/76", lang)]


class TestFeed(ListingCase):
	def feed(self, lang: str = "en") -> ElementTree.Element:
		path = "tin.atom" if lang == "vi" else "en/tin.atom"
		return ElementTree.fromstring(feeds.files(self.publication)[path])

	def setUp(self) -> None:
		super().setUp()
		frappe.db.set_value(
			"Report Slot", self.slot, {"state": slots.PUBLISHED, "published_at": DATA["published_at"][:19]}
		)

	def test_the_newest_slot_is_told_with_its_figures(self) -> None:
		entry = next(
			row for row in self.feed().findall("{*}entry") if row.findtext("{*}id").endswith(self.slot)
		)
		self.assertEqual(entry.findtext("{*}title"), "Situation as of 16:00, 20 November 2021")
		self.assertIn("553 of 559", entry.findtext("{*}summary"))
		self.assertEqual(entry.findtext("{*}updated"), DATA["published_at"])

	def test_a_correction_is_told_with_both_figures_and_its_reason(self) -> None:
		row = {
			"correction": "C-1", "field": "new_cases", "name": "Xã A", "name_en": "A", "label": "Mắc mới", "label_en": "Cases",
			"old": None, "new": 3, "time": DATA["time"], "reason": "Nhập nhầm", "approved_at": "2021-11-21T09:00:00+07:00",
		}  # fmt: skip
		with patch.object(feeds.ledger, "ledger_data", return_value={"corrections": [row]}):
			first = self.feed().find("{*}entry")
		self.assertEqual(first.findtext("{*}title"), "Correction: A, Cases")
		self.assertIn("– becomes 3. Reason: Nhập nhầm", first.findtext("{*}summary"))
		self.assertEqual(first.find("{*}link").get("href"), f"{BASE}/en/dinh-chinh")


class TestSettings(PortalTestCase):
	def test_only_addresses_of_the_web_stand_in_public_pages(self) -> None:
		for address in (
			"javascript:alert(1)",
			"javascript://x/%0aalert(1)",
			"data:text/html,x",
			"//x",
			"x",
			"",
			None,
		):
			self.assertFalse(is_web_address(address), address)
		for address in ("https://dichvucong.gov.vn", "http://[::1]/x"):
			self.assertTrue(is_web_address(address), address)
		settings = frappe.get_doc("Publishing Settings")
		settings.append("links", {"title": "Cổng", "url": "javascript://x/%0aalert(1)"})
		self.assertRaises(NotAWebAddress, settings.save)

	def test_the_public_address_is_no_visitors_word(self) -> None:
		frappe.db.set_single_value("Publishing Settings", "public_address", "")
		frappe.clear_document_cache("Publishing Settings", "Publishing Settings")
		with patch.dict(frappe.local.conf, {"host_name": "covid.example.vn"}):
			self.assertEqual(pages.public_address(), BASE)
