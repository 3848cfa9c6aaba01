"""A report's state changes by decide() alone: every other way in is refused, and leaves the state as it was."""

import json
from collections.abc import Callable

import pytest
from portal import DECIDE, QUIET, REPORT, Client, Place, Portal, accepted, has_traceback
from requests import Response

Way = Callable[[Client, str], Response]


def values_of(client: Client, name: str) -> dict:
	return {**(client.document(REPORT, name) or {}), "doctype": REPORT, "name": name}


def desk_save(client: Client, name: str) -> Response:
	doc = {**values_of(client, name), "workflow_state": "Approved"}
	return client.call("frappe.desk.form.save.savedocs", doc=json.dumps(doc), action="Save")


def whole_save(client: Client, name: str) -> Response:
	return client.call("frappe.client.save", doc={**values_of(client, name), "workflow_state": "Approved"})


def whole_submit(client: Client, name: str) -> Response:
	return client.call("frappe.client.submit", doc={**values_of(client, name), "docstatus": 1})


def set_value(field: str, value: str | int) -> Way:
	values = {"doctype": REPORT, "fieldname": field, "value": value}
	return lambda client, name: client.call("frappe.client.set_value", name=name, **values)


def method_of_the_document(client: Client, name: str) -> Response:
	method = {
		"run_method": "db_set"
	}  # looked for in the address or in the body, as the framework's version has it
	return client.post(
		f"/api/resource/{REPORT}/{name}?run_method=db_set", **method, workflow_state="Approved"
	)


def any_method(client: Client, name: str) -> Response:
	words = {"docs": json.dumps(values_of(client, name)), "method": "db_set"}
	return client.call("run_doc_method", **words, args=json.dumps(["workflow_state", "Approved"]))


def kanban_drag(client: Client, name: str) -> Response:
	board = f"Reports of {client.user}"
	columns = [{"column_name": state} for state in ("In Approval", "Approved")]
	of_reports = {"reference_doctype": REPORT, "field_name": "workflow_state", "private": 1}
	client.post("/api/resource/Kanban Board", kanban_board_name=board, columns=columns, **of_reports)
	return client.call(
		"frappe.desk.doctype.kanban_board.kanban_board.update_order_for_single_card",
		board_name=board,
		docname=name,
		from_colname="In Approval",
		to_colname="Approved",
		old_index=0,
		new_index=0,
	)


WAYS: dict[str, Way] = {
	"PUT of the state": lambda client, name: client.put(
		f"/api/resource/{REPORT}/{name}", workflow_state="Approved"
	),
	"PUT of the unit it waits for": lambda client, name: client.put(
		f"/api/resource/{REPORT}/{name}", approval_unit="CDC-38"
	),
	"set_value of the state": set_value("workflow_state", "Approved"),
	"set_value of the step": set_value("approval_step", 2),
	"set_value back to draft": set_value("workflow_state", "Draft"),
	"save of the whole": whole_save,
	"submit of the whole": whole_submit,
	"cancel": lambda client, name: client.call("frappe.client.cancel", doctype=REPORT, name=name),
	"the Desk's save": desk_save,
	"bulk_update": lambda client, name: client.call(
		"frappe.client.bulk_update",
		docs=json.dumps([{"doctype": REPORT, "docname": name, "workflow_state": "Approved"}]),
	),
	"the list's edit": lambda client, name: client.call(
		"frappe.desk.doctype.bulk_update.bulk_update.submit_cancel_or_update_docs",
		doctype=REPORT,
		docnames=json.dumps([name]),
		action="update",
		data=json.dumps({"workflow_state": "Approved"}),
	),
	"the Kanban board": kanban_drag,
	"DELETE": lambda client, name: client.delete(f"/api/resource/{REPORT}/{name}"),
	"delete": lambda client, name: client.call("frappe.client.delete", doctype=REPORT, name=name),
	"the list's delete": lambda client, name: client.call(
		"frappe.desk.reportview.delete_items", items=json.dumps([name]), doctype=REPORT
	),
	"rename": lambda client, name: client.call(
		"frappe.client.rename_doc", doctype=REPORT, old_name=name, new_name=f"{name}-x"
	),
	"a method of the document": method_of_the_document,
	"run_doc_method": any_method,
	"the e-mail link": lambda client, name: client.ask(
		"frappe.workflow.doctype.workflow_action.workflow_action.apply_action",
		action="Approve",
		doctype=REPORT,
		docname=name,
		current_state="In Approval",
	),
	"the e-mail link, confirmed": lambda client, name: client.ask(
		"frappe.workflow.doctype.workflow_action.workflow_action.confirm_action",
		action="Approve",
		doctype=REPORT,
		docname=name,
		user="Administrator",
	),
	"a row of a child table": lambda client, name: client.call(
		"frappe.client.insert",
		doc={
			"doctype": "Report Explanation",
			"parenttype": REPORT,
			"parent": name,
			"parentfield": "explanations",
			"rule": "deaths_reported",
			"explanation": "x",
		},
	),
}


