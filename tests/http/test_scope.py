"""Nobody sees a name, a count, a report, a version, a comment, an export of another unit, whichever way they ask."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from portal import REPORT, Client, Place, accepted
from requests import Response

LISTS = (
	"frappe.client.get_list",
	"frappe.desk.reportview.get",
	"frappe.desk.reportview.get_list",
)
OUTSIDERS = ("tyt.hamrong", "ttyt.muonglat")
OF_A_REPORT = ("Approval Decision", "Approval Step", "Version", "Comment")
OF_AN_AREA = (REPORT, "Report Obligation")
WORDS = "Dấu hiệu riêng 7Q4"


class Target(NamedTuple):
	"""A report with everything that can hang on one: a draft's versions, decisions, a comment."""

	place: Place
	name: str
	slot: str


@pytest.fixture(scope="module")
def target(
	unreported: Callable[[dict], Place],
	open_slot: dict,
	reporter: Callable[[Place], Client],
	administrator: Client,
) -> Target:
	place = unreported(open_slot)
	assert place.district_unit != "TTYT-384", "the outsiders must be outsiders"
	slot, unit = open_slot["name"], reporter(place)
	draft = accepted(unit.save(slot, place.area, figures={"arrivals": 4}))
	unit_sends = {"figures": {"arrivals": 5}, "modified": draft["modified"]}
	accepted(unit.save(slot, place.area, **unit_sends))
	comment = {"reference_doctype": REPORT, "reference_name": draft["report"], "content": WORDS}
	people = {"comment_email": "Administrator", "comment_by": "Administrator"}
	assert administrator.call("frappe.desk.form.utils.add_comment", **comment, **people).ok
	return Target(place, draft["report"], slot)


@pytest.fixture(scope="module")
def own(target: Target, reporter: Callable[[Place], Client]) -> Client:
	"""The unit whose report it is: what it can see, others cannot."""
	return reporter(target.place)


@pytest.fixture(params=OUTSIDERS)
def outsider(request: pytest.FixtureRequest, client: Callable[[str], Client]) -> Client:
	return client(request.param)


def found(answer: Response) -> int:
	"""How many rows, or what count, the answer gives; a refusal gives none."""
	assert answer.status_code in (200, 403), f"{answer.status_code} {answer.text[:300]}"
	message = answer.json().get("message", answer.json().get("data")) if answer.ok else None
	if isinstance(message, dict):
		return len(message.get("values", message))
	return message if isinstance(message, int) else len(message or ())


@pytest.mark.parametrize("way", [*LISTS, "frappe.desk.reportview.get_count", "frappe.client.get_count"])
@pytest.mark.parametrize("doctype", OF_AN_AREA)
def test_lists_and_counts_of_an_area_show_others_nothing(
	doctype: str, way: str, target: Target, own: Client, outsider: Client
) -> None:
	query = {"doctype": doctype, "filters": {"area": target.place.area}, "fields": ["name", "area"]}
	assert found(own.ask(way, **query)) > 0
	assert found(outsider.ask(way, **query)) == 0


def test_consolidated_figures_of_a_commune_are_shown_to_itself_only(
	target: Target, own: Client, outsider: Client
) -> None:
	key = {"area": target.place.area}
	assert own.rows("Consolidated Report", key)
	assert outsider.rows("Consolidated Report", key) == []
	assert {row["area"] for row in own.rows("Consolidated Report", fields=["area"])} == {target.place.area}


def test_a_list_without_a_filter_holds_the_own_area_alone(
	own: Client, target: Target, client: Callable[[str], Client]
) -> None:
	assert {row["area"] for row in own.rows(REPORT, fields=["area"])} == {target.place.area}
	district = client("ttyt.muonglat").rows(REPORT, fields=["area", "unit"])
	assert len({row["area"] for row in district}) == 8
	assert target.place.area not in {row["area"] for row in district}


@pytest.mark.parametrize("way", [*LISTS, "frappe.desk.reportview.get_count", "frappe.client.get_count"])
@pytest.mark.parametrize("doctype", OF_A_REPORT)
def test_what_hangs_on_a_report_is_not_shown_to_others(
	doctype: str, way: str, target: Target, outsider: Client, administrator: Client
) -> None:
	field = "docname" if doctype == "Version" else "reference_name"
	query = {"doctype": doctype, "filters": {field: target.name}, "fields": ["name"]}
	if doctype in ("Version", "Comment"):
		assert found(administrator.ask(way, **query)) > 0
	assert found(outsider.ask(way, **query)) == 0


def test_nothing_is_learned_by_asking_for_words_in_it(
	target: Target, outsider: Client, administrator: Client
) -> None:
	"""A count under a filter is a way to read: yes or no, letter by letter."""
	query = {"doctype": "Comment", "filters": {"content": ["like", f"%{WORDS}%"]}}
	assert found(administrator.ask("frappe.client.get_count", **query)) > 0
	assert found(outsider.ask("frappe.client.get_count", **query)) == 0


