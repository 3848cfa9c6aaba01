"""What stands beside a document of another unit, and what can be done to it there: nothing, whichever way it is tried.

Files, comments, tags, likes, tasks, shares, followers: the framework lets anybody do these who knows a document's name.
"""

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from portal import API, QUIET, REPORT, Client, Place, Portal, accepted, has_traceback, refused
from requests import Response
from strangers import move

Way = Callable[[Client, str, str], Response]
WORDS = "Dấu hiệu riêng 8K2"
TAG = "dau-hieu-8k2"
# What each of them tries to get at. An approver's role reaches the most DocTypes, so he tries all there are; a reporter what
# reporters make; who is nobody to the server is turned away before it looks at a document: one of each sort is enough.
ONE_OF_EACH = (REPORT, "File", "Correction")
TRIED = {
	"sibling": (REPORT, "File", "Comment", "Correction", "Figure Contest"),
	"other district": (),
	"guest": ONE_OF_EACH,
	"disabled": ONE_OF_EACH,
}
# Ways that are tried on one of each sort alone. Prints take the server long, and ask for the right that other ways to read ask
# for. Of the rest, each asks in one place with another that is tried on all: acts on a document in desk_acts.require_readable(),
# records beside it in beside.has_permission() of organisation/.
NARROW = {"the print page", "the printed form", "the PDF", "PDFs together"}
NARROW |= {"a File", "a Tag Link", "a Comment", "a DocShare", "a Document Follow"}
NARROW |= {"attach_file", "add_tags", "remove_tag", "share.set_permission", "another title"}
NARROW |= {"assign to oneself", "assign several", "remove an assignment", "remove several assignments"}
NARROW |= {"close an assignment"}
# What is kept beside documents, and the fields with a document's DocType and name.
BESIDE = {
	"File": ("attached_to_doctype", "attached_to_name"),
	"Comment": ("reference_doctype", "reference_name"),
	"ToDo": ("reference_type", "reference_name"),
	"Tag Link": ("document_type", "document_name"),
	"Document Follow": ("ref_doctype", "ref_docname"),
	"DocShare": ("share_doctype", "share_name"),
	"Communication": ("reference_doctype", "reference_name"),
	"Version": ("ref_doctype", "docname"),
}


class Targets(NamedTuple):
	"""Documents about one commune: name by DocType, and the address of a file beside its report."""

	place: Place
	names: dict[str, str]
	file_url: str


# --- the documents


@pytest.fixture(scope="module")
def targets(
	unreported: Callable[[dict], Place],
	open_slot: dict,
	published_slot: dict,
	locked_slot: dict,
	person: Callable[[str, str], Client],
	administrator: Client,
	portal: Portal,
) -> Targets:
	place = unreported(open_slot)
	unit, government = person("Reporter", place.unit), person("Reporter", f"UBND-{place.area}")
	district = person("Approver", place.district_unit)
	slot, about = open_slot["name"], {"area": place.area, "reason": WORDS}
	report = f"{slot}-{place.area}"
	names = {REPORT: report} | beside_a_report(unit, slot, place, report)
	file_url = unit.document("File", names["File"])["file_url"]
	tags = {"tag": TAG, "dt": REPORT, "dn": report}
	accepted(unit.call("frappe.desk.doctype.tag.tag.add_tag", **tags))
	objection = {"report": report, "fieldname": "arrivals", "proposed": 6, "reason": WORDS}
	contest = accepted(government.call("covid_portal.reporting.contests.contest", **objection))["contest"]
	figures = [{"fieldname": "arrivals", "new_value": 4321}]
	hour = {"from_time": "2031-01-01 00:00:00", "to_time": "2031-01-01 01:00:00"}
	later = datetime.fromisoformat(open_slot["locks_at"]) + timedelta(hours=1)
	portal.inside(MAKE_SHEETS.format(slot=locked_slot["name"]))
	names |= {
		"Figure Contest": contest,
		"Correction": stored(unit, "Correction", **about, slot=published_slot["name"], figures=figures),
		"Report Excuse": stored(district, "Report Excuse", **about, report_type=REPORT, **hour),
		"Deadline Extension": stored(
			district, "Deadline Extension", **about, slot=slot, locks_at=f"{later:%Y-%m-%d %H:%M:%S}"
		),
		"Consolidated Sheet": one(administrator, "Consolidated Sheet", unit=place.district_unit),
		"Report Obligation": one(administrator, "Report Obligation", slot=slot, area=place.area),
		"Approval Decision": one(administrator, "Approval Decision", reference_name=report),
		"Approval Step": one(administrator, "Approval Step", reference_name=report, step=1),
		"Version": one(administrator, "Version", docname=report),
	}
	return Targets(place, names, file_url)


