"""What a visitor who is not logged in reaches: the public pages, the way to log in, and nothing else."""

from collections.abc import Callable

import pytest
from portal import API, DECIDE, LATEST, REPORT, Client, Portal, has_traceback

from covid_portal.guest_endpoints import BY_PATH

OPEN_PAGES = ("/", "/en", "/login", LATEST, "/api/method/ping")
SIGN_UP = "frappe.core.doctype.user.user.sign_up"
STAFF_PAGES = ("/bao-cao", "/app", "/app/situation-report", "/app/user")
DOCTYPES = (
	REPORT,
	"Consolidated Report",
	"Report Obligation",
	"Report Slot",
	"Approval Decision",
	"Approval Step",
)
DOCTYPES += (
	"Duty Assignment",
	"Area",
	"Unit",
	"User",
	"Version",
	"Comment",
	"File",
	"Publishing Settings",
	"Scope Rule",
)
# What the framework itself has recorded of a failed request, before and after its job has stored it.
RECORDED = """
from frappe.deferred_insert import save_to_db
print(frappe.cache.lrange("insert_queue_for_Error Log", 0, -1))
save_to_db()
frappe.db.commit()
print(frappe.get_all("Error Log", fields=["method", "error"], order_by="creation desc", limit=5))
"""
DOCTYPES += ("Data Subject", "Personal Access", "Intake", "Petition", "Home Return", "Outbox Message")


@pytest.mark.parametrize("path", OPEN_PAGES)
def test_a_guest_reads_the_public_pages(path: str, guest: Client) -> None:
	answer = guest.get(path)
	assert answer.status_code == 200
	assert not has_traceback(answer)


@pytest.mark.parametrize("path", STAFF_PAGES)
def test_a_guest_gets_of_a_staff_page_the_way_to_the_login_alone(path: str, guest: Client) -> None:
	answer = guest.get(path)
	assert answer.status_code == 403 or answer.url.startswith(f"{guest.base_url}/login?redirect-to="), (
		answer.url
	)
	assert "/login" in answer.text and not has_traceback(answer)


@pytest.mark.parametrize("doctype", DOCTYPES)
def test_a_guest_reads_and_writes_no_record(doctype: str, guest: Client) -> None:
	answers = [
		guest.get(f"/api/resource/{doctype}"),
		guest.get(f"/api/resource/{doctype}/x"),
		guest.post(f"/api/resource/{doctype}", name="x"),
		guest.put(f"/api/resource/{doctype}/x", name="y"),
		guest.delete(f"/api/resource/{doctype}/x"),
		guest.ask("frappe.client.get_list", doctype=doctype),
		guest.ask("frappe.client.get_count", doctype=doctype),
		guest.ask("frappe.desk.reportview.get", doctype=doctype, fields=["name"]),
	]
	assert {answer.status_code for answer in answers} <= {403, 404}, [answer.text[:100] for answer in answers]
	assert all(answer.status_code == 403 for answer in answers[:1] + answers[5:])
	assert not any(has_traceback(answer) for answer in answers)


@pytest.mark.parametrize(
	"path",
	[
		f"/api/method/{API}.due",
		f"/api/method/{API}.form?slot=x&area=y",
		f"/api/method/{API}.save",
		f"/api/method/{DECIDE}",
		"/api/method/covid_portal.approval.desk.get_transitions",
		"/api/method/covid_portal.reporting.doctype.report_slot.report_slot.publish",
		"/api/method/covid_portal.organisation.counting.get_count?doctype=User",
		"/api/method/frappe.model.workflow.apply_workflow",
		"/api/method/frappe.model.workflow.bulk_workflow_approval",
		"/api/method/frappe.client.insert",
		"/api/method/frappe.client.get_value?doctype=User&fieldname=email",
		"/api/method/frappe.desk.form.load.getdoc?doctype=Area&name=38",
		"/api/method/frappe.utils.global_search.search?text=a",
		"/api/method/upload_file",
	],
)
def test_a_guest_calls_no_function(path: str, guest: Client) -> None:
	for answer in (guest.get(path), guest.post(path)):
		assert answer.status_code in (401, 403), f"{answer.status_code} {answer.text[:300]}"
		assert not has_traceback(answer)


