"""The README's tour in a real browser: a commune reports late, its district approves, the public figure moves."""

import re
import time
from collections.abc import Callable

import requests
from playwright.sync_api import Page, expect
from portal import LATEST, QUIET, REPORT, Client, Portal

AREA, REPORTER, DISTRICT = "14848", "tyt.tamchung", "ttyt.muonglat"
NEW_CASES = 6
FIGURES = QUIET | {"new_cases": NEW_CASES, "community_cases": 4, "quarantine_cases": 2, "under_treatment": 8}
SEND, SENT = "Gửi huyện duyệt", re.compile("Đã gửi lúc")


def latest(portal: Portal) -> dict:
	return requests.get(portal.base_url + LATEST, timeout=60).json()


def fill(page: Page, figures: dict[str, int]) -> None:
	for field, value in figures.items():
		page.fill(f"input[name={field}]", str(value))


def enter(page: Page, slot: str) -> None:
	"""From the list of what is due to the form, as a person goes."""
	page.goto("/bao-cao")
	page.locator(f"a[href*='{slot}']").first.click()
	expect(page.locator("input[name=new_cases]")).to_be_visible()


def wait_until(what: str, holds: Callable[[], bool], seconds: int = 90) -> None:
	deadline = time.monotonic() + seconds
	while not holds():
		assert time.monotonic() < deadline, f"after {seconds} s: {what}"
		time.sleep(0.5)


def test_a_late_report_moves_the_public_figure_once_the_district_has_approved(
	portal: Portal, open_page: Callable[..., Page], administrator: Client
) -> None:
	before = latest(portal)
	slot, cases = before["slot"], before["province"]["figures"]["new_cases"]

	phone = open_page(REPORTER, phone=True)
	enter(phone, slot)
	fill(phone, FIGURES)
	phone.get_by_role("button", name=SEND).click()
	expect(phone.get_by_text(SENT).first).to_be_visible()
	assert latest(portal)["province"]["figures"]["new_cases"] == cases, "nobody has approved it yet"

	name = f"{slot}-{AREA}"
	desk = open_page(DISTRICT)
	desk.goto(f"/app/situation-report/{name}")
	desk.locator(".actions-btn-group button").first.click()
	desk.locator(".actions-btn-group .dropdown-item", has_text="Duyệt").first.click()
	wait_until(
		"the report does not wait for the CDC",
		lambda: (administrator.document(REPORT, name) or {}).get("approval_unit") == "CDC-38",
	)

	wait_until("no new version is public", lambda: latest(portal)["version"] > before["version"])
	after = latest(portal)
	assert after["province"]["figures"]["new_cases"] == cases + NEW_CASES
	assert after["reporting"]["reported"] == before["reporting"]["reported"] + 1

	public = open_page(None)
	public.goto("/")
	expect(public.locator("h1")).to_contain_text("Tình hình đến")
	reported = f"{after['reporting']['reported']} trên {after['reporting']['expected']}"
	expect(public.locator("body")).to_contain_text(reported)


def test_what_was_typed_survives_a_reload_and_is_sent_once(
	portal: Portal, open_page: Callable[..., Page], administrator: Client, open_slot: dict
) -> None:
	phone = open_page("tyt.muongchanh" if "tyt.muongchanh" in portal.accounts else REPORTER, phone=True)
	area = portal.accounts["tyt.muongchanh"]["unit"].partition("-")[2]
	if administrator.document(REPORT, f"{open_slot['name']}-{area}"):
		area, phone = AREA, open_page(REPORTER, phone=True)
	enter(phone, open_slot["name"])
	fill(phone, FIGURES | {"new_cases": 5})
	expect(phone.get_by_text("phải cộng đúng bằng").first).to_be_visible()
	phone.reload()
	expect(phone.locator("input[name=new_cases]")).to_have_value("5")
	fill(phone, {"new_cases": NEW_CASES})
	phone.get_by_role("button", name=SEND).dblclick()
	expect(phone.get_by_text(SENT).first).to_be_visible()
	filters = {"reference_name": f"{open_slot['name']}-{area}", "decision": "Submit"}
	assert len(administrator.rows("Approval Decision", filters)) == 1


def test_a_guest_is_led_to_the_login_and_back(open_page: Callable[..., Page]) -> None:
	page = open_page(None, phone=True)
	page.goto("/bao-cao")
	expect(page).to_have_url(re.compile(r"/login\?redirect-to="))