MAKE_SHEETS = """
from covid_portal.reporting import sheets
sheets.create(frappe.get_doc("Report Slot", "{slot}"))
frappe.db.commit()
"""


def beside_a_report(unit: Client, slot: str, place: Place, report: str) -> dict[str, str]:
	"""A report that was changed before it was sent, with a file and a comment."""
	draft = accepted(unit.save(slot, place.area, figures={"arrivals": 4}))
	changed = accepted(unit.save(slot, place.area, figures=QUIET, modified=draft["modified"]))
	file = accepted(upload(unit, REPORT, report))
	comment = accepted(add_comment(unit, REPORT, report))
	accepted(unit.save(slot, place.area, figures={}, modified=changed["modified"], submit=True))
	return {"File": file["name"], "Comment": comment["name"]}


def stored(client: Client, doctype: str, **values: Any) -> str:
	answer = client.post(f"/api/resource/{doctype}", **values)
	assert answer.ok, f"{doctype}: {answer.text[:500]}"
	return answer.json()["data"]["name"]


def one(client: Client, doctype: str, **filters: Any) -> str:
	rows = client.rows(doctype, filters)
	assert rows, f"there is no {doctype} with {filters}"
	return rows[0]["name"]


# --- the people


@pytest.fixture(scope="module")
def people(
	targets: Targets,
	person: Callable[[str, str], Client],
	hired: Callable[[str, str], Client],
	administrator: Client,
	portal: Portal,
) -> dict[str, Client]:
	"""None of them may see the documents: who is beside, who is above others, who is nobody, who is no more."""
	filters = {"parent_unit": targets.place.district_unit, "name": ["!=", targets.place.unit]}
	siblings = administrator.rows("Unit", filters, order_by="name")
	other = "TTYT-384" if targets.place.district_unit != "TTYT-384" else "TTYT-380"
	return {
		"sibling": person("Reporter", siblings[0]["name"]),
		"other district": person("Approver", other),
		"guest": portal.guest(),
		"disabled": disabled(hired("Reporter", targets.place.unit), administrator),
	}


def disabled(client: Client, administrator: Client) -> Client:
	"""Of the very unit, logged in before the account was closed."""
	assert administrator.put(f"/api/resource/User/{client.user}", enabled=0).ok
	return client


@pytest.fixture(params=TRIED)
def who(request: pytest.FixtureRequest) -> str:
	return request.param


@pytest.fixture
def somebody(who: str, people: dict[str, Client]) -> Client:
	return move(people[who])  # what is sent without a session is limited by address


@pytest.fixture
def tried(who: str, way: str, targets: Targets) -> dict[str, str]:
	"""The documents that this person tries to get at in this way: name by DocType."""
	doctypes = TRIED[who] or targets.names
	return {
		doctype: targets.names[doctype] for doctype in doctypes if doctype in ONE_OF_EACH or way not in NARROW
	}


# --- reading


def ask(method: str, doctype: str = "doctype", name: str = "name", **more: Any) -> Way:
	"""GET of the method, with the document as these two arguments."""
	return lambda client, dt, dn: client.ask(method, **{doctype: dt, name: dn}, **more)


def listed(method: str, **more: Any) -> Way:
	return lambda client, dt, dn: client.ask(
		method, doctype=dt, filters=[[dt, "name", "=", dn]], fields=["name"], **more
	)


