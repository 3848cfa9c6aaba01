"""Plain Frappe beside which the portal is measured: a DocType as an administrator makes it in the Desk, with a workflow where asked."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

from portal import Client

STATES = ("Bench Draft", "Bench Waiting", "Bench Approved")
ACTION = "Bench Step"
ADMINISTRATOR = {"role": "System Manager", "read": 1, "write": 1, "create": 1, "delete": 1}


def made(client: Client, doctype: str, **values: object) -> str:
	answer = client.post(f"/api/resource/{doctype}", **values)
	assert answer.ok, f"{doctype}: {answer.status_code} {answer.text[:500]}"
	return answer.json()["data"]["name"]


@contextmanager
def plain_doctype(
	client: Client,
	name: str,
	module: str,
	fields: list[dict],
	others: tuple[dict, ...] = (),
	workflow: bool = False,
) -> Iterator[None]:
	"""With so many fields, and rights of others beside an administrator's; taken away with all that was stored."""
	remove(client, name)
	values = {"name": name, "module": module, "custom": 1, "track_changes": 1, "fields": fields}
	try:
		made(client, "DocType", **values, permissions=[ADMINISTRATOR, *others])
		if workflow:
			make_workflow(client, name)
		yield
	finally:
		remove(client, name)


def make_workflow(client: Client, name: str) -> None:
	"""Of the DocType of this name, under the same name: three states in a row."""
	for state in STATES:
		made(client, "Workflow State", workflow_state_name=state)
	made(client, "Workflow Action Master", workflow_action_name=ACTION)
	role = ADMINISTRATOR["role"]
	made(
		client,
		"Workflow",
		workflow_name=name,
		document_type=name,
		is_active=1,
		send_email_alert=0,
		workflow_state_field="workflow_state",
		states=[{"state": state, "doc_status": "0", "allow_edit": role} for state in STATES],
		transitions=[
			{"state": state, "action": ACTION, "next_state": following, "allowed": role}
			for state, following in itertools.pairwise(STATES)
		],
	)


def remove(client: Client, name: str) -> None:
	"""Everything of it that is there, whatever a run that was interrupted has left."""
	if not client.document("DocType", name):
		return
	for doctype, key in ((name, {}), ("Workflow Action", {"reference_doctype": name})):
		for row in client.rows(doctype, key):
			client.delete(f"/api/resource/{doctype}/{row['name']}")
	owned = [("Workflow", name), ("DocType", name), ("Workflow Action Master", ACTION)]
	for doctype, one in owned + [("Workflow State", state) for state in STATES]:
		client.delete(f"/api/resource/{doctype}/{one}")
