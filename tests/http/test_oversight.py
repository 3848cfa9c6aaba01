"""What the portal administrator and the auditor can do in the Desk, by the calls its forms make, and what they cannot."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from portal import REPORT, Client, Portal, accepted, has_traceback
from requests import Response

CHANGED_BY_ADMINISTRATOR = (
	"Approval Route",
	"Report Type",
	"Validation Rule",
	"Indicator",
	"Indicator Group",
	"Unit",
	"Unit Type",
	"Area",
	"Population Group",
	"Duty Assignment",
	"Scope Rule",
	"Public Holiday",
)
READ_BY_BOTH = (
	"Report Slot",
	"Report Obligation",
	"Report Notice",
	REPORT,
	"Consolidated Report",
	"Consolidated Sheet",
	"Correction",
	"Figure Contest",
	"Deadline Extension",
	"Report Excuse",
	"Approval Step",
	"Approval Decision",
	"Approval Contribution",
)
CLOSED = (
	"System Settings",
	"Server Script",
	"Client Script",
	"Workflow",
	"Role",
	"Custom DocPerm",
	"DocType",
)
DAY = "2031-05-04"


@pytest.fixture
def portal_administrator(client: Callable[[str], Client]) -> Client:
	return client("quantri")


@pytest.fixture
def auditor(client: Callable[[str], Client]) -> Client:
	return client("kiemtra")


def listed(client: Client, doctype: str) -> list[str]:
	"""Names on the first page of the Desk's list."""
	query = {"doctype": doctype, "fields": ["name"], "filters": [], "page_length": 20}
	data = accepted(client.ask("frappe.desk.reportview.get", **query)) or {}
	return [row[0] for row in data.get("values", [])]


def opened(client: Client, doctype: str, name: str) -> dict:
	"""The document as the Desk's form loads it, after its meta."""
	assert client.ask("frappe.desk.form.load.getdoctype", doctype=doctype, with_parent=1).ok
	answer = client.ask("frappe.desk.form.load.getdoc", doctype=doctype, name=name)
	assert answer.ok, f"{doctype} {name}: {answer.text[:300]}"
	return answer.json()["docs"][0]


def saved(client: Client, doc: dict) -> Response:
	return client.call("frappe.desk.form.save.savedocs", doc=json.dumps(doc), action="Save")


def created(client: Client, doctype: str, **values: Any) -> dict:
	new = {"doctype": doctype, "name": f"new-{doctype.lower().replace(' ', '-')}-1", "__islocal": 1}
	answer = saved(client, {**new, **values})
	assert answer.ok, answer.text[:500]
	return answer.json()["docs"][0]


def suggested(client: Client, doctype: str, txt: str, reference: str, **filters: Any) -> list[str]:
	"""What a link field offers."""
	query = {"doctype": doctype, "txt": txt, "reference_doctype": reference, "filters": filters}
	answer = client.ask("frappe.desk.search.search_link", **query)
	assert answer.ok, answer.text[:300]
	return [row["value"] for row in answer.json().get("message") or answer.json().get("results") or []]


# --- the portal administrator


@pytest.mark.parametrize("doctype", CHANGED_BY_ADMINISTRATOR)
def test_the_administrator_lists_opens_and_saves(doctype: str, portal_administrator: Client) -> None:
	names = listed(portal_administrator, doctype)
	assert names, f"there is no {doctype}"
	answer = saved(portal_administrator, opened(portal_administrator, doctype, names[0]))
	assert answer.ok, answer.text[:500]


@pytest.mark.parametrize("doctype", READ_BY_BOTH)
@pytest.mark.parametrize("who", ["quantri", "kiemtra"])
def test_what_is_recorded_is_read_and_not_changed(
	doctype: str, who: str, client: Callable[[str], Client]
) -> None:
	for name in listed(client(who), doctype)[:1]:
		doc = opened(client(who), doctype, name)
		assert saved(client(who), {**doc, "note": "x"}).status_code == 403
		assert client(who).delete(f"/api/resource/{doctype}/{name}").status_code == 403


