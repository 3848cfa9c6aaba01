"""A DocType that an administrator makes goes by a route like the portal's own, and is seen by those alone whose Scope Rules
say so; no sequence of calls by anybody brings a document to Approved without the decisions that its route asks for."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from portal import DECIDE, Client, Portal, accepted, refused

DOCTYPE = "Supply Request"
ROWS = "Supply Request Item"
MANY = "covid_portal.approval.bulk.decide_many"
CDC_UNIT = "CDC-38"
DECISIONS = ("Submit", "Approve", "Return", "Refuse", "Withdraw")
# Who the route asks, in order, and others who try.
REPORTER, DISTRICT, CDC = "tyt.tamchung", "ttyt.muonglat", "cdc.duyet"
PEOPLE = (REPORTER, "ubnd.tamchung", DISTRICT, "ttyt.thanhhoa", CDC, "cdc.congbo", "quantri", "kiemtra")
# Who sees a document of the reporter's, and who has no part in it: a sibling, units of others, those without a rule.
SEEING = (REPORTER, DISTRICT, CDC, "cdc.congbo", "kiemtra")
OTHERS = ("ubnd.tamchung", "tyt.muongchanh", "tyt.hamrong", "ttyt.thanhhoa", "quantri", "vanhanh", "hethong")
RIGHTS = ("read", "write", "create", "delete", "report", "export")
number = count(1)


@dataclass(frozen=True)
class Maker:
	"""The DocType, made once, and a session for everybody."""

	clients: dict[str, Client]
	unit: str

	def new(self) -> str:
		values = {"title": f"Masks {next(number)}", "amount": 5, "unit": self.unit, "stored_in": CDC_UNIT}
		values["items"] = [{"item": "FFP2"}]
		return accepted_data(self.clients[REPORTER].post(f"/api/resource/{DOCTYPE}", **values))["name"]

	def decide(self, who: str, name: str, decision: str, **more):
		return self.clients[who].call(DECIDE, doctype=DOCTYPE, name=name, decision=decision, **more)

	def state(self, name: str) -> dict:
		return self.clients["kiemtra"].document(DOCTYPE, name)

	def approvals(self, name: str) -> list[tuple]:
		rows = self.clients["kiemtra"].rows(
			"Approval Decision",
			[["reference_name", "=", name], ["decision", "in", ["Submit", "Approve", "Return"]]],
			["decision", "user", "step", "unit", "round"],
			order_by="sequence asc",
		)
		return [tuple(row[key] for key in ("decision", "user", "step", "unit", "round")) for row in rows]


def accepted_data(answer) -> dict:
	assert answer.ok, answer.text[:800]
	return answer.json()["data"]


@pytest.fixture(scope="module")
def maker(client: Callable[[str], Client]) -> Iterator[Maker]:
	clients = {who: client(who) for who in {*PEOPLE, *SEEING, *OTHERS}}
	manager, administrator = clients["hethong"], clients["quantri"]
	if not manager.document("DocType", ROWS):
		accepted_data(manager.post("/api/resource/DocType", **rows_doctype()))
	if not manager.document("DocType", DOCTYPE):
		accepted_data(manager.post("/api/resource/DocType", **doctype()))
	if not administrator.document("Approval Route", DOCTYPE):
		accepted_data(administrator.post("/api/resource/Approval Route", **route()))
	for duty, scope, access in (
		("Reporter", "Own Unit", "Write"),
		("Approver", "Unit Subtree", "Read"),
		("Publisher", "Unit Subtree", "Read"),
		("Auditor", "All", "Read"),
	):
		rule = {"document_type": DOCTYPE, "duty": duty, "access": access, "scope": scope}
		if not administrator.rows("Scope Rule", [[key, "=", value] for key, value in rule.items()]):
			accepted_data(administrator.post("/api/resource/Scope Rule", **rule))
	due = accepted(clients[REPORTER].ask("covid_portal.reporting.api.due"))
	yield Maker(clients, due["units"][0]["unit"])


def rows_doctype() -> dict:
	item = {"fieldname": "item", "fieldtype": "Data", "label": "Item", "in_list_view": 1}
	return {"name": ROWS, "module": "Core", "custom": 1, "istable": 1, "fields": [item]}


def doctype() -> dict:
	return {
		"name": DOCTYPE,
		"module": "Core",
		"custom": 1,
		"autoname": "hash",
		"fields": [
			{"fieldname": "title", "fieldtype": "Data", "label": "Title", "reqd": 1},
			{"fieldname": "amount", "fieldtype": "Int", "label": "Amount"},
			{"fieldname": "items", "fieldtype": "Table", "options": ROWS, "label": "Items"},
			{"fieldname": "stored_in", "fieldtype": "Link", "options": "Unit", "label": "Stored in"},
		],
		"title_field": "title",
		"permissions": [
			{"role": "Portal Staff", **dict.fromkeys(RIGHTS, 1)},
			{"role": "System Manager", "read": 1},
		],
	}


def route() -> dict:
	step = {"who": "Superior Unit", "duty": "Approver", "approvals": 1, "when_late": "Remind"}
	return {
		"title": DOCTYPE,
		"document_type": DOCTYPE,
		"enabled": 1,
		"steps": [{"title": "District", **step}, {"title": "Province", **step}],
	}


def test_it_goes_through_its_steps_by_the_people_of_its_line(maker: Maker) -> None:
	name = maker.new()
	assert maker.state(name)["unit"] == maker.unit
	for who, decision, state in (
		(REPORTER, "Submit", "In Approval"),
		(DISTRICT, "Approve", "In Approval"),
		(CDC, "Approve", "Approved"),
	):
		assert accepted(maker.decide(who, name, decision))["workflow_state"] == state


def test_it_is_in_the_inbox_of_those_it_waits_for_and_nobody_elses(maker: Maker) -> None:
	name = maker.new()
	accepted(maker.decide(REPORTER, name, "Submit"))
	having = set()
	for who, client in maker.clients.items():
		groups = accepted(client.ask("covid_portal.approval.inbox.inbox"))["groups"]
		if any(row["name"] == name for group in groups for row in group["rows"]):
			having.add(who)
	assert having == {DISTRICT}


@pytest.mark.parametrize("field", ["workflow_state", "approval_unit", "approval_step"])
def test_its_state_is_not_written_past_a_decision(maker: Maker, field: str) -> None:
	name = maker.new()
	value = {"workflow_state": "Approved", "approval_unit": maker.unit, "approval_step": 2}[field]
	for who in (REPORTER, "hethong"):
		answer = maker.clients[who].put(f"/api/resource/{DOCTYPE}/{name}", **{field: value})
		assert answer.status_code in (403, 417) or maker.state(name)[field] != value
	assert maker.state(name)["workflow_state"] == "Draft"


def test_what_was_sent_stays_as_it_is_until_it_comes_back(maker: Maker) -> None:
	name = maker.new()
	address, author = f"/api/resource/{DOCTYPE}/{name}", maker.clients[REPORTER]
	row = maker.state(name)["items"][0]["name"]
	changes = ({"amount": 50}, {"unit": maker.unit, "stored_in": None}, {"items": [{"item": "Other"}]})

	def assert_closed() -> None:
		for values in changes:
			refused(author.put(address, **values), 403)
		assert not author.call(
			"frappe.client.set_value", doctype=ROWS, name=row, fieldname="item", value="Other"
		).ok
		state = maker.state(name)
		assert (state["amount"], state["stored_in"]) == (5, CDC_UNIT)
		assert [one["item"] for one in state["items"]] == ["FFP2"]

	accepted(maker.decide(REPORTER, name, "Submit"))
	assert_closed()
	assert author.put(address, amount=5, title=maker.state(name)["title"]).ok  # nothing else than it says
	accepted(maker.decide(DISTRICT, name, "Return", reason="How many?"))
	assert author.put(address, amount=50).ok and author.put(address, amount=5).ok
	accepted(maker.decide(REPORTER, name, "Submit"))
	for who in (DISTRICT, CDC):
		accepted(maker.decide(who, name, "Approve"))
	assert_closed()


def test_many_in_one_act_go_one_by_one(maker: Maker) -> None:
	names = [maker.new() for _number in range(3)]
	for name in names[:2]:
		accepted(maker.decide(REPORTER, name, "Submit"))
	result = accepted(maker.clients[DISTRICT].call(MANY, doctype=DOCTYPE, names=names, decision="Approve"))
	assert result["decided"] == names[:2]
	assert [row["name"] for row in result["failed"]] == names[2:]


# --- who sees it

SEARCH = "frappe.desk.search"
QUERY = {"doctype": DOCTYPE, "fields": ["name", "title"]}
# Each way to ask for the document with this name: the answer holds its title, or its name as often as it is counted.
WAYS: dict[str, Callable[[Client, str], object]] = {
	"resource": lambda who, name: who.rows(DOCTYPE, {"name": name}, ["title"]),
	"get_list": lambda who, name: message(who.ask("frappe.client.get_list", **QUERY, filters={"name": name})),
	"list view": lambda who, name: message(
		who.ask("frappe.desk.reportview.get", **QUERY, filters={"name": name})
	),
	"report view": lambda who, name: message(
		who.ask("frappe.desk.reportview.get_list", **QUERY, filters={"name": name})
	),
	"groups": lambda who, name: message(
		who.ask(
			"frappe.desk.listview.get_group_by_count",
			doctype=DOCTYPE,
			current_filters=[[DOCTYPE, "name", "=", name]],
			field="unit",
		)
	),
	"count": lambda who, name: message(
		who.ask("frappe.desk.reportview.get_count", **QUERY, filters={"name": name})
	),
	"bare count": lambda who, name: message(
		who.ask("frappe.client.get_count", doctype=DOCTYPE, filters={"name": name})
	),
	"value": lambda who, name: message(
		who.ask("frappe.client.get_value", doctype=DOCTYPE, fieldname="title", filters={"name": name})
	),
	"link search": lambda who, name: message(
		who.call(f"{SEARCH}.search_widget", doctype=DOCTYPE, txt=name, reference_doctype="ToDo")
	),
	"link search that ignores permissions": lambda who, name: message(
		who.call(f"{SEARCH}.search_link", doctype=DOCTYPE, txt=name, ignore_user_permissions=1)
	),
	"chart": lambda who, name: message(
		who.call(
			"frappe.desk.doctype.dashboard_chart.dashboard_chart.get",
			chart={
				"document_type": DOCTYPE,
				"chart_type": "Group By",
				"group_by_based_on": "title",
				"group_by_type": "Count",
				"filters_json": json.dumps([[DOCTYPE, "name", "=", name]]),
			},
		)
	),
	"link": lambda who, name: message(
		who.ask("frappe.client.validate_link", doctype=DOCTYPE, docname=name, fields=["title"])
	),
	"document": lambda who, name: who.document(DOCTYPE, name),
	"form": lambda who, name: message(who.ask("frappe.desk.form.load.getdoc", doctype=DOCTYPE, name=name)),
	"timeline": lambda who, name: message(
		who.ask("covid_portal.approval.timeline.timeline", doctype=DOCTYPE, name=name)
	),
	"steps": lambda who, name: who.rows("Approval Step", {"reference_name": name}),
	"versions": lambda who, name: who.rows("Version", {"docname": name}),
}
# Only the auditor and the system manager look at versions at all.
NOT_FOR_ALL = {"versions"}
# The framework holds no single document back from one who writes User Permissions: the system manager.
SINGLE = {"document", "form", "timeline"}


def message(answer) -> object:
	assert answer.status_code in (200, 403, 404), f"{answer.status_code} {answer.text[:300]}"
	if not answer.ok:
		return None
	body = answer.json()
	found = next((body[key] for key in ("message", "docs", "results", "values") if key in body), None)
	if isinstance(found, dict) and "values" in found:
		return found["values"]
	return found


@pytest.fixture(scope="module")
def seen(maker: Maker) -> str:
	"""A document that has been sent, so that everything hangs on it."""
	name = maker.new()
	accepted(maker.decide(REPORTER, name, "Submit"))
	return name


@pytest.mark.parametrize("way", WAYS)
def test_the_line_sees_it_and_nobody_else_on_any_way(maker: Maker, seen: str, way: str) -> None:
	ask = WAYS[way]
	if way not in NOT_FOR_ALL:
		assert [who for who in SEEING if not ask(maker.clients[who], seen)] == []
	others = [who for who in OTHERS if way not in SINGLE or who != "hethong"]
	assert [who for who in others if ask(maker.clients[who], seen)] == []


def test_its_rows_are_listed_by_themselves_for_those_alone_who_see_all(maker: Maker, seen: str) -> None:
	query = {"doctype": ROWS, "parent": DOCTYPE, "fields": ["item"], "filters": {"parent": seen}}
	ways = [
		lambda who: who.get(f"/api/resource/{ROWS}", **query),
		lambda who: who.ask("frappe.client.get_list", **query),
		lambda who: who.call("frappe.desk.reportview.get", **query, parent_doctype=DOCTYPE),
		lambda who: who.ask("frappe.client.get_count", **query),
	]
	for ask in ways:
		assert [who for who in (REPORTER, *OTHERS) if ask(maker.clients[who]).status_code != 403] == []
	assert len(message(ways[1](maker.clients["kiemtra"]))) == 1
	described = maker.clients[DISTRICT].ask("frappe.desk.form.load.getdoctype", doctype=ROWS)
	assert described.ok and maker.state(seen)["items"][0]["item"] == "FFP2"


NUMBERED = "Numbered Request"


def test_documents_whose_names_are_numbers_go_by_a_route_too(maker: Maker) -> None:
	manager, administrator = maker.clients["hethong"], maker.clients["quantri"]
	if not manager.document("DocType", NUMBERED):
		made = {**doctype(), "name": NUMBERED, "autoname": "autoincrement", "fields": doctype()["fields"][:1]}
		accepted_data(manager.post("/api/resource/DocType", **made))
	if not administrator.document("Approval Route", NUMBERED):
		accepted_data(
			administrator.post(
				"/api/resource/Approval Route", **{**route(), "title": NUMBERED, "document_type": NUMBERED}
			)
		)
	for duty, scope, access in (("Reporter", "Own Unit", "Write"), ("Approver", "Unit Subtree", "Read")):
		rule = {"document_type": NUMBERED, "duty": duty, "access": access, "scope": scope}
		if not administrator.rows("Scope Rule", [[key, "=", value] for key, value in rule.items()]):
			accepted_data(administrator.post("/api/resource/Scope Rule", **rule))
	author, district = maker.clients[REPORTER], maker.clients[DISTRICT]
	name = accepted_data(author.post(f"/api/resource/{NUMBERED}", title="Beds"))["name"]
	button = "frappe.model.workflow.apply_workflow"
	doc = {"doctype": NUMBERED, "name": name}
	assert author.call(button, doc=doc, action="Send for Approval").ok
	rows = [
		row
		for group in accepted(district.ask("covid_portal.approval.inbox.inbox"))["groups"]
		for row in group["rows"]
		if group["doctype"] == NUMBERED
	]
	assert str(name) in {row["name"] for row in rows}
	assert accepted(district.call(MANY, doctype=NUMBERED, names=[name], decision="Approve"))["failed"] == []
	told = accepted(district.ask("covid_portal.approval.timeline.timeline", doctype=NUMBERED, name=str(name)))
	assert [row["decision"] for row in told["decisions"]] == ["Submit", "Approve"]
	assert not author.delete(f"/api/resource/{NUMBERED}/{name}").ok


def test_a_guest_is_refused(maker: Maker, portal: Portal, seen: str) -> None:
	guest = portal.guest()
	assert [way for way, ask in WAYS.items() if ask(guest, seen)] == []


def test_everybody_lists_what_his_rules_give_him_and_no_more(maker: Maker, seen: str) -> None:
	"""The lists themselves, not asked for one document."""
	for who in (*SEEING, *OTHERS):
		rows = maker.clients[who].rows(DOCTYPE, fields=["name", "unit"])
		assert (seen in {row["name"] for row in rows}) == (who in SEEING), who
		if who == REPORTER:
			assert {row["unit"] for row in rows} == {maker.unit}


def test_who_reads_it_does_not_change_it_and_nobody_takes_it_over(maker: Maker) -> None:
	name = maker.new()
	for who in set(maker.clients) - {REPORTER}:
		person = maker.clients[who]
		for values in ({"amount": 6}, {"amount": 6, "unit": "TYT-14866"}, {"unit": "TYT-14755"}):
			assert person.put(f"/api/resource/{DOCTYPE}/{name}", **values).status_code in (403, 404), who
		assert person.delete(f"/api/resource/{DOCTYPE}/{name}").status_code in (403, 404), who
	assert (maker.state(name)["amount"], maker.state(name)["unit"]) == (5, maker.unit)
	refused(maker.clients[REPORTER].put(f"/api/resource/{DOCTYPE}/{name}", unit="TYT-14866"), 403)


def test_a_document_of_another_unit_is_not_entered_and_one_without_is_the_authors(maker: Maker) -> None:
	for who, unit in ((REPORTER, "TYT-14866"), (DISTRICT, maker.unit), ("quantri", maker.unit)):
		answer = maker.clients[who].post(f"/api/resource/{DOCTYPE}", title="Masks", unit=unit)
		assert answer.status_code == 403, who
	made = accepted_data(maker.clients[REPORTER].post(f"/api/resource/{DOCTYPE}", title="Masks"))
	assert made["unit"] == maker.unit


def test_they_follow_a_duty_that_begins_changes_and_ends(
	maker: Maker, portal: Portal, administrator: Client, seen: str
) -> None:
	"""A substitute of the district's, hired for the purpose; at last his account is closed."""
	hired = "thay.vang@" + portal.domain
	password = "Thay-vang-38-Muong-Lat"
	if not administrator.document("User", hired):
		user = {"email": hired, "first_name": "Thay vắng", "send_welcome_email": 0}
		accepted_data(administrator.post("/api/resource/User", **user))
	accepted_data(administrator.put(f"/api/resource/User/{hired}", new_password=password, enabled=1))
	for old in administrator.rows("Duty Assignment", {"user": hired}):
		assert administrator.delete(f"/api/resource/Duty Assignment/{old['name']}").ok
	district = {"duty": "Approver", "unit": "TTYT-384"}
	user = maker.clients[DISTRICT].user
	fields = ["name", "valid_from"]
	principal = administrator.rows("Duty Assignment", {"user": user, **district}, fields)[0]
	first_day = principal["valid_from"]
	duty = {"user": hired, **district, "substitute_for": principal["name"], "valid_from": first_day}
	place = accepted_data(administrator.post("/api/resource/Duty Assignment", **duty))["name"]
	stands_in = portal.guest().login(hired, password)

	def sees() -> set[bool]:
		return {
			bool(WAYS[way](stands_in, seen)) for way in ("resource", "list view", "bare count", "document")
		}

	def change(**values: str | None) -> None:
		accepted_data(administrator.put(f"/api/resource/Duty Assignment/{place}", **values))

	assert sees() == {True}
	change(valid_from="2999-01-01")
	assert sees() == {False}
	change(valid_from=first_day)
	# Some releases of the framework end the session of somebody who has no duty left.
	stands_in.login(hired, password)
	assert sees() == {True}
	change(unit="TTYT-380", substitute_for=None)
	assert sees() == {False}
	change(unit="TTYT-384")
	assert sees() == {True}
	accepted_data(administrator.put(f"/api/resource/User/{hired}", enabled=0))
	assert stands_in.get(f"/api/resource/{DOCTYPE}").status_code in (401, 403)
	rows = administrator.rows("User Permission", {"user": hired, "applicable_for": DOCTYPE}, ["for_value"])
	assert [row["for_value"] for row in rows] == ["-"]


