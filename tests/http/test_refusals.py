"""Bad input and people out of their place: refused in a sentence, with nothing stored."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from portal import QUIET, REPORT, Client, Place, Portal, accepted, clock, has_traceback, refused

People = Callable[[Place], Client]
Send = Callable[[dict], requests.Response]
# What is wrong, and the figure that the answer must name.
WRONG_FIGURES = [
	({"new_f1": -1}, "new_f1"),
	({"samples_taken": 5, "rapid_samples": 5, "rapid_positive": 6, "pcr_samples": 0}, "rapid_positive"),
	({"samples_taken": 0, "pcr_samples": 0, "rapid_samples": 0, "pcr_positive": 99_999}, "pcr_positive"),
	({"treatment_beds": 3, "treatment_beds_used": 4}, "treatment_beds_used"),
	({"new_cases": 3, "community_cases": 1}, "new_cases"),
	({"new_cases": None}, "new_cases"),
	({"doses_given": ""}, "doses_given"),
	({"new_f1": "mười hai"}, "new_f1"),
	({"new_f1": "1.000"}, "new_f1"),
	({"new_f1": "1_000"}, "new_f1"),
	({"new_f1": 2.5}, "new_f1"),
	({"new_f1": True}, "new_f1"),
	({"new_f1": [1]}, "new_f1"),
	({"new_f1": {"value": 1}}, "new_f1"),
	({"new_f1": 10**30}, "new_f1"),
]


@pytest.fixture(scope="module")
def quiet_place(unreported: Callable[[dict], Place], open_slot: dict) -> Place:
	"""A commune for attempts that all fail: it owes the slot's report before and after."""
	return unreported(open_slot)


@pytest.fixture(scope="module")
def labels(quiet_place: Place, open_slot: dict, reporter: People) -> dict[str, str]:
	"""{field: the label that the form shows}."""
	form = reporter(quiet_place).form(open_slot["name"], quiet_place.area)
	return {row["fieldname"]: row["label"] for group in form["groups"] for row in group["indicators"]}


@pytest.fixture
def by_the_field_page(quiet_place: Place, open_slot: dict, reporter: People) -> Send:
	unit = reporter(quiet_place)
	return lambda figures: unit.save(open_slot["name"], quiet_place.area, figures=figures, submit=True)


@pytest.fixture
def by_the_resource_api(quiet_place: Place, open_slot: dict, reporter: People) -> Send:
	key, unit = {"slot": open_slot["name"], "area": quiet_place.area}, reporter(quiet_place)
	return lambda figures: unit.post(f"/api/resource/{REPORT}", **key, **figures)


@pytest.fixture(params=["by_the_field_page", "by_the_resource_api"])
def send(request: pytest.FixtureRequest) -> Send:
	return request.getfixturevalue(request.param)


@pytest.fixture
def nothing_stored(administrator: Client) -> Callable[[dict, str], None]:
	"""Look from another account: no report, no decision, and the obligation as before."""

	def check(slot: dict, area: str) -> None:
		key = {"slot": slot["name"], "area": area}
		assert administrator.rows(REPORT, key) == []
		assert administrator.rows("Approval Decision", {"reference_name": f"{slot['name']}-{area}"}) == []
		assert administrator.rows("Report Obligation", key, ["state"]) == [{"state": "Expected"}]

	return check


@pytest.mark.parametrize(("figures", "field"), WRONG_FIGURES, ids=[str(row)[:40] for row, _ in WRONG_FIGURES])
def test_a_wrong_figure_is_refused_by_name(
	figures: dict[str, Any],
	field: str,
	send: Send,
	quiet_place: Place,
	open_slot: dict,
	labels: dict[str, str],
	nothing_stored: Callable[[dict, str], None],
) -> None:
	said = refused(send(QUIET | figures), 417, quiet_place.name, labels[field])
	assert clock(open_slot["slot_time"])[-10:] in said
	nothing_stored(open_slot, quiet_place.area)


