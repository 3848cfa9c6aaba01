"""Open data v1 from outside: what a program that knows nothing but index.json finds, checks and adds up."""

import csv
import hashlib
import re
from collections.abc import Callable
from io import StringIO

import pytest
from jsonschema import Draft202012Validator
from portal import LATEST, Client, Portal

V1 = "/du-lieu-mo/v1"
COMMUNES = 559
DISTRICTS = 27


@pytest.fixture(scope="module")
def reader(portal: Portal) -> Client:
	return portal.guest()


@pytest.fixture(scope="module")
def index(reader: Client) -> dict:
	return reader.get(f"{V1}/index.json").json()


@pytest.fixture(scope="module")
def latest(reader: Client) -> dict:
	return reader.get(LATEST).json()


@pytest.fixture(scope="module")
def course(reader: Client, index: dict) -> Callable[[str], dict]:
	"""course(code): the list of an area's months and days."""
	addresses = {row["code"]: row["json"] for row in index["series"]}
	return lambda code: reader.get(addresses[code]).json()


def table(reader: Client, address: str) -> list[dict]:
	return list(csv.DictReader(StringIO(reader.get(address).content.decode("utf-8-sig"), newline="")))


def addresses(index: dict, form: str) -> list[str]:
	"""Each kind of file once, of the newest slot and month and the first area."""
	month = index["latest"]["time"][:7]
	names = {"slot": index["latest"]["slot"], "code": index["series"][0]["code"], "month": month, "number": 1}
	names["year"] = month[:4]
	return [row["url"].format(**names) for row in index["resources"] if row["format"] == form]


# --- form


def test_every_file_is_as_its_schema_says(reader: Client, index: dict) -> None:
	schemas = [row["schema"] for row in index["resources"] if row["format"] == "json"]
	for address, schema_address in zip(addresses(index, "json"), schemas, strict=True):
		schema = reader.get(schema_address).json()
		Draft202012Validator.check_schema(schema)
		assert schema["$id"] == schema_address
		errors = list(Draft202012Validator(schema).iter_errors(reader.get(address).json()))
		assert not errors, f"{address}: {errors[0].json_path} {errors[0].message}"


def test_a_schema_tells_a_file_that_is_not_sound(reader: Client, index: dict, latest: dict) -> None:
	schema = reader.get(f"{V1}/schemas/slot.json").json()
	assert not Draft202012Validator(schema).is_valid({**latest, "version": "1"})
	assert not Draft202012Validator(schema).is_valid({**latest, "province": {}})


def test_every_series_is_as_its_schema_says(reader: Client, index: dict, course: Callable) -> None:
	check = Draft202012Validator(reader.get(f"{V1}/schemas/series.json").json())
	month = Draft202012Validator(reader.get(f"{V1}/schemas/series-month.json").json())
	assert len(index["series"]) == 1 + DISTRICTS
	for area in index["series"]:
		check.validate(course(area["code"]))
		month.validate(reader.get(course(area["code"])["months"][-1]["json"]).json())


def test_tables_are_utf8_with_a_mark_commas_and_crlf(reader: Client, index: dict) -> None:
	for address in addresses(index, "csv"):
		answer = reader.get(address)
		assert answer.status_code == 200, address
		assert answer.headers["Content-Type"].startswith("text/csv")
		assert answer.content.startswith(b"\xef\xbb\xbf")
		text = answer.content.decode("utf-8-sig")
		assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
		rows = list(csv.reader(StringIO(text, newline="")))
		assert {len(row) for row in rows} == {len(rows[0])}
		assert len(set(rows[0])) == len(rows[0]) and all(
			re.fullmatch(r"[a-z0-9_]+", name) for name in rows[0]
		)


def test_files_may_be_read_by_other_sites_kept_a_little_and_asked_for_by_tag(
	reader: Client, index: dict
) -> None:
	for address in (*addresses(index, "json"), *addresses(index, "csv"), f"{V1}/schemas/slot.json"):
		first = reader.get(address)
		assert first.headers["Access-Control-Allow-Origin"] == "*", address
		assert "public" in first.headers["Cache-Control"] and "max-age=" in first.headers["Cache-Control"]
		again = reader.request("GET", address, headers={"If-None-Match": first.headers["ETag"]})
		assert (again.status_code, again.content) == (304, b""), address


# --- content


def test_the_index_names_the_newest_slot_and_all_its_indicators(index: dict, latest: dict) -> None:
	assert index["latest"] == {key: latest[key] for key in index["latest"]}
	known = {row["field"]: row for row in index["indicators"]}
	for row in latest["indicators"]:
		assert row.items() <= known[row["field"]].items()
	totals = {row["field"] for row in index["indicators"] if row["total"]}
	assert totals == set(latest["province"]["totals"])