def test_every_function_open_to_guests_is_on_the_list(portal: Portal) -> None:
	"""Asked of the running code: whatever way a function was opened."""
	assert set(portal.inside(OPEN_TO_GUESTS).split()) == set(BY_PATH)


OPEN_TO_GUESTS = """
import importlib, pkgutil
import frappe, covid_portal
for module in pkgutil.walk_packages(covid_portal.__path__, "covid_portal."):
	if ".test" not in module.name and ".patches" not in module.name:
		importlib.import_module(module.name)
for function in frappe.guest_methods:
	if function.__module__.startswith("covid_portal"):
		print(f"{function.__module__}.{function.__name__}")
"""


def test_the_e_mail_link_does_nothing_for_a_guest(
	guest: Client, administrator: Client, published_slot: dict
) -> None:
	way = "frappe.workflow.doctype.workflow_action.workflow_action.apply_action"
	report = administrator.rows(REPORT, {"workflow_state": "In Approval"}, limit_page_length=1)[0]["name"]
	query = {"action": "Approve", "doctype": REPORT, "docname": report, "current_state": "In Approval"}
	answer = guest.ask(way, **query, user="Administrator")
	assert answer.status_code == 403 and not has_traceback(answer)
	assert administrator.document(REPORT, report)["workflow_state"] == "In Approval"


def test_nobody_signs_up(guest: Client, administrator: Client, portal: Portal) -> None:
	address = f"stranger@{portal.domain}"
	answer = guest.call(
		"frappe.core.doctype.user.user.sign_up", email=address, full_name="Stranger", redirect_to="/app"
	)
	assert not answer.ok and not has_traceback(answer)
	assert administrator.document("User", address) is None


def test_a_wrong_password_and_an_unknown_account_are_answered_alike(guest: Client, portal: Portal) -> None:
	known = portal.accounts["kiemtra"]["email"]
	answers = [guest.call("login", usr=user, pwd="wrong-8Zq") for user in (known, f"nobody@{portal.domain}")]
	assert [answer.status_code for answer in answers] == [401, 401]
	assert not any(has_traceback(answer) for answer in answers)


@pytest.mark.parametrize(
	"path",
	[
		"/api/method/no.such.function",
		"/api/method/covid_portal.no_such",
		"/api/resource/No Such Type",
		f"/api/resource/{REPORT}?filters=[",
		f"/api/method/{API}.form",
		f"/api/method/{API}.form?slot=1&slot=2",
		"/api/nothing",
		"/no-such-page",
		"/app/../../etc/passwd",
		"/assets/../site_config.json",
		"/private/files/x",
		"/backups/x",
		"/files/../site_config.json",
	],
)
def test_no_answer_shows_the_servers_inside(
	path: str, guest: Client, client: Callable[[str], Client]
) -> None:
	for visitor in (guest, client("tyt.hamrong"), client("Administrator")):
		answer = visitor.get(path)
		assert answer.status_code >= 400 or answer.url.startswith(f"{guest.base_url}/login"), (
			answer.status_code
		)
		assert not has_traceback(answer), answer.text[:1000]
		assert "db_password" not in answer.text


def test_a_guest_gets_no_session_of_a_user(guest: Client) -> None:
	guest.get("/")
	assert guest.ask("frappe.auth.get_logged_user").status_code == 403
	assert guest.session.cookies.get("sid") in (None, "Guest")


def test_of_a_request_that_fails_nothing_that_was_sent_is_kept_anywhere(
	portal: Portal, guest: Client
) -> None:
	phone = "0987 654 321"
	answer = guest.request(
		"POST", f"/api/method/{SIGN_UP}", data={"email": phone}
	)  # and nothing else it asks for
	assert answer.status_code == 500 and phone not in answer.text
	recorded = portal.inside(RECORDED)
	assert "TypeError" in recorded and phone not in recorded
	files = [*portal.root.glob("logs/*.log"), *portal.root.glob(f"sites/{portal.site}/logs/*.log")]
	assert files and not [file for file in files if phone in file.read_text(errors="replace")]