def test_what_links_to_an_area_a_slot_or_a_unit_shows_the_own_documents_alone(
	target: Target, outsider: Client, own: Client
) -> None:
	for doctype, name in (
		("Area", target.place.area),
		("Report Slot", target.slot),
		("Unit", target.place.unit),
	):
		way, query = "frappe.desk.form.linked_with.get", {"doctype": doctype, "docname": name}
		assert target.name in own.ask(way, **query).text
		assert target.name not in outsider.ask(way, **query).text


def test_a_column_added_to_a_report_holds_the_own_figures_alone(
	target: Target, outsider: Client, own: Client
) -> None:
	way, query = (
		"frappe.desk.query_report.get_data_for_custom_field",
		{"doctype": REPORT, "field": "arrivals"},
	)
	assert accepted(own.ask(way, **query))[target.name] == 5
	assert target.name not in outsider.ask(way, **query).text


DOCUMENT_WAYS = {
	"frappe.client.get": lambda name: {"doctype": REPORT, "name": name},
	"frappe.desk.form.load.getdoc": lambda name: {"doctype": REPORT, "name": name},
	"frappe.desk.form.load.get_docinfo": lambda name: {"doctype": REPORT, "name": name},
	"frappe.desk.form.load.get_communications": lambda name: {"doctype": REPORT, "name": name},
	"frappe.desk.form.linked_with.get": lambda name: {"doctype": REPORT, "docname": name},
	"frappe.utils.print_format.download_pdf": lambda name: {"doctype": REPORT, "name": name},
	"frappe.www.printview.get_html_and_style": lambda name: {"doc": REPORT, "name": name},
	"frappe.model.workflow.get_transitions": lambda name: {"doc": {"doctype": REPORT, "name": name}},
	"covid_portal.approval.decisions.decide": lambda name: {
		"doctype": REPORT,
		"name": name,
		"decision": "Approve",
	},
}


@pytest.mark.parametrize("way", DOCUMENT_WAYS)
def test_a_document_is_not_given_to_others(way: str, target: Target, outsider: Client) -> None:
	answer = (outsider.call if way.endswith("decide") else outsider.ask)(
		way, **DOCUMENT_WAYS[way](target.name)
	)
	assert answer.status_code in (403, 404, 417), f"{answer.status_code} {answer.text[:300]}"
	assert target.place.name not in answer.text and WORDS not in answer.text


@pytest.mark.parametrize("way", ["frappe.client.get", "frappe.desk.form.load.getdoc"])
def test_its_own_unit_gets_it(way: str, target: Target, own: Client) -> None:
	answer = own.ask(way, **DOCUMENT_WAYS[way](target.name))
	assert answer.ok and target.name in answer.text


def test_the_resource_address_and_the_print_page_are_closed_to_others(
	target: Target, outsider: Client, own: Client
) -> None:
	for path in (f"/api/resource/{REPORT}/{target.name}", f"/printview?doctype={REPORT}&name={target.name}"):
		assert outsider.get(path).status_code == 403
	assert own.document(REPORT, target.name)


def test_a_value_is_not_given_to_others(target: Target, outsider: Client, own: Client) -> None:
	query = {"doctype": REPORT, "filters": target.name, "fieldname": ["name", "arrivals"]}
	assert accepted(own.ask("frappe.client.get_value", **query))["arrivals"] == 5
	assert not accepted(outsider.ask("frappe.client.get_value", **query))


@pytest.mark.parametrize("ignoring", [0, 1])
@pytest.mark.parametrize("doctype", [REPORT, "Report Obligation", "Consolidated Report"])
def test_a_link_field_suggests_nothing_of_others(
	doctype: str, ignoring: int, target: Target, outsider: Client, own: Client
) -> None:
	for way in ("frappe.desk.search.search_link", "frappe.desk.search.search_widget"):
		query = {"doctype": doctype, "txt": target.place.area, "reference_doctype": "Approval Step"}
		query["ignore_user_permissions"] = ignoring
		assert target.place.area in own.ask(way, **query).text
		assert target.place.area not in outsider.ask(way, **query).text


def test_a_document_does_not_bring_along_those_it_links_to(own: Client, target: Target) -> None:
	for start in ("/api/resource", "/api/v1/resource"):
		name = f"{target.slot}-{target.place.unit}"
		answer = own.get(f"{start}/Report Obligation/{name}", expand_links="1")
		if answer.status_code != 404:  # the snapshot has one address for it
			assert answer.json()["data"]["unit"] == target.place.unit, answer.text[:300]


def test_whether_a_report_exists_is_not_told_by_the_check_of_a_link(
	target: Target, outsider: Client, own: Client
) -> None:
	query = {"doctype": REPORT, "docname": target.name, "fields": ["arrivals"]}
	assert accepted(own.ask("frappe.client.validate_link", **query)) == {"name": target.name, "arrivals": 5}
	assert not accepted(outsider.ask("frappe.client.validate_link", **query))


