"""A level from proposal to the public page: a review is ordered, another level proposed with its grounds, approved in the inbox,
and read by everybody, on the page of the district and on the map."""

import secrets
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect
from portal import DECIDE, Client, accepted, refused

LEVEL, UNIT, DISTRICT = "Area Level", "TTYT-384", "384"
REASON = f"Chợ huyện có nhiều ca chưa rõ nguồn lây, đợt {secrets.token_hex(3)}"
REFERENCE = "Quyết định 99/QĐ-UBND"
Window = Callable[..., Page]


def test_a_level_goes_from_proposal_to_the_public_page(
	window: Window,
	log_in: Callable[[Page, Client, str], None],
	client: Callable[[str], Client],
	administrator: Client,
) -> None:
	current = in_force(administrator)
	other = "4" if current["decided_level"] != "4" else "3"
	answer = client("cdc.duyet").call(
		"covid_portal.levels.evaluation.order_review",
		level=current["name"],
		reason="Xem lại theo tình hình chợ",
	)
	review = f"/api/resource/{LEVEL}/{accepted(answer)['name']}"
	refused(administrator.put(review, decided_level=other), 417, "căn cứ pháp lý")
	grounds = {"deviation_reason": REASON, "deviation_reference": REFERENCE}
	assert administrator.put(review, decided_level=other, **grounds).ok
	accepted(administrator.call(DECIDE, doctype=LEVEL, name=review.rpartition("/")[2], decision="Submit"))

	inbox = window()
	log_in(inbox, client("ttyt.muonglat"), "/cho-duyet")
	approve(inbox, f"{current['area_name']}: từ cấp {current['decided_level']} sang cấp {other}")

	page = window({"width": 360, "height": 740})
	area = page.locator(f"#khu-vuc-{current['area']}")
	until_shown(page, f"/cap-do-dich/{DISTRICT}#khu-vuc-{current['area']}", area, REASON)
	expect(area).to_contain_text(f"cấp {other}")
	expect(area).to_contain_text(REFERENCE)
	page.goto(f"/ban-do#khu-vuc-{current['area']}")
	expect(page.locator("#map-details dd").first).to_contain_text(f"cấp {other}")
	page.locator("#map-details a").click()
	expect(page.locator(f"#khu-vuc-{current['area']}")).to_contain_text(REASON)


def in_force(administrator: Client) -> dict:
	"""A level of one of the district's communes for which nothing new waits."""
	fields = ["name", "area", "area_name", "decided_level", "workflow_state"]
	rows = administrator.rows(
		LEVEL, {"unit": UNIT, "area": ["!=", DISTRICT]}, fields, order_by="decided_at desc"
	)
	waiting = {row["area"] for row in rows if row["workflow_state"] != "Approved"}
	return next(row for row in rows if row["area"] not in waiting)


def approve(page: Page, title: str) -> None:
	paper = page.locator(".paper", has_text=title)
	paper.locator('input[type="checkbox"]').check()
	page.locator('.inbox-bar [data-act="Approve"]').click()
	page.locator('dialog input[type="checkbox"]').check()  # another level than the rule's is a warning
	page.locator("dialog .button.main").click()
	expect(page.locator(".notice.good")).to_be_visible()
	expect(paper).to_have_count(0)


def until_shown(page: Page, path: str, place: Locator, text: str) -> None:
	"""The build of the page runs in the background: it is asked for until it has the text."""
	page.goto(path)
	for _attempt in range(120):
		if text in place.inner_text():
			return
		page.wait_for_timeout(1000)
		page.reload()
	raise AssertionError(f"{path} does not say: {text}")
