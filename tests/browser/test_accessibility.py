"""Every public page for everybody: axe-core in both languages, light, dark, on a phone, a wide screen and paper; keyboard.

The pages are those of sitemap.xml, so that a new one is among them; of pages below another one (a bulletin, a district)
the first stands for all.
"""

from collections.abc import Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect
from portal import Portal, one_of_each, site_map_of

WIDE, PHONE, NARROWEST = ({"width": width, "height": 800} for width in (1280, 360, 320))
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}}
OF_COLOURS = ["color-contrast", "link-in-text-block"]
COLOURS = {"runOnly": {"type": "rule", "values": OF_COLOURS}}
# Both languages of a page are one template: what words, colours and the width of the window may change is looked at in the second.
OF_WORDS = [
	"html-has-lang",
	"html-lang-valid",
	"valid-lang",
	"document-title",
	"empty-heading",
	"link-name",
	"button-name",
]
OF_WORDS += [
	"image-alt",
	"svg-img-alt",
	"label",
	"select-name",
	"aria-command-name",
	"aria-input-field-name",
	"landmark-unique",
]
OTHERWISE = {
	"runOnly": {
		"type": "rule",
		"values": [*OF_COLOURS, *OF_WORDS, "target-size", "scrollable-region-focusable"],
	}
}
RUN = """options => axe.run(document, {...options, resultTypes: ["violations"]}).then(found => found.violations.flatMap(
	rule => rule.nodes.map(node => `${rule.id}: ${node.target} ${node.any.map(check => check.message)}`)))"""
# Of neighbours that are alike, as the rows of a long table, the first few stand for all: axe looks at each cell. A form is
# looked at whole: each of its labels belongs to a field.
THIN_OUT = """() => { for (const parent of document.querySelectorAll("body :not(form, form *)")) { const seen = {};
	for (const child of [...parent.children]) { const look = child.tagName + child.getAttribute("class");
		if ((seen[look] = (seen[look] ?? 0) + 1) > 3) child.remove(); } } }"""
