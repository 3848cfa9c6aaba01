"""Levels from outside: what everybody reads of them and what that gives away, who may read, order and try what."""

import json
import re
from collections import Counter
from collections.abc import Callable

import pytest
from portal import LATEST, Client, accepted, refused

FILE = "/du-lieu-mo/v1/levels.json"
COMMUNES = 559
LEVEL, RULE = "Area Level", "Level Rule"
REVIEW = "covid_portal.levels.evaluation.order_review"
SIMULATE = "covid_portal.levels.simulation.simulate"


@pytest.fixture(scope="module")
def levels(portal) -> dict:
	answer = portal.guest().get(FILE)
	assert answer.status_code == 200 and answer.headers["Access-Control-Allow-Origin"] == "*"
	return answer.json()


def communes(levels: dict) -> list[dict]:
	return [area for area in levels["areas"] if not area["is_group"]]


def test_every_commune_has_a_level_and_a_reason(levels: dict, guest: Client) -> None:
	assert len(communes(levels)) == COMMUNES
	with_level = [area for area in levels["areas"] if area["level"]]
	assert len(with_level) > COMMUNES * 0.9
	assert all(area["why"] and area["since"] and area["rule"] for area in with_level)
	page = guest.get("/cap-do-dich/384").text
	for area in communes(levels):
		assert (f'id="khu-vuc-{area["code"]}"' in page) == (area["parent"] == "384")


def test_reasons_of_communes_say_no_number_and_nothing_that_their_level_does_not(levels: dict) -> None:
	"""Whoever knows level, coverage and beds knows the rest: nothing can be subtracted from it."""
	told: dict[str, set[str]] = {}
	for area in communes(levels):
		steps = {step["step"]: step for step in area["why"]}
		assert not {"count", "rate", "share", "persons", "reports", "band"} & {
			key for step in area["why"] for key in step
		}
		known = (area["rule"], area["proposed"], steps.get("coverage"), steps.get("capacity"))
		told.setdefault(json.dumps(known), set()).add(json.dumps(area["why"]))
	assert len(told) > 1
	assert all(len(reasons) == 1 for reasons in told.values())


def test_map_and_overview_show_the_same_levels(levels: dict, guest: Client) -> None:
	page = guest.get("/ban-do").text
	data = json.loads(
		re.search(r'<script type="application/json" id="map-data">(.*?)</script>', page, re.S)[1]
	)
	assert data["measures"][0]["key"] == "levels"
	month = guest.get(data["months"][-1]).json()
	slot = month["slots"][-1]
	assert slot["slot"] == guest.get(LATEST).json()["slot"]
	letters = dict(zip(month["communes"], slot["commune_levels"], strict=True))
	assert letters == {area["code"]: str(area["level"] or 0) for area in communes(levels)}
	small = guest.get("/").text.partition('class="card map-small"')[2]
	paths = re.findall(r'<path class="(l\d|u)" d="([^"]+)"', small.partition('class="legend"')[0])
	shown = Counter({shade: 0 for shade, _path in paths})
	for shade, path in paths:
		shown[shade] += path.count("M")
	assert shown == Counter(f"l{letter}" if letter != "0" else "u" for letter in letters.values())


def test_who_reads_levels(administrator: Client, client: Callable[[str], Client], guest: Client) -> None:
	everything = administrator.rows(LEVEL, fields=["name", "area", "unit"])
	seen = {
		who: {row["area"] for row in client(who).rows(LEVEL, fields=["name", "area"])}
		for who in ("tyt.tamchung", "ttyt.muonglat", "cdc.duyet", "kiemtra")
	}
	assert seen["tyt.tamchung"] == {"14848"}
	assert seen["ttyt.muonglat"] == {row["area"] for row in everything if row["unit"] == "TTYT-384"}
	assert seen["cdc.duyet"] == seen["kiemtra"] == {row["area"] for row in everything}
	other = next(row["name"] for row in everything if row["unit"] == "TTYT-380")
	assert client("ttyt.muonglat").document(LEVEL, other) is None
	assert guest.get(f"/api/resource/{LEVEL}").status_code == 403
	assert guest.get("/api/resource/Level Evaluation").status_code == 403


def test_a_review_is_ordered_by_a_superior_and_rules_are_tried_by_who_may_write_them(
	administrator: Client, client: Callable[[str], Client]
) -> None:
	row = administrator.rows(
		LEVEL, {"area": "14755", "workflow_state": "Approved"}, order_by="decided_at desc"
	)[0]
	for who in ("tyt.hamrong", "ttyt.thanhhoa"):
		refused(client(who).call(REVIEW, level=row["name"], reason="Xem lại"), 403)
	name = administrator.rows(RULE, {"in_force": 1}, order_by="valid_from desc")[0]["name"]
	rule = administrator.document(RULE, name)
	refused(client("ttyt.muonglat").call(SIMULATE, rule=rule, slots=1), 403)
	rule["bands"][0]["high"] = rule["bands"][1]["low"] = 1
	found = accepted(client("quantri").call(SIMULATE, rule=rule, slots=2))
	assert len(found["slots"]) == 2 and sum(len(block["tiles"]) for block in found["blocks"]) == COMMUNES
	rule["bands"][0]["high"] = 2
	refused(client("quantri").call(SIMULATE, rule=rule, slots=1), 417, "chồng lên nhau")


def test_rules_that_cannot_stand_are_refused_over_the_api(
	administrator: Client, client: Callable[[str], Client]
) -> None:
	name = administrator.rows(RULE, {"in_force": 1}, order_by="valid_from desc")[0]["name"]
	rule = administrator.document(RULE, name)
	copy = {key: value for key, value in rule.items() if key not in ("name", "creation", "modified", "owner")}
	admin = client("quantri")
	refused(admin.post(f"/api/resource/{RULE}", **{**copy, "title": "Hai quy tắc"}), 417, name)
	refused(
		admin.post(f"/api/resource/{RULE}", **{**copy, "title": "Không căn cứ", "legal_reference": ""}),
		417,
		"quyết định",
	)
	assert not administrator.rows(RULE, {"title": ["in", ["Hai quy tắc", "Không căn cứ"]]})
