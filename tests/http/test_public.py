"""The public overview and its open data: what they hold, how they are served, and that the sums are right."""

import re
import socket
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import mariadb
import pandas as pd
import pytest
from portal import LATEST, REPORT, Client, Portal, has_traceback

ROWS_AT_ONCE = 500
TOP = {
	"report_type",
	"slot",
	"time",
	"window_start",
	"previous_slot",
	"previous_time",
	"version",
	"published_at",
}
TOP |= {"reporting", "indicators", "province", "districts", "days"}
AREA = {"code", "name", "name_en", "expected", "reported", "provisional", "carried", "missing"}
AREA |= {"figures", "previous", "change", "totals"}


@pytest.fixture(scope="module")
def latest(portal: Portal) -> dict:
	return portal.guest().get(LATEST).json()


# --- the page


@pytest.mark.parametrize(("path", "lang"), [("/", "vi"), ("/en", "en"), ("/en/", "en")])
def test_the_page_is_in_its_language(path: str, lang: str, guest: Client) -> None:
	page = guest.get(path)
	assert page.status_code == 200
	assert f'<html lang="{lang}"' in page.text
	assert "text/html" in page.headers["Content-Type"]


@pytest.mark.parametrize("path", ["/", "/en"])
def test_the_heading_says_as_of_when_and_how_many_of_how_many_reported(
	path: str, guest: Client, latest: dict
) -> None:
	page, reporting = guest.get(path).text, latest["reporting"]
	head = page[page.index('class="asof"') : page.index("</div>", page.index('class="asof"'))]
	day = latest["time"][:10].split("-")
	assert re.search(rf"\b0?{int(latest['time'][11:13])}\b", head)
	assert "/".join(reversed(day)) in head or f"{int(day[2])} " in head
	sentence = re.sub(r"<[^>]+>", " ", head)
	assert re.search(rf"\b{reporting['reported']}\b.*\b{reporting['expected']}\b", sentence), sentence


def test_the_page_has_a_row_for_each_district_and_its_new_cases(guest: Client, latest: dict) -> None:
	page = guest.get("/").text
	for district in latest["districts"]:
		assert re.sub("^(Huyện|Thành phố|Thị xã) ", "", district["name"]) in page
	assert page.count("<table") >= 2


def test_the_page_loads_nothing_from_elsewhere(guest: Client) -> None:
	page = guest.get("/").text
	loaded = re.findall(r'(?:src|href)="(https?://[^"]+)"[^>]*>', page)
	stylesheets = [address for address in loaded if re.search(r"\.(css|js|woff2?|png|svg)\b", address)]
	assert stylesheets == []
	for address in re.findall(r'(?:src|href)="(/assets/[^"]+)"', page):
		assert address.startswith("/assets/covid_portal/")


def test_the_pages_own_files_are_there(guest: Client) -> None:
	page = guest.get("/").text
	files = set(re.findall(r'"(/assets/[^"]+)"', page))
	assert files
	assert {address: guest.get(address).status_code for address in files} == dict.fromkeys(files, 200)


# --- the data


def test_the_demo_says_on_its_page_that_no_figure_is_real(guest: Client) -> None:
	assert "không phải số liệu thật" in guest.get("/").text
	assert "none is real" in guest.get("/en/").text


def test_the_data_has_the_promised_structure(latest: dict) -> None:
	assert set(latest) == TOP
	assert len(latest["indicators"]) == 51
	assert set(latest["province"]) == AREA | {"population"}
	assert len(latest["districts"]) == 27 and all(set(row) >= AREA for row in latest["districts"])
	fields = [row["field"] for row in latest["indicators"]]
	for area in (latest["province"], *latest["districts"]):
		assert list(area["figures"]) == list(area["change"]) == list(area["previous"]) == fields
		assert all(value is None or type(value) is int for value in area["figures"].values())
	assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00", latest["time"])


def test_the_numbers_of_reports_fit_each_other(latest: dict) -> None:
	counts = latest["reporting"]
	assert counts["expected"] == 559 == counts["reported"] + counts["missing"]
	assert 0 <= counts["provisional"] <= counts["reported"]
	for key, value in counts.items():
		assert value == latest["province"][key] == sum(district[key] for district in latest["districts"]), key