READS: dict[str, Way] = {
	"the resource": lambda client, dt, dn: client.get(f"/api/resource/{dt}/{dn}"),
	"the print page": lambda client, dt, dn: client.get(f"/printview?doctype={dt}&name={dn}"),
	"client.get": ask("frappe.client.get"),
	"client.get_value": ask("frappe.client.get_value", name="filters", fieldname="name"),
	"client.get_list": listed("frappe.client.get_list"),
	"client.get_count": listed("frappe.client.get_count"),
	"client.has_permission": ask("frappe.client.has_permission", name="docname"),
	"client.get_doc_permissions": ask("frappe.client.get_doc_permissions", name="docname"),
	"client.validate_link": ask("frappe.client.validate_link", name="docname"),
	"search_link": ask("frappe.desk.search.search_link", name="txt"),
	"reportview.get": listed("frappe.desk.reportview.get"),
	"reportview.get_list": listed("frappe.desk.reportview.get_list"),
	"reportview.get_count": listed("frappe.desk.reportview.get_count"),
	"getdoc": ask("frappe.desk.form.load.getdoc"),
	"get_docinfo": ask("frappe.desk.form.load.get_docinfo"),
	"get_communications": ask("frappe.desk.form.load.get_communications"),
	"linked_with": ask("frappe.desk.form.linked_with.get", name="docname"),
	"get_open_count": ask("frappe.desk.notifications.get_open_count", items=[]),
	"the printed form": ask("frappe.www.printview.get_html_and_style", doctype="doc"),
	"the PDF": ask("frappe.utils.print_format.download_pdf"),
	"PDFs together": lambda client, dt, dn: client.ask(
		"frappe.utils.print_format.download_multi_pdf", doctype=dt, name=[dn]
	),
	"with whom it is shared": ask("frappe.share.get_users"),
	"who follows it": ask("frappe.desk.form.document_follow.get_follow_users", name="doc_name"),
	"what has the tag": lambda client, dt, dn: client.ask(
		"frappe.desk.doctype.tag.tag.get_tagged_docs", doctype=dt, tag=f"%{TAG}%"
	),
}


# Asked for these, one or the other version of the framework stumbles over its own refusal.
STUMBLING = ("get_open_count", "PDFs together")


@pytest.mark.parametrize("way", READS)
def test_nothing_is_read_of_another_unit(way: str, somebody: Client, tried: dict[str, str]) -> None:
	for doctype, name in tried.items():
		assert_nothing_said(READS[way](somebody, doctype, name), f"{way} of {doctype}")


def assert_nothing_said(answer: Response, what: str) -> None:
	"""Refused without a traceback; or answered as for a document that is not there."""
	assert WORDS not in answer.text, f"{what}: {answer.text[:500]}"
	if answer.headers["Content-Type"] == "application/pdf":
		assert b"/Count 0" in answer.content, what  # several documents in one file: none of them, no page
	elif answer.ok:
		said = [value for key, value in answer.json().items() if key not in ("_server_messages", "docs")]
		assert not any(map(has_content, said)), f"{what}: {answer.text[:500]}"
	else:
		refusals = (401, 403, 404, 417, 500) if what.startswith(STUMBLING) else (401, 403, 404, 417)
		assert answer.status_code in refusals, f"{what}: {answer.status_code} {answer.text[:300]}"
		assert not has_traceback(answer), f"{what}: {answer.text[:2000]}"


def has_content(value: Any) -> bool:
	"""Whether there is anything in it but nothing, no and zero."""
	if isinstance(value, dict):
		return any(map(has_content, value.values()))
	return any(map(has_content, value)) if isinstance(value, list) else bool(value)


@pytest.mark.parametrize("way", [way for way in READS if "PDF" not in way])
def test_its_own_unit_is_answered(way: str, targets: Targets, person: Callable[[str, str], Client]) -> None:
	"""Else the test above would pass on an endpoint that nobody can use."""
	answer = READS[way](person("Reporter", targets.place.unit), REPORT, targets.names[REPORT])
	assert answer.ok, f"{answer.status_code} {answer.text[:300]}"


@pytest.mark.parametrize("doctype", ["File", "Tag Link", "Document Follow", "ToDo", "Communication"])
def test_lists_of_what_stands_beside_hold_nothing_of_others(
	doctype: str, somebody: Client, targets: Targets
) -> None:
	filters = {BESIDE[doctype][1]: ["in", list(targets.names.values())]}
	assert somebody.rows(doctype, filters) == []


