"""Coming home over HTTP: the rules as open data, a registration from the public form to its receipt and to the checkpoint, and
what is refused on the way."""

import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import coming_home
import jsonschema
import pytest
from coming_home import AREA, DISTRICT_UNIT, FORM, KIND, NAME, UNIT, decide, fields, made, send
from portal import Client, Portal, accepted, refused

RULES = "/du-lieu-mo/v1/arrival-rules.json"
RECEIPT = "/api/method/covid_portal.citizens.receipt_print.show"
CHECKPOINT = "covid_portal.citizens.checkpoint"
ANSWERED = 417  # what is wrong, told field by field


@pytest.fixture(scope="module")
def commune(person: Callable) -> Client:
	return person("Approver", UNIT)


@pytest.fixture(scope="module")
def district(person: Callable) -> Client:
	return person("Approver", DISTRICT_UNIT)


@pytest.fixture(scope="module")
def checkpoint(person: Callable) -> Client:
	return person("Checkpoint", "CAT-38")


@pytest.fixture(scope="module", autouse=True)
def wide_limits(administrator: Client) -> None:
	coming_home.widen_limits(administrator)


@pytest.fixture(scope="module")
def approved(portal: Portal, administrator: Client, commune: Client, district: Client) -> tuple[str, str]:
	"""(code, number) of a registration that has its day."""
	return coming_home.approved(portal, administrator, commune, district)


# --- the rules


def test_the_rules_are_open_data_by_their_schema_and_listed_in_the_index(portal: Portal) -> None:
	guest = portal.guest()
	data = guest.get(RULES).json()
	listed = {row["url"]: row for row in guest.get("/du-lieu-mo/v1/index.json").json()["resources"]}
	jsonschema.validate(data, guest.get(listed[RULES]["schema"]).json())
	assert len(data["origins"]) == 62 and {rule["level"] for rule in data["rules"]} == {1, 2, 3, 4}


def test_without_a_script_the_page_has_every_rule_with_its_decision(portal: Portal) -> None:
	guest = portal.guest()
	page, rules = guest.get("/ve-que").text, guest.get(RULES).json()["rules"]
	assert all(rule["obligation"] in page and rule["reference"] in page for rule in rules)
	assert page.count("*</small>") == len(rules), "each row from memory says so"


# --- the form


def test_sent_twice_is_one_registration(portal: Portal) -> None:
	key = secrets.token_hex(16)
	codes = {send(portal.guest(), submission_key=key)["code"] for _time in range(2)}
	assert len(codes) == 1 and codes.pop().startswith("VQ-")


def test_what_is_wrong_comes_back_with_the_form_as_it_was_filled_in(portal: Portal) -> None:
	bad = fields(
		contact_phone="12", area="", **{"persons.1.birth_year": "1700", "association": '"><script>x</script>'}
	)
	answer = portal.guest().request("POST", FORM, data={**bad, "page": "1", "lang": "vi"})
	assert answer.status_code == ANSWERED and "text/html" in answer.headers["Content-Type"]
	assert NAME in answer.text and "<script>x" not in answer.text
	assert re.findall(r'id="problem-([\w.]+)"', answer.text) == [
		"area",
		"contact_phone",
		"persons.1.birth_year",
	]
	data = portal.guest().request("POST", FORM, data=bad)
	assert data.status_code == ANSWERED
	assert set(data.json()["message"]["problems"]) == {"area", "contact_phone", "persons.1.birth_year"}


@pytest.mark.parametrize("value", ["x" * 20_000, "\x00", "\u202e🙂", "'; drop table --", "[]", "-1"])
def test_no_field_of_a_stranger_breaks_anything(portal: Portal, value: str) -> None:
	for name in (
		"contact_name",
		"wanted_on",
		"origin_level",
		"persons.1.doses",
		"persons.99.full_name",
		"payload",
	):
		answer = portal.guest().request("POST", FORM, data=fields(**{name: value}))
		assert answer.status_code in (200, ANSWERED, 413), (name, answer.status_code, answer.text[:300])
		assert "Traceback" not in answer.text


# --- decisions, receipt, checkpoint


