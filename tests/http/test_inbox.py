"""The inbox over HTTP: what awaits whom, what nobody else learns, and one act on many documents that names what failed."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from portal import REPORT, Client, Place, accepted

INBOX = "covid_portal.approval.inbox.inbox"
DECIDE_MANY = "covid_portal.approval.bulk.decide_many"
TIMELINE = "covid_portal.approval.timeline.timeline"
DRY_RUN = "covid_portal.approval.dry_run"
DISTRICTS_OF_OTHERS = ("TTYT-384", "TTYT-380")
OTHERS = ("ttyt.muonglat", "tyt.hamrong", "cdc.duyet", "kiemtra", "quantri")


class Waiting(NamedTuple):
	"""Two reports that wait for the same district."""

	places: tuple[Place, Place]
	names: tuple[str, str]


@pytest.fixture(scope="module")
def send_two(
	unreported: Callable[[dict], Place], open_slot: dict, reporter: Callable[[Place], Client]
) -> Callable[[], Waiting]:
	"""send_two(): two communes of one district send their reports."""

	def send() -> Waiting:
		places = neighbours(unreported, open_slot)
		return Waiting(places, tuple(reporter(place).send(open_slot["name"], place.area) for place in places))

	return send


@pytest.fixture(scope="module")
def waiting(send_two: Callable[[], Waiting]) -> Waiting:
	"""For tests after which they still wait."""
	return send_two()


def neighbours(unreported: Callable[[dict], Place], slot: dict) -> tuple[Place, Place]:
	first, second = unreported(slot), unreported(slot)
	while first.district_unit != second.district_unit or first.district_unit in DISTRICTS_OF_OTHERS:
		first, second = second, unreported(slot)
	return first, second


@pytest.fixture(scope="module")
def district(waiting: Waiting, approver: Callable[[Place], Client]) -> Client:
	return approver(waiting.places[0])


def rows_of(person: Client) -> dict[str, dict]:
	"""{name: row} of all groups of the person's inbox."""
	groups = accepted(person.ask(INBOX))["groups"]
	return {row["name"]: row for group in groups for row in group["rows"]}


def test_what_awaits_the_district_is_in_its_inbox_with_deadline_step_and_unit(
	waiting: Waiting, district: Client
) -> None:
	rows = rows_of(district)
	for place, name in zip(*waiting, strict=True):
		row = rows[name]
		assert row["title"] == place.name
		assert row["due_at"] and not row["late"] and row["step"] and row["unit_name"]
		assert row["link"] == f"/app/situation-report/{name}"
		assert (row["on_behalf_of"], row["escalated"]) == ("", False)


def test_the_inbox_is_in_the_order_of_the_deadlines(waiting: Waiting, district: Client) -> None:
	for group in accepted(district.ask(INBOX))["groups"]:
		due = [row["due_at"] or "9" for row in group["rows"]]
		assert due == sorted(due)


@pytest.mark.parametrize("mailbox", OTHERS)
def test_nobody_else_learns_of_it(mailbox: str, waiting: Waiting, client: Callable[[str], Client]) -> None:
	answer = client(mailbox).ask(INBOX)
	assert answer.ok
	for place, name in zip(*waiting, strict=True):
		assert name not in answer.text and place.name not in answer.text


def test_its_author_does_not_decide_on_it(
	waiting: Waiting, reporter: Callable[[Place], Client], state_of: Callable[[str], tuple]
) -> None:
	author = reporter(waiting.places[0])
	assert waiting.names[0] not in rows_of(author)
	answer = accepted(author.call(DECIDE_MANY, doctype=REPORT, names=list(waiting.names), decision="Approve"))
	assert answer["decided"] == []
	assert state_of(waiting.names[0])[0] == "In Approval"


def test_a_guest_is_asked_to_log_in(waiting: Waiting, guest: Client) -> None:
	for answer in (guest.ask(INBOX), guest.call(DECIDE_MANY, doctype=REPORT, names=[], decision="Approve")):
		assert answer.status_code in (401, 403)
		assert waiting.places[0].name not in answer.text
	page = guest.request("GET", "/cho-duyet", allow_redirects=False)
	assert page.status_code in (301, 302) and "/login" in page.headers["Location"]