def test_the_files_of_its_own_unit_are_listed(targets: Targets, person: Callable[[str, str], Client]) -> None:
	filters = {"attached_to_name": targets.names[REPORT]}
	for duty, unit in (("Reporter", targets.place.unit), ("Approver", targets.place.district_unit)):
		assert person(duty, unit).rows("File", filters) == [{"name": targets.names["File"]}]


@pytest.mark.parametrize(
	("rows", "doctype"), [("Report Explanation", REPORT), ("Correction Figure", "Correction")]
)
@pytest.mark.parametrize("way", ["frappe.client.get_list", "frappe.client.get_value"])
def test_rows_of_a_child_table_are_not_listed_past_their_documents(
	way: str, rows: str, doctype: str, somebody: Client, administrator: Client, targets: Targets
) -> None:
	query = {
		"doctype": rows,
		"parent": doctype,
		"filters": {},
		"fields": ["*"],
		"fieldname": ["name", "parent"],
	}
	answer = somebody.ask(way, **query, limit_page_length=0)
	assert answer.status_code in (200, 401, 403), answer.text[:300]
	if answer.ok:
		listed = answer.json().get("message") or []
		found = {
			row["parent"] for row in (listed if isinstance(listed, list) else [listed]) if row.get("parent")
		}
		assert found <= {row["name"] for row in somebody.rows(doctype)}
	assert targets.names["Correction"] in {
		row["parent"]
		for row in accepted(
			administrator.ask(
				"frappe.client.get_list", doctype="Correction Figure", parent="Correction", fields=["parent"]
			)
		)
	}


def test_the_file_itself_is_for_those_who_read_the_report(
	somebody: Client, targets: Targets, person: Callable[[str, str], Client]
) -> None:
	assert WORDS in person("Approver", targets.place.district_unit).get(targets.file_url).content.decode()
	assert somebody.get(targets.file_url).status_code in (403, 404)
	answer = somebody.ask("frappe.handler.download_file", file_url=targets.file_url)
	assert answer.status_code in (403, 404) and WORDS not in answer.text


def test_a_file_is_not_opened_by_a_record_of_ones_own(somebody: Client, targets: Targets) -> None:
	"""Whoever has a record with a file's address may download it: so such a record is not to be had."""
	address = {"file_url": targets.file_url, "is_private": 1, "file_name": "probe.txt"}
	without_token = {"data": address, "files": {"other": ("x", b"x")}}
	attempts = [
		somebody.post("/api/resource/File", **address),
		somebody.request("POST", "/api/method/upload_file", **without_token),
	]
	for answer in attempts:
		assert answer.status_code in (400, 401, 403, 417), answer.text[:300]
	if (
		mine := somebody.post("/api/resource/File", file_name="mine.txt", content="x", is_private=1)
		.json()
		.get("data")
	):
		moved = somebody.put(f"/api/resource/File/{mine['name']}", file_url=targets.file_url)
		assert moved.status_code in (403, 417), moved.text[:300]
	assert somebody.get(targets.file_url).status_code in (403, 404)


def test_a_file_beside_a_report_is_private(
	targets: Targets, person: Callable[[str, str], Client], kept: Callable[[], Any]
) -> None:
	before = kept()
	unit = person("Reporter", targets.place.unit)
	refused(upload(unit, REPORT, targets.names[REPORT], is_private=0), 417, "riêng tư")
	assert kept() == before


@pytest.mark.parametrize(
	("report", "filters"),
	[("Figures by Group", {"by": "Slot"}), ("Reporting Completeness", {"area_level": 3})],
)
def test_the_portals_own_reports_stay_within_scope(
	report: str,
	filters: dict,
	somebody: Client,
	targets: Targets,
	person: Callable[[str, str], Client],
	published_slot: dict,
) -> None:
	within = {"area": targets.place.area, "month": published_slot["slot_time"][:7]}

	def run(client: Client) -> list:
		asked = {"report_name": report, "filters": {**filters, **within}}
		answer = client.ask("frappe.desk.query_report.run", **asked)
		assert answer.status_code in (200, 401, 403), answer.text[:300]
		return [row for row in accepted(answer)["result"] if isinstance(row, dict)] if answer.ok else []

	assert run(somebody) == []
	assert run(person("Reporter", targets.place.unit))


