"""The tour through a real browser: report on the phone, approve in the Desk, see the public figure change."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from portal import LATEST, QUIET, REPORT, Client, Place

PHONE = {"width": 360, "height": 740}
APPROVE = re.compile(r"^\s*Duyệt\s*$")
NEW_CASES = 3
TOUR = Place("14848", "Xã Tam Chung", "TYT-14848", "TTYT-384")

Window = Callable[..., Page]
LogIn = Callable[[Page, Client, str], None]
People = Callable[[Place], Client]


@pytest.fixture
def late_place(published_slot: dict, unreported: Callable[[dict], Place], administrator: Client) -> Place:
	"""The commune of the tour, which the demo leaves without the report of the slot before; else another one."""
	key = {"slot": published_slot["name"], "area": TOUR.area, "state": "Expected"}
	return TOUR if administrator.rows("Report Obligation", key) else unreported(published_slot)


def test_a_late_report_from_the_phone_moves_the_public_figure_once_the_district_approves(
	late_place: Place,
	published_slot: dict,
	window: Window,
	log_in_by_the_form: LogIn,
	reporter: People,
	approver: People,
	guest: Client,
	settled: Callable[[], None],
) -> None:
	settled()
	before = guest.get(LATEST).json()["province"]["figures"]["new_cases"]
	public = window()
	public.goto("/")
	expect(public.locator(".headlines")).to_contain_text(in_vietnamese(before))

	phone = window(PHONE)
	log_in_by_the_form(phone, reporter(late_place), "/bao-cao")
	open_form(phone, published_slot["name"], late_place.area)
	fill_in(
		phone, QUIET | {"new_cases": NEW_CASES, "community_cases": NEW_CASES, "under_treatment": NEW_CASES}
	)
	send(phone)

	desk = window()
	report = f"{published_slot['name']}-{late_place.area}"
	log_in_by_the_form(desk, approver(late_place), f"/app/situation-report/{report}")
	approve_in_the_desk(desk)
	expect(desk.locator(".form-page .help-box", has_text="Asia/")).to_have_count(0)

	settled()
	assert guest.get(LATEST).json()["province"]["figures"]["new_cases"] == before + NEW_CASES
	public.reload()
	expect(public.locator(".headlines")).to_contain_text(in_vietnamese(before + NEW_CASES))


def test_the_desk_speaks_of_states_in_vietnamese(
	sent_report: str, place: Place, window: Window, log_in: LogIn, approver: People
) -> None:
	desk = window()
	log_in(desk, approver(place), f"/app/situation-report/{sent_report}")
	state = desk.locator(".form-layout [data-fieldname='workflow_state'] .control-value")
	expect(state).to_have_text("Đang duyệt", timeout=30_000)
	expect(desk.locator(".page-head .indicator-pill", has_text="Đang duyệt")).to_be_visible()
	desk.goto("/app/situation-report")
	listed = desk.locator(".frappe-list .result")
	expect(listed).to_contain_text("Đang duyệt", timeout=30_000)
	expect(listed).not_to_contain_text("In Approval")


def test_a_report_of_the_open_slot_survives_reloading_and_is_sent(
	place: Place, open_slot: dict, window: Window, log_in: LogIn, reporter: People, administrator: Client
) -> None:
	phone, name = window(PHONE), f"{open_slot['name']}-{place.area}"
	log_in(phone, reporter(place), "/bao-cao")
	open_form(phone, open_slot["name"], place.area)
	fill_in(phone, {"arrivals": 12})
	save_draft(phone)
	assert administrator.document(REPORT, name)["workflow_state"] == "Draft"

	fill_in(phone, {"sanctions": 2})  # typed and not saved: kept on the device
	phone.reload()
	expect(phone.locator("#figure-arrivals")).to_have_value("12")
	expect(phone.locator("#figure-sanctions")).to_have_value("2")

	fill_in(phone, QUIET)
	send(phone)
	report = administrator.document(REPORT, name)
	assert (report["workflow_state"], report["approval_unit"]) == ("In Approval", place.district_unit)
	assert (report["arrivals"], report["sanctions"], report.get("checkpoints")) == (12, 2, None)


def test_the_page_says_what_is_wrong_and_sends_nothing(
	place: Place, open_slot: dict, window: Window, log_in: LogIn, reporter: People, administrator: Client
) -> None:
	phone = window(PHONE)
	log_in(phone, reporter(place), "/bao-cao")
	open_form(phone, open_slot["name"], place.area)
	fill_in(
		phone, QUIET | {"new_cases": 2, "community_cases": 1, "treatment_beds": 1, "treatment_beds_used": 2}
	)
	phone.locator(".bar .button.main").click()
	expect(phone.locator(".obstacles")).to_be_visible()
	for field in ("new_cases", "treatment_beds_used"):
		expect(phone.locator(f"#messages-{field}")).not_to_be_empty()
	assert administrator.rows(REPORT, {"slot": open_slot["name"], "area": place.area}) == []


@pytest.mark.parametrize("path", ["/", "/en"])
def test_the_overview_fits_a_phone(path: str, window: Window) -> None:
	page = window(PHONE)
	page.goto(path)
	expect(page.locator("h1")).to_be_visible()
	assert fits(page)


# --- what a person does


def open_form(page: Page, slot: str, area: str) -> None:
	page.locator(f'a.button[href="#/{slot}/{area}"]').click()
	expect(page.locator("#figure-new_cases")).to_be_visible()
	assert fits(page)


def fits(page: Page) -> bool:
	"""Whether nothing has to be moved sideways."""
	return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def fill_in(page: Page, figures: dict[str, int]) -> None:
	for field, value in figures.items():
		show(page, field)
		page.fill(f"#figure-{field}", str(value))
	page.keyboard.press("Tab")


def show(page: Page, field: str) -> None:
	"""Unfold the group that the figure is in, if it is folded."""
	folded = page.locator("details:not([open])", has=page.locator(f"#figure-{field}"))
	if folded.count():
		folded.locator("summary").first.click()


def save_draft(page: Page) -> None:
	with page.expect_response("**/covid_portal.reporting.api.save") as answer:
		page.locator(".bar .button:not(.main)").click()
	assert answer.value.ok, answer.value.text()


def send(page: Page) -> None:
	page.locator(".bar .button.main").click()
	expect(page.locator(".notice.good.sent")).to_be_visible()


def approve_in_the_desk(page: Page) -> None:
	page.locator(".actions-btn-group:visible > button").click()
	with page.expect_response("**/frappe.model.workflow.apply_workflow") as answer:
		page.locator(".actions-btn-group:visible .dropdown-item", has_text=APPROVE).click()
	assert answer.value.ok, answer.value.text()
	expect(page.locator(".actions-btn-group:visible .dropdown-item", has_text=APPROVE)).to_have_count(0)


def in_vietnamese(number: int) -> str:
	return f"{number:,}".replace(",", ".")