# They answer 200, and name what failed in a list or on a page.
ANSWERING_OTHERWISE = ("bulk_update", "the list's edit", "the list's delete", "the e-mail link, confirmed")


@pytest.fixture(scope="module")
def waiting(
	unreported: Callable[[dict], Place], open_slot: dict, reporter: Callable[[Place], Client]
) -> tuple[str, Place]:
	"""A report that waits for its district, for attempts that all fail."""
	place = unreported(open_slot)
	return reporter(place).send(open_slot["name"], place.area), place


@pytest.fixture(params=["the author", "the district", "Administrator"])
def somebody(
	request: pytest.FixtureRequest,
	waiting: tuple[str, Place],
	reporter: Callable[[Place], Client],
	approver: Callable[[Place], Client],
	administrator: Client,
) -> Client:
	place = waiting[1]
	people = {"the author": reporter, "the district": approver}
	return people[request.param](place) if request.param in people else administrator


@pytest.fixture
def unchanged(waiting: tuple[str, Place], portal: Portal) -> Callable[[], None]:
	"""Check that report, decisions and steps stand as they stood."""
	name = waiting[0]

	def picture() -> tuple:
		about = {"reference_name": [name]}
		return (
			portal.stored(REPORT, name=[name]),
			portal.stored("Report Explanation", parent=[name]),
			portal.stored("Approval Decision", **about),
			portal.stored("Approval Step", **about),
		)

	before = picture()
	assert before[0][0]["workflow_state"] == "In Approval"

	def check() -> None:
		assert picture() == before

	return check


@pytest.mark.parametrize("way", WAYS)
def test_no_other_way_changes_the_state(
	way: str, somebody: Client, waiting: tuple[str, Place], unchanged: Callable[[], None]
) -> None:
	answer = WAYS[way](somebody, waiting[0])
	if way not in ANSWERING_OTHERWISE:
		assert answer.status_code in (403, 404, 409, 417), f"{answer.status_code} {answer.text[:300]}"
	if way != "bulk_update":
		assert not has_traceback(answer), answer.text[:1000]
	unchanged()


BY_SAVING = (
	"PUT of the state",
	"PUT of the unit it waits for",
	"set_value of the state",
	"set_value of the step",
)
BY_SAVING += ("save of the whole", "submit of the whole", "the Desk's save", "bulk_update")


@pytest.fixture(scope="module")
def draft(
	unreported: Callable[[dict], Place], open_slot: dict, reporter: Callable[[Place], Client]
) -> tuple[str, Place]:
	"""A report that its author may still change, for attempts that all fail."""
	place = unreported(open_slot)
	return accepted(reporter(place).save(open_slot["name"], place.area, figures=QUIET))["report"], place


@pytest.mark.parametrize("who", ["the author", "Administrator"])
@pytest.mark.parametrize("way", BY_SAVING)
def test_who_may_write_a_draft_does_not_move_it_on_by_saving(
	way: str,
	who: str,
	draft: tuple[str, Place],
	reporter: Callable[[Place], Client],
	administrator: Client,
	portal: Portal,
) -> None:
	name, place = draft
	before = portal.stored(REPORT, name=[name])
	answer = WAYS[way](reporter(place) if who == "the author" else administrator, name)
	assert way in ANSWERING_OTHERWISE or answer.status_code in (403, 417), answer.text[:300]
	assert portal.stored(REPORT, name=[name]) == before
	assert portal.stored("Approval Decision", reference_name=[name]) == []