def test_a_figure_the_report_does_not_have_is_refused(
	by_the_field_page: Send, quiet_place: Place, open_slot: dict, nothing_stored: Callable[[dict, str], None]
) -> None:
	for field in ("workflow_state", "approval_unit", "owner", "unit", "no_such_figure"):
		refused(by_the_field_page(QUIET | {field: 1}), 417, quiet_place.name, field)
	nothing_stored(open_slot, quiet_place.area)


@pytest.mark.parametrize("figures", ["[]", "{", "7", "null", "", [1]])
def test_figures_that_are_no_figures_are_refused(
	figures: Any,
	quiet_place: Place,
	open_slot: dict,
	reporter: People,
	nothing_stored: Callable[[dict, str], None],
) -> None:
	answer = reporter(quiet_place).save(open_slot["name"], quiet_place.area, figures=figures, submit=True)
	assert answer.status_code == 417 and not has_traceback(answer), answer.text[:500]
	nothing_stored(open_slot, quiet_place.area)


# --- people out of their place


def test_a_reporter_does_not_post_another_communes_report(
	quiet_place: Place,
	open_slot: dict,
	client: Callable[[str], Client],
	nothing_stored: Callable[[dict, str], None],
) -> None:
	stranger, key = client("tyt.hamrong"), {"slot": open_slot["name"], "area": quiet_place.area}
	refused(stranger.save(**key, figures=QUIET, submit=True), 403, quiet_place.name)
	refused(stranger.post(f"/api/resource/{REPORT}", **key, **QUIET), 403)
	refused(stranger.call("frappe.client.insert", doc={"doctype": REPORT, **key, **QUIET}), 403)
	nothing_stored(open_slot, quiet_place.area)


@pytest.mark.parametrize(
	"mailbox", ["ttyt.muonglat", "ttyt.thanhhoa", "cdc.duyet", "cdc.congbo", "quantri", "kiemtra"]
)
def test_who_does_not_report_stores_no_report(
	mailbox: str,
	quiet_place: Place,
	open_slot: dict,
	client: Callable[[str], Client],
	nothing_stored: Callable[[dict, str], None],
) -> None:
	refused(
		client(mailbox).save(open_slot["name"], quiet_place.area, figures=QUIET, submit=True),
		403,
		quiet_place.name,
	)
	nothing_stored(open_slot, quiet_place.area)


@pytest.fixture(scope="module")
def waiting(unreported: Callable[[dict], Place], open_slot: dict, reporter: People) -> tuple[str, Place]:
	"""A report that waits for its district, for attempts that all fail."""
	place = unreported(open_slot)
	return reporter(place).send(open_slot["name"], place.area), place


@pytest.mark.parametrize(
	"mailbox", ["ttyt.muonglat", "cdc.congbo", "cdc.duyet", "quantri", "kiemtra", "Administrator"]
)
@pytest.mark.parametrize("decision", ["Approve", "Return", "Refuse"])
def test_nobody_outside_the_line_decides(
	decision: str,
	mailbox: str,
	waiting: tuple[str, Place],
	client: Callable[[str], Client],
	state_of: Callable[[str], tuple],
) -> None:
	name, place = waiting
	assert mailbox != "ttyt.muonglat" or place.district_unit != "TTYT-384"
	refused(client(mailbox).decide(name, decision, "Không đúng tuyến"), 403)
	assert state_of(name) == ("In Approval", place.district_unit, 1, 0)


def test_who_sees_the_report_and_is_not_asked_is_told_whom_it_waits_for(
	waiting: tuple[str, Place], client: Callable[[str], Client], administrator: Client
) -> None:
	name, place = waiting
	district = administrator.document("Unit", place.district_unit)["unit_name"]
	refused(client("cdc.duyet").decide(name, "Approve"), 403, place.name, district)


