"""POST of a situation report beside plain Frappe's POST of a DocType with as many figures under a plain workflow."""

import itertools
from collections.abc import Iterator

from portal import REPORT, Client, Portal, accepted
from sampling import Case, in_turn

PLAIN, WORKFLOW, RUNS = "Plain Report", "Plain Report Flow", 12
STATES = ("Bench Draft", "Bench Sent", "Bench Done")
ACTION = "Bench Go on"


def run(portal: Portal) -> list[Case]:
	administrator = portal.client("Administrator")
	slot = administrator.rows("Report Slot", {"state": ["in", ["Open", "Closing"]]}, ["name"])[0]["name"]
	fields = [row["fieldname"] for row in administrator.rows("Indicator", [], ["fieldname"])]
	areas = areas_without_report(administrator, slot)
	plain = make_plain(administrator, fields)
	figures = dict.fromkeys(fields, 0)
	try:
		ours, reference = in_turn(
			lambda: accepted_document(
				administrator.post(f"/api/resource/{REPORT}", slot=slot, area=next(areas), **figures)
			),
			lambda: accepted_document(administrator.post(f"/api/resource/{PLAIN}", area=plain, **figures)),
			RUNS,
		)
	finally:
		remove_plain(administrator)
	return [
		Case(
			"POST of a situation report",
			ours,
			"POST of a plain DocType with a workflow",
			reference,
			1.5,
			RUNS,
		)
	]


def areas_without_report(administrator: Client, slot: str) -> Iterator[str]:
	owed = administrator.rows("Report Obligation", {"slot": slot, "state": "Expected"}, ["area"])
	return itertools.chain(row["area"] for row in owed)


def accepted_document(answer) -> None:
	assert answer.ok, answer.text[:500]


def make_plain(administrator: Client, fields: list[str]) -> str:
	"""The reference: made anew for this run, with a link to the area tree and three states; returns an area to use."""
	remove_plain(administrator)
	insert(
		administrator,
		"DocType",
		{"name": PLAIN, "module": "Core", "custom": 1, "track_changes": 1, **plain_meta(fields)},
	)
	for state in STATES:
		insert(administrator, "Workflow State", {"workflow_state_name": state}, unless_there=state)
	insert(administrator, "Workflow Action Master", {"workflow_action_name": ACTION}, unless_there=ACTION)
	insert(administrator, "Workflow", plain_workflow())
	return administrator.rows("Area", {"level": 3}, ["name"], limit_page_length=1)[0]["name"]


def plain_meta(fields: list[str]) -> dict:
	figures = [{"fieldname": name, "fieldtype": "Int", "label": name} for name in fields]
	area = {"fieldname": "area", "fieldtype": "Link", "options": "Area", "label": "Area"}
	role = {"role": "System Manager", "read": 1, "write": 1, "create": 1, "delete": 1}
	return {"fields": [area, *figures], "permissions": [role], "autoname": "hash"}


def plain_workflow() -> dict:
	steps = [
		{"state": STATES[n], "action": ACTION, "next_state": STATES[n + 1], "allowed": "System Manager"}
		for n in (0, 1)
	]
	states = [{"state": state, "doc_status": "0", "allow_edit": "System Manager"} for state in STATES]
	return {
		"workflow_name": WORKFLOW,
		"document_type": PLAIN,
		"is_active": 1,
		"workflow_state_field": "workflow_state",
		"states": states,
		"transitions": steps,
	}


def insert(administrator: Client, doctype: str, values: dict, unless_there: str | None = None) -> None:
	if unless_there and administrator.document(doctype, unless_there):
		return
	accepted(administrator.call("frappe.client.insert", doc={"doctype": doctype, **values}))


def remove_plain(administrator: Client) -> None:
	for doctype, name in (("Workflow", WORKFLOW), ("DocType", PLAIN)):
		if administrator.document(doctype, name):
			assert administrator.delete(f"/api/resource/{doctype}/{name}").ok, (
				f"{doctype} {name} was not removed"
			)
