"""Coming home in a real browser: the form on a phone, with scripts and without; the scan page without a network."""

import base64
import re
from collections.abc import Callable
from datetime import date, timedelta

import coming_home
import pytest
from playwright.sync_api import Browser, Page, expect
from portal import Client, Portal, wait_until

PHONE = {"width": 360, "height": 740}
CODE = re.compile(r"VQ(-[0-9A-Z]{4,5}){4}")


@pytest.fixture(scope="module", autouse=True)
def wide_limits(administrator: Client) -> None:
	coming_home.widen_limits(administrator)


def fill(page: Page) -> None:
	page.get_by_label("Từ tỉnh, thành phố").select_option("79")
	page.get_by_label("Về xã, phường, thị trấn").select_option(coming_home.AREA)
	page.get_by_label("Địa chỉ ở quê").fill("Bản Thử")
	page.get_by_label("Ngày bạn muốn về đến").fill(str(date.today() + timedelta(days=2)))
	page.locator("#reason").select_option("illness")
	page.locator("#contact_name").fill("Lê Thị Kiểm Thử")
	page.locator("#contact_phone").fill("0912 000 987")
	page.locator('[name="persons.1.full_name"]').fill("Lê Thị Kiểm Thử")
	page.locator('[name="persons.1.birth_year"]').fill("1990")


def test_the_form_on_a_phone_tells_what_is_wrong_and_gives_a_code(window: Callable[..., Page]) -> None:
	page = window(PHONE)
	page.goto("/dang-ky-ve-que")
	expect(page.locator(".person")).to_have_count(1)
	fill(page)
	page.locator("#contact_phone").fill("12")
	page.get_by_role("button", name="Thêm người").click()
	page.locator('[name="persons.2.full_name"]').fill("Lê Văn Con")
	page.get_by_role("button", name="Gửi đăng ký").click()
	problems = page.locator("#form-problems li")
	expect(problems).to_have_count(2)
	expect(page.locator('[id="problem-persons.2.birth_year"]')).to_be_visible()
	problems.first.locator("a").click()
	expect(page.locator("#contact_phone")).to_be_focused()
	page.locator("#contact_phone").fill("0912 000 987")
	page.locator('[name="persons.2.birth_year"]').fill("2015")
	page.locator('[name="persons.2.birth_year"]').press("Enter")
	expect(page.locator("#form-sent .code")).to_have_text(CODE)
	expect(page.locator("#form-sent")).to_be_focused()
	assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_a_script_the_form_is_sent_and_held_for_a_review(chromium: Browser, portal: Portal) -> None:
	with chromium.new_context(viewport=PHONE, base_url=portal.base_url, java_script_enabled=False) as context:
		page = context.new_page()
		page.goto("/dang-ky-ve-que")
		fill(page)
		page.get_by_role("button", name="Gửi đăng ký").click()
		expect(page.locator(".sent .code")).to_have_text(CODE)
		expect(page.locator(".sent")).to_contain_text("Cán bộ sẽ xem trước")


def test_the_adviser_says_what_to_do_and_sends_nothing(window: Callable[..., Page]) -> None:
	page = window(PHONE)
	sent: list[str] = []
	page.goto("/ve-que")
	expect(page.locator("#advice-form")).to_be_visible()
	# Fonts may still be on their way.
	page.on("request", lambda request: None if "/assets/" in request.url else sent.append(request.url))
	page.locator("#origin").select_option("79")
	page.locator("#level").select_option("4")
	expect(page.locator("#advice")).to_have_attribute("data-rule", "L4-none")
	page.locator("#doses").select_option("2")
	page.locator("#last_dose_on").fill(str(date.today() - timedelta(days=30)))
	expect(page.locator("#advice")).to_have_attribute("data-rule", "L4-full")
	expect(page.locator("#advice")).to_contain_text("chưa được đối chiếu")
	assert sent == []


def picture_of(portal: Portal, text: str) -> bytes:
	said = portal.inside(
		"import base64, io, segno\nout = io.BytesIO()\n"
		f"segno.make({text!r}, error='m').save(out, kind='png', scale=6, border=4)\n"
		"print('PNG', base64.b64encode(out.getvalue()).decode())"
	)
	return base64.b64decode(said.rpartition("PNG ")[2])


def test_a_checkpoint_works_without_a_network_and_sends_later(
	window: Callable[..., Page],
	log_in: Callable,
	portal: Portal,
	administrator: Client,
	person: Callable[[str, str], Client],
) -> None:
	commune, district = (person("Approver", unit) for unit in (coming_home.UNIT, coming_home.DISTRICT_UNIT))
	_code, number = coming_home.approved(portal, administrator, commune, district)
	token = coming_home.token(portal, number)
	page = window(PHONE)
	log_in(page, person("Checkpoint", "CAT-38"), "/chot")
	expect(page.locator("#code")).to_be_visible()
	page.evaluate("navigator.serviceWorker.ready.then(() => true)")
	wait_until(lambda: page.evaluate("caches.match('/chot').then(Boolean)"))
	page.context.set_offline(True)
	page.reload()
	result = page.locator("#result")
	page.locator("#picture").set_input_files(
		{"name": "phieu.png", "mimeType": "image/png", "buffer": picture_of(portal, token)}
	)
	expect(result).to_contain_text(number)
	expect(result).to_contain_text("Chưa đến ngày")
	page.locator("#code").fill(token[:-4] + "AAAA")
	page.locator("#code").press("Enter")
	expect(result).to_contain_text("Không phải phiếu của Cổng")
	page.locator("#code").fill(number.lower().replace("-", " "))
	page.locator("#code").press("Enter")
	page.locator("#record").click()
	expect(page.locator("#queue-title")).to_have_text("1 lượt chờ gửi")
	page.reload()
	expect(page.locator("#queue-title")).to_have_text("1 lượt chờ gửi")
	assert administrator.rows("Arrival", {"home_return": number}) == []
	page.context.set_offline(False)
	expect(page.locator(".scan-list li").first).to_contain_text("Đã ghi nhận")
	assert len(administrator.rows("Arrival", {"home_return": number})) == 1
	assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
