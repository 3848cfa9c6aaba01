"""Where the database gives another transaction precedence, a decision and a save begin again, and are stored once."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import mariadb
import pytest
from portal import DECIDE, QUIET, REPORT, Client, Place, Portal, accepted
from requests import Response

SECONDS = 60
# So many rows changed make the rival heavier than the request: the database undoes the lighter of the two.
WEIGHT = 2000
Act = Callable[[Client, str], Response]


class Rival:
	"""A transaction that holds a report's obligation, which the request wants, and then wants the report, which the
	request holds."""

	def __init__(self, connection: mariadb.Connection, slot: str, area: str) -> None:
		self.connection, self.cursor, self.key = connection, connection.cursor(), (slot, area)

	def run(self, sql: str, *values: str) -> list[tuple]:
		self.cursor.execute(sql, values)
		return self.cursor.fetchall() if self.cursor.description else []

	def begin(self) -> None:
		self.run(f"insert into rival_weight select seq from seq_1_to_{WEIGHT}")
		assert self.run(
			"select name from `tabReport Obligation` where slot = ? and area = ? for update", *self.key
		)

	def cross(self) -> None:
		"""Comes back with the report's lock: the request's transaction has been undone. Else this one, with an error."""
		assert self.run(f"select name from `tab{REPORT}` where slot = ? and area = ? for update", *self.key)

	def wait_until_waited_for(self) -> None:
		"""Until a statement of the request waits for the obligation."""
		last = time.monotonic() + SECONDS
		waiting = (
			"select id from information_schema.processlist where lower(info) like 'update%report obligation%'"
		)
		while not self.run(waiting):
			assert time.monotonic() < last, "no request asked for the obligation"
			time.sleep(0.02)


@pytest.fixture
def rivals(portal: Portal) -> Iterator[Callable[[str, str], Rival]]:
	"""rivals(slot, area): a transaction in the way of the area's report."""
	with closing(mariadb.connect(**portal.database(), autocommit=False)) as connection:
		closing_cursor = connection.cursor()
		closing_cursor.execute(
			"create or replace table rival_weight (number int primary key) engine = InnoDB"
		)
		try:
			yield lambda slot, area: Rival(connection, slot, area)
		finally:
			connection.rollback()
			closing_cursor.execute("drop table rival_weight")


def meet(rival: Rival, act: Callable[[], Response]) -> Response:
	"""The request's answer, its first attempt having been undone for the rival."""
	rival.begin()
	with ThreadPoolExecutor(1) as thread:
		answer = thread.submit(act)
		try:
			rival.wait_until_waited_for()
			rival.cross()
		finally:
			rival.connection.rollback()
		return answer.result(SECONDS)


def desk(method: str) -> Act:
	def act(client: Client, name: str) -> Response:
		doc = {"doctype": REPORT, "name": name, "workflow_state": "In Approval"}
		return client.call(method, doc=json.dumps(doc), action="Approve")

	return act


DECISIONS: dict[str, Act] = {
	"decide": lambda client, name: client.call(DECIDE, doctype=REPORT, name=name, decision="Approve"),
	"the Desk's button": desk("frappe.model.workflow.apply_workflow"),
	"the list's bulk act": lambda client, name: client.call(
		"frappe.model.workflow.bulk_workflow_approval",
		docnames=json.dumps([name]),
		doctype=REPORT,
		action="Approve",
	),
}


@pytest.mark.parametrize("way", DECISIONS)
def test_a_decision_that_met_a_deadlock_is_taken_once(
	way: str,
	place: Place,
	open_slot: dict,
	sent_report: str,
	approver: Callable[[Place], Client],
	administrator: Client,
	state_of: Callable[[str], tuple],
	rivals: Callable[[str, str], Rival],
) -> None:
	district = approver(place)
	answer = meet(rivals(open_slot["name"], place.area), lambda: DECISIONS[way](district, sent_report))
	assert answer.ok, answer.text[:300]
	assert state_of(sent_report)[1:3] == ("CDC-38", 2)
	taken = administrator.rows("Approval Decision", {"reference_name": sent_report}, ["decision"])
	assert sorted(row["decision"] for row in taken) == ["Approve", "Submit"]


def form_save(client: Client, name: str) -> Response:
	doc = {**(client.document(REPORT, name) or {}), "doctype": REPORT, "arrivals": 77}
	return client.call("frappe.desk.form.save.savedocs", doc=json.dumps(doc), action="Save")


def field_save(client: Client, name: str) -> Response:
	slot, _dash, area = name.rpartition("-")
	modified = client.form(slot, area)["modified"]
	return client.save(slot, area, figures={"arrivals": 77}, modified=modified)


@pytest.mark.parametrize("save", [form_save, field_save])
def test_a_save_that_met_a_deadlock_is_stored(
	save: Act,
	place: Place,
	open_slot: dict,
	reporter: Callable[[Place], Client],
	administrator: Client,
	rivals: Callable[[str, str], Rival],
) -> None:
	unit = reporter(place)
	name = accepted(unit.save(open_slot["name"], place.area, figures=QUIET))["report"]
	answer = meet(rivals(open_slot["name"], place.area), lambda: save(unit, name))
	assert answer.ok, answer.text[:300]
	assert administrator.document(REPORT, name)["arrivals"] == 77
