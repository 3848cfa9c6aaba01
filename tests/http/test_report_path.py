"""A report on its way: commune → district → CDC, over HTTP as the field page and the Desk go."""

from collections.abc import Callable
from typing import Any

import pytest
from portal import (
	API,
	DECIDE,
	LATEST,
	QUIET,
	REPORT,
	Client,
	Place,
	accepted,
	clock,
	refused,
	sentence,
)

People = Callable[[Place], Client]


@pytest.fixture(scope="module")
def journey(
	unreported: Callable[[dict], Place],
	open_slot: dict,
	reporter: People,
	approver: People,
	client: Callable[[str], Client],
) -> dict[str, Any]:
	"""A report that went the whole way, with what was to be seen after each step."""
	place, cdc, auditor = unreported(open_slot), client("cdc.duyet"), client("kiemtra")
	seen = [standing(auditor, open_slot, place)]
	name = reporter(place).send(
		open_slot["name"], place.area, new_cases=2, community_cases=2, under_treatment=2
	)
	for decider in (approver(place), cdc):
		seen.append(standing(auditor, open_slot, place))
		accepted(decider.decide(name, "Approve"))
		too_late = reporter(place).decide(name, "Withdraw")
	return {
		"place": place,
		"name": name,
		"seen": [*seen, standing(auditor, open_slot, place)],
		"withdrawal": too_late,
	}


def standing(reader: Client, slot: dict, place: Place) -> tuple:
	"""State of the obligation; state of the report, the unit and the step it waits for."""
	key = {"slot": slot["name"], "area": place.area}
	owed = reader.rows("Report Obligation", key, ["state"])[0]
	reports = reader.rows(REPORT, key, ["workflow_state", "approval_unit", "approval_step"])
	return (owed["state"], *(reports[0].values() if reports else ()))


def test_a_report_goes_from_the_commune_over_the_district_to_the_cdc(journey: dict) -> None:
	assert journey["seen"] == [
		("Expected",),
		("Submitted", "In Approval", journey["place"].district_unit, 1),
		("Submitted", "In Approval", "CDC-38", 2),
		("Accepted", "Approved", None, 0),
	]


def test_every_decision_is_on_record_with_unit_and_person(journey: dict, administrator: Client) -> None:
	fields = ["decision", "unit", "from_state", "to_state", "user", "digest", "previous_digest"]
	rows = administrator.rows(
		"Approval Decision", {"reference_name": journey["name"]}, fields, order_by="sequence"
	)
	assert [(row["decision"], row["unit"], row["from_state"], row["to_state"]) for row in rows] == [
		("Submit", journey["place"].unit, "Draft", "In Approval"),
		("Approve", journey["place"].district_unit, "In Approval", "In Approval"),
		("Approve", "CDC-38", "In Approval", "Approved"),
	]
	assert len({row["user"] for row in rows}) == 3
	assert [row["previous_digest"] for row in rows[1:]] == [row["digest"] for row in rows[:-1]]


def test_the_field_page_names_the_deciding_units_and_no_person(
	journey: dict, open_slot: dict, reporter: People
) -> None:
	form = reporter(journey["place"]).form(open_slot["name"], journey["place"].area)
	assert [row["decision"] for row in form["decisions"]] == ["Approve", "Approve", "Submit"]
	assert "@" not in str(form["decisions"])
	assert not form["editable"] and form["reason"]


def test_the_author_does_not_take_it_back_after_a_decision(journey: dict) -> None:
	refused(journey["withdrawal"], 417, journey["place"].name)


def test_a_draft_is_kept_unsent_until_it_is_sent(
	place: Place, open_slot: dict, reporter: People, approver: People
) -> None:
	unit = reporter(place)
	draft = accepted(unit.save(open_slot["name"], place.area, figures={"new_cases": 3}))
	assert draft["workflow_state"] == "Draft"
	assert figure(unit.form(open_slot["name"], place.area), "new_cases")["value"] == 3
	assert refused(approver(place).decide(draft["report"], "Approve"), 417, place.name)