def test_the_portals_own_doctypes_are_not_restricted_a_second_time(maker: Maker) -> None:
	"""The permissions apply to this DocType alone."""
	manager = maker.clients["hethong"]
	kept = manager.rows("User Permission", {"name": ["like", "duty-%"]}, ["applicable_for", "allow"])
	assert kept
	assert "Situation Report" not in {row["applicable_for"] for row in kept}
	assert "" not in {row["applicable_for"] or "" for row in kept}


# --- no way round its route

CALLS = st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(DECISIONS)), min_size=4, max_size=9)
# The way that leads there, with others' attempts put in anywhere: random calls alone hardly ever get so far.
WAY = [(REPORTER, "Submit"), (DISTRICT, "Approve"), (CDC, "Approve")]


@st.composite
def attempts(draw: st.DrawFn) -> list[tuple[str, str]]:
	calls = draw(CALLS)
	for call in draw(st.permutations(WAY)) if draw(st.booleans()) else WAY:
		calls.insert(draw(st.integers(0, len(calls))), call)
	return calls


# Each example is a dozen requests: a failing one is told as it was found, not made shorter.
@settings(
	max_examples=12,
	deadline=None,
	derandomize=True,
	suppress_health_check=list(HealthCheck),
	database=None,
	phases=[Phase.explicit, Phase.generate],
)
@given(calls=attempts())
def test_nothing_is_approved_without_the_decisions_of_its_route(
	maker: Maker, calls: list[tuple[str, str]]
) -> None:
	name = maker.new()
	for who, decision in calls:
		maker.decide(who, name, decision, reason="Because.")
		state, approvals = maker.state(name)["workflow_state"], maker.approvals(name)
		last_round = [row for row in approvals if row[4] == approvals[-1][4]] if approvals else []
		emails = {who: client.user for who, client in maker.clients.items()}
		wanted = [
			("Submit", emails[REPORTER], 0),
			("Approve", emails[DISTRICT], 1),
			("Approve", emails[CDC], 2),
		]
		assert (state == "Approved") == ([row[:3] for row in last_round] == wanted), (calls, approvals)