def test_the_change_is_against_the_slot_before(latest: dict, guest: Client) -> None:
	before = guest.get(f"/du-lieu-mo/v1/slots/{latest['previous_slot']}.json").json()
	assert before["slot"] == latest["previous_slot"] and before["time"] == latest["previous_time"]
	now, then = latest["province"]["figures"], before["province"]["figures"]
	for field, change in latest["province"]["change"].items():
		assert change == (None if None in (now[field], then[field]) else now[field] - then[field]), field


def test_each_slot_keeps_its_address(latest: dict, guest: Client) -> None:
	assert guest.get(f"/du-lieu-mo/v1/slots/{latest['slot']}.json").json() == latest


def test_no_figure_below_the_district_is_public(guest: Client, administrator: Client) -> None:
	communes = [row["name"] for row in administrator.rows("Area", {"level": 3})]
	codes = set(re.findall(r'"code":"(\d+)"', guest.get(LATEST).text))
	assert len(communes) == 559 and codes.isdisjoint(communes)


# --- how it is served


@pytest.mark.parametrize("path", ["/", "/en", LATEST])
def test_a_file_that_has_not_changed_is_not_sent_again(path: str, guest: Client) -> None:
	first = guest.get(path)
	tag = {"If-None-Match": first.headers["ETag"]}
	again = guest.request("GET", path, headers=tag)
	assert (again.status_code, again.content) == (304, b"")
	other = guest.request("GET", path, headers={"If-None-Match": '"other"'})
	assert (other.status_code, other.content) == (200, first.content)
	since = guest.request("GET", path, headers={"If-Modified-Since": first.headers["Last-Modified"]})
	assert since.status_code == 304


def test_data_may_be_read_by_other_sites_and_kept_a_little_while(guest: Client) -> None:
	headers = guest.get(LATEST).headers
	assert headers["Access-Control-Allow-Origin"] == "*"
	assert headers["Content-Type"].startswith("application/json")
	assert "public" in headers["Cache-Control"] and "max-age=" in headers["Cache-Control"]


@pytest.mark.parametrize("verb", ["POST", "PUT", "DELETE"])
def test_public_files_are_only_read(verb: str, guest: Client) -> None:
	before = guest.get(LATEST).content
	assert not has_traceback(guest.request(verb, LATEST, data="x"))
	assert guest.get(LATEST).content == before


def test_the_public_page_is_the_same_for_one_who_is_logged_in(guest: Client, administrator: Client) -> None:
	assert administrator.get("/").content == guest.get("/").content


@pytest.mark.parametrize(
	"path",
	[
		"/du-lieu-mo/v1/slots/SIT-1999-01-01-0800.json",
		"/du-lieu-mo/v1/slots/",
		"/du-lieu-mo/v1/slots",
		"/du-lieu-mo/v1/",
		"/du-lieu-mo/index.html",
		"/du-lieu-mo/v1/slots/latest.json/x",
		"/du-lieu-mo/" + "x" * 300,
		"/du-lieu-mo/" + "x/" * 1500,
		"/du-lieu-mo/%ff%fe",
		"/tong-quan/x",
	],
)
def test_an_address_without_a_file_gets_the_page_for_it(path: str, guest: Client) -> None:
	answer = guest.get(path)
	assert answer.status_code == 404, f"{answer.status_code} {answer.text[:300]}"
	assert "text/html" in answer.headers["Content-Type"] and "<h" in answer.text
	assert not has_traceback(answer)


@pytest.mark.parametrize(
	"path",
	[
		"/du-lieu-mo/../../../site_config.json",
		"/du-lieu-mo/../../../../site_config.json",
		"/du-lieu-mo/%2e%2e/%2e%2e/%2e%2e/site_config.json",
		"/du-lieu-mo/..%2f..%2f..%2f..%2fsite_config.json",
		"/du-lieu-mo/..%5c..%5c..%5csite_config.json",
		"/du-lieu-mo/v1/slots/../../../index.html",
		"/du-lieu-mo//etc/passwd",
		"/du-lieu-mo/%2fetc%2fpasswd",
		"/du-lieu-mo/v1/../../index.html",
		"/en/../../../../../site_config.json",
		"//etc/passwd",
	],
)
def test_no_address_leads_out_of_the_published_files(path: str, guest: Client) -> None:
	status, body = raw_get(guest.base_url, path)
	assert status in (400, 404, 301, 302, 308), f"{status} {body[:300]!r}"
	assert b"db_password" not in body and b"root:" not in body


