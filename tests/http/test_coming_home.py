"""Coming home over HTTP: the rules as open data."""

import jsonschema
from portal import Portal

RULES = "/du-lieu-mo/v1/arrival-rules.json"


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
