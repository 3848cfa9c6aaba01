"""An administrator makes a route of three steps in the Desk, without code; a document goes through it by three people."""

import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect
from portal import Client

DOCTYPE, ADDRESS = "Equipment Request", "/app/equipment-request"
PHONE = {"width": 360, "height": 740}
UNIT = "TYT-14848"  # the reporter's
REPORTER, DISTRICT, CDC, PUBLISHER = "tyt.tamchung", "ttyt.muonglat", "cdc.duyet", "cdc.congbo"
RULES = (
	("Reporter", "Own Unit", "Write"),
	("Approver", "Unit Subtree", "Read"),
	("Publisher", "Unit Subtree", "Read"),
)
ONE_TRY = 30_000  # milliseconds
DUTIES = {"Approver": "Người duyệt", "Publisher": "Người công bố"}
STEPS = (
	{"title": "Huyện xem", "duty": "Approver"},
	{"title": "CDC xem", "duty": "Approver"},
	{"title": "CDC công bố", "who": "Named Unit", "unit": "CDC-38", "duty": "Publisher"},
)

Window = Callable[..., Page]
LogIn = Callable[[Page, Client, str], None]
Clients = Callable[[str], Client]


@pytest.fixture
def doctype(client: Clients) -> str:
	"""A DocType that somebody made, without a route: who may see it are rows of Scope Rule."""
	manager, administrator = client("hethong"), client("quantri")
	if not manager.document("DocType", DOCTYPE):
		made = manager.post("/api/resource/DocType", **definition())
		assert made.ok, made.text
	for duty, scope, access in RULES:
		rule = {"document_type": DOCTYPE, "duty": duty, "access": access, "scope": scope}
		if not administrator.rows("Scope Rule", rule):
			assert administrator.post("/api/resource/Scope Rule", **rule).ok
	for row in administrator.rows("Approval Route", {"document_type": DOCTYPE, "enabled": 1}):
		assert administrator.put(f"/api/resource/Approval Route/{row['name']}", enabled=0).ok
	return DOCTYPE


def definition() -> dict[str, Any]:
	return {
		"name": DOCTYPE,
		"module": "Core",
		"custom": 1,
		"autoname": "hash",
		"title_field": "title",
		"fields": [
			{"fieldname": "title", "fieldtype": "Data", "label": "Title", "reqd": 1},
			{"fieldname": "unit", "fieldtype": "Link", "options": "Unit", "label": "Unit", "reqd": 1},
		],
		"permissions": [
			{"role": "Portal Staff", "read": 1, "write": 1, "create": 1},
			{"role": "Portal Administrator", "read": 1},
			{"role": "System Manager", "read": 1},
		],
	}


def test_a_route_made_in_the_desk_leads_a_document_through_three_people(
	doctype: str, client: Clients, window: Window, log_in: LogIn
) -> None:
	title = f"Máy thở {secrets.token_hex(4)}"
	desk = window()
	log_in(desk, client("quantri"), "/app/approval-route/new")
	make_route(desk, doctype, new_title())

	author = window()
	log_in(author, client(REPORTER), f"{ADDRESS}/new")
	name = write_and_send(author, title)

	approve_in_the_inbox(window, log_in, client(DISTRICT), title)

	superior = window()
	log_in(superior, client(CDC), f"{ADDRESS}/{name}")
	expect(superior.locator(".approval-box.is-now")).to_contain_text("CDC xem")
	act(superior, "Duyệt")

	approve_in_the_inbox(window, log_in, client(PUBLISHER), title)

	assert client(REPORTER).document(doctype, name)["workflow_state"] == "Approved"
	author.reload()
	expect(author.locator(".approval-decision")).to_have_count(1 + len(STEPS))
	expect(author.locator(".approval-box.is-done")).to_have_count(len(STEPS))


def test_a_document_goes_back_to_an_earlier_step_with_a_reason(
	doctype: str, client: Clients, window: Window, log_in: LogIn
) -> None:
	steps = [{"who": "Superior Unit", "approvals": 1, **step} for step in STEPS]
	route = {"title": new_title(), "document_type": doctype}
	assert client("quantri").post("/api/resource/Approval Route", **route, enabled=1, steps=steps).ok
	made = client(REPORTER).post(f"/api/resource/{doctype}", title="Giường bệnh", unit=UNIT)
	name = made.json()["data"]["name"]
	decide = "covid_portal.approval.decisions.decide"
	for who, decision in ((REPORTER, "Submit"), (DISTRICT, "Approve")):
		assert client(who).call(decide, doctype=doctype, name=name, decision=decision).ok

	page = window()
	log_in(page, client(CDC), f"{ADDRESS}/{name}")
	expect(page.locator(".approval-box.is-now")).to_contain_text("CDC xem")
	choose(page, "Trả lại")
	dialog = page.locator(".modal.show")
	dialog.locator('[data-fieldname="back_to"] select').select_option("1")
	dialog.locator('[data-fieldname="reason"] textarea').fill("Huyện xác nhận số lượng.")
	with page.expect_response("**/frappe.model.workflow.apply_workflow") as answer:
		dialog.locator(".btn-modal-primary").click()
	assert answer.value.ok, answer.value.text()

	expect(page.locator(".approval-box.is-now")).to_contain_text("Huyện xem")
	expect(page.locator(".approval-reason")).to_have_text("Huyện xác nhận số lượng.")
	assert client(REPORTER).document(doctype, name)["approval_step"] == 1

	assert client(DISTRICT).call(decide, doctype=doctype, name=name, decision="Approve").ok
	return_in_the_inbox(window, log_in, client(CDC), "Giường bệnh", "Bước 1: Huyện xem")
	assert client(REPORTER).document(doctype, name)["approval_step"] == 1
	assert client(REPORTER).document(doctype, name)["workflow_state"] == "In Approval"


