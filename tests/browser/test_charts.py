"""The page of charts in a browser: pictures without a script, live charts once a reader is there, files, addresses, keys."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, Route, expect
from portal import Client, Portal, wait_until

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
KEYS = ["so-ca", "xet-nghiem", "cach-ly", "giuong-benh", "tiem-chung", "so-sanh", "day-du"]
STRICT = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:"

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = """tags => axe.run(".charts", {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]}).then(found =>
	found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.target}`)))"""
SLOT_ROWS = "#bang-so-ca tbody tr"

Open = Callable[..., Page]


@pytest.fixture
def opened(chromium: Browser, portal: Portal) -> Iterator[Open]:
	"""opened(path, **options of the context): the page; errors of its scripts fail the test."""
	contexts, errors = [], []

	def open_page(path: str, strict: bool = False, stale: bool = False, **options: object) -> Page:
		context = chromium.new_context(
			**{"viewport": WIDE, "base_url": portal.base_url, "locale": "vi-VN", **options}
		)
		contexts.append(context)
		page = context.new_page()
		page.on("pageerror", lambda error: errors.append(str(error)))
		if stale:
			page.route(lambda url: url.endswith(path), with_a_bundle_that_is_no_more)
		if strict:
			page.on(
				"console", lambda said: errors.append(said.text) if "Security Policy" in said.text else None
			)
			page.route(lambda url: url.endswith(path), with_strict_policy)
		page.goto(path)
		return page

	yield open_page
	for context in contexts:
		context.close()
	assert errors == []


def with_strict_policy(route: Route) -> None:
	answer = route.fetch()
	route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": STRICT})


def with_a_bundle_that_is_no_more(route: Route) -> None:
	text = re.sub(r"charts\.bundle\.\w{8}\.js", "charts.bundle.00000000.js", route.fetch().text())
	route.fulfill(body=text, content_type="text/html; charset=utf-8")


def live(page: Page, anchor: str = "so-ca") -> None:
	"""A reader moves; the chart comes into view and is taken over."""
	page.mouse.move(40, 40)
	page.mouse.move(60, 60)
	page.locator(f"#{anchor}").scroll_into_view_if_needed()
	expect(page.locator(f"#{anchor} .live svg")).to_be_visible()


def table(page: Page, anchor: str = "so-ca") -> list[list[str]]:
	return page.locator(f"#bang-{anchor}").evaluate(
		"table => [...table.tBodies[0].rows].map(row => [...row.cells].map(cell => cell.textContent.trim()))"
	)


def test_a_reader_who_only_looks_gets_the_pictures_and_nothing_heavy(opened: Open) -> None:
	page = opened("/so-lieu")
	page.wait_for_load_state("networkidle")
	sizes = page.evaluate(
		"performance.getEntriesByType('resource').map(one => [one.name, one.encodedBodySize])"
	)
	assert not any("charts.bundle" in name for name, _size in sizes)
	for anchor in KEYS:
		expect(page.locator(f"#{anchor} .picture svg").first).to_be_visible()
	assert page.locator(".live").count() == 0
	live(page)
	expect(page.locator("#so-ca .picture")).to_be_hidden()


def test_every_chart_is_taken_over_and_axe_finds_nothing(opened: Open) -> None:
	page = opened("/so-lieu")
	page.evaluate(AXE_SCRIPT)
	for anchor in KEYS:
		live(page, anchor)
	assert page.evaluate(AXE, TAGS) == []
	page.emulate_media(color_scheme="dark")
	page.set_viewport_size(PHONE)
	page.locator("#so-ca summary").click()
	assert page.evaluate(AXE, TAGS) == []
	assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_the_script_reckons_is_what_was_published(opened: Open) -> None:
	"""Another time and back: the rows are then made of open data by the script."""
	page = opened("/so-lieu")
	for anchor in KEYS[:4]:
		published = table(page, anchor)
		live(page, anchor)
		page.locator(f"#{anchor} [data-days='all']").click()
		expect(page.locator(f"#{anchor} [data-days='all']")).to_have_attribute("aria-pressed", "true")
		page.locator(f"#{anchor} [data-days='14']").click()
		expect(page.locator(f"#bang-{anchor} tbody tr")).to_have_count(14)
		page.locator(f"#{anchor} [data-days='30']").click()
		expect(page.locator(f"#bang-{anchor} tbody tr")).to_have_count(len(published))
		assert table(page, anchor) == published


def test_slots_are_those_of_the_months_files(opened: Open, guest: Client) -> None:
	page = opened("/en/so-lieu")
	live(page)
	page.locator("#so-ca [data-by='slot']").click()
	months = guest.get("/du-lieu-mo/v1/series/38.json").json()["months"]
	slots = {row["slot"]: row for month in months for row in guest.get(month["json"]).json()["slots"]}
	expect(page.locator(SLOT_ROWS)).to_have_count(len(slots))
	shown = page.locator(SLOT_ROWS).evaluate_all(
		"rows => rows.map(row => [row.dataset.key, row.cells[1].dataset.value])"
	)
	assert {key: int(value) for key, value in shown} == {
		key: row["figures"]["new_cases"] for key, row in slots.items()
	}
	expect(page.locator("#so-ca [data-days='all']")).to_be_hidden()


def test_a_permanent_link_shows_the_same_again(opened: Open) -> None:
	page = opened("/so-lieu")
	live(page)
	page.locator("#so-ca [data-days='14']").click()
	expect(page.locator(SLOT_ROWS)).to_have_count(14)
	address, rows = page.locator("#so-ca .lasting").get_attribute("href"), table(page)
	first = page.locator(SLOT_ROWS).last.get_attribute("data-key")
	assert re.search(rf"\?tu={first}&den=\d{{4}}-\d\d-\d\d#so-ca$", address)
	again = opened(address)
	expect(again.locator(SLOT_ROWS)).to_have_count(14)
	assert table(again) == rows
	expect(again.locator("#so-ca [role='status']")).to_contain_text("Đang xem")


def test_the_permanent_links_of_a_slot_and_of_a_day_lead_to_them(opened: Open, guest: Client) -> None:
	slot = guest.get("/du-lieu-mo/v1/series/38.json").json()["months"][-1]
	first = guest.get(slot["json"]).json()["slots"][0]["slot"]
	page = opened(f"/so-lieu/380?ky={first}#tiem-chung")
	area = next(
		row
		for row in guest.get(f"/du-lieu-mo/v1/slots/{first}.json").json()["districts"]
		if row["code"] == "380"
	)
	people = page.locator("#bang-tiem-chung tr[data-key='adults_one_dose'] [data-field='people']")
	expect(people).to_have_attribute("data-value", str(area["figures"]["adults_one_dose"]))
	day = opened("/so-lieu").locator("#so-sanh").get_attribute("data-day")
	month = guest.get(f"/du-lieu-mo/v1/comparison/{day[:7]}.json").json()
	earlier = opened(f"/so-lieu?ngay={day}#so-sanh")
	expect(earlier.locator("#so-sanh [role='status']")).to_contain_text("7 ngày đến")
	at = month["dates"].index(day)
	rates = {row["code"]: row["per_100000"][at] for row in month["areas"]}
	shown = earlier.locator("#bang-so-sanh tbody tr").evaluate_all(
		"rows => rows.map(row => [row.dataset.key, Number(row.cells[1].dataset.value)])"
	)
	assert dict(shown) == rates and [rate for _code, rate in shown] == sorted(rates.values(), reverse=True)


def test_an_address_without_figures_leaves_the_chart_as_published(opened: Open) -> None:
	page = opened("/so-lieu?tu=1999-01-01&den=1999-02-01#so-ca")
	expect(page.locator("#so-ca [role='status']")).to_contain_text("Không hiển thị được")
	assert len(table(page)) > 7
	expect(page.locator("#so-ca .live svg")).to_be_visible()


def test_the_picture_and_the_table_are_files(opened: Open, tmp_path) -> None:
	page = opened("/so-lieu")
	live(page)
	with page.expect_download() as picture:
		page.locator("#so-ca .ways button").click()
	assert picture.value.suggested_filename == "so-ca-38.png"
	picture.value.save_as(tmp_path / "chart.png")
	content = (tmp_path / "chart.png").read_bytes()
	width, height = (int.from_bytes(content[at : at + 4]) for at in (16, 20))
	assert content.startswith(b"\x89PNG") and width == 2560 and height > 1000 and len(content) > 20_000
	with page.expect_download() as file:
		page.locator("#so-ca .ways a[download]").click()
	assert file.value.suggested_filename == "38.csv"


def test_without_a_script_everything_is_there(opened: Open) -> None:
	page = opened("/so-lieu", java_script_enabled=False)
	for anchor in KEYS:
		expect(page.locator(f"#{anchor} .picture svg").first).to_be_visible()
		expect(page.locator(f"#{anchor} .ways a").first).to_be_visible()
	assert page.locator(".controls, .ways button").count() == 0
	page.locator("#so-ca summary").click()
	expect(page.locator("#bang-so-ca")).to_be_visible()
	assert (
		page.locator("rect.provisional")
		.first.evaluate("rect => getComputedStyle(rect).fill")
		.startswith("url(")
	)


def test_on_paper_stand_the_pictures_of_the_page(opened: Open) -> None:
	page = opened("/so-lieu")
	live(page)
	page.emulate_media(media="print")
	expect(page.locator("#so-ca .picture")).to_be_visible()
	expect(page.locator("#so-ca .live")).to_be_hidden()
	expect(page.locator("#so-ca .controls")).to_be_hidden()


def test_the_keyboard_leads_through_the_figures(opened: Open) -> None:
	page = opened("/en/so-lieu")
	page.keyboard.press("Tab")  # a reader without a mouse is there too
	chart = page.locator("#so-ca .live")
	expect(chart.locator("svg")).to_be_visible()
	chart.focus()
	page.keyboard.press("Home")
	rows = page.locator(SLOT_ROWS)
	said = page.locator("#so-ca [role='status']")
	expect(said).to_contain_text(rows.last.locator("th").inner_text().split(" provisional")[0])
	page.keyboard.press("ArrowRight")
	expect(said).to_contain_text(f"New cases {rows.nth(rows.count() - 2).locator('td').first.inner_text()}")
	expect(page.locator("#so-ca .tip")).to_be_visible()
	page.keyboard.press("Escape")
	expect(page.locator("#so-ca .tip")).to_be_hidden()


def test_a_strict_content_policy_is_kept(opened: Open) -> None:
	page = opened("/so-lieu", strict=True)
	live(page)
	page.locator("#so-ca .live").hover()
	expect(page.locator("#so-ca .tip")).to_be_visible()


def test_a_page_from_before_the_bundle_was_built_anew_finds_it(opened: Open) -> None:
	live(opened("/so-lieu", stale=True))


def test_colours_follow_the_device(opened: Open) -> None:
	page = opened("/so-lieu", color_scheme="dark")
	live(page)
	fills = "() => [...document.querySelectorAll('#so-ca .live path')].map(path => path.getAttribute('fill'))"
	assert "#946061" in page.evaluate(fills)
	page.emulate_media(color_scheme="light")
	# Waiting by a string of code is what the page's policy forbids.
	wait_until(lambda: "#c48786" in page.evaluate(fills))


def test_the_chart_tells_a_screen_reader_its_finding(opened: Open) -> None:
	page = opened("/so-lieu")
	picture = page.locator("#so-ca .picture [role='img']").get_attribute("aria-label")
	finding = page.locator("#so-ca .finding").inner_text()
	assert finding in picture
	live(page)
	assert finding in page.locator("#so-ca .live").get_attribute("aria-label")
	facts = json.loads(page.locator("#xet-nghiem .finding").get_attribute("data-facts"))
	assert f"{facts['value']}".replace(".", ",") in page.locator("#xet-nghiem .finding").inner_text()