def test_what_was_left_blank_is_not_zero(journey: dict, open_slot: dict, reporter: People) -> None:
	unit, area = reporter(journey["place"]), journey["place"].area
	report, form = unit.document(REPORT, journey["name"]), unit.form(open_slot["name"], area)
	assert (report["deaths"], report.get("on_oxygen")) == (0, None)
	assert (figure(form, "deaths")["value"], figure(form, "on_oxygen")["value"]) == (0, None)


def figure(form: dict, fieldname: str) -> dict:
	return next(
		row for group in form["groups"] for row in group["indicators"] if row["fieldname"] == fieldname
	)


def test_a_returned_report_says_why_and_can_be_sent_again(
	sent_report: str, place: Place, open_slot: dict, reporter: People, approver: People
) -> None:
	accepted(approver(place).decide(sent_report, "Return", "Số F1 chưa khớp"))
	form = reporter(place).form(open_slot["name"], place.area)
	assert (form["workflow_state"], form["return_reason"]) == ("Returned", "Số F1 chưa khớp")
	assert form["editable"]
	changed = {"figures": {"new_f1": 4, "followed_f1": 4}, "submit": True, "modified": form["modified"]}
	assert (
		accepted(reporter(place).save(open_slot["name"], place.area, **changed))["workflow_state"]
		== "In Approval"
	)
	assert accepted(approver(place).decide(sent_report, "Approve"))


def test_a_report_is_not_sent_back_or_refused_without_a_reason_and_can_be_taken_back(
	sent_report: str, place: Place, reporter: People, approver: People, state_of: Callable[[str], tuple]
) -> None:
	before = state_of(sent_report)
	for decision in ("Return", "Refuse"):
		refused(approver(place).decide(sent_report, decision, "  "), 417, place.name)
	assert state_of(sent_report) == before
	accepted(reporter(place).decide(sent_report, "Withdraw"))
	assert state_of(sent_report)[0] == "Withdrawn"
	refused(approver(place).decide(sent_report, "Approve"), 417, place.name)


def test_what_is_due_lists_the_units_own_slots_newest_first(
	open_slot: dict, client: Callable[[str], Client]
) -> None:
	due = accepted(client("tyt.tamchung").ask(f"{API}.due"))
	assert [unit["unit"] for unit in due["units"]] == ["TYT-14848"]
	assert {row["area"] for row in due["obligations"]} == {"14848"}
	times = [row["slot_time"] for row in due["obligations"]]
	assert times == sorted(times, reverse=True) and len(times) > 5
	assert open_slot["name"] in [row["slot"] for row in due["obligations"]]


def test_the_form_shows_the_slot_before_beside_each_figure(
	open_slot: dict, published_slot: dict, client: Callable[[str], Client]
) -> None:
	auditor = client("kiemtra")
	approved = {"slot": published_slot["name"], "workflow_state": "Approved"}
	before = auditor.document(REPORT, auditor.rows(REPORT, approved, limit_page_length=1)[0]["name"])
	form = auditor.form(open_slot["name"], before["area"])
	assert form["previous_slot"]["slot"] == published_slot["name"]
	shown = {row["fieldname"]: row["previous"] for group in form["groups"] for row in group["indicators"]}
	assert len(shown) == 51
	assert shown == {field: before.get(field) for field in shown}


def test_an_unexpected_figure_asks_for_a_word_before_it_is_sent(
	place: Place, open_slot: dict, reporter: People
) -> None:
	figures = QUIET | {"deaths": 1}
	said = refused(
		reporter(place).save(open_slot["name"], place.area, figures=figures, submit=True), 417, place.name
	)
	form = reporter(place).form(open_slot["name"], place.area)
	rule = next(rule for rule in form["rules"] if rule["indicators"] == ["deaths"])
	assert rule["message"] in said
	words = {rule["name"]: "Bệnh nhân cao tuổi, có bệnh nền"}
	assert accepted(
		reporter(place).save(open_slot["name"], place.area, figures=figures, submit=True, explanations=words)
	)