def new_title() -> str:
	return f"{DOCTYPE} {secrets.token_hex(4)}"


# --- what a person does


def make_route(page: Page, doctype: str, title: str) -> None:
	field(page, "title").fill(title)
	pick(field(page, "document_type"), doctype)
	for index, step in enumerate(STEPS, 1):
		add_step(page, index, step)
	boxes = page.locator('[data-fieldname="picture"] .approval-box.is-step')
	expect(boxes).to_have_count(len(STEPS))
	for box, step in zip(boxes.all(), STEPS, strict=True):
		expect(box).to_contain_text(step["title"])
	with page.expect_response("**/frappe.desk.form.save.savedocs") as answer:
		page.locator(".primary-action:visible").click()
	assert answer.value.ok, answer.value.text()


def field(page: Page, name: str) -> Locator:
	return page.locator(f'.form-layout .frappe-control[data-fieldname="{name}"] input:visible').first


def add_step(page: Page, index: int, step: dict[str, str]) -> None:
	steps = page.locator('.frappe-control[data-fieldname="steps"]')
	if index > steps.locator(".grid-body .grid-row").count():
		steps.locator(".grid-add-row").click()
	row = steps.locator(f'.grid-row[data-idx="{index}"]')
	row.locator(".btn-open-row").click()
	form = row.locator(".form-in-grid")
	expect(
		form.locator('[data-fieldname="title"] input')
	).to_be_focused()  # the Desk puts the focus there late
	form.locator('[data-fieldname="title"] input').fill(step["title"])
	form.locator('[data-fieldname="who"] select').select_option(step.get("who", "Superior Unit"))
	if "unit" in step:
		pick(form.locator('[data-fieldname="unit"] input'), step["unit"])
	pick(form.locator('[data-fieldname="duty"] input'), DUTIES[step["duty"]])
	form.locator(".grid-collapse-row").click()


def pick(control: Locator, value: str) -> None:
	"""Choose the value of a link field among its suggestions."""
	suggestion = control.page.locator(".awesomplete ul > *:visible", has_text=value).first
	for last in (False, False, True):  # the Desk may draw a field once more and forget what was typed in it
		control.click()
		control.fill("")
		control.fill(value)
		try:
			return suggestion.click(timeout=ONE_TRY)
		except TimeoutError:
			if last:
				raise


def write_and_send(page: Page, title: str) -> str:
	field(page, "title").fill(title)
	pick(field(page, "unit"), UNIT)
	page.wait_for_function("cur_frm.doc.unit")  # the Desk asks the server before it takes the choice
	with page.expect_response("**/frappe.desk.form.save.savedocs") as answer:
		page.locator(".primary-action:visible").click()
	assert answer.value.ok, answer.value.text()
	name = answer.value.json()["docs"][0]["name"]
	act(page, "Gửi duyệt")
	expect(page.locator(".approval-box.is-now")).to_contain_text(STEPS[0]["title"])
	return name


def act(page: Page, label: str) -> None:
	with page.expect_response("**/frappe.model.workflow.apply_workflow") as answer:
		choose(page, label)
	assert answer.value.ok, answer.value.text()


def choose(page: Page, label: str) -> None:
	page.locator(".actions-btn-group:visible > button").click()
	page.locator(
		".actions-btn-group:visible .dropdown-item", has_text=re.compile(rf"^\s*{label}\s*$")
	).click()


def return_in_the_inbox(window: Window, log_in: LogIn, person: Client, title: str, step: str) -> None:
	phone = window(PHONE)
	log_in(phone, person, "/cho-duyet")
	paper = phone.locator(".paper", has_text=title)
	paper.locator('input[type="checkbox"]').check()
	phone.locator('.inbox-bar [data-act="Return"]').click()
	dialog = phone.locator("dialog")
	expect(dialog.get_by_label("Người lập")).to_be_checked()
	dialog.get_by_label(step).check()
	dialog.locator("textarea").fill("Huyện xem lại số lượng.")
	assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
	dialog.locator(".button.main").click()
	expect(phone.locator(".notice.good")).to_be_visible()
	expect(paper).to_have_count(0)


def approve_in_the_inbox(window: Window, log_in: LogIn, person: Client, title: str) -> None:
	phone = window(PHONE)
	log_in(phone, person, "/cho-duyet")
	paper = phone.locator(".paper", has_text=title)
	paper.locator('input[type="checkbox"]').check()
	assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
	phone.locator('.inbox-bar [data-act="Approve"]').click()
	phone.locator("dialog .button.main").click()
	expect(phone.locator(".notice.good")).to_be_visible()
	expect(paper).to_have_count(0)