@pytest.mark.parametrize("state", ["Approved", "In Approval", "Published"])
def test_a_report_does_not_begin_in_another_state(
	state: str, place: Place, open_slot: dict, reporter: Callable[[Place], Client], administrator: Client
) -> None:
	values = {"slot": open_slot["name"], "area": place.area, "workflow_state": state, **QUIET}
	for person in (reporter(place), administrator):
		assert not person.post(f"/api/resource/{REPORT}", **values).ok
		assert not person.call("frappe.client.insert", doc={"doctype": REPORT, **values}).ok
		assert not person.call("frappe.client.insert_many", docs=[{"doctype": REPORT, **values}]).ok
	assert administrator.rows(REPORT, {"slot": open_slot["name"], "area": place.area}) == []


@pytest.mark.parametrize("mailbox", ["ttyt.muonglat", "cdc.duyet", "kiemtra"])
def test_the_desks_buttons_obey_the_line(
	mailbox: str, client: Callable[[str], Client], waiting: tuple[str, Place], unchanged: Callable[[], None]
) -> None:
	doc = json.dumps({"doctype": REPORT, "name": waiting[0], "workflow_state": "In Approval"})
	for action in ("Approve", "Withdraw", "Send for Approval", "Publish"):
		answer = client(mailbox).call("frappe.model.workflow.apply_workflow", doc=doc, action=action)
		assert answer.status_code in (403, 417), answer.text[:300]
	unchanged()


def test_the_lists_bulk_action_obeys_the_line_and_names_what_failed(
	client: Callable[[str], Client], waiting: tuple[str, Place], unchanged: Callable[[], None]
) -> None:
	values = {"docnames": json.dumps([waiting[0]]), "doctype": REPORT, "action": "Approve"}
	answer = client("cdc.duyet").call("frappe.model.workflow.bulk_workflow_approval", **values)
	assert answer.ok and waiting[0] in answer.text
	unchanged()


def test_the_bulk_action_decides_what_it_may_and_keeps_the_rest(
	sent_report: str,
	place: Place,
	waiting: tuple[str, Place],
	approver: Callable[[Place], Client],
	state_of: Callable[[str], tuple],
) -> None:
	values = {"docnames": json.dumps([sent_report, "no-such-report"]), "doctype": REPORT, "action": "Approve"}
	answer = approver(place).call("frappe.model.workflow.bulk_workflow_approval", **values)
	assert answer.ok and "no-such-report" in answer.text
	assert state_of(sent_report)[1:3] == ("CDC-38", 2)


RECORDS = ("Approval Decision", "Approval Step")


@pytest.mark.parametrize("doctype", RECORDS)
def test_the_record_of_decisions_is_not_written_by_hand(
	doctype: str,
	somebody: Client,
	waiting: tuple[str, Place],
	unchanged: Callable[[], None],
	administrator: Client,
) -> None:
	row = administrator.rows(doctype, {"reference_name": waiting[0]}, ["*"])[0]
	forged = {**row, "name": None, "sequence": 9, "step": 9, "unit": "CDC-38"}
	address = f"/api/resource/{doctype}/{row['name']}"
	attempts = [
		somebody.post(f"/api/resource/{doctype}", **forged),
		somebody.put(address, state="Approved", decision="Approve", unit="CDC-38"),
		somebody.call(
			"frappe.client.set_value", doctype=doctype, name=row["name"], fieldname="unit", value="CDC-38"
		),
		somebody.delete(address),
	]
	assert all(answer.status_code in (403, 417) for answer in attempts), [
		answer.text[:200] for answer in attempts
	]
	unchanged()


@pytest.mark.parametrize("doctype", ["Report Obligation", "Consolidated Report", "Report Slot"])
def test_what_the_server_derives_is_not_written_by_the_field(
	doctype: str, client: Callable[[str], Client], administrator: Client
) -> None:
	row = administrator.rows(doctype, fields=["*"], limit_page_length=1)[0]
	for mailbox in ("tyt.hamrong", "ttyt.muonglat", "cdc.duyet", "cdc.congbo"):
		for field in ("state", "expected"):
			answer = client(mailbox).put(f"/api/resource/{doctype}/{row['name']}", **{field: 1})
			assert answer.status_code in (403, 417), answer.text[:200]
	assert administrator.document(doctype, row["name"])["modified"] == row["modified"]