EXPORTS = {
	"frappe.desk.reportview.export_query": {
		"doctype": REPORT,
		"fields": ["`tabSituation Report`.`name`", "`tabSituation Report`.`area`"],
		"file_format_type": "CSV",
		"title": REPORT,
	},
	"frappe.core.doctype.data_import.data_import.download_template": {
		"doctype": REPORT,
		"export_fields": {REPORT: ["name", "area"]},
		"export_records": "all",
		"file_type": "CSV",
	},
}


@pytest.mark.parametrize("way", EXPORTS)
def test_an_export_holds_nothing_of_others(way: str, target: Target, outsider: Client, own: Client) -> None:
	assert target.name in own.ask(way, **EXPORTS[way]).text
	answer = outsider.ask(way, **EXPORTS[way])
	assert answer.ok and "SIT-" in answer.text
	assert target.place.area not in answer.text


@pytest.mark.parametrize(
	("way", "query"),
	[
		("frappe.desk.reportview.get_stats", {"stats": ["area", "unit"], "doctype": REPORT}),
		("frappe.desk.reportview.get_sidebar_stats", {"stats": ["area", "unit"], "doctype": REPORT}),
		(
			"frappe.desk.listview.get_group_by_count",
			{"doctype": REPORT, "current_filters": [], "field": "area"},
		),
	],
)
def test_the_figures_beside_a_list_count_the_own_documents(
	way: str, query: dict, target: Target, outsider: Client, own: Client
) -> None:
	assert target.place.area in own.ask(way, **query).text
	assert target.place.area not in outsider.ask(way, **query).text


def test_the_global_search_knows_no_report(target: Target, outsider: Client, own: Client) -> None:
	for person in (outsider, own):
		for text in (target.name, target.place.area, WORDS):
			assert accepted(person.ask("frappe.utils.global_search.search", text=text)) == []


@pytest.mark.parametrize("kind", ["Script Report", "Query Report", "Report Builder"])
def test_nobody_of_the_field_makes_a_report_of_their_own_over_others(kind: str, outsider: Client) -> None:
	report = {"report_name": f"Probe {kind}", "ref_doctype": REPORT, "report_type": kind, "is_standard": "No"}
	answer = outsider.post("/api/resource/Report", **report, query=f"select name from `tab{REPORT}`")
	assert answer.status_code in (403, 417), answer.text[:300]


def test_duties_and_people_of_others_are_not_listed(
	target: Target, outsider: Client, administrator: Client
) -> None:
	assert administrator.rows("Duty Assignment")
	assert outsider.rows("Duty Assignment") == []
	assert len(outsider.rows("User")) == 1
	addresses = outsider.ask("frappe.desk.search.search_link", doctype="User", txt="")
	assert addresses.text.count("@") <= 1
	mentions = accepted(outsider.ask("frappe.desk.search.get_names_for_mentions", search_term=""))
	assert len(mentions) <= 1


@pytest.mark.parametrize(
	"doctype", ["Activity Log", "Access Log", "View Log", "Error Log", "Deleted Document", "Route History"]
)
def test_logs_hold_nothing_of_others(doctype: str, outsider: Client, target: Target) -> None:
	me = accepted(outsider.ask("frappe.auth.get_logged_user"))
	rows = outsider.rows(doctype, fields=["*"])
	assert {row.get("owner") for row in rows} <= {me}
	assert target.name not in str(rows)


@pytest.mark.parametrize(
	"doctype", ["Workflow Action", "Communication", "File", "ToDo", "Notification Log", "Event", "Tag Link"]
)
def test_what_the_framework_keeps_beside_documents_names_no_report_of_others(
	doctype: str, outsider: Client, target: Target
) -> None:
	assert target.name not in str(outsider.rows(doctype, fields=["*"]))


def test_a_report_is_not_shared_with_others(target: Target, own: Client, outsider: Client) -> None:
	them = accepted(outsider.ask("frappe.auth.get_logged_user"))
	answer = own.call("frappe.share.add", doctype=REPORT, name=target.name, user=them, read=1)
	assert not answer.ok
	assert outsider.document(REPORT, target.name) is None


def test_the_field_page_gives_others_neither_form_nor_row(target: Target, outsider: Client) -> None:
	answer = outsider.ask("covid_portal.reporting.api.form", slot=target.slot, area=target.place.area)
	assert answer.status_code == 403 and target.place.name not in answer.text
	assert target.place.area not in outsider.ask("covid_portal.reporting.api.due").text


def test_an_approver_reads_and_does_not_write(target: Target, approver: Callable[[Place], Client]) -> None:
	district = approver(target.place)
	assert district.document(REPORT, target.name)["arrivals"] == 5
	assert district.put(f"/api/resource/{REPORT}/{target.name}", arrivals=9).status_code == 403
