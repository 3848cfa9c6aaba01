"""A Chromium of Debian's, and pages of people who are logged in."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from portal import Portal

QUIET_FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
QUIET_FLAGS += ("--disable-component-update", "--disable-sync")
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
PATIENCE = 60_000  # milliseconds; a busy machine may be slow, a wrong page never gets right
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
	with sync_playwright() as playwright:
		path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
		chromium = playwright.chromium.launch(executable_path=path, args=list(QUIET_FLAGS))
		yield chromium
		chromium.close()


@pytest.fixture
def open_page(
	browser: Browser, portal: Portal, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., Page]]:
	"""open_page(mailbox or None, phone=False): a page of its own; a picture of each is kept when the test fails."""
	pages: list[Page] = []

	def opened(mailbox: str | None, phone: bool = False) -> Page:
		context = browser.new_context(
			base_url=portal.base_url,
			locale="vi-VN",
			viewport=PHONE if phone else DESK,
			is_mobile=phone,
			has_touch=phone,
		)
		context.set_default_timeout(PATIENCE)
		if mailbox:
			account = portal.accounts[mailbox]
			login = {"usr": account["email"], "pwd": account["password"]}
			assert context.request.post("/api/method/login", form=login).ok, f"{mailbox} cannot log in"
		pages.append(context.new_page())
		return pages[-1]

	yield opened
	for number, page in enumerate(pages):
		if getattr(request.node, "failed", False):
			page.screenshot(path=tmp_path / f"{number}.png", full_page=True)
			print(f"what {page.url} showed: {tmp_path / f'{number}.png'}")
		page.context.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
	outcome = yield
	if outcome.get_result().failed:
		item.failed = True
