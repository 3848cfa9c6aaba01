"""A place from draft to public page over HTTP: its author, the superior unit, a sibling, an outsider, a guest."""

import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from portal import DECIDE, Client, Place, accepted, refused

SITE = "Quarantine Site"
API = "covid_portal.places.api"
PAGE, FILE = "/khu-cach-ly", "/du-lieu-mo/v1/quarantine-sites.json"
SECONDS = 240  # behind whatever else waits, a job builds the pages
PERSON = "Người trực không công khai"


@pytest.fixture(scope="module")
def where(unreported: Callable, open_slot: dict) -> Place:
	return unreported(open_slot)


@pytest.fixture(scope="module")
def author(where: Place, person: Callable) -> Client:
	return person("Reporter", where.unit)


@pytest.fixture(scope="module")
def outsider(where: Place, unreported: Callable, open_slot: dict, person: Callable) -> Client:
	return person("Reporter", unreported(open_slot).unit)


@pytest.fixture(scope="module")
def site(where: Place, author: Client, person: Callable) -> Iterator[dict]:
	"""Entered by the commune, approved by its district."""
	values = {
		"place_name": f"Trường {uuid4().hex[:8]}",
		"site_class": "District",
		"capacity": 20,
		"status": "Receiving",
	}
	answer = author.post(
		f"/api/resource/{SITE}", area=where.area, unit=where.unit, contact_name=PERSON, **values
	)
	assert answer.ok, answer.text[:500]
	document = answer.json()["data"]
	accepted(author.call(DECIDE, doctype=SITE, name=document["name"], decision="Submit"))
	accepted(
		person("Approver", where.district_unit).call(
			DECIDE, doctype=SITE, name=document["name"], decision="Approve"
		)
	)
	yield document


def wait_for(guest: Client, holds: Callable[[list[dict]], bool]) -> list[dict]:
	"""The public sites once they are as asked."""
	until = time.monotonic() + SECONDS
	while time.monotonic() < until:
		rows = guest.get(FILE).json()["sites"]
		if holds(rows):
			return rows
		time.sleep(0.5)
	raise AssertionError(f"not public after {SECONDS} s")


def test_an_approved_site_is_public_with_its_count_and_without_its_contact(
	site: dict, author: Client, portal: object
) -> None:
	guest = portal.guest()
	accepted(author.call(f"{API}.count", site=site["name"], occupied=5))
	rows = wait_for(
		guest, lambda rows: any(row["id"] == site["name"] and row["free_at_least"] == 10 for row in rows)
	)
	assert next(row for row in rows if row["id"] == site["name"])["contact"] is None
	for address in (PAGE, f"/en{PAGE}"):
		page = guest.get(address)
		assert page.status_code == 200 and site["place_name"] in page.text and PERSON not in page.text


def test_numbers_that_cannot_be_are_refused_in_a_sentence(site: dict, author: Client) -> None:
	refused(author.call(f"{API}.count", site=site["name"], occupied=-1), 417, site["place_name"])
	refused(author.call(f"{API}.count", site=site["name"], occupied=21), 417, "21")
	refused(author.put(f"/api/resource/{SITE}/{site['name']}", capacity=99), 403, site["place_name"])


def test_nobody_else_sees_or_counts_it(site: dict, outsider: Client, guest: Client) -> None:
	for client in (outsider, guest):
		assert client.document(SITE, site["name"]) is None
		assert not client.call(f"{API}.count", site=site["name"], occupied=1).ok
	assert site["name"] not in outsider.ask(f"{API}.mine").text
	assert (
		site["name"] not in outsider.ask("frappe.geo.utils.get_coords", doctype=SITE, type="coordinates").text
	)


def test_a_workbook_of_ones_own_places_comes_back_as_it_was(site: dict, author: Client) -> None:
	book = author.ask(f"{API}.template", doctype=SITE)
	assert book.content[:2] == b"PK"
	sent = {"files": {"workbook": ("places.xlsx", book.content)}, "data": {"doctype": SITE}}
	answer = accepted(author.request("POST", f"/api/method/{API}.upload", **sent))
	assert (answer["added"], answer["problem_count"]) == (0, 0)


def test_the_page_of_units_needs_a_login(author: Client, guest: Client) -> None:
	assert "/login" in guest.get("/cap-nhat").url
	assert "places.bundle" in author.get("/cap-nhat").text
