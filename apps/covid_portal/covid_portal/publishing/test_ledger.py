"""The public list of corrections: as a page from a dict, and its place in the snapshot."""

import unittest

from covid_portal.publishing import rendering, site_map
from covid_portal.publishing.test_rendering import BRAND

ROW = {
	"correction": "SIT-2021-11-20-1600-14848-DC01",
	"approved_at": "2021-11-21T09:12:00+07:00",
	"slot": "SIT-2021-11-20-1600",
	"time": "2021-11-20T16:00:00+07:00",
	"area": "14848",
	"name": "Xã Tam Chung",
	"name_en": "Tam Chung Commune",
	"within": "Huyện Mường Lát",
	"within_en": "Muong Lat District",
	"field": "new_cases",
	"label": "Mắc mới trong kỳ",
	"label_en": "New cases",
	"old": 2184,
	"new": 2190,
	"reason": "Tính trùng <b>một</b> ca",
	"version": 2,
}


def page(lang: str, *rows: dict) -> str:
	data = {"updated_at": "2021-11-21T10:00:00+07:00", "corrections": list(rows), "withheld": []}
	return rendering.render(
		"corrections.html", lang, str, data=data, brand=BRAND, alternate=None, current="corrections"
	)


class TestLedgerPage(unittest.TestCase):
	def test_a_row_tells_slot_area_figure_both_values_reason_and_version(self) -> None:
		html = page("vi", ROW)
		for text in (
			"16\u00a0giờ, 20/11/2021",
			"Xã Tam Chung",
			"Huyện Mường Lát",
			"2.184",
			"2.190",
			"Mắc mới",
		):
			self.assertIn(text, html)

	def test_a_reason_is_shown_as_text_and_marked_as_vietnamese_on_the_english_page(self) -> None:
		html = page("en", ROW)
		self.assertIn("&lt;b&gt;một&lt;/b&gt;", html)
		self.assertIn('lang="vi">Tính trùng', html)
		self.assertIn("Tam Chung Commune", html)

	def test_a_figure_that_had_not_been_reported_is_a_dash_and_not_zero(self) -> None:
		self.assertIn("not reported", page("vi", {**ROW, "old": None}))

	def test_a_version_that_is_not_built_yet_is_a_dash(self) -> None:
		self.assertIn('<span class="none">–</span>', page("vi", {**ROW, "version": None}))

	def test_without_corrections_the_page_says_so(self) -> None:
		self.assertIn("No published figure has been corrected.", page("en"))

	def test_the_navigation_marks_this_page_and_leads_to_it_in_both_languages(self) -> None:
		for lang, address in {"vi": "/dinh-chinh", "en": "/en/dinh-chinh"}.items():
			self.assertIn(f'<a href="{address}" aria-current="page">', page(lang))


class TestPlaceInTheSnapshot(unittest.TestCase):
	def test_every_page_has_a_file_and_is_found_by_its_address(self) -> None:
		from covid_portal.publishing import pages, renderer

		files = {pages.file_of(page.address(lang)) for page in site_map.PAGES for lang in site_map.LANGUAGES}
		self.assertLessEqual({"index.html", "en/index.html", "en/dinh-chinh/index.html"}, files)
		self.assertEqual(len(files), 2 * len(site_map.PAGES))
		self.assertEqual(set(site_map.names(str)), set(site_map.BY_KEY))
		self.assertEqual(renderer.PAGES["en/dinh-chinh"], ("corrections", "en"))
		self.assertEqual(renderer.PAGES[renderer.HOME], ("overview", "vi"))
