"""One Chromium for the browser's tests; a page that was open when a test failed leaves its picture."""

import os
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from portal import Client, Portal

FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
FLAGS += ("--disable-component-update", "--disable-sync")
DESK = {"width": 1280, "height": 900}
MILLISECONDS = 90_000  # longest wait for one condition
expect.set_options(timeout=MILLISECONDS)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.CallInfo, None]:
	outcome = yield
	report = outcome.get_result()
	if report.when == "call":
		item.stash[FAILED] = report.failed


FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
	program = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
	assert Path(program).exists(), f"CHROMIUM: there is no {program}"
	with sync_playwright() as playwright:
		browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
		yield browser
		browser.close()


@pytest.fixture
def window(
	chromium: Browser, portal: Portal, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
	"""window(size): a page in a session of its own. Errors of its scripts fail the test."""
	pages: list[Page] = []
	errors: list[str] = []

	def open_page(size: dict[str, int] = DESK) -> Page:
		context = chromium.new_context(viewport=size, base_url=portal.base_url, locale="vi-VN")
		context.set_default_timeout(MILLISECONDS)
		page = context.new_page()
		page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
		pages.append(page)
		return page

	yield open_page
	if request.node.stash.get(FAILED, False):
		take_pictures(pages, request.node.name)
	for page in pages:
		page.context.close()
	assert errors == []


def take_pictures(pages: list[Page], name: str) -> None:
	folder = Path(tempfile.mkdtemp(prefix="portal-pictures-"))
	for number, page in enumerate(pages, 1):
		page.screenshot(path=folder / f"{name}-{number}.png", full_page=True)
	print(f"Pictures of the open pages: {folder}")


@pytest.fixture(scope="session")
def log_in() -> Callable[[Page, Client, str], None]:
	"""log_in(page, client, path): open the page as that person, in the session that the client has begun already."""

	def with_the_session(page: Page, client: Client, path: str) -> None:
		cookies = [(cookie.name, cookie.value) for cookie in client.session.cookies]
		page.context.add_cookies(
			[{"name": name, "value": value, "url": client.base_url} for name, value in cookies]
		)
		page.goto(path)

	return with_the_session


@pytest.fixture
def log_in_by_the_form() -> Callable[[Page, Client, str], None]:
	"""As log_in, by what a person fills in where it is asked for."""

	def by_the_form(page: Page, client: Client, path: str) -> None:
		page.goto(path if path.startswith("/bao-cao") else f"/login?redirect-to={path}")
		page.fill("#login_email", client.user)
		page.fill("#login_password", client.password)
		page.click(".form-login .btn-login")
		page.wait_for_url(lambda address: urlsplit(address).path.startswith(path))

	return by_the_form
