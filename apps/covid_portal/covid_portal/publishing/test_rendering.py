"""The public pages from a dict: no site and no database are needed (`python -m unittest` will do)."""

import re
import unittest
from copy import deepcopy
from html.parser import HTMLParser

from jinja2 import UndefinedError

from covid_portal.publishing import charts, rendering, site_map
from covid_portal.publishing.rendering import asset_urls, environment, render, share, trend

VIETNAMESE = {
	"no change": "không đổi",
	"not reported": "chưa báo cáo",
	"Situation as of {0}": "Tình hình đến {0}",
}
INDICATORS = [
	{"field": "new_cases", "label": "Mắc mới", "label_en": "New cases", "group": "cases", "kind": "flow"},
	{
		"field": "under_treatment",
		"label": "Đang điều trị",
		"label_en": "Treated",
		"group": "cases",
		"kind": "stock",
	},
	{
		"field": "checkpoints",
		"label": "Chốt kiểm soát",
		"label_en": "Checkpoints",
		"group": "control",
		"kind": "stock",
	},
]
GROUPS = {"cases": ("Ca mắc", "Cases"), "control": ("Kiểm soát", "Control")}
DATA = {
	"slot": "SIT-2021-11-20-1600",
	"time": "2021-11-20T16:00:00+07:00",
	"window_start": "2021-11-20T08:00:00+07:00",
	"previous_slot": "SIT-2021-11-20-0800",
	"previous_time": "2021-11-20T08:00:00+07:00",
	"version": 1,
	"published_at": "2021-11-20T16:21:04+07:00",
	"reporting": {"expected": 559, "reported": 553, "provisional": 4, "missing": 6, "carried": 6},
	"indicators": [
		{**row, "unit": "", "group_label": GROUPS[row["group"]][0], "group_label_en": GROUPS[row["group"]][1]}
		for row in INDICATORS
	],
	"province": {
		"code": "38",
		"name": "Tỉnh Thanh Hóa",
		"name_en": "Thanh Hoa Province",
		"figures": {"new_cases": 2184, "under_treatment": 612, "checkpoints": None},
		"previous": {"new_cases": 2175, "under_treatment": 612, "checkpoints": 3},
		"change": {"new_cases": 9, "under_treatment": 0, "checkpoints": None},
		"totals": {"new_cases": 61240},
	},
	"districts": [
		{
			"code": "380",
			"name": "Thành phố Thanh Hóa",
			"name_en": "Thanh Hoa City",
			"expected": 34,
			"reported": 33,
			"provisional": 1,
			"figures": {"new_cases": 0, "under_treatment": None},
			"change": {},
			"totals": {},
		}
	],
	"days": [
		{"date": f"2021-11-{day:02d}", "new_cases": 40 + day, "mean_7": 40.0 + day, "provisional": day == 14}
		for day in range(1, 15)
	],
}
BRAND = {
	"organisation": "Ban Chỉ đạo",
	"organisation_en": "Steering Committee",
	"site_title": "Cổng thông tin",
	"site_title_en": "Portal",
	"notice": "",
	"notice_en": "",
	"footer": {
		"responsible_body": "Sở",
		"responsible_person": "",
		"address": "Đường",
		"address_en": "Street",
		"phone": "0237 000 000",
		"email": "a@example.vn",
		"fax": "",
		"site_licence": "Giấy phép số 1",
		"site_licence_en": "",
	},
}


def vietnamese(text: str) -> str:
	return VIETNAMESE.get(text, text)


def english(text: str) -> str:
	return text


def page(data: dict | None = None, lang: str = "vi", **changes: object) -> str:
	alternate = "/en/" if lang == "vi" else "/"
	context = {"brand": BRAND, "alternate": alternate, "current": "overview", **changes}
	return render(
		"overview.html", lang, vietnamese if lang == "vi" else english, data=data or DATA, **context
	)


class TestNotice(unittest.TestCase):
	BRAND = BRAND | {"notice": "Trang chạy thử", "notice_en": "Trial site"}

	def test_the_notice_stands_above_the_page_in_its_language(self) -> None:
		self.assertIn("Trang chạy thử", page(brand=self.BRAND).split("<main")[0])
		self.assertIn("Trial site", page(lang="en", brand=self.BRAND).split("<main")[0])

	def test_without_a_notice_there_is_no_empty_band(self) -> None:
		self.assertNotIn("site-notice", page())