def test_who_has_the_code_prints_the_receipt_and_a_guessed_one_tells_nothing(
	portal: Portal, approved: tuple[str, str]
) -> None:
	code, number = approved
	page = portal.guest().request("POST", RECEIPT, data={"code": code})
	assert page.ok and number in page.text and NAME in page.text and "<svg" in page.text
	assert "return_form.js" not in page.text, "it has no form"
	file = portal.guest().request("POST", RECEIPT, data={"code": code, "form": "pdf"})
	assert file.content.startswith(b"%PDF") and file.headers["Cache-Control"] == "no-store"
	wrong = portal.guest().request(
		"POST", RECEIPT, data={"code": code[:-2] + ("AB" if code[-2:] != "AB" else "CD")}
	)
	assert wrong.status_code == ANSWERED and number not in wrong.text


def test_two_decisions_at_once_give_no_place_twice(
	portal: Portal, administrator: Client, commune: Client, district: Client
) -> None:
	"""Each over a connection of its own: four registrations for a commune that receives one person a day."""
	first = date.today() + timedelta(days=10)
	capacity = {"area": AREA, "persons_per_day": 1, "valid_from": str(first)}
	assert administrator.post("/api/resource/Commune Capacity", **capacity).ok
	codes = [send(portal.guest(), wanted_on=str(first))["code"] for _number in range(4)]
	names = made(portal, administrator, codes)
	for name in names:
		decide(commune, name)
	with ThreadPoolExecutor(4) as pool:
		list(pool.map(lambda name: decide(district, name), names))
	days = sorted(administrator.document(KIND, name)["day"] for name in names)
	assert days == [str(first + timedelta(days=number)) for number in range(4)]


def test_a_checkpoint_records_an_arrival_once_and_sees_no_registration(
	portal: Portal, administrator: Client, checkpoint: Client, approved: tuple[str, str]
) -> None:
	_code, number = approved
	started = accepted(checkpoint.ask(f"{CHECKPOINT}.start"))
	assert started["keys"] and started["areas"][AREA] and NAME not in str(started)
	token = coming_home.token(portal, number)
	assert accepted(checkpoint.call(f"{CHECKPOINT}.look", code=token))["persons"][0]["name"] == "L. T. K. T."
	seen = [
		{"key": "a" * 32, "code": token, "seconds_ago": 30, "place": "QL1A"},
		{"key": "b" * 32, "code": "DK-00000-000000", "seconds_ago": 30},
		{"key": "c" * 32, "code": token[:-5] + "AAAAA", "seconds_ago": 30},
	]
	for results in (["recorded", "refused", "refused"], ["recorded", "refused", "refused"]):
		answers = accepted(checkpoint.call(f"{CHECKPOINT}.record", seen=seen))
		assert [row["result"] for row in answers] == results and all(row["sentence"] for row in answers)
	assert len(administrator.rows("Arrival", {"home_return": number})) == 1
	assert checkpoint.document(KIND, number) is None and checkpoint.rows(KIND) == []


def test_who_is_no_checkpoint_records_nothing(
	portal: Portal, guest: Client, client: Callable, district: Client, approved: tuple[str, str]
) -> None:
	for somebody in (district, client("ttyt.thanhhoa"), client("kiemtra")):
		refused(somebody.call(f"{CHECKPOINT}.record", seen=[]), 403, "Chốt kiểm soát")
		assert somebody.ask(f"{CHECKPOINT}.start").status_code == 403
	assert guest.call(f"{CHECKPOINT}.record", seen=[]).status_code == 403
	assert (
		guest.call("covid_portal.citizens.return_acts.cancel", name=approved[1], reason="x").status_code
		== 403
	)


def test_no_way_of_the_framework_changes_a_day_or_deletes_a_registration(
	administrator: Client, commune: Client, approved: tuple[str, str]
) -> None:
	_code, number = approved
	for somebody in (administrator, commune):
		assert not somebody.put(f"/api/resource/{KIND}/{number}", day="2030-01-01").ok
		assert not somebody.delete(f"/api/resource/{KIND}/{number}").ok
	assert administrator.document(KIND, number)["day"] != "2030-01-01"
