"""POST of a report beside plain Frappe's POST of a DocType with as many whole numbers under a plain workflow."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

from measuring import Result, compared, in_turn
from portal import REPORT, Client, Portal

PLAIN = "Bench Plain Report"
STATES = ("Bench Draft", "Bench Waiting", "Bench Approved")
ACTION = "Bench Step"
ROUNDS, SECONDS = 30, 40
# Rules, the slot's clock, the obligation and the slot before are read besides what plain Frappe does; against that,
# no Workflow Action is written.
TARGET = 1.5


def run(portal: Portal) -> list[Result]:
	administrator = portal.client("Administrator")
	fields = [row["fieldname"] for row in administrator.rows("Indicator", fields=["fieldname"])]
	figures = dict.fromkeys(fields, 0)
	with plain_doctype(administrator, fields), reports(administrator) as (slot, areas):

		def ours() -> None:
			made(administrator, REPORT, slot=slot, area=next(areas), **figures)

		def theirs() -> None:
			made(administrator, PLAIN, slot=slot, area="38", **figures)

		times = in_turn(ours, theirs, ROUNDS, SECONDS)
	return [
		compared(
			"POST of a report", *times, TARGET, f"plain DocType, {len(fields)} numbers, 3-state workflow"
		)
	]


def made(client: Client, doctype: str, **values: object) -> str:
	answer = client.post(f"/api/resource/{doctype}", **values)
	assert answer.ok, f"{doctype}: {answer.status_code} {answer.text[:500]}"
	return answer.json()["data"]["name"]


@contextmanager
def reports(client: Client) -> Iterator[tuple[str, Iterator[str]]]:
	"""The open slot and the areas that owe its report; drafts made of them are deleted afterwards."""
	slot = client.rows("Report Slot", {"state": ["in", ["Open", "Closing"]]}, order_by="slot_time desc")[0][
		"name"
	]
	owing = client.rows("Report Obligation", {"slot": slot, "state": "Expected"}, ["area"])
	areas = [row["area"] for row in owing]
	try:
		yield slot, iter(areas)
	finally:
		for row in client.rows(REPORT, {"slot": slot, "workflow_state": "Draft", "area": ["in", areas]}):
			client.delete(f"/api/resource/{REPORT}/{row['name']}")


@contextmanager
def plain_doctype(client: Client, fields: list[str]) -> Iterator[None]:
	"""The reference, made as an administrator makes it in the Desk, and taken away with all that was stored."""
	remove(client)
	numbers = [{"fieldname": field, "label": field, "fieldtype": "Int"} for field in fields]
	links = [
		{"fieldname": "slot", "label": "Slot", "fieldtype": "Link", "options": "Report Slot", "reqd": 1},
		{"fieldname": "area", "label": "Area", "fieldtype": "Link", "options": "Area", "reqd": 1},
	]
	try:
		made(
			client,
			"DocType",
			name=PLAIN,
			module="Reporting",
			custom=1,
			track_changes=1,
			fields=[*links, *numbers],
			permissions=[{"role": "System Manager", "read": 1, "write": 1, "create": 1, "delete": 1}],
		)
		make_workflow(client)
		yield
	finally:
		remove(client)


def make_workflow(client: Client) -> None:
	for state in STATES:
		made(client, "Workflow State", workflow_state_name=state)
	made(client, "Workflow Action Master", workflow_action_name=ACTION)
	role = "System Manager"
	steps = itertools.pairwise(STATES)
	made(
		client,
		"Workflow",
		workflow_name=PLAIN,
		document_type=PLAIN,
		is_active=1,
		send_email_alert=0,
		workflow_state_field="workflow_state",
		states=[{"state": state, "doc_status": "0", "allow_edit": role} for state in STATES],
		transitions=[
			{"state": state, "action": ACTION, "next_state": following, "allowed": role}
			for state, following in steps
		],
	)


def remove(client: Client) -> None:
	"""Everything of the reference that is there, whatever a run that was interrupted has left."""
	if client.document("DocType", PLAIN):
		for doctype, key in ((PLAIN, {}), ("Workflow Action", {"reference_doctype": PLAIN})):
			for row in client.rows(doctype, key):
				client.delete(f"/api/resource/{doctype}/{row['name']}")
	owned = [("Workflow", PLAIN), ("DocType", PLAIN), ("Workflow Action Master", ACTION)]
	for doctype, name in owned + [("Workflow State", state) for state in STATES]:
		client.delete(f"/api/resource/{doctype}/{name}")