def test_a_disabled_account_sees_and_decides_nothing(
	waiting: Waiting,
	hired: Callable[[str, str], Client],
	administrator: Client,
	state_of: Callable[[str], tuple],
) -> None:
	left = hired("Approver", waiting.places[0].district_unit)
	assert waiting.names[0] in rows_of(left)
	assert administrator.put(f"/api/resource/User/{left.user}", enabled=0).ok
	answer = left.ask(INBOX)
	assert waiting.places[0].name not in answer.text
	left.call(DECIDE_MANY, doctype=REPORT, names=list(waiting.names), decision="Approve")
	assert state_of(waiting.names[0])[0] == "In Approval"


def test_one_failing_row_is_named_and_the_others_are_kept(
	send_two: Callable[[], Waiting], approver: Callable[[Place], Client], state_of: Callable[[str], tuple]
) -> None:
	places, (good, gone) = send_two()
	district = approver(places[0])
	assert district.decide(gone, "Return", "Xem lại số mắc mới.").ok  # somebody was faster
	answer = accepted(district.call(DECIDE_MANY, doctype=REPORT, names=[good, gone], decision="Approve"))
	assert answer["decided"] == [good]
	assert [row["name"] for row in answer["failed"]] == [gone]
	assert places[1].name in answer["failed"][0]["message"]
	assert (state_of(good)[2], state_of(gone)[0]) == (2, "Returned")
	assert not {good, gone} & set(rows_of(district))


def test_many_are_returned_with_one_reason_and_not_without(
	send_two: Callable[[], Waiting], approver: Callable[[Place], Client], state_of: Callable[[str], tuple]
) -> None:
	places, names = send_two()
	names, district = list(names), approver(places[0])
	without = accepted(district.call(DECIDE_MANY, doctype=REPORT, names=names, decision="Return", reason=" "))
	assert without["decided"] == [] and [row["name"] for row in without["failed"]] == names
	reason = "Xem lại số F1 của kỳ này."
	accepted(district.call(DECIDE_MANY, doctype=REPORT, names=names, decision="Return", reason=reason))
	assert {state_of(name)[0] for name in names} == {"Returned"}
	record = accepted(district.ask(TIMELINE, doctype=REPORT, name=names[0]))
	assert record["decisions"][-1]["reason"] == reason


@pytest.mark.parametrize("mailbox", ["ttyt.muonglat", "tyt.hamrong"])
def test_what_is_decided_for_others_names_no_document(
	mailbox: str, waiting: Waiting, client: Callable[[str], Client], state_of: Callable[[str], tuple]
) -> None:
	other = client(mailbox)
	answer = other.call(DECIDE_MANY, doctype=REPORT, names=list(waiting.names), decision="Approve")
	assert waiting.places[0].name not in answer.text
	assert accepted(answer)["decided"] == []
	assert other.ask(TIMELINE, doctype=REPORT, name=waiting.names[0]).status_code == 403
	assert {state_of(name)[2] for name in waiting.names} == {1}


def test_only_those_who_change_routes_try_them(
	client: Callable[[str], Client], administrator: Client
) -> None:
	route = administrator.document("Approval Route", REPORT)
	for method in ("try_route", "units_without"):
		refused = client("ttyt.thanhhoa").call(f"{DRY_RUN}.{method}", route=route, unit="TYT-14755")
		assert refused.status_code == 403
	tried = accepted(client("quantri").call(f"{DRY_RUN}.try_route", route=route, unit="TYT-14755"))
	assert [step["unit"] for step in tried["steps"]] == ["TTYT-380", "CDC-38"]
	assert all(step["people"] for step in tried["steps"])


def test_the_page_is_for_staff_and_carries_no_document(waiting: Waiting, district: Client) -> None:
	page = district.get("/cho-duyet")
	assert page.ok and "inbox.bundle" in page.text
	assert waiting.names[0] not in page.text and waiting.places[0].name not in page.text
	assert 'href="/cho-duyet"' in district.get("/bao-cao").text


def test_who_decides_nothing_is_not_led_to_the_inbox(client: Callable[[str], Client]) -> None:
	assert 'href="/cho-duyet"' not in client("tyt.hamrong").get("/bao-cao").text
