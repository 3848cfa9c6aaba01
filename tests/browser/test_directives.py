"""A directive from its draft in the Desk to the public page, and to the phone of a unit that is to act on it."""

import secrets
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from portal import Client
from test_route import act, approve_in_the_inbox, field, pick

PHONE = {"width": 360, "height": 740}
AUTHOR, HEAD, PUBLISHER, STATION = "cdc.soanthao", "cdc.lanhdao", "cdc.congbo", "tyt.tamchung"
UNIT = "TYT-14848"  # the station's

Window = Callable[..., Page]
LogIn = Callable[[Page, Client, str], None]
Clients = Callable[[str], Client]


def test_a_directive_goes_from_its_draft_to_the_public_page_and_comes_back_as_done(
	client: Clients, window: Window, log_in: LogIn, guest: Client
) -> None:
	subject = f"Thông báo về chốt kiểm soát {secrets.token_hex(4)}"
	desk = window()
	log_in(desk, client(AUTHOR), "/app/directive/new")
	name = write_and_send(desk, subject)
	for who in (HEAD, PUBLISHER):
		approve_in_the_inbox(window, log_in, client(who), subject)

	public = window()
	slug = client(AUTHOR).document("Directive", name)["slug"]
	wait_for(guest, f"/van-ban/{slug}")
	read_in_public(public, subject)

	phone = window(PHONE)
	log_in(phone, client(STATION), "/van-ban-den")
	answer_on_the_phone(phone, subject)

	desk.reload()
	expect(desk.locator('[data-fieldname="receipts"]')).to_contain_text("Đã nhận: 1 trên 1")


def write_and_send(page: Page, subject: str) -> str:
	pick(field(page, "directive_type"), "Thông báo")
	area = '.form-layout .frappe-control[data-fieldname="{}"] textarea:visible'
	page.locator(area.format("subject")).fill(subject)
	page.locator(area.format("summary")).fill("Chốt kiểm soát hoạt động từ 6 giờ đến 22 giờ.")
	rows = page.locator('.frappe-control[data-fieldname="recipients"]')
	rows.locator(".grid-add-row").click()
	rows.locator(".grid-row[data-idx='1'] .btn-open-row").click()
	row = rows.locator(".grid-row[data-idx='1'] .form-in-grid")
	first = row.locator('[data-fieldname="unit_type"] input')
	expect(first).to_be_focused()  # the Desk puts the focus there late, with a list over the fields below
	first.blur()
	pick(row.locator('[data-fieldname="unit"] input'), UNIT)
	page.wait_for_function(
		"cur_frm.doc.recipients[0].unit"
	)  # the Desk asks the server before it takes the choice
	row.locator(".grid-collapse-row").click()
	with page.expect_response("**/frappe.desk.form.save.savedocs") as answer:
		page.locator(".primary-action:visible").click()
	assert answer.value.ok, answer.value.text()
	act(page, "Gửi duyệt")
	return answer.value.json()["docs"][0]["name"]


def wait_for(guest: Client, path: str, seconds: int = 240) -> None:
	end = time.monotonic() + seconds
	while guest.get(path).status_code != 200:
		assert time.monotonic() < end, f"{path} is not there after {seconds} s"
		time.sleep(0.2)


def read_in_public(page: Page, subject: str) -> None:
	page.goto("/van-ban")
	page.get_by_label("Tìm văn bản").fill(f"Số {subject_number(page, subject)}")
	page.locator("#directive-query").press("Enter")
	page.locator(".results a", has_text=subject).click()
	expect(page.locator("h1")).to_have_text(subject)
	assert page.locator('meta[name="DC.title"]').get_attribute("content") == subject
	page.locator("a.language").first.click()
	expect(page.locator("html")).to_have_attribute("lang", "en")
	expect(page.locator("h1 [lang=vi]")).to_have_text(subject)


def subject_number(page: Page, subject: str) -> str:
	return page.locator(".entries a", has_text=subject).inner_text().partition(":")[0]


def answer_on_the_phone(page: Page, subject: str) -> None:
	own = page.locator(".receipt", has_text=subject)
	own.get_by_role("button", name="Đã nhận").click()
	expect(page.locator(".notice.good")).to_contain_text(subject)
	expect(own.get_by_role("button", name="Đã nhận")).to_have_count(0)
	own.get_by_role("button", name="Báo đã thực hiện").click()
	own.locator("textarea").fill("Đã bố trí người trực chốt.")
	own.locator("form button.main").click()
	done = page.locator("section", has=page.locator("h2#done"))
	expect(done.locator(".receipt", has_text=subject)).to_contain_text("Đã bố trí người trực chốt.")
	assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("path", ["/van-ban/tim?q=cach+ly", "/en/van-ban/tim?q=cach+ly"])
def test_the_search_finds_without_marks_and_fits_a_phone(path: str, window: Window) -> None:
	page = window(PHONE)
	page.goto(path)
	expect(page.locator(".results a").first).to_contain_text(
		"cách ly" if path.startswith("/van") else "quarantine"
	)
	assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