def test_the_author_does_not_decide(
	waiting: tuple[str, Place], reporter: People, state_of: Callable[[str], tuple]
) -> None:
	name, place = waiting
	refused(reporter(place).decide(name, "Approve"), 403, place.name)
	assert state_of(name) == ("In Approval", place.district_unit, 1, 0)


def test_the_author_does_not_decide_even_as_an_approver_of_the_district(
	place: Place, open_slot: dict, person: Callable[[str, str], Client], administrator: Client, portal: Portal
) -> None:
	author = person("Reporter", f"UBND-{place.area}")
	name = author.send(open_slot["name"], place.area)
	both = {
		"user": administrator.document(REPORT, name)["owner"],
		"unit": place.district_unit,
		"duty": "Approver",
	}
	assignment = administrator.post("/api/resource/Duty Assignment", **both, valid_from="2021-01-01").json()[
		"data"
	]
	try:
		refused(author.decide(name, "Approve"), 403, place.name)
	finally:
		assert administrator.delete(f"/api/resource/Duty Assignment/{assignment['name']}").ok
	assert administrator.document(REPORT, name)["approval_step"] == 1


def test_an_approver_of_a_lower_step_does_not_decide_the_next_one(
	place: Place, open_slot: dict, reporter: People, approver: People, state_of: Callable[[str], tuple]
) -> None:
	name = reporter(place).send(open_slot["name"], place.area)
	accepted(approver(place).decide(name, "Approve"))
	refused(approver(place).decide(name, "Approve"), 403, place.name)
	assert state_of(name) == ("In Approval", "CDC-38", 2, 0)


@pytest.mark.parametrize("decision", ["Publish", "approve", "", "Submit; drop table"])
def test_what_is_no_decision_is_refused(
	decision: str, waiting: tuple[str, Place], approver: People, state_of: Callable[[str], tuple]
) -> None:
	name, place = waiting
	refused(approver(place).decide(name, decision), 417)
	assert state_of(name) == ("In Approval", place.district_unit, 1, 0)


def test_what_has_been_sent_is_not_changed(
	waiting: tuple[str, Place], open_slot: dict, reporter: People, administrator: Client
) -> None:
	name, place = waiting
	form = reporter(place).form(open_slot["name"], place.area)
	refused(
		reporter(place).save(
			open_slot["name"], place.area, figures={"arrivals": 77}, modified=form["modified"]
		),
		403,
		place.name,
	)
	refused(reporter(place).put(f"/api/resource/{REPORT}/{name}", arrivals=77), 403, place.name)
	assert administrator.document(REPORT, name).get("arrivals") is None


# --- twice, and all at once


def test_the_same_submission_twice_is_stored_once(
	place: Place, open_slot: dict, reporter: People, administrator: Client
) -> None:
	values = {"figures": QUIET | {"arrivals": 3}, "submit": True, "idempotency_key": f"twice-{place.area}"}
	first, second = (
		accepted(reporter(place).save(open_slot["name"], place.area, **values)) for _ in range(2)
	)
	assert first == second
	assert len(administrator.rows("Approval Decision", {"reference_name": first["report"]})) == 1


def test_eight_times_the_same_submission_at_once_is_stored_once(
	place: Place, open_slot: dict, reporter: People, administrator: Client
) -> None:
	values = {"figures": QUIET, "submit": True, "idempotency_key": f"at-once-{place.area}"}
	unit = reporter(place)
	answers = at_once(8, lambda _: unit.save(open_slot["name"], place.area, **values))
	assert {accepted(answer)["workflow_state"] for answer in answers} == {"In Approval"}
	assert_stored_once(administrator, open_slot, place)