def test_no_report_of_the_desk_shows_another_unit(
	somebody: Client, targets: Targets, administrator: Client
) -> None:
	"""All there are, the framework's own among them, with filters that ask for the other unit's area."""
	asked = {
		"area": targets.place.area,
		"unit": targets.place.unit,
		"doctype": REPORT,
		"user": "Administrator",
	}
	slot = targets.names[REPORT].rpartition("-")[0]
	filters = {
		**asked,
		"slot": slot,
		"report_type": REPORT,
		"from_date": "2021-01-01",
		"to_date": "2031-01-01",
	}
	reports = [row["name"] for row in administrator.rows("Report", {"disabled": 0})]
	assert {"Reporting Completeness", "Figures by Group"} <= set(reports)
	for report in reports:
		way = {"report_name": report, "filters": filters, "ignore_prepared_report": True}
		answer = somebody.ask("frappe.desk.query_report.run", **way)
		rows = str((answer.json().get("message") or {}).get("result")) if answer.ok else ""
		assert not {targets.place.name, targets.place.unit, targets.names[REPORT]} & set(rows.split("'")), (
			report
		)
		assert WORDS not in answer.text and targets.names[REPORT] not in rows, report


# --- writing


def upload(client: Client, doctype: str, name: str, is_private: int = 1) -> Response:
	about = {"doctype": doctype, "docname": name, "is_private": is_private}
	files = {"file": ("dau-hieu.txt", WORDS.encode(), "text/plain")}
	return client.request("POST", "/api/method/upload_file", files=files, data=about)


def add_comment(client: Client, doctype: str, name: str) -> Response:
	about = {"reference_doctype": doctype, "reference_name": name, "content": WORDS}
	by = {"comment_email": client.user, "comment_by": client.user}
	return client.call("frappe.desk.form.utils.add_comment", **about, **by)


def call(method: str, doctype: str = "doctype", name: str = "name", **more: Any) -> Way:
	"""POST to the method, with the document as these two arguments; "me" stands for who calls."""

	def way(client: Client, dt: str, dn: str) -> Response:
		values = {key: client.user if value == "me" else value for key, value in more.items()}
		return client.call(method, **{doctype: dt, name: dn}, **values)

	return way


def record(beside: str, doctype: str, name: str, **more: Any) -> Way:
	"""POST of a record that stands beside the document."""
	return lambda client, dt, dn: client.post(
		f"/api/resource/{beside}",
		**{doctype: dt, name: dn},
		**{key: client.user if value == "me" else value for key, value in more.items()},
	)


