"""Places in Chromium: each kind from the draft in the Desk to its public page, kept up to date on a phone, found on the map."""

import re
import secrets
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from portal import Client, Portal, accepted

PHONE = {"width": 360, "height": 740}
UNIT, AREA, DISTRICT = "TYT-14848", "14848", "384"
REPORTER, APPROVER = "tyt.tamchung", "ttyt.muonglat"
SITE, POINT, CONTROL = "Quarantine Site", "Supply Point", "Control Place"
KINDS = {
	SITE: ("/khu-cach-ly", {"site_class": "District", "capacity": 40, "status": "Receiving"}),
	POINT: ("/diem-cung-cap", {"goods": "Gạo\nTrứng", "hours": "24/7"}),
	CONTROL: (
		"/dia-diem",
		{"kind": "checkpoint", "valid_from": "2021-11-01 00:00:00", "decision": "12/QĐ-UBND"},
	),
}
# What goes on changing once the rest is decided on.
CURRENT = {SITE: "status", POINT: "stock"}
PRIVATE = "Người trực không công khai"
AWAY = {"latitude": 19.81, "longitude": 105.79}  # in the province's chief town
SECONDS = 240  # behind whatever else waits, a job builds the pages

Window = Callable[..., Page]
LogIn = Callable[[Page, Client, str], None]
Clients = Callable[[str], Client]


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
	return {doctype: f"{doctype} {secrets.token_hex(3)}" for doctype in KINDS}


@pytest.fixture(scope="module")
def desk(chromium: Browser, portal: Portal, client: Clients, log_in: LogIn) -> Iterator[Page]:
	"""The author's Desk, of all tests here."""
	context = chromium.new_context(
		viewport={"width": 1280, "height": 900}, base_url=portal.base_url, locale="vi-VN"
	)
	context.set_default_timeout(SECONDS * 1000)
	page = context.new_page()
	log_in(page, client(REPORTER), "/app/places")
	yield page
	context.close()


@pytest.mark.parametrize("doctype", KINDS)
def test_a_place_goes_from_the_draft_to_its_public_page(
	doctype: str, names: dict[str, str], desk: Page, client: Clients, window: Window
) -> None:
	address, values = KINDS[doctype]
	name = write_and_send(
		desk, doctype, {"place_name": names[doctype], "area": AREA, "contact_name": PRIVATE, **values}
	)
	public = window()
	public.goto(f"{address}/{DISTRICT}")
	assert names[doctype] not in public.content()

	decide = {"doctype": doctype, "name": name, "decision": "Approve"}
	accepted(client(APPROVER).call("covid_portal.approval.decisions.decide", **decide))
	shown(public, names[doctype])
	assert PRIVATE not in public.content()
	entry = public.locator(f'[id="{name}"]')
	expect(entry).to_contain_text("Xã Tam Chung")
	desk.reload()
	expect(desk.locator(".approval-decision")).to_have_count(2)
	assert is_open(desk, "place_name") is False
	assert doctype not in CURRENT or is_open(desk, CURRENT[doctype])


def is_open(page: Page, field: str) -> bool:
	"""Whether the form lets somebody type into it."""
	return page.evaluate("field => cur_frm.get_field(field).disp_status === 'Write'", field)


def test_a_time_that_is_picked_has_its_seconds(desk: Page) -> None:
	desk.goto("/app/control-place/new")
	desk.wait_for_function("() => cur_frm?.doctype === 'Control Place' && cur_frm.is_new()")
	field = desk.locator('[data-fieldname="valid_to"] input')
	field.click()
	desk.locator(".datepicker.active .datepicker--cell-day:not(.-other-month-)").first.click()
	expect(field).to_have_value(re.compile(r"^01-\d\d-\d{4} \d\d:\d\d:\d\d$"))