def raw_get(base_url: str, path: str) -> tuple[int, bytes]:
	"""GET of exactly this path: ordinary clients tidy it up first."""
	address = urlsplit(base_url)
	request = f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\n\r\n"
	with closing(socket.create_connection((address.hostname, address.port), timeout=60)) as connection:
		connection.sendall(request.encode())
		answer = b"".join(iter(lambda: connection.recv(65536), b""))
	return int(answer.split(b" ", 2)[1]), answer.partition(b"\r\n\r\n")[2]


# --- the sums, taken again from the entries


class Entries:
	"""The reports behind a slot, read from the database beside the app: nothing of its code takes part."""

	def __init__(self, portal: Portal, data: dict) -> None:
		self.portal, self.slot = portal, data["slot"]
		self.kinds = {row["field"]: row["kind"] for row in data["indicators"]}
		self.table = pd.concat(self.read(), ignore_index=True)

	def read(self) -> Iterator[pd.DataFrame]:
		"""Every counted entry up to the slot, in chunks: approved, or waiting where the route counts it already."""
		columns = ", ".join(f"report.{field}" for field in self.kinds)
		statement = f"""
			select report.slot, report.area, area.parent_area district, slot.slot_time, report.workflow_state,
				report.answered, {columns}
			from `tab{REPORT}` report
			join `tabReport Slot` slot on slot.name = report.slot
			join `tabArea` area on area.name = report.area
			where slot.slot_time <= (select slot_time from `tabReport Slot` where name = ?)
				and (report.workflow_state = 'Approved'
					or (report.workflow_state = 'In Approval' and report.approval_step >= 2))
			order by slot.slot_time"""
		with closing(mariadb.connect(**self.portal.database())) as connection:
			cursor = connection.cursor(buffered=False)
			cursor.execute(statement, (self.slot,))
			names = [column[0] for column in cursor.description]
			while rows := cursor.fetchmany(ROWS_AT_ONCE):
				yield pd.DataFrame(rows, columns=names)

	@property
	def of_the_slot(self) -> pd.DataFrame:
		return self.table[self.table["slot"] == self.slot]

	def given(self, field: str, table: pd.DataFrame) -> pd.DataFrame:
		"""The entries that answer the figure."""
		texts = [text for text in self.table["answered"].unique() if field in text.split(",")]
		return table[table["answered"].isin(texts)]

	def figure(self, field: str) -> pd.Series:
		"""{district: sum}. New ones are those of the slot's entries; what is so now, each commune's last word."""
		entries = self.of_the_slot if self.kinds[field] == "flow" else self.table
		last = self.given(field, entries).groupby("area").last()
		return last.groupby("district")[field].sum()

	def total(self, field: str) -> pd.Series:
		return self.given(field, self.table).groupby("district")[field].sum()


@pytest.fixture(scope="module")
def entries(portal: Portal, latest: dict) -> Entries:
	return Entries(portal, latest)


def test_as_many_entries_are_counted_as_the_page_says(entries: Entries, latest: dict) -> None:
	assert entries.of_the_slot["area"].is_unique
	assert len(entries.of_the_slot) == latest["reporting"]["reported"]
	provisional = (entries.of_the_slot["workflow_state"] == "In Approval").sum()
	assert provisional == latest["reporting"]["provisional"]
	per_district = entries.of_the_slot.groupby("district").size()
	assert per_district.to_dict() == {
		row["code"]: row["reported"] for row in latest["districts"] if row["reported"]
	}


def test_every_published_figure_is_the_sum_of_the_entries(entries: Entries, latest: dict) -> None:
	for field in entries.kinds:
		sums = entries.figure(field)
		published = {row["code"]: row["figures"][field] for row in latest["districts"]}
		assert {code: value for code, value in published.items() if value is not None} == sums.to_dict(), (
			field
		)
		assert latest["province"]["figures"][field] == (int(sums.sum()) if len(sums) else None), field


def test_every_published_total_is_the_sum_of_all_slots(entries: Entries, latest: dict) -> None:
	assert latest["province"]["totals"]
	for field, total in latest["province"]["totals"].items():
		sums = entries.total(field)
		assert total == int(sums.sum()), field
		published = {row["code"]: row["totals"][field] for row in latest["districts"]}
		assert published == {code: int(sums.get(code, 0)) for code in published}, field


def test_the_new_cases_of_each_day_are_the_sum_of_its_slots(entries: Entries, latest: dict) -> None:
	cases = entries.table.groupby(pd.to_datetime(entries.table["slot_time"]).dt.strftime("%Y-%m-%d"))[
		"new_cases"
	].sum()
	assert {row["date"]: row["new_cases"] for row in latest["days"]} == cases.to_dict()
