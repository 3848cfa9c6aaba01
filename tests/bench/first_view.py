"""A guest's first and later views in Chromium on a slow phone: bytes, requests, largest contentful paint.

Conditions as Lighthouse's for mobile: 150 ms, 1.6 Mbit/s, a processor slowed four times. Each figure stands beside its
bound, so the ratio is what counts. Of the paints the quickest counts: whatever else the machine does only adds to one.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from measuring import Result
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from portal import Portal

PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "is_mobile": True}
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
SLOWED = 4
VISITS = 6
LONGEST_MS = 180_000  # a busy machine, slowed four times, must not end the run
FIRST_KB, REQUESTS, PAINT_MS, LATER_KB = 200, 20, 1200, 30
LARGEST = """() => new Promise(done => new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))
	.observe({type: "largest-contentful-paint", buffered: true}))"""


@dataclass(frozen=True)
class View:
	kilobytes: float
	requests: int
	paint: float  # milliseconds


def run(portal: Portal) -> list[Result]:
	with chromium() as browser:
		visits = [visit(browser, portal.base_url) for _ in range(VISITS)]
	first, later = zip(*visits, strict=True)
	note = "the bound"
	return [
		of_bound("first view, kB", median(view.kilobytes for view in first), FIRST_KB, note),
		of_bound("first view, requests", median(view.requests for view in first), REQUESTS, note),
		of_bound("first view, largest contentful paint", min(view.paint for view in first), PAINT_MS, note),
		of_bound("later view, kB", max(view.kilobytes for view in later), LATER_KB, note),
	]


def of_bound(case: str, figure: float, bound: float, note: str) -> Result:
	return Result(case, round(figure, 1), bound, 1, VISITS, note)


@contextmanager
def chromium() -> Iterator[Browser]:
	program = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
	with sync_playwright() as playwright:
		browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
		yield browser
		browser.close()


def visit(browser: Browser, base_url: str) -> tuple[View, View]:
	"""The overview by a guest who was never here, then another page."""
	context = browser.new_context(base_url=base_url, **PHONE)
	try:
		return view(context, "/"), view(context, "/tro-giup")
	finally:
		context.close()


def view(context: BrowserContext, path: str) -> View:
	page = context.new_page()
	page.set_default_timeout(LONGEST_MS)
	session = context.new_cdp_session(page)
	session.send("Network.enable")
	session.send("Network.emulateNetworkConditions", NETWORK)
	session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
	sizes: list[float] = []
	session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
	page.goto(path, wait_until="networkidle")
	paint = page.evaluate(LARGEST)
	page.close()
	loaded = [size for size in sizes if size]  # nothing comes over the network for what the browser has kept
	return View(sum(loaded) / 1000, len(loaded), paint)
