"""POST of a report beside plain Frappe's POST of a DocType with as many whole numbers under a plain workflow."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from measuring import Result, compared, in_turn
from plain import made, plain_doctype
from portal import REPORT, Client, Portal

PLAIN = "Bench Plain Report"
ROUNDS, SECONDS = 30, 40
# Rules, the slot's clock, the obligation and the slot before are read besides what plain Frappe does; against that,
# no Workflow Action is written.
TARGET = 1.5


def run(portal: Portal) -> list[Result]:
	administrator = portal.client("Administrator")
	fields = [row["fieldname"] for row in administrator.rows("Indicator", fields=["fieldname"])]
	figures = dict.fromkeys(fields, 0)
	with plain_report(administrator, fields), reports(administrator) as (slot, areas):

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


def plain_report(client: Client, fields: list[str]) -> AbstractContextManager[None]:
	numbers = [{"fieldname": field, "label": field, "fieldtype": "Int"} for field in fields]
	links = [
		{"fieldname": "slot", "label": "Slot", "fieldtype": "Link", "options": "Report Slot", "reqd": 1},
		{"fieldname": "area", "label": "Area", "fieldtype": "Link", "options": "Area", "reqd": 1},
	]
	return plain_doctype(client, PLAIN, "Reporting", [*links, *numbers], workflow=True)


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