def test_a_holiday_is_entered_changed_and_kept(portal_administrator: Client, administrator: Client) -> None:
	for row in administrator.rows("Public Holiday", {"date": DAY}):
		assert administrator.delete(f"/api/resource/Public Holiday/{row['name']}").ok
	fields = opened(portal_administrator, "Public Holiday", listed(portal_administrator, "Public Holiday")[0])
	kept = {
		key: value for key, value in fields.items() if isinstance(value, str) and key in ("kind", "source")
	}
	doc = created(
		portal_administrator, "Public Holiday", **kept, date=DAY, holiday_name="Ngày thử", title="Ngày thử"
	)
	assert saved(portal_administrator, opened(portal_administrator, "Public Holiday", doc["name"])).ok


def test_deadlines_and_rules_take_effect_as_they_are_changed(portal_administrator: Client) -> None:
	for doctype, field in (("Report Type", "grace_minutes"), ("Validation Rule", "message")):
		doc = opened(portal_administrator, doctype, listed(portal_administrator, doctype)[0])
		before = doc[field]
		other = before + 1 if isinstance(before, int) else f"{before} "
		changed = saved(portal_administrator, {**doc, field: other})
		assert changed.ok, changed.text[:300]
		now = opened(portal_administrator, doctype, doc["name"])
		assert saved(portal_administrator, {**now, field: before}).ok


def test_a_duty_is_given_with_the_forms_own_searches(
	portal_administrator: Client, administrator: Client, portal: Portal
) -> None:
	"""To an account that has no duty yet: link searches find it, the unit and the duty, and the check of links knows them."""
	address = f"test.newcomer@{portal.domain}"
	if not administrator.rows("User", {"name": address}):
		user = {"email": address, "first_name": "Người mới", "send_welcome_email": 0}
		assert administrator.post("/api/resource/User", **user).ok
	values = {"user": address, "unit": "CDC-38", "duty": "Approver"}
	for field, doctype in (("user", "User"), ("unit", "Unit"), ("duty", "Role")):
		value, filters = values[field], {"ignore_user_type": 1} if doctype == "User" else {}
		assert value in suggested(portal_administrator, doctype, value, "Duty Assignment", **filters), field
		known = accepted(
			portal_administrator.ask("frappe.client.validate_link", doctype=doctype, docname=value, fields=[])
		)
		assert known["name"] == value
	doc = created(portal_administrator, "Duty Assignment", **values, valid_from="2021-01-01")
	try:
		roles = {row["role"] for row in administrator.document("User", address)["roles"]}
		assert "Approver" in roles
		assert saved(portal_administrator, opened(portal_administrator, "Duty Assignment", doc["name"])).ok
	finally:
		assert portal_administrator.delete(f"/api/resource/Duty Assignment/{doc['name']}").ok
	assert "Approver" not in {row["role"] for row in administrator.document("User", address)["roles"]}


@pytest.mark.parametrize("reference", ["Duty Assignment", "Scope Rule", "Approval Route Step"])
def test_of_all_roles_the_administrator_is_offered_duties(
	reference: str, portal_administrator: Client
) -> None:
	assert "Auditor" in suggested(portal_administrator, "Role", "", reference)
	assert "Approver" in suggested(portal_administrator, "Role", "Người duyệt", reference)
	for txt in ("System", "Website", "Desk User", "All"):
		assert not {"System Manager", "Website Manager", "Desk User", "All"} & set(
			suggested(portal_administrator, "Role", txt, reference)
		)
	assert not accepted(
		portal_administrator.ask("frappe.client.validate_link", doctype="Role", docname="System Manager")
	)


def test_nobody_else_is_offered_roles(client: Callable[[str], Client], administrator: Client) -> None:
	for mailbox in ("tyt.hamrong", "ttyt.muonglat", "cdc.congbo"):
		assert suggested(client(mailbox), "Role", "", "Duty Assignment") == []
	assert "System Manager" in suggested(administrator, "Role", "System", "User")