class TestNumbersAndTimes(unittest.TestCase):
	def setUp(self) -> None:
		self.vi = environment("vi", vietnamese).filters
		self.en = environment("en", english).filters

	def test_numbers_are_written_as_the_language_writes_them(self) -> None:
		self.assertEqual(self.vi["number"](2184), "2.184")
		self.assertEqual(self.en["number"](2184), "2,184")
		self.assertEqual(self.vi["number"](39.4, 1), "39,4")
		self.assertEqual(self.vi["number"](None), "–")

	def test_a_mean_has_a_decimal_only_while_it_is_small(self) -> None:
		self.assertEqual(self.vi["number"](4.25), "4,2")
		self.assertEqual(self.vi["number"](43.4), "43")

	def test_a_percentage_has_one_decimal(self) -> None:
		self.assertEqual(self.vi["percent"](81.42), "81,4\u00a0%")
		self.assertEqual(self.en["percent"](81.42), "81.4%")
		self.assertEqual(self.vi["percent"](None), "–")

	def test_share_of_nothing_is_unknown_not_zero(self) -> None:
		self.assertEqual(share(1, 4), 25)
		self.assertIsNone(share(0, 0))
		self.assertIsNone(share(None, 10))

	def test_a_change_is_signed_and_no_change_is_a_word(self) -> None:
		self.assertEqual(self.vi["change"](9), "+9")
		self.assertEqual(self.vi["change"](-1300), "−1.300")
		self.assertEqual(self.vi["change"](0), "không đổi")
		self.assertEqual(self.vi["change"](None), "–")

	def test_times_are_told_as_people_tell_them(self) -> None:
		time = DATA["time"]
		self.assertEqual(self.vi["long_time"](time).replace("\u00a0", " "), "16 giờ, thứ Bảy 20/11/2021")
		self.assertEqual(self.en["long_time"](time), "16:00, Saturday 20 November 2021")
		self.assertEqual(self.vi["hour"]("2021-11-20T07:05:00").replace("\u00a0", " "), "7 giờ 05")
		self.assertEqual(self.vi["hour_date"](time).replace("\u00a0", " "), "16 giờ, 20/11/2021")

	def test_the_slot_before_is_named_with_its_day_when_it_was_another_day(self) -> None:
		self.assertEqual(
			self.vi["since"]("2021-11-20T08:00:00", DATA["time"]).replace("\u00a0", " "), "8 giờ"
		)
		self.assertEqual(
			self.vi["since"]("2021-11-19T16:00:00", DATA["time"]).replace("\u00a0", " "), "16 giờ, 19/11"
		)

	def test_a_districts_name_is_shortened_for_its_column(self) -> None:
		short = self.vi["short_name"]
		self.assertEqual(short({"name": "Thành phố Thanh Hóa"}), "TP Thanh Hóa")
		self.assertEqual(short({"name": "Huyện Đông Sơn"}), "Đông Sơn")
		self.assertEqual(short({"name": "Đông Sơn"}), "Đông Sơn")


class TestFinding(unittest.TestCase):
	def days(self, *means: float | None) -> list[dict]:
		return [
			{"date": f"2021-11-{i + 1:02d}", "new_cases": 1, "mean_7": mean} for i, mean in enumerate(means)
		]

	def test_the_last_mean_is_compared_with_the_one_a_week_before(self) -> None:
		finding = trend(self.days(10, 10, 10, 10, 10, 10, 10, 10, 20))
		self.assertEqual(
			(finding["direction"], finding["since"], finding["until"]), ("rising", "2021-11-02", "2021-11-09")
		)

	def test_a_falling_mean_is_said_to_fall(self) -> None:
		self.assertEqual(trend(self.days(None, 60, 50))["direction"], "falling")

	def test_a_change_below_five_percent_is_steady(self) -> None:
		self.assertEqual(trend(self.days(100, 104))["direction"], "steady")
		self.assertEqual(trend(self.days(0, 0.3))["direction"], "steady")

	def test_one_mean_says_nothing_yet(self) -> None:
		self.assertIsNone(trend(self.days(None, None, 4)))
		self.assertIsNone(trend([]))


