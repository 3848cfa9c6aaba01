"""The map in Chromium: by keyboard, slot by slot, without scripts, on a phone, in the dark, on paper; checked by axe."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from jsonschema import Draft202012Validator
from playwright.sync_api import Browser, Page, expect
from portal import Client, Portal

V1 = "/du-lieu-mo/v1"
PHONE = {"width": 360, "height": 740}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
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
	# What was never in view has a guessed height (content-visibility): axe would find its rows over the footer.
	page.locator("table.areas").scroll_into_view_if_needed()
	page.wait_for_timeout(200)
	found = Axe().run(page, options={"runOnly": WCAG, "resultTypes": ["violations"]})
	assert [row["id"] for row in found.response["violations"] if not only_tiles(row)] == [], (
		found.generate_report()
	)


def only_tiles(violation: dict) -> bool:
	"""A tile is smaller than a finger: its row in the table does the same (WCAG 2.5.8, "equivalent")."""
	return violation["id"] == "target-size" and all(
		'href="#khu-vuc-' in node["html"] for node in violation["nodes"]
	)


# --- outlines


@pytest.fixture
def district_outlines(administrator: Client) -> Iterator[None]:
	"""A small square at the centre of every district, approved, and on the map; withdrawn afterwards."""
	fields = ["name", "longitude", "latitude"]
	squares = [square(**row) for row in administrator.rows("Area", {"level": 2}, fields)]
	content = json.dumps({"type": "FeatureCollection", "features": squares}).encode()
	files = {"file": ("districts.geojson", content, "application/geo+json")}
	sent = administrator.request("POST", "/api/method/upload_file", files=files, data={"is_private": 1})
	terms = {
		"title": "x",
		"level": "District",
		"source": "Sở Nội vụ",
		"source_date": "2021-11-01",
		"licence": "CC BY 4.0",
	}
	made = administrator.post("/api/resource/Map Outline", file=sent.json()["message"]["file_url"], **terms)
	name = made.json()["data"]["name"]
	decide(administrator, name, "Approved")
	yield
	decide(administrator, name, "Withdrawn")


def square(name: str, longitude: float, latitude: float) -> dict:
	right, top = longitude + 0.02, latitude + 0.02
	corners = [
		[longitude, latitude],
		[right, latitude],
		[right, top],
		[longitude, top],
		[longitude, latitude],
	]
	geometry = {"type": "Polygon", "coordinates": [corners]}
	return {"type": "Feature", "properties": {"code": name}, "geometry": geometry}


def decide(administrator: Client, name: str, state: str) -> None:
	"""And wait for the job that builds the public map."""
	method = "covid_portal.publishing.doctype.map_outline.map_outline.decide"
	assert administrator.call(method, outline=name, state=state).ok
	administrator.settled()
	assert ("outlines.json" in administrator.get("/ban-do").text) == (state == "Approved")
	schema, outlines = (administrator.get(f"{V1}/{path}/outlines.json").json() for path in ("schemas", "map"))
	assert list(Draft202012Validator(schema).iter_errors(outlines)) == []
	listed = {row["url"] for row in administrator.get(f"{V1}/index.json").json()["resources"]}
	assert (f"{V1}/map/outlines.json" in listed) == (state == "Approved")


@pytest.mark.usefixtures("district_outlines")
def test_approved_outlines_become_the_map_and_the_tiles_stay_a_switch_away(window: Window) -> None:
	page = open_map(window())
	expect(page.locator("#map-outlines svg")).to_be_visible()
	expect(page.locator("#map-tiles")).to_be_hidden()
	expect(page.locator(".map-source")).to_contain_text("Sở Nội vụ")
	expect(page.locator(".map-source")).to_contain_text("CC BY 4.0")
	links = page.locator("#map-outlines .areas a")
	expect(links).to_have_count(27)
	expect(page.locator("#map-pointer")).to_contain_text("Mỗi hình là một huyện")
	for measure in ("reporting", "levels"):
		page.select_option("#map-measure", measure)
		expect(page.locator(".legend:visible .legend-of")).to_contain_text("theo huyện")
		expect(page.locator("#map-measure option:checked")).to_contain_text("theo huyện")
	page.select_option("#map-measure", "reporting")
	expect(page.locator(".legend:visible .p")).to_have_count(1)
	expect(page.locator(".legend:visible .m")).to_have_count(0)
	links.first.focus()
	before = page.locator("#map-outlines a:focus").get_attribute("href")
	page.keyboard.press("ArrowLeft")
	focused = page.locator("#map-outlines a:focus")
	assert focused.get_attribute("href") != before
	name = focused.get_attribute("aria-label").partition(":")[0]
	page.keyboard.press("Enter")
	expect(page.locator("#map-details h3")).to_have_text(name)
	page.check('[value="tiles"]')
	expect(page.locator("#map-tiles")).to_be_visible()
	expect(page.locator("#map-outlines svg")).to_be_hidden()
	expect(page.locator("#map-details h3")).to_have_text(name)
	expect(page.locator(".legend:visible .legend-of")).to_contain_text("theo xã")
	expect(page.locator("#map-measure option:checked")).to_contain_text("theo xã")