@pytest.mark.parametrize("who", ["quantri", "kiemtra"])
@pytest.mark.parametrize("doctype", CLOSED)
def test_the_framework_itself_is_closed_to_them(
	doctype: str, who: str, client: Callable[[str], Client]
) -> None:
	person = client(who)
	single = {"name": doctype} if doctype == "System Settings" else {}
	attempts = [
		saved(person, {"doctype": doctype, "__islocal": 1, "name": "probe", "enabled": 1, **single}),
		person.post(f"/api/resource/{doctype}", name="probe"),
		person.put(f"/api/resource/{doctype}/{single.get('name', 'System Manager')}", disabled=1),
	]
	for answer in attempts:
		assert answer.status_code in (403, 404, 409, 417), answer.text[:300]
		assert not has_traceback(answer)


@pytest.mark.parametrize("who", ["quantri", "kiemtra"])
def test_accounts_and_passwords_of_others_are_closed_to_them(
	who: str, client: Callable[[str], Client], administrator: Client, portal: Portal
) -> None:
	person, other = client(who), portal.accounts["tyt.hamrong"]["email"]
	before = administrator.document("User", other)
	attempts = [
		person.get(f"/api/resource/User/{other}"),
		person.ask("frappe.desk.form.load.getdoc", doctype="User", name=other),
		person.put(f"/api/resource/User/{other}", new_password="một-mật-khẩu-khác-9"),
		person.put(f"/api/resource/User/{other}", enabled=0),
		person.call("frappe.client.set_value", doctype="User", name=other, fieldname="api_key", value="x"),
		person.call("frappe.core.doctype.user.user.generate_keys", user=other),
		person.post("/api/resource/User", email="probe@example.invalid", first_name="probe"),
		person.delete(f"/api/resource/User/{other}"),
		person.ask("frappe.client.get_password", doctype="User", name=other, fieldname="password"),
	]
	assert all(answer.status_code in (403, 404, 417) for answer in attempts), [
		f"{answer.status_code} {answer.text[:200]}" for answer in attempts
	]
	assert administrator.document("User", other) == before


# --- the auditor


@pytest.mark.parametrize("doctype", CHANGED_BY_ADMINISTRATOR)
def test_the_auditor_reads_the_rules_and_changes_none(doctype: str, auditor: Client) -> None:
	doc = opened(auditor, doctype, listed(auditor, doctype)[0])
	assert saved(auditor, doc).status_code == 403
	new = {"doctype": doctype, "__islocal": 1, "name": "new-probe-1"}
	assert saved(auditor, new).status_code in (403, 417)
	assert auditor.delete(f"/api/resource/{doctype}/{doc['name']}").status_code == 403


def test_the_auditor_reads_a_reports_whole_history(auditor: Client, administrator: Client) -> None:
	changed = administrator.rows("Version", {"ref_doctype": REPORT}, ["docname"], limit_page_length=1)
	assert changed, "no report has been changed on this site"
	answer = auditor.ask("frappe.desk.form.load.getdoc", doctype=REPORT, name=changed[0]["docname"])
	assert answer.json()["docinfo"]["versions"]
	decided = listed(auditor, "Approval Decision")
	assert opened(auditor, "Approval Decision", decided[0])["digest"]


def test_the_auditor_exports_the_decisions(auditor: Client) -> None:
	fields = ["`tabApproval Decision`.`name`", "`tabApproval Decision`.`digest`"]
	query = {"doctype": "Approval Decision", "fields": fields, "filters": [], "file_format_type": "CSV"}
	answer = auditor.call("frappe.desk.reportview.export_query", **query, title="x")
	assert answer.ok and len(answer.content.splitlines()) > 10


def test_the_auditor_decides_and_publishes_nothing(auditor: Client, administrator: Client) -> None:
	waiting = administrator.rows(REPORT, {"workflow_state": "In Approval"}, limit_page_length=1)[0]["name"]
	assert auditor.decide(waiting, "Approve").status_code == 403
	way = "covid_portal.reporting.doctype.report_slot.report_slot.publish"
	slot = administrator.rows("Report Slot", {"state": "Published"}, limit_page_length=1)[0]["name"]
	assert auditor.call(way, slot=slot).status_code == 403
