"""The officer's day in the Desk, by the buttons that are there: what was held is released, a petition is read, revealed, noted on,
merged, handed on and answered; the head approves, and the sender reads the answer. And a call-taker's entry by keyboard."""

import base64
import re
import secrets
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from portal import DECIDE, Client, accepted, wait_until
from test_route import act, pick

pytestmark = pytest.mark.usefixtures("many_from_here")

FORM = "/api/method/covid_portal.citizens.forms.send_petition"
OFFICER, HEAD, OPERATOR = "ubnd.tinh.tiepdan", "ubnd.tinh.lanhdao", "vanhanh"
MARK = secrets.token_hex(3)
NAME = f"Hà Thị Thử {MARK}"
CONTENT = f"Chốt đầu cầu {MARK} không cho xe chở rau đi qua từ sáng nay, đề nghị kiểm tra."
ANSWER = f"Đã hướng dẫn chốt cho xe chở nông sản đi qua ({MARK})."
PICTURE = base64.b64decode(
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def send(guest: Client, content: str) -> str:
	"""As a page without a script sends it, with a photo: it is held. Its code."""
	fields = {
		"category": "transport",
		"content": content,
		"full_name": NAME,
		"phone": "0912 000 777",
		"address": "Phố 2",
		"consent": "1",
		"submission_key": secrets.token_hex(16),
	}
	parts = [(name, (None, value)) for name, value in fields.items()]
	answer = guest.request("POST", FORM, files=[*parts, ("files", ("anh.png", PICTURE, "image/png"))])
	assert answer.ok, answer.text
	return answer.json()["message"]["code"]


SENT = (CONTENT, f"{CONTENT} Nhờ giúp.", f"Xe cấp cứu {MARK} phải chờ ở chốt rất lâu, vì sao?")


# --- what is pressed


def press(page: Page, name: str, group: str = "") -> None:
	if group:
		page.locator(".page-actions").get_by_role("button", name=group).click()
		page.locator(".dropdown-menu.show").get_by_text(name, exact=True).click()
	else:
		page.locator(".page-actions").get_by_role("button", name=name, exact=True).click()


def answer_dialog(page: Page, **values: str) -> None:
	"""Fill in the dialog that is open and press what it is for."""
	dialog = page.locator(".modal.show")
	for fieldname, value in values.items():
		dialog.locator(f'[data-fieldname="{fieldname}"]').locator("input, textarea, select").first.fill(value)
	dialog.locator(".btn-modal-primary").click()
	expect(dialog.locator(".btn-modal-primary:visible")).to_have_count(0)


def close_message(page: Page) -> None:
	"""While it is still coming in, the framework hears no wish to close it: wished until it has gone."""
	page.wait_for_function(
		"""() => {
			const open = document.querySelector(".modal.show .btn-modal-close");
			open?.click();
			return !open;
		}""",
		polling=400,
	)


def row_of(page: Page, text: str) -> Locator:
	return page.locator(".list-row", has_text=text)


def test_an_officers_day_from_what_was_held_to_the_answer(
	window: Callable[..., Page],
	log_in: Callable[[Page, Client, str], None],
	client: Callable[[str], Client],
	administrator: Client,
	guest: Client,
) -> None:
	codes = [send(guest, content) for content in SENT]
	release(window(), log_in, client(OPERATOR))
	first, same, other = petitions(administrator)

	desk = window()
	log_in(desk, client(OFFICER), "/app/petition")
	expect(row_of(desk, first)).to_contain_text("Đã giao")
	read_and_note(desk, first)
	say_it_is_the_same(desk, same, first)
	hand_on(desk, other)
	name = answer(desk, first)
	act(desk, "Gửi duyệt")
	# What is sealed stays readable in the form that a decision has renewed.
	desk.wait_for_function(
		"text => cur_frm.doc.workflow_state === 'In Approval' && cur_frm.doc.text === text", arg=ANSWER
	)

	accepted(client(HEAD).call(DECIDE, doctype="Petition Answer", name=name, decision="Approve"))
	phone = window({"width": 360, "height": 740})
	for code in codes[:2]:
		phone.goto("/tra-cuu")
		phone.locator("#code").fill(code)
		phone.locator("#code").press("Enter")
		expect(phone.locator("main")).to_contain_text(ANSWER)


def release(page: Page, log_in: Callable[[Page, Client, str], None], operator: Client) -> None:
	"""Held: one is looked at and released in its form, all others in the list."""
	log_in(page, operator, "/app/intake-outcome")
	page.locator(".list-row .list-subject a").first.click()
	press(page, "Xem")
	answer_dialog(page, reason="Xem có phải phản ánh không")
	expect(page.locator(".msgprint")).to_contain_text(NAME)
	close_message(page)
	with page.expect_response("**/covid_portal.citizens.review.release"):  # the list is to be read after it
		press(page, "Cho xử lý")
	expect(page.locator(".indicator-pill:visible", has_text="Giữ lại")).to_have_count(0)
	released = page.url.rpartition("/")[2]
	# Read anew: within three seconds the Desk's list does not ask again, and nothing tells it here of what has changed.
	page.goto("/app/intake-outcome")
	expect(page.locator(".list-row-checkbox").first).to_be_visible()
	expect(box_of(page, released)).to_have_count(0)
	rows = page.locator(".list-row-checkbox")
	names = [rows.nth(place).get_attribute("data-name") for place in (0, 1)]
	for name in names:
		box_of(page, name).check()
	page.locator(".actions-btn-group:visible button").first.click()
	page.locator(".actions-btn-group .dropdown-menu.show").get_by_text("Cho xử lý", exact=True).click()
	for name in names:
		expect(box_of(page, name)).to_have_count(0)


def box_of(page: Page, name: str) -> Locator:
	return page.locator(f'.list-row-checkbox[data-name="{name}"]')


def petitions(administrator: Client) -> list[str]:
	"""Names of what was sent, in that order, once the worker has made them."""

	def made() -> list[str] | None:
		rows = administrator.rows(
			"Petition", {"unit": "UBND-38"}, order_by="creation desc", limit_page_length=9
		)
		found = {content_of(administrator, row["name"]): row["name"] for row in rows}
		return [found[content] for content in SENT] if set(SENT) <= set(found) else None

	return wait_until(made)


def content_of(administrator: Client, name: str) -> str:
	answer = administrator.ask("frappe.desk.form.load.getdoc", doctype="Petition", name=name)
	return answer.json()["docs"][0]["__onload"]["personal"]["content"]


def read_and_note(page: Page, name: str) -> None:
	page.goto(f"/app/petition/{name}")
	expect(page.locator('[data-fieldname="content_panel"]')).to_contain_text(CONTENT)
	person = page.locator('[data-personal="full_name"]')
	expect(person).not_to_have_text(NAME)
	page.get_by_role("button", name="Xem đầy đủ").click()
	answer_dialog(page, reason="Gọi lại cho người gửi")
	expect(person).to_have_text(NAME)
	address = page.locator(".sealed-files a").get_attribute("href")
	assert page.request.get(address).body().startswith(b"\xff\xd8\xff"), "the photo opens"
	press(page, "Ghi chú nội bộ", "Thao tác")
	answer_dialog(page, reason="Đã gọi chốt")
	expect(page.locator('[data-fieldname="course_panel"]')).to_contain_text("Đã gọi chốt")


def say_it_is_the_same(page: Page, name: str, earlier: str) -> None:
	page.goto(f"/app/petition/{name}")
	press(page, "Cùng sự việc", "Thao tác")
	expect(page.locator('.modal.show [data-fieldname="into"] input')).to_have_value(earlier)
	answer_dialog(page, reason="Cùng một chốt")
	expect(page.locator(".indicator-pill:visible", has_text="Đã gộp")).to_be_visible()


def hand_on(page: Page, name: str) -> None:
	page.goto(f"/app/petition/{name}")
	press(page, "Chuyển đơn vị khác", "Thao tác")
	pick(page.locator('.modal.show [data-fieldname="unit"] input'), "STTTT-38")
	page.wait_for_function("cur_dialog.get_value('unit')")  # the Desk asks the server before it takes it
	answer_dialog(page, reason="Thuộc thẩm quyền của Sở")
	expect(page).to_have_url(re.compile("/app/petition($|[?])"))


def answer(page: Page, name: str) -> str:
	page.goto(f"/app/petition/{name}")
	press(page, "Trả lời")
	expect(page.locator('[data-fieldname="question_panel"]')).to_contain_text(CONTENT)
	page.locator('[data-fieldname="text"] textarea:visible').fill(ANSWER)
	page.locator('[data-fieldname="publish"] input:visible').check()
	for field, text in (
		("public_title", "Xe chở rau"),
		("public_question", "Xe chở rau không qua được chốt."),
	):
		page.locator(f'[data-fieldname="{field}"]').locator("input:visible, textarea:visible").fill(text)
	public = page.locator('[data-fieldname="public_answer"] textarea:visible')
	public.fill("Gọi số 0912 000 777")
	page.locator(".primary-action:visible").click()
	expect(page.locator(".msgprint")).to_contain_text("hãy bỏ ra")
	close_message(page)
	public.fill("Đã hướng dẫn chốt.")
	page.locator(".primary-action:visible").click()
	page.wait_for_url(re.compile(f"/app/petition-answer/{name}-A"))
	return page.url.rpartition("/")[2]


def test_a_call_taker_registers_a_family_by_keyboard_alone(
	window: Callable[..., Page], log_in: Callable[[Page, Client, str], None], client: Callable[[str], Client]
) -> None:
	page = window()
	log_in(page, client("tongdai.1022"), "/tiep-nhan")
	page.get_by_role("button", name="Đăng ký về quê").press("Enter")
	said = page.locator("#contact_name")
	expect(said).to_be_focused()
	page.keyboard.type("Lê Thị Gọi")
	for letters in ("0912 000 555", "Bình Dương"):
		page.keyboard.press("Tab")
		page.keyboard.type(letters)
	page.locator("#area").fill(page.locator("#area-list option").first.get_attribute("value"))
	page.locator("#contact_address").fill("Thôn 1")
	page.locator("#wanted_on").fill(str(date.today() + timedelta(days=3)))
	page.locator("#reason").select_option(index=1)
	page.locator('[name="persons.1.full_name"]').fill("Lê Thị Gọi")
	page.keyboard.press("Control+Enter")
	expect(page.locator(".notice.bad")).to_contain_text("năm sinh của người thứ 1")
	expect(page.locator('[name="persons.1.birth_year"]')).to_be_focused()
	page.keyboard.type("1960")
	page.keyboard.press("Control+Enter")
	expect(page.locator("main strong")).to_contain_text("VQ-")
	page.keyboard.press("Alt+n")
	expect(said).to_be_focused()