WRITES: dict[str, Way] = {
	"upload_file": upload,
	"a File": record(
		"File", "attached_to_doctype", "attached_to_name", file_name="x.txt", content="x", is_private=1
	),
	"attach_file": call(
		"frappe.client.attach_file",
		name="docname",
		filename="x.txt",
		filedata=base64.b64encode(b"x").decode(),
		decode_base64=1,
		is_private=1,
	),
	"add_tag": call("frappe.desk.doctype.tag.tag.add_tag", "dt", "dn", tag="probe"),
	"add_tags": lambda client, dt, dn: client.call(
		"frappe.desk.doctype.tag.tag.add_tags", dt=dt, docs=[dn], tags=["probe"]
	),
	"remove_tag": call("frappe.desk.doctype.tag.tag.remove_tag", "dt", "dn", tag=TAG),
	"a Tag Link": record("Tag Link", "document_type", "document_name", tag="probe"),
	"toggle_like": call("frappe.desk.like.toggle_like", add="Yes"),
	"add_comment": add_comment,
	"a Comment": record(
		"Comment", "reference_doctype", "reference_name", comment_type="Comment", content="x"
	),
	"assign": call("frappe.desk.form.assign_to.add", assign_to='["Administrator"]'),
	"assign to oneself": lambda client, dt, dn: client.call(
		"frappe.desk.form.assign_to.add", doctype=dt, name=dn, assign_to=f'["{client.user}"]'
	),
	"assign several": lambda client, dt, dn: client.call(
		"frappe.desk.form.assign_to.add_multiple", doctype=dt, name=f'["{dn}"]', assign_to='["Administrator"]'
	),
	"remove an assignment": call(
		"frappe.desk.form.assign_to.remove", assign_to="Administrator", ignore_permissions=1
	),
	"remove several assignments": lambda client, dt, dn: client.call(
		"frappe.desk.form.assign_to.remove_multiple", doctype=dt, names=f'["{dn}"]', ignore_permissions=1
	),
	"close an assignment": call(
		"frappe.desk.form.assign_to.close", assign_to="Administrator", ignore_permissions=1
	),
	"a ToDo": record("ToDo", "reference_type", "reference_name", description="x", allocated_to="me"),
	"share": call("frappe.share.add", user="me", read=1, write=1, share=1),
	"share.set_permission": call("frappe.share.set_permission", user="me", permission_to="read"),
	"a DocShare": record("DocShare", "share_doctype", "share_name", user="me", read=1),
	"follow": call("frappe.desk.form.document_follow.update_follow", name="doc_name", following=True),
	"a Document Follow": record("Document Follow", "ref_doctype", "ref_docname", user="me"),
	"an e-mail about it": call(
		"frappe.core.doctype.communication.email.make",
		content="x",
		subject="x",
		recipients="probe@example.invalid",
		send_email=0,
	),
	"rename": lambda client, dt, dn: client.call(
		"frappe.client.rename_doc", doctype=dt, old_name=dn, new_name=f"{dn}-x"
	),
	"another title": call(
		"frappe.model.rename_doc.update_document_title", name="docname", title="x", enqueue=False
	),
	"set_value": call("frappe.client.set_value", fieldname="owner", value="me"),
	"PUT": lambda client, dt, dn: client.put(f"/api/resource/{dt}/{dn}", reason="x"),
	"DELETE": lambda client, dt, dn: client.delete(f"/api/resource/{dt}/{dn}"),
}
# They answer 200 where there is nothing to do.
ANSWERING_OTHERWISE = ("follow",)


@pytest.fixture
def kept(targets: Targets, portal: Portal) -> Callable[[], dict[str, list]]:
	"""kept(): all rows of the documents themselves and of what stands beside them, to the last column."""
	doctypes, names = list(targets.names), list(targets.names.values())

	def rows() -> dict[str, list]:
		own = {doctype: portal.stored(doctype, name=[name]) for doctype, name in targets.names.items()}
		# By DocType and name, as the framework's indexes are: some of these tables are long.
		return own | {
			f"{kind} beside": portal.stored(kind, **{of_doctype: doctypes, of_name: names})
			for kind, (of_doctype, of_name) in BESIDE.items()
		}

	return rows


@pytest.mark.parametrize("way", WRITES)
def test_nothing_is_written_beside_a_document_of_another_unit(
	way: str, somebody: Client, tried: dict[str, str], kept: Callable[[], dict[str, list]]
) -> None:
	before = kept()
	for doctype, name in tried.items():
		answer = WRITES[way](somebody, doctype, name)
		what = f"{way} on {doctype}: {answer.status_code} {answer.text[:300]}"
		assert way in ANSWERING_OTHERWISE or answer.status_code in (400, 401, 403, 404, 409, 417), what
		assert not has_traceback(answer) and WORDS not in answer.text, what
	assert kept() == before


OWN_ACTS = ("upload_file", "add_tag", "toggle_like", "add_comment", "assign to oneself", "follow")


@pytest.mark.parametrize("way", OWN_ACTS)
def test_its_own_unit_does_it(way: str, targets: Targets, person: Callable[[str, str], Client]) -> None:
	"""Else the test above would pass on an endpoint that nobody can use."""
	answer = WRITES[way](person("Reporter", targets.place.unit), REPORT, targets.names[REPORT])
	assert answer.ok, f"{answer.status_code} {answer.text[:300]}"


def test_the_field_page_says_nothing_of_another_unit(somebody: Client, targets: Targets) -> None:
	slot = targets.names[REPORT].rpartition("-")[0]
	answer = somebody.ask(f"{API}.form", slot=slot, area=targets.place.area)
	assert answer.status_code in (401, 403) and targets.place.name not in answer.text
