"""The form of a petition on a phone: with the script and by keyboard alone, and without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from portal import Portal

pytestmark = pytest.mark.usefixtures("many_from_here")

PHONE = {"width": 360, "height": 740}


def fill(page: Page) -> None:
	page.goto("/phan-anh")
	page.get_by_label("Giá cả, gian lận thương mại").check()
	page.get_by_label("Nội dung *").fill("Cửa hàng đầu chợ bán khẩu trang giá gấp ba lần.")
	page.get_by_label("Họ và tên *").fill("Hà Thị Thử")
	page.get_by_label("Điện thoại *").fill("0912 000 222")
	page.get_by_label("Địa chỉ của bạn *").fill("Phố 2")


def test_sent_by_keyboard_with_the_script_it_is_accepted_and_followed(window: Callable[..., Page]):
	page = window(PHONE)
	fill(page)
	page.get_by_label("Địa chỉ của bạn *").press("Enter")
	slip = page.locator("#sent")
	expect(slip.locator(".code")).to_contain_text("PA-")
	expect(slip).not_to_contain_text("kiểm tra tự động")
	slip.get_by_role("button").press("Enter")
	expect(page.locator("h2#state")).to_be_visible()
	assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_without_javascript_it_is_sent_and_held(chromium: Browser, portal: Portal):
	context = chromium.new_context(
		viewport=PHONE, base_url=portal.base_url, locale="vi-VN", java_script_enabled=False
	)
	page = context.new_page()
	fill(page)
	page.get_by_label("Điện thoại *").fill("gọi sau nhé")
	page.get_by_role("button", name="Gửi", exact=True).click()
	expect(page.get_by_role("alert")).to_contain_text("bằng chữ số")
	expect(page.get_by_label("Họ và tên *")).to_have_value("Hà Thị Thử")
	page.get_by_label("Điện thoại *").fill("0912 000 333")
	page.get_by_role("button", name="Gửi", exact=True).click()
	expect(page.locator("#sent")).to_contain_text("kiểm tra tự động")
	context.close()