def write_and_send(page: Page, doctype: str, values: dict) -> str:
	page.goto(f"/app/{doctype.lower().replace(' ', '-')}/new")
	page.wait_for_function(
		"doctype => cur_frm && cur_frm.doctype === doctype && cur_frm.is_new()", arg=doctype
	)
	page.evaluate("values => cur_frm.set_value(values)", values)
	assert is_open(page, "place_name")
	with page.expect_response("**/frappe.desk.form.save.savedocs") as answer:
		page.locator(".primary-action:visible").click()
	assert answer.value.ok, answer.value.text()
	with page.expect_response("**/frappe.model.workflow.apply_workflow") as answer:
		page.locator(".actions-btn-group:visible > button").click()
		page.locator(".actions-btn-group:visible .dropdown-item", has_text="Gửi duyệt").click()
	assert answer.value.ok, answer.value.text()
	expect(page.locator(".approval-box.is-now")).to_be_visible()
	assert not is_open(page, "place_name")
	return page.evaluate("cur_frm.doc.name")


def shown(page: Page, text: str) -> None:
	"""Reload until the page that a job builds has it."""
	until = time.monotonic() + SECONDS
	while text not in page.content():
		assert time.monotonic() < until, f"{page.url}: no {text}"
		time.sleep(1)
		page.reload()


def test_the_unit_says_on_its_phone_how_many_are_there_and_what_is_in_stock(
	names: dict[str, str], window: Window, log_in: LogIn, client: Clients
) -> None:
	phone = window(PHONE)
	log_in(phone, client(REPORTER), "/cap-nhat")
	site = phone.locator(".task", has_text=names[SITE])
	site.locator('input[type="number"]').fill("41")
	site.locator("button").click()
	expect(site.locator(".notice.bad")).to_contain_text("40")
	site.locator('input[type="number"]').fill("15")
	site.locator("button").click()
	expect(site.locator(".notice.good")).to_contain_text("25")
	point = phone.locator(".task", has_text=names[POINT])
	point.locator("select").select_option("Low")
	point.locator("button").click()
	expect(point.locator(".notice.good")).to_be_visible()
	assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")

	public = window(PHONE)
	public.goto(f"/khu-cach-ly/{DISTRICT}")
	shown(public, "40 chỗ, còn trống ít nhất 20")


def test_the_finder_knows_what_is_near_open_and_delivered(window: Window, names: dict[str, str]) -> None:
	page = window(PHONE)
	page.goto("/diem-cung-cap")
	page.select_option("#finder-commune", AREA)
	expect(page.locator("#finder-found li").first).to_contain_text("cùng xã")
	expect(page.locator("#finder-found li", has_text="cách khoảng").first).to_be_visible()
	# Communes have no centre of their own in the pack.
	expect(page.locator("#finder-said")).to_contain_text(
		re.compile("Chưa có tọa độ trung tâm Xã .* tính từ trung tâm Huyện")
	)
	page.check("#finder-open")
	expect(page.locator("#finder-found li", has_text=names[POINT])).to_be_visible()
	page.check("#finder-delivery")
	expect(page.locator("#finder-found li", has_text=names[POINT])).to_have_count(0)


def test_places_are_layers_of_the_map_the_nearest_first(window: Window) -> None:
	page = window(PHONE)
	page.context.grant_permissions(["geolocation"])
	page.context.set_geolocation(AWAY)
	page.goto("/ban-do")
	page.get_by_label("Khu cách ly").check()
	expect(page.locator("#map-places li")).to_have_count(20)
	expect(page.locator("#map-tiles .tile-rows a[data-places]").first).to_be_visible()
	page.get_by_role("button", name="Gần tôi").click()
	expect(page.locator("#map-places li").first).to_contain_text("km")
	away = page.locator("#map-places li").evaluate_all(
		"rows => rows.map((row) => Number(/(\\d+) km/.exec(row.textContent)[1]))"
	)
	assert away == sorted(away)
	page.locator(f'#map-tiles a[href="#khu-vuc-{AREA}"]').click()
	expect(page.locator("#map-places li").first).to_contain_text("Tam Chung")
	page.locator("#map-places a").first.click()
	page.wait_for_url(re.compile(f"/khu-cach-ly/{DISTRICT}#"))
	expect(page.locator(".places li:target")).to_be_visible()
