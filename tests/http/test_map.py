"""The map from outside: pages, months' files, and what becomes of files that an administrator uploads."""

import gzip
import http.client
import json
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from portal import LATEST, Client, Portal, refused

COMMUNES = 559
DISTRICTS = 27
PAGES = (("/ban-do", "vi"), ("/en/ban-do", "en"))
OUTLINE = "Map Outline"


def data_of(page: str) -> dict:
	"""What the page's scripts get."""
	return json.loads(
		re.search(r'<script type="application/json" id="map-data">(.*?)</script>', page, re.S)[1]
	)


@pytest.mark.parametrize(("path", "lang"), PAGES)
def test_every_commune_is_there_once_and_the_page_is_small(path: str, lang: str, guest: Client) -> None:
	answer = guest.get(path)
	assert answer.status_code == 200 and f'<html lang="{lang}"' in answer.text
	tiles = re.findall(r'^<a href="#khu-vuc-(\d+)"[^>]* aria-label="([^"]+)"></a>', answer.text, re.M)
	assert len(tiles) == len({code for code, _label in tiles}) == COMMUNES
	assert all(": " in label for _code, label in tiles)
	assert (
		len(re.findall(r'<tr class="(?:district|commune)" id="khu-vuc-', answer.text)) == COMMUNES + DISTRICTS
	)
	assert len(gzip.compress(answer.content)) <= 25_000


def test_the_newest_month_says_of_the_newest_slot_what_its_own_file_says(guest: Client) -> None:
	latest = guest.get(LATEST).json()
	answer = guest.get(data_of(guest.get("/ban-do").text)["months"][-1])
	assert answer.headers["Access-Control-Allow-Origin"] == "*"
	month = answer.json()
	slot = month["slots"][-1]
	assert (slot["slot"], slot["time"]) == (latest["slot"], latest["time"])
	districts = {row["code"]: row for row in latest["districts"]}
	for place, code in enumerate(month["districts"]):
		assert slot["new_cases"][place] == districts[code]["figures"]["new_cases"]
		for key in ("expected", "reported", "provisional"):
			assert slot[key][place] == districts[code][key]
	letters = slot["reporting"]
	assert len(letters) == len(month["communes"]) == COMMUNES
	told = guest.get("/du-lieu-mo/v1/communes/latest.json").json()["communes"]
	names = {"r": "reported", "p": "provisional", "m": "missing", "w": "withheld"}
	assert [names[letter] for letter in letters] == [
		dict(zip(told["code"], told["state"], strict=True))[code] for code in month["communes"]
	]


def test_seven_days_are_the_sum_of_their_slots(guest: Client) -> None:
	slots = guest.get(data_of(guest.get("/ban-do").text)["months"][-1]).json()["slots"]
	whole = [at for at, slot in enumerate(slots) if slot["week_cases"][0] is not None]
	assert whole, "the demo has more than seven days"
	last = slots[whole[-1]]
	within = [slot["new_cases"][0] for slot in slots[whole[-1] - 13 : whole[-1] + 1]]
	if len(within) == 14:
		assert last["week_cases"][0] == sum(within)


def test_a_month_there_is_not_is_not_found(guest: Client) -> None:
	for name in ("1999-01.json", "2021-13.json", "..%2f..%2fsite_config.json", "outlines.geojson"):
		assert guest.get(f"/du-lieu-mo/v1/map/{name}").status_code == 404


# --- uploads


@pytest.fixture
def upload(administrator: Client) -> Callable[..., str]:
	"""upload(content): the address of a private file with it."""

	def send(content: bytes) -> str:
		files = {"file": ("areas.geojson", content, "application/geo+json")}
		answer = administrator.request("POST", "/api/method/upload_file", files=files, data={"is_private": 1})
		assert answer.ok, answer.text[:500]
		return answer.json()["message"]["file_url"]

	return send


def new_outline(client: Client, file: str) -> object:
	terms = {"source": "x", "source_date": "2021-11-01", "licence": "x", "title": "x", "level": "District"}
	return client.post(f"/api/resource/{OUTLINE}", file=file, **terms)


def square(code: str, *corner: float) -> dict:
	x, y = corner
	ring = [[x, y], [x + 0.1, y], [x + 0.1, y + 0.1], [x, y + 0.1], [x, y]]
	return {
		"type": "Feature",
		"properties": {"code": code, "name": "<b>x</b>"},
		"geometry": {"type": "Polygon", "coordinates": [ring]},
	}


def test_a_sound_file_is_kept_and_a_bad_one_is_refused_in_a_sentence(
	administrator: Client, upload: Callable[[bytes], str]
) -> None:
	def send(*features: dict) -> object:
		content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
		return new_outline(administrator, upload(content))

	good = send(square("380", 105.74, 19.76))
	assert good.ok and good.json()["data"]["state"] == "Uploaded"
	assert "<b>" not in good.text
	assert administrator.delete(f"/api/resource/{OUTLINE}/{good.json()['data']['name']}").ok
	crossed = square("380", 105.74, 19.76)
	ring = crossed["geometry"]["coordinates"][0]
	ring[1], ring[2] = ring[2], ring[1]
	refused(send(crossed), 417, "380")
	tampered = square("380", 105.74, 19.76)
	tampered["properties"]["name"] = "<script>alert(1)</script>"
	refused(send(tampered), 417, "name")
	refused(send(square("999", 105.74, 19.76)), 417, "code, name")
	refused(send(square("380", 5.74, 19.76)), 417, "5.74, 19.76")
	refused(new_outline(administrator, upload(b"no json")), 417, "JSON")


def test_two_hundred_megabytes_are_refused_before_they_are_sent(administrator: Client) -> None:
	address = urlsplit(administrator.base_url)
	connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
	cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in administrator.session.cookies)
	connection.putrequest("POST", "/api/method/upload_file")
	connection.putheader("Cookie", cookies)
	connection.putheader("X-Frappe-CSRF-Token", administrator.session.headers["X-Frappe-CSRF-Token"])
	connection.putheader("Content-Type", "multipart/form-data; boundary=x")
	connection.putheader("Content-Length", str(200 * 1024 * 1024))
	connection.endheaders(
		b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.geojson"\r\n\r\n{'
	)
	answer = connection.getresponse()
	assert answer.status == 413
	connection.close()


@pytest.mark.parametrize("duty", ["Reporter", "Approver", None])
def test_staff_and_guests_upload_no_outlines(
	duty: str | None,
	portal: Portal,
	client: Callable[[str], Client],
	guest: Client,
	upload: Callable[[bytes], str],
) -> None:
	file = upload(b"{}")
	mailbox = next((name for name, row in portal.accounts.items() if row["duty"] == duty), None)
	visitor = client(mailbox) if mailbox else guest
	assert new_outline(visitor, file).status_code == 403
	assert visitor.get(f"/api/resource/{OUTLINE}").status_code == 403
	method = "covid_portal.publishing.doctype.map_outline.map_outline"
	assert visitor.call(f"{method}.decide", outline="x", state="Approved").status_code in (403, 404)
	assert visitor.call(f"{method}.code_properties", file=file).status_code == 403