class TestLeading(unittest.TestCase):
	def test_the_largest_come_first_and_zero_is_not_unknown(self) -> None:
		areas = [{"figures": {"f": value}} for value in (0, 3, None, 8, 5, 0)]
		found = rendering.leading(areas, "f", 2)
		self.assertEqual([area["figures"]["f"] for area in found["first"]], [8, 5])
		self.assertEqual((found["none"], found["unknown"]), (2, 1))


class TestAddresses(unittest.TestCase):
	def test_each_address_has_one_in_the_other_language(self) -> None:
		for vi, en in (("/", "/en/"), ("/dinh-chinh", "/en/dinh-chinh"), ("/tin.atom", "/en/tin.atom")):
			self.assertEqual((site_map.counterpart(vi), site_map.counterpart(en)), (en, vi))
		self.assertEqual(site_map.counterpart("/english"), "/en/english")
		for row in site_map.PAGES:
			self.assertEqual(site_map.counterpart(row.vi), row.en)


class TestDayChart(unittest.TestCase):
	def test_no_bar_reaches_above_the_highest_gridline(self) -> None:
		for value in (0, 3, 4, 19, 81, 100, 1377, 99999):
			self.assertGreaterEqual(charts.ceiling([value]), value)

	def test_a_day_without_a_figure_has_no_bar(self) -> None:
		drawing = charts.day_chart([{"date": "2021-11-01", "new_cases": None, "mean_7": None}])
		self.assertEqual(drawing["bars"], [])

	def test_the_line_is_interrupted_where_the_mean_is_missing(self) -> None:
		means = [1, 2, None, 3, 4, 5]
		days = [{"date": f"2021-11-0{i + 1}", "new_cases": 1, "mean_7": mean} for i, mean in enumerate(means)]
		self.assertEqual(len(charts.day_chart(days)["line"]), 3)

	def test_everything_stays_inside_the_picture(self) -> None:
		drawing = charts.day_chart(DATA["days"])
		self.assertTrue(
			all(bar["x"] >= drawing["left"] and bar["x"] + bar["width"] <= 100 for bar in drawing["bars"])
		)
		self.assertTrue(all(charts.TOP <= bar["y"] <= charts.BASE for bar in drawing["bars"]))

	def test_no_days_give_an_empty_chart(self) -> None:
		self.assertEqual(charts.day_chart([])["bars"], [])


