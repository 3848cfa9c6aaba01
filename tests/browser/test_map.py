"""The map in Chromium: by keyboard, slot by slot, without scripts, on a phone, in the dark, on paper; checked by axe."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from portal import Portal

PHONE = {"width": 360, "height": 740}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# A tile is smaller than a finger: its row in the table does the same (WCAG 2.5.8, "equivalent").
EXCEPT_TILES = {"exclude": [["#map-tiles"], ["#map-outlines"]]}
Window = Callable[..., Page]


def open_map(page: Page, path: str = "/ban-do") -> Page:
	page.goto(path)
	expect(page.locator("#map-controls")).to_be_visible()
	return page


def text(page: Page, selector: str) -> str:
	return page.locator(selector).inner_text()


def test_a_commune_is_found_and_opened_by_keyboard_alone(window: Window) -> None:
	page = open_map(window())
	first = page.locator("#map-tiles a").first
	first.focus()
	page.keyboard.press("ArrowDown")
	page.keyboard.press("ArrowRight")
	focused = page.locator("#map-tiles .tile-rows a:focus")
	expect(focused).to_have_count(1)
	assert page.locator('#map-tiles a[tabindex="0"]').count() == 1
	name = focused.get_attribute("aria-label").partition(":")[0]
	expect(page.locator("#map-pointer")).to_contain_text(name)
	page.keyboard.press("Enter")
	expect(page.locator("#map-details h3")).to_have_text(name)
	assert re.search(r"#khu-vuc-\d+$", page.url)
	page.locator("#map-details button").first.press("Enter")
	expect(page.locator(".commune a:focus")).to_have_text(name)
	page.locator("#map-details button").last.press("Enter")
	expect(page.locator("#map-details")).to_be_hidden()
	expect(focused).to_have_attribute("aria-label", re.compile(f"^{name}:"))


def test_the_address_of_an_area_opens_it(window: Window) -> None:
	page = open_map(window(), "/en/ban-do#khu-vuc-384")
	expect(page.locator("#map-details h3")).to_have_text("Muong Lat")


def test_the_slider_speaks_its_slot_and_changes_map_table_and_sentence(window: Window) -> None:
	page = open_map(window())
	slider = page.locator("#map-slot")
	assert slider.get_attribute("aria-valuetext") == text(page, "#map-time")
	newest = text(page, "#map-time")
	states = "els => els.map((el) => el.getAttribute('aria-label')).join()"
	before = page.locator("#map-tiles .tile-rows a").evaluate_all(states)
	slider.press("ArrowLeft")
	expect(page.locator("#map-time")).not_to_have_text(newest)
	assert slider.get_attribute("aria-valuetext") == text(page, "#map-time") == text(page, "#map-slot-said")
	assert page.locator("#map-tiles .tile-rows a").evaluate_all(states) != before
	page.locator("#map-before").press("Enter")
	page.locator("#map-after").press("Enter")
	page.locator("#map-after").press("Enter")
	expect(page.locator("#map-time")).to_have_text(newest)
	expect(page.locator("#map-after")).to_be_disabled()
	assert page.locator("#map-tiles .tile-rows a").evaluate_all(states) == before


def test_another_measure_has_its_own_legend_and_finding(window: Window) -> None:
	page = open_map(window())
	page.select_option("#map-measure", "reporting")
	expect(page.locator('.legend[data-measure="reporting"]')).to_be_visible()
	expect(page.locator(".legend:visible")).to_have_count(1)
	expect(page.locator("#map-finding")).to_contain_text("559")
	assert (
		page.locator("#map-tiles .m").count()
		== page.locator('#map-tiles [aria-label$=": chưa báo cáo"]').count()
	)


def test_the_table_sorts_and_unfolds(window: Window) -> None:
	page = open_map(window())
	page.locator('[data-sort="new_cases"] button').press("Enter")
	expect(page.locator('[data-sort="new_cases"]')).to_have_attribute("aria-sort", "descending")
	column = page.locator('[data-sort="new_cases"]').evaluate("(head) => head.cellIndex")
	values = page.locator(".district").evaluate_all(
		f"rows => rows.map((row) => Number(row.cells[{column}].textContent))"
	)
	assert values == sorted(values, reverse=True) and len(values) == 27
	district = page.locator(".areas tbody").first
	expect(district.locator(".commune").first).to_be_hidden()
	district.locator("button").press("Enter")
	expect(district.locator(".commune").first).to_be_visible()


def test_without_scripts_a_tile_leads_to_its_row(chromium: Browser, portal: Portal) -> None:
	context = chromium.new_context(base_url=portal.base_url, java_script_enabled=False)
	page = context.new_page()
	page.goto("/ban-do")
	expect(page.locator("#map-controls")).to_be_hidden()
	page.locator('#map-tiles a[href="#khu-vuc-14848"]').click()
	expect(page.locator("#khu-vuc-14848")).to_be_in_viewport()
	context.close()


def test_figures_that_do_not_come_leave_the_page_as_it_is(window: Window) -> None:
	page = window()
	page.route("**/du-lieu-mo/v1/map/*.json", lambda route: route.abort())
	page.goto("/ban-do")
	expect(page.locator("#map-error")).to_be_visible()
	expect(page.locator("#map-controls")).to_be_hidden()
	expect(page.locator("#map-tiles .tile-rows a")).to_have_count(559)


def test_on_paper_the_slot_and_the_legend_stand_and_the_controls_do_not(window: Window) -> None:
	page = open_map(window())
	page.emulate_media(media="print")
	expect(page.locator("#map-controls")).to_be_hidden()
	expect(page.locator("h1")).to_be_visible()
	expect(page.locator(".legend:visible")).to_have_count(1)


@pytest.mark.parametrize(
	("path", "scheme", "size"), [("/ban-do", "light", PHONE), ("/en/ban-do", "dark", None)]
)
def test_axe_finds_nothing(path: str, scheme: str, size: dict | None, window: Window) -> None:
	page = window(size) if size else window()
	page.emulate_media(color_scheme=scheme)
	open_map(page, path)
	page.locator("#map-tiles .tile-rows a").first.click()
	assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
	small = Axe().run(page, context=EXCEPT_TILES, options={"runOnly": WCAG})
	assert small.response["violations"] == [], small.generate_report()
	tiles = Axe().run(page, options={"runOnly": WCAG, "rules": {"target-size": {"enabled": False}}})
	assert tiles.response["violations"] == [], tiles.generate_report()