# What reaches beyond the window's right edge, and is not inside something that scrolls by itself.
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
	[...document.querySelectorAll("body *")].filter(element => element.getBoundingClientRect().right > innerWidth + 1
		&& !element.closest(".scroll")).map(element => `${element.tagName}.${element.className}`)"""
# The outline of what has the focus, and where it stands.
FOCUS = """() => { const element = document.activeElement, style = getComputedStyle(element),
	box = element.getBoundingClientRect();
	return {tag: element.tagName, text: element.textContent.trim().slice(0, 40), href: element.getAttribute("href"),
		outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
		seen: box.bottom > 0 && box.top < innerHeight && box.width > 0}; }"""
NOT_THERE = "/khong-co-trang-nay"


@pytest.fixture(scope="module")
def addresses(portal: Portal) -> list[str]:
	return [*one_of_each(site_map_of(portal.guest())), NOT_THERE, f"/en{NOT_THERE}"]


@pytest.fixture(scope="module")
def reader(chromium: Browser, portal: Portal) -> Iterator[Page]:
	"""One page for all that is only looked at."""
	context = chromium.new_context(viewport=WIDE, base_url=portal.base_url, locale="vi-VN")
	context.add_init_script(AXE_SCRIPT)
	page = context.new_page()
	errors: list[str] = []
	page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
	yield page
	context.close()
	assert errors == []


def test_axe_finds_nothing_on_any_page(reader: Page, addresses: list[str]) -> None:
	"""The style sheets know no language: in Vietnamese a phone by day and paper, in English a wide screen by night; the
	frame, which all pages share, in every state."""
	assert len(addresses) > 14
	found = {path: problems for path in addresses if (problems := list(problems_of(reader, path)))}
	assert found == {}


def problems_of(page: Page, path: str) -> Iterator[str]:
	"""One visit; the window, the colours and the medium change under it."""
	page.goto(path)
	for size in (NARROWEST, PHONE):
		page.set_viewport_size(size)
		yield from (f"wider than {size['width']} px: {row}" for row in page.evaluate(TOO_WIDE))
	page.evaluate(THIN_OUT)
	page.locator(".menu-all summary").click()
	english, frame = path.startswith("/en"), path == "/"
	if not english:
		yield from seen(page, "phone", EVERYTHING)
	if frame:
		yield from seen(page, "dark phone", COLOURS)
	page.set_viewport_size(WIDE)
	if english:
		yield from seen(page, "wide, dark", OTHERWISE)
	else:
		yield from seen(page, "print", COLOURS)
	if frame:
		yield from seen(page, "wide", COLOURS)
	page.emulate_media(color_scheme="light", media="screen")


def seen(page: Page, state: str, rules: dict) -> Iterator[str]:
	page.emulate_media(
		color_scheme="dark" if "dark" in state else "light", media="print" if state == "print" else "screen"
	)
	yield from (f"{state}: {row}" for row in page.evaluate(RUN, rules))


def test_axe_is_at_work(reader: Page) -> None:
	"""A page with faults, so that silence means something."""
	reader.set_content("<html><body><img src=x><p style='color:#aaa;background:#fff'>faint</p></body></html>")
	found = " ".join(reader.evaluate(RUN, EVERYTHING))
	assert "image-alt" in found and "color-contrast" in found and "html-has-lang" in found


# --- by keyboard


def test_the_first_key_leads_past_the_menu(reader: Page) -> None:
	reader.goto("/")
	reader.keyboard.press("Tab")
	assert reader.evaluate(FOCUS)["href"] == "#content"
	reader.keyboard.press("Enter")
	assert reader.evaluate("document.activeElement.id") == "content"
	reader.keyboard.press("Tab")
	assert reader.evaluate("document.activeElement.closest('main') !== null")


def test_every_stop_of_the_tab_key_is_seen(reader: Page) -> None:
	reader.goto("/tro-giup")
	stops = []
	while len(stops) < 100:
		reader.keyboard.press("Tab")
		stop = reader.evaluate(FOCUS)
		if stop["tag"] == "BODY":
			break
		stops.append(stop)
	assert len(stops) > 15
	assert [stop for stop in stops if stop["outline"] < 2 or not stop["seen"]] == []


def test_a_phones_menu_opens_and_leads_on_by_keyboard(reader: Page) -> None:
	reader.set_viewport_size(PHONE)
	reader.goto("/")
	reader.locator(".menu-all summary").focus()
	reader.keyboard.press("Enter")
	entry = reader.locator('.menu-all a[href="/tro-giup"]')
	expect(entry).to_be_visible()
	entry.focus()
	reader.keyboard.press("Enter")
	reader.wait_for_url("**/tro-giup")
	reader.set_viewport_size(WIDE)


def test_the_other_language_is_the_same_page(reader: Page) -> None:
	reader.goto("/tro-giup")
	reader.locator(".masthead-tools .language").focus()
	reader.keyboard.press("Enter")
	reader.wait_for_url("**/en/tro-giup")
	assert reader.locator("html").get_attribute("lang") == "en"


def test_a_wide_table_moves_by_the_arrow_keys(reader: Page) -> None:
	reader.set_viewport_size(PHONE)
	reader.goto("/du-lieu-mo")
	table = reader.locator(".scroll").first
	table.focus()
	reader.keyboard.press("ArrowRight")
	expect(table).not_to_have_js_property("scrollLeft", 0)
	reader.set_viewport_size(WIDE)


# --- the search


def test_the_search_is_done_by_keyboard_and_says_what_it_found(reader: Page) -> None:
	reader.goto("/tim-kiem")
	expect(reader.locator("#query")).to_be_focused()
	reader.keyboard.type("muong lat")
	expect(reader.locator("#found")).to_contain_text("“muong lat”")
	expect(reader.locator("#results a").first).to_have_text("Huyện Mường Lát")
	assert reader.locator("#results mark").all_inner_texts()[:2] == ["Mường", "Lát"]
	reader.keyboard.press("ArrowDown")
	reader.keyboard.press("ArrowDown")
	expect(reader.locator("#results a").nth(1)).to_be_focused()
	reader.keyboard.press("Escape")
	expect(reader.locator("#query")).to_be_focused()
	reader.keyboard.press("ArrowDown")
	reader.keyboard.press("Enter")
	reader.wait_for_url(lambda address: "tim-kiem" not in address)
	assert reader.locator(":target").count() == 1


def test_the_words_stand_in_the_address_and_come_from_the_header(reader: Page) -> None:
	reader.goto("/en/")
	reader.fill(".find input", "deaths")
	reader.keyboard.press("Enter")
	reader.wait_for_url("**/en/tim-kiem?q=deaths")
	expect(reader.locator("#results a").first).to_contain_text("eath")
	reader.fill("#query", "qqqq")
	expect(reader.locator("#found")).to_contain_text("Nothing found")
	assert reader.url.endswith("?q=qqqq")


def test_without_scripts_the_search_page_lists_all_pages(chromium: Browser, portal: Portal) -> None:
	with chromium.new_context(base_url=portal.base_url, java_script_enabled=False) as context:
		page = context.new_page()
		page.goto("/tim-kiem?q=x")
		expect(page.locator('main a[href="/tro-giup"]')).to_be_visible()
		page.locator('.foot a[href="/so-do-cong"]').click()
		page.wait_for_url("**/so-do-cong")


# --- what a device asks for


def test_nothing_moves_where_less_motion_is_asked_for(reader: Page) -> None:
	reader.emulate_media(reduced_motion="reduce")
	reader.goto("/")
	assert reader.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
	assert reader.evaluate("document.getAnimations().length") == 0
	reader.emulate_media(reduced_motion="no-preference")


def test_with_forced_colours_the_chart_and_the_current_page_are_still_told(reader: Page) -> None:
	reader.emulate_media(forced_colors="active")
	reader.goto("/")
	current = reader.locator(".menu a[aria-current]")
	assert "underline" in current.evaluate("element => getComputedStyle(element).textDecorationLine")
	ground, bar = (
		reader.locator(place).first.evaluate(f"element => getComputedStyle(element)['{name}']")
		for place, name in ((".card", "backgroundColor"), (".bars rect", "fill"))
	)
	assert ground != bar
	reader.emulate_media(forced_colors="none")


def test_on_paper_there_is_no_menu_and_tables_repeat_their_heads(reader: Page) -> None:
	reader.emulate_media(media="print")
	reader.goto("/")
	for place in (".menu", ".menu-bar", ".masthead-tools", ".foot-links"):
		assert not any(part.is_visible() for part in reader.locator(place).all()), place
	head = reader.locator(".districts thead")
	assert head.evaluate("element => getComputedStyle(element).display") == "table-header-group"
	scroll = reader.locator(".scroll").first
	assert scroll.evaluate("element => getComputedStyle(element).overflowX") == "visible"
	reader.emulate_media(media="screen")