def test_a_slots_table_says_what_its_json_says(reader: Client, index: dict, latest: dict) -> None:
	rows = {row["code"]: row for row in table(reader, f"{V1}/slots/{latest['slot']}.csv")}
	areas = (latest["province"], *latest["districts"])
	assert list(rows) == [area["code"] for area in areas]
	for area in areas:
		row = rows[area["code"]]
		assert (row["name"], row["missing"]) == (area["name"], str(area["missing"]))
		for field, value in area["figures"].items():
			assert row[field] == ("" if value is None else str(value)), field
		for field, value in area["totals"].items():
			assert row[f"total_{field}"] == str(value), field
	assert (
		reader.get(f"{V1}/slots/latest.csv").content == reader.get(f"{V1}/slots/{latest['slot']}.csv").content
	)


def test_a_months_file_says_what_the_slots_say(reader: Client, course: Callable, latest: dict) -> None:
	for area in (latest["province"], latest["districts"][0], latest["districts"][-1]):
		shard = course(area["code"])["months"][-1]
		content = reader.get(shard["json"])
		assert hashlib.sha256(content.content).hexdigest() == shard["sha256"]
		slots = content.json()["slots"]
		assert len(slots) == shard["slots"] and slots[-1]["slot"] == latest["slot"]
		assert slots[-1]["figures"] == area["figures"]
		for key in ("expected", "reported", "provisional", "carried", "missing"):
			assert slots[-1][key] == area[key], key
		rows = table(reader, shard["csv"])
		assert [row["slot"] for row in rows] == [row["slot"] for row in slots]
		assert rows[-1]["new_cases"] == str(area["figures"]["new_cases"])


def test_every_published_slot_is_in_the_series(
	administrator: Client, reader: Client, course: Callable
) -> None:
	published = administrator.rows("Report Slot", {"published_at": ["is", "set"]}, order_by="slot_time asc")
	months = course("38")["months"]
	found = [row["slot"] for shard in months for row in reader.get(shard["json"]).json()["slots"]]
	assert found == [row["name"] for row in published]


def test_the_days_add_up_to_the_slots_and_the_districts_to_the_province(
	reader: Client, index: dict, course: Callable
) -> None:
	flows = [row["field"] for row in index["indicators"] if row["kind"] == "flow"]
	courses = {area["code"]: course(area["code"]) for area in index["series"]}
	province = courses.pop("38")
	slots = [row for shard in province["months"] for row in reader.get(shard["json"]).json()["slots"]]
	for at, day in enumerate(province["days"]["date"]):
		for field in flows:
			figures = [row["figures"][field] for row in slots if row["time"].startswith(day)]
			given = [value for value in figures if value is not None]
			assert province["days"]["figures"][field][at] == (sum(given) if given else None), (day, field)
			parts = [district["days"]["figures"][field][at] for district in courses.values()]
			assert sum(value or 0 for value in parts) == (sum(given) if given else 0), (day, field)


def test_the_areas_are_all_there_each_below_its_whole(reader: Client, latest: dict) -> None:
	areas = {row["code"]: row for row in reader.get(f"{V1}/areas.json").json()["areas"]}
	assert sum(row["level"] == 3 for row in areas.values()) == COMMUNES
	assert {row["code"] for row in latest["districts"]} == {
		code for code, row in areas.items() if row["parent"] == "38"
	}
	assert all(row["parent"] in areas for row in areas.values() if row["parent"])


def test_no_figure_below_the_district_is_in_any_series(reader: Client, index: dict) -> None:
	areas = reader.get(f"{V1}/areas.json").json()["areas"]
	above = {row["code"] for row in areas if row["level"] < 3}
	assert {row["code"] for row in index["series"]} == above
	for code in (row["code"] for row in areas[:40] if row["level"] == 3):
		assert reader.get(f"{V1}/series/{code}.json").status_code == 404


# --- the page


@pytest.mark.parametrize(("path", "lang"), [("/du-lieu-mo", "vi"), ("/en/du-lieu-mo", "en")])
def test_the_page_documents_every_file_and_field(path: str, lang: str, reader: Client, index: dict) -> None:
	page = reader.get(path)
	assert page.status_code == 200 and f'<html lang="{lang}"' in page.text
	for row in index["resources"]:
		assert f"<code>{row['url'].removeprefix(f'{V1}/')}</code>" in page.text
	for row in (*index["indicators"], *index["columns"]):
		assert f"<code>{row['field']}</code>" in page.text
	for address in set(re.findall(rf'href="({V1}/[^"]+)"', page.text)):
		assert reader.get(address).status_code == 200, address


@pytest.mark.parametrize(("home", "path"), [("/", "/du-lieu-mo"), ("/en/", "/en/du-lieu-mo")])
def test_the_menu_leads_to_the_page_and_not_to_raw_data(home: str, path: str, reader: Client) -> None:
	page = reader.get(home).text
	menu = page[page.index("<header") : page.index("</header>")]
	assert f'href="{path}"' in menu and ".json" not in menu