class TestOverview(unittest.TestCase):
	def test_the_heading_says_when_and_how_many_reported(self) -> None:
		text = page(lang="en")
		self.assertIn("Situation as of 16:00, 20 November 2021</h1>", text)
		self.assertIn("553 of 559 communes", text)

	def test_what_was_not_reported_is_a_dash_and_zero_is_zero(self) -> None:
		text = page()
		row = re.search(r'<th scope="row">TP Thanh Hóa</th>(.*?)</tr>', text, re.S).group(1)
		self.assertIn("<td>0</td>", row)
		self.assertIn('title="chưa báo cáo"><span aria-hidden="true">–', row)

	def test_only_flows_show_a_running_total(self) -> None:
		rows = dict(
			re.findall(r'<tr[^>]*><th scope="row">(Mắc mới|Đang điều trị)</th>(.*?)</tr>', page(), re.S)
		)
		self.assertIn("61.240", rows["Mắc mới"])
		self.assertTrue(rows["Đang điều trị"].rstrip().endswith("<td></td>"))

	def test_the_chart_has_a_sentence_and_a_table_twin(self) -> None:
		text = page(lang="en")
		self.assertIn("The 7-day mean rose from 47 to 54 cases a day between 7 Nov and 14 Nov.", text)
		self.assertEqual(text.count(' class="provisional"'), 1)
		self.assertIn("14 November 2021 <small>provisional</small>", text)

	def test_the_first_slot_has_nothing_to_compare_with(self) -> None:
		data = deepcopy(DATA)
		data.update(previous_slot=None, previous_time=None)
		data["province"].update(previous={}, change={})
		text = page(data, lang="en")
		self.assertNotIn("since 08:00", text)

	def test_figures_an_administrator_removed_do_not_break_the_page(self) -> None:
		data = deepcopy(DATA)
		data["province"]["figures"] = {"new_cases": 1}
		self.assertIn("</html>", page(data))

	def test_names_are_escaped(self) -> None:
		data = deepcopy(DATA)
		data["districts"][0]["name"] = "<script>alert(1)</script>"
		self.assertNotIn("<script", page(data))

	def test_a_missing_part_fails_loudly(self) -> None:
		data = deepcopy(DATA)
		del data["reporting"]
		with self.assertRaises(UndefinedError):
			page(data)

	def test_the_page_obeys_a_strict_content_policy(self) -> None:
		for text in (page(), page(lang="en"), page(structured={"name": "</script><script>alert(1)"})):
			self.assertNotRegex(
				text, r"<script(?! type=\"application/ld\+json\")|<style|\sstyle=|\son[a-z]+=|javascript:"
			)

	def test_the_footer_names_who_answers_for_the_site(self) -> None:
		for text in ("Sở", "Đường", "0237 000 000", "mailto:a@example.vn", "Giấy phép số 1"):
			self.assertIn(text, page())

	def test_a_text_that_is_there_in_vietnamese_only_says_so_on_the_english_page(self) -> None:
		text = page(lang="en")
		self.assertIn('<dd lang="vi">Sở</dd>', text)
		self.assertIn("<dd>Street</dd>", text)

	def test_navigation_is_the_list_that_was_passed(self) -> None:
		nav = [{"key": "map", "label": "Bản đồ", "url": "/ban-do", "current": True}]
		self.assertIn('<a href="/ban-do" aria-current="page">Bản đồ</a>', page(nav=nav))
		keys = [entry["key"] for entry in site_map.menu("en", english, "overview")]
		self.assertEqual(keys, [*site_map.MENU, "field"])

	def test_a_phones_menu_lists_every_page_by_group(self) -> None:
		groups = site_map.groups("en", english, "help")
		keys = [entry["key"] for group in groups for entry in group["entries"]]
		self.assertEqual(sorted(keys), sorted(site_map.BY_KEY))
		self.assertEqual(
			[entry["key"] for group in groups for entry in group["entries"] if entry["current"]], ["help"]
		)

	def test_every_page_has_a_name_and_a_group(self) -> None:
		self.assertEqual(set(site_map.names(english)), set(site_map.BY_KEY))
		self.assertEqual({page.group for page in site_map.PAGES} - set(site_map.GROUPS), set())

	def test_a_page_names_its_address_and_the_other_languages(self) -> None:
		text = page(lang="en", site="https://covid.example.vn")
		self.assertIn('<link rel="canonical" href="https://covid.example.vn/en/">', text)
		self.assertIn('hreflang="vi" href="https://covid.example.vn/">', text)
		self.assertIn('hreflang="x-default" href="https://covid.example.vn/">', text)

	def test_a_page_below_another_leads_back_to_it(self) -> None:
		self.assertNotIn('class="trail', page(current="corrections", alternate="/en/dinh-chinh"))
		below = page(current="corrections", alternate="/en/dinh-chinh/SIT-1")
		trail = below.split('class="trail')[1].split("</nav>")[0]
		self.assertEqual(re.findall('href="([^"]+)"', trail), ["/", "/dinh-chinh"])

	def test_every_element_is_closed_and_every_id_is_unique(self) -> None:
		for text in (
			page(),
			page(lang="en"),
			render("not_published.html", "vi", vietnamese, brand=BRAND, alternate=None, current=None),
		):
			checker = Outline()
			checker.feed(text)
			self.assertEqual(checker.open, [])
			self.assertEqual(len(checker.ids), len(set(checker.ids)))

	def test_asset_addresses_change_with_their_content(self) -> None:
		self.assertRegex(asset_urls()["style"], r"portal\.css\?v=[0-9a-f]{10}$")
		style = (rendering.APP / "public" / rendering.ASSETS["style"]).read_text(encoding="utf-8")
		for name, url in asset_urls().items():
			if name.startswith("font"):
				self.assertIn(f'url("{url}")', style)


class Outline(HTMLParser):
	VOID = frozenset({"meta", "link", "img", "br", "hr", "input"})

	def __init__(self) -> None:
		super().__init__()
		self.open, self.ids = [], []

	def handle_starttag(self, tag: str, attrs: list) -> None:
		self.ids.extend(value for name, value in attrs if name == "id")
		if tag not in self.VOID:
			self.open.append(tag)

	def handle_startendtag(self, tag: str, attrs: list) -> None:
		pass

	def handle_endtag(self, tag: str) -> None:
		if not self.open or self.open.pop() != tag:
			raise AssertionError(f"</{tag}> closes nothing")