def test_two_people_of_one_report_do_not_overwrite_each_other(
	place: Place, open_slot: dict, reporter: People, person: Callable[[str, str], Client]
) -> None:
	health, committee = reporter(place), person("Reporter", f"UBND-{place.area}")
	first = accepted(health.save(open_slot["name"], place.area, figures={"new_cases": 1}))
	accepted(
		committee.save(open_slot["name"], place.area, figures={"arrivals": 5}, modified=first["modified"])
	)
	stale = health.save(open_slot["name"], place.area, figures={"new_cases": 9}, modified=first["modified"])
	refused(stale, 409, place.name)
	report = health.document(REPORT, first["report"])
	assert (report["new_cases"], report["arrivals"]) == (1, 5)


def test_a_late_report_moves_the_published_figures_once_the_district_approves(
	published_slot: dict,
	unreported: Callable[[dict], Place],
	reporter: People,
	approver: People,
	guest: Client,
	settled: Callable[[], None],
) -> None:
	place, slot = unreported(published_slot), published_slot["name"]
	settled()
	before = guest.get(LATEST).json()
	name = reporter(place).send(slot, place.area, new_cases=4, community_cases=4, under_treatment=4)
	accepted(approver(place).decide(name, "Approve"))
	settled()
	after = guest.get(LATEST).json()
	assert after["province"]["figures"]["new_cases"] == before["province"]["figures"]["new_cases"] + 4
	assert after["reporting"]["reported"] == before["reporting"]["reported"] + 1
	assert after["reporting"]["provisional"] == before["reporting"]["provisional"] + 1
	assert after["version"] > before["version"]


def told_communes(guest: Client, slot: str) -> set[str]:
	communes = guest.get(f"/du-lieu-mo/v1/communes/{slot}.json").json()["communes"]
	states = zip(communes["code"], communes["state"], strict=True)
	return {code for code, state in states if state != "withheld"}


def test_the_form_of_a_locked_slot_says_when_it_was_locked(
	locked_slot: dict, unreported: Callable[[dict], Place], reporter: People
) -> None:
	place = unreported(locked_slot)
	form = reporter(place).form(locked_slot["name"], place.area)
	assert not form["editable"]
	assert clock(locked_slot["locks_at"]) in form["reason"]


def test_a_correction_moves_the_published_figures_once_the_cdc_approves_it(
	published_slot: dict,
	person: Callable[[str, str], Client],
	client: Callable[[str], Client],
	administrator: Client,
	guest: Client,
	settled: Callable[[], None],
) -> None:
	slot, auditor = published_slot["name"], client("kiemtra")
	settled()
	# Of small figures, old or new, the public list does not name the commune, nor of one of which nothing is told.
	approved = {"slot": slot, "workflow_state": "Approved", "recovered": 0}
	fields = ["area", "area_name", "unit", "recovered"]
	told_of = told_communes(guest, slot)
	reports = auditor.rows(REPORT, approved, fields, limit_page_length=600, order_by="area")
	report = next(row for row in reports if row["area"] in told_of)
	district_unit = administrator.document("Unit", report["unit"])["parent_unit"]
	before = guest.get(LATEST).json()
	corrected = {"fieldname": "recovered", "new_value": report["recovered"] + 10}
	made = person("Reporter", report["unit"]).post(
		"/api/resource/Correction",
		slot=slot,
		area=report["area"],
		reason="Đếm sót mười người",
		figures=[corrected],
	)
	assert made.ok, sentence(made)
	name = made.json()["data"]["name"]
	for decider, decision in (
		(person("Reporter", report["unit"]), "Submit"),
		(person("Approver", district_unit), "Approve"),
		(client("cdc.duyet"), "Approve"),
	):
		assert guest.get(LATEST).json()["version"] == before["version"]
		accepted(decider.call(DECIDE, doctype="Correction", name=name, decision=decision))
	settled()
	after = guest.get(LATEST).json()
	assert after["version"] > before["version"]
	for kind in ("figures", "totals"):
		moved = after["province"][kind]["recovered"] - before["province"][kind]["recovered"]
		assert moved == 10, kind
	rows = guest.get("/du-lieu-mo/v1/corrections.json").json()["corrections"]
	told = next(row for row in rows if row["correction"] == name)
	assert (told["new"] - told["old"], told["reason"]) == (10, "Đếm sót mười người")
	assert told["name"] in guest.get("/dinh-chinh").text