def test_of_eight_different_submissions_at_once_one_is_stored_and_the_others_are_told(
	place: Place, open_slot: dict, reporter: People, administrator: Client
) -> None:
	unit = reporter(place)

	def send(number: int) -> requests.Response:
		values = {
			"figures": QUIET | {"arrivals": number},
			"submit": True,
			"idempotency_key": f"{place.area}-{number}",
		}
		return unit.save(open_slot["name"], place.area, **values)

	answers = at_once(8, send)
	stored = [number for number, answer in enumerate(answers) if answer.ok]
	assert len(stored) == 1, [answer.text[:200] for answer in answers]
	for answer in answers:
		assert answer.ok or (
			refused(answer, answer.status_code, place.name) and answer.status_code in (403, 409)
		)
	report = assert_stored_once(administrator, open_slot, place)
	assert report["arrivals"] == stored[0]


def at_once(times: int, act: Callable[[int], requests.Response]) -> list[requests.Response]:
	with ThreadPoolExecutor(times) as threads:
		return list(threads.map(act, range(times)))


def assert_stored_once(reader: Client, slot: dict, place: Place) -> dict:
	rows = reader.rows(REPORT, {"slot": slot["name"], "area": place.area}, ["*"])
	assert len(rows) == 1
	decisions = reader.rows(
		"Approval Decision", {"reference_name": rows[0]["name"]}, ["decision", "sequence"]
	)
	assert decisions == [{"decision": "Submit", "sequence": 1}]
	steps = reader.rows("Approval Step", {"reference_name": rows[0]["name"]}, ["step"], order_by="step")
	assert steps == [{"step": 1}, {"step": 2}]
	return rows[0]


def test_two_approvers_at_once_decide_once(
	sent_report: str, place: Place, approver: People, administrator: Client
) -> None:
	decider = approver(place)
	answers = at_once(4, lambda _: decider.decide(sent_report, "Approve"))
	assert [answer.ok for answer in answers].count(True) == 1
	for answer in answers:
		assert answer.ok or (
			refused(answer, answer.status_code, place.name) and answer.status_code in (403, 409)
		)
	decisions = administrator.rows(
		"Approval Decision", {"reference_name": sent_report, "decision": "Approve"}
	)
	assert len(decisions) == 1


# --- out of time


def test_a_report_after_the_lock_is_refused_with_the_slots_times(
	locked_slot: dict,
	unreported: Callable[[dict], Place],
	reporter: People,
	nothing_stored: Callable[[dict, str], None],
) -> None:
	place, times = (
		unreported(locked_slot),
		(clock(locked_slot["slot_time"])[-10:], clock(locked_slot["locks_at"])),
	)
	key = {"slot": locked_slot["name"], "area": place.area}
	refused(reporter(place).save(**key, figures=QUIET, submit=True), 417, place.name, *times)
	refused(reporter(place).post(f"/api/resource/{REPORT}", **key, **QUIET), 417, place.name, *times)
	nothing_stored(locked_slot, place.area)


def test_a_report_of_a_slot_that_is_still_to_come_is_refused(
	quiet_place: Place, slot_of: Callable[..., dict], reporter: People, administrator: Client
) -> None:
	slot = slot_of("Scheduled")
	said = refused(
		reporter(quiet_place).save(slot["name"], quiet_place.area, figures=QUIET, submit=True), 417
	)
	assert quiet_place.name in said and clock(slot["slot_time"])[-10:] in said
	assert administrator.rows(REPORT, {"slot": slot["name"]}) == []


@pytest.mark.parametrize("slot", ["SIT-1999-01-01-0800", "", "' or 1=1 --", "x" * 300])
def test_a_slot_that_does_not_exist_is_refused(slot: str, quiet_place: Place, reporter: People) -> None:
	refused(reporter(quiet_place).save(slot, quiet_place.area, figures=QUIET), 417)


@pytest.mark.parametrize("area", ["99999", "", "384", "38"])
def test_an_area_that_owes_no_report_is_refused(
	area: str, open_slot: dict, client: Callable[[str], Client]
) -> None:
	refused(client("tyt.hamrong").save(open_slot["name"], area, figures=QUIET), 403)