@pytest.mark.parametrize("mailbox", ["tyt.hamrong", "ttyt.muonglat", "cdc.duyet", "kiemtra"])
def test_only_a_publisher_publishes(
	mailbox: str, client: Callable[[str], Client], published_slot: dict
) -> None:
	way = "covid_portal.reporting.doctype.report_slot.report_slot.publish"
	assert client(mailbox).call(way, slot=published_slot["name"]).status_code == 403


@pytest.mark.parametrize("mailbox", ["tyt.hamrong", "ttyt.muonglat", "cdc.duyet", "cdc.congbo", "kiemtra"])
def test_nobody_gives_oneself_a_duty_or_a_route(mailbox: str, client: Callable[[str], Client]) -> None:
	person = client(mailbox)
	duty = {"user": person.user, "unit": "CDC-38", "duty": "Approver", "valid_from": "2021-01-01"}
	attempts = [
		person.post("/api/resource/Duty Assignment", **duty),
		person.put("/api/resource/Approval Route/Situation Report", enabled=0),
		person.put("/api/resource/Workflow/Situation Report Approval", is_active=0),
	]
	assert [answer.status_code for answer in attempts] == [403] * 3, [
		answer.text[:200] for answer in attempts
	]


# Everybody may save the own account, and the server is slow for a while after each: one of the field and one of the province.
@pytest.mark.parametrize("mailbox", ["tyt.hamrong", "cdc.congbo"])
def test_nobody_gives_oneself_a_role(mailbox: str, client: Callable[[str], Client], portal: Portal) -> None:
	person = client(mailbox)
	before = roles_of(portal, person.user)
	role = {"role": "System Manager"}
	person.put(f"/api/resource/User/{person.user}", roles=[role])
	own = {"parent": person.user, "parenttype": "User", "parentfield": "roles"}
	person.post("/api/resource/Has Role", **own, **role)
	assert before and roles_of(portal, person.user) == before


def roles_of(portal: Portal, user: str) -> set[str]:
	return {row["role"] for row in portal.stored("Has Role", parent=[user], parenttype=["User"])}


def test_an_import_of_a_file_does_not_change_the_state(
	waiting: tuple[str, Place], unchanged: Callable[[], None], administrator: Client, portal: Portal
) -> None:
	"""Data Import, even as Administrator: each row is a save, and a save does not change a state."""
	content = f"ID,workflow_state\n{waiting[0]},Approved\n"
	upload = {"file": ("import.csv", content, "text/csv")}
	values = {"reference_doctype": REPORT, "import_type": "Update Existing Records"}
	begun = administrator.post("/api/resource/Data Import", **values)
	if begun.status_code == 417:  # later versions of the framework refuse it at the door
		assert "Allow Import" in begun.text
		unchanged()
		return
	made = begun.json()["data"]["name"]
	about = {"doctype": "Data Import", "docname": made, "fieldname": "import_file", "is_private": "1"}
	url = accepted(administrator.request("POST", "/api/method/upload_file", files=upload, data=about))[
		"file_url"
	]
	assert administrator.put(f"/api/resource/Data Import/{made}", import_file=url).ok
	portal.inside(START_IMPORT.format(name=made))
	rows = administrator.rows("Data Import Log", {"data_import": made}, ["success", "messages", "exception"])
	assert [row["success"] for row in rows] == [0] and "NotWithAuthor" in str(rows), rows
	unchanged()


# What the worker does when somebody starts the import.
START_IMPORT = """
frappe.set_user("Administrator")
from frappe.core.doctype.data_import.data_import import start_import
start_import("{name}")
frappe.db.commit()
"""


def test_decide_is_not_reached_by_a_link(
	waiting: tuple[str, Place], approver: Callable[[Place], Client], unchanged: Callable[[], None]
) -> None:
	"""What changes something is asked by POST with the session's token: a picture's address does not do it."""
	district = approver(waiting[1])
	values = {"doctype": REPORT, "name": waiting[0], "decision": "Approve"}
	assert district.ask(DECIDE, **values).status_code == 403
	without_token = {"X-Frappe-CSRF-Token": "none"}
	answer = district.request("POST", f"/api/method/{DECIDE}", json=values, headers=without_token)
	assert answer.status_code in (400, 403), answer.text[:200]
	unchanged()
