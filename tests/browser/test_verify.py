"""/xac-minh in a real browser: by the QR code's link, by a true file, by a forged one, and without a script."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from portal import Client, Portal

INDEX = "/du-lieu-mo/v1/bulletins/index.json"


@pytest.fixture(scope="module")
def newest(portal: Portal) -> dict:
	return portal.guest().get(INDEX).json()["bulletins"][0]


def file_of(name: str, content: bytes) -> dict:
	return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def test_the_browser_checks_codes_and_files_by_itself(
	window: Callable[..., Page], guest: Client, newest: dict
) -> None:
	page = window({"width": 360, "height": 740})
	sent: list[str] = []
	page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
	verdict = page.locator("#verdict")
	page.goto(f"/xac-minh?ma={newest['code']}")
	expect(verdict).to_contain_text(f"Thật: bản tin số {newest['number']}")
	true = guest.get(newest["json"]).content
	pdf = guest.get(newest["pdf"]).content
	forged = json.loads(true)
	row = next(row for row in forged["bulletin"]["figures"]["figures"] if row["field"] == "new_cases")
	row["value"] += 100
	compact = json.dumps(forged, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
	for name, content, *words in (
		("true.json", true, "Thật: bản tin số"),
		("true.pdf", pdf, "Thật: bản tin số"),
		("forged.json", compact, "Không phải bản tin thật", f"new_cases.value: {row['value']} ≠"),
		(
			"page.pdf",
			pdf.replace(b"/Title", b"/Titel", 1),
			"Không phải bản tin thật",
			"các trang có thể đã bị sửa",
		),
		("rubbish.pdf", b"%PDF-1.4", "Không có"),
	):
		page.locator("#file").set_input_files(file_of(name, content))
		page.locator("#file-form button").press("Enter")
		for word in words:
			expect(verdict).to_contain_text(word)
	assert sent == []
	assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
	# What the browser cannot judge, the portal does: here a file laid out otherwise.
	page.locator("#file").set_input_files(
		file_of("pretty.json", json.dumps(json.loads(true), indent=1).encode())
	)
	page.locator("#file-form button").click()
	expect(verdict).to_contain_text("Thật: bản tin số")
	assert len(sent) == 1


def test_without_a_script_the_form_gets_a_page(chromium: Browser, portal: Portal, newest: dict) -> None:
	with chromium.new_context(java_script_enabled=False, base_url=portal.base_url) as context:
		page = context.new_page()
		page.goto("/en/xac-minh")
		page.get_by_label("Code of the bulletin").fill(newest["code"])
		page.locator("#code-form button").click()
		expect(page.locator("#verdict")).to_contain_text(f"Genuine: bulletin no. {newest['number']}")
