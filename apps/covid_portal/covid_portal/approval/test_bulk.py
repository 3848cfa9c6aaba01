"""One act for many documents: the same checks and rows as one by one, what fails is named, what succeeds is kept."""

import json
from unittest.mock import patch

import frappe

from covid_portal.approval import bulk, decisions
from covid_portal.approval.bulk import decide_many
from covid_portal.approval.chain import broken_links
from covid_portal.approval.decisions import decide
from covid_portal.testing.case import (
	REPORT,
	PortalTestCase,
	approve_as,
	change_route,
	draft,
	sent,
	state_of,
	step,
)
from covid_portal.testing.province import COMMUNE, OUTSIDE, SIBLING

RANDOM = {"name", "creation", "modified", "decided_at", "digest", "previous_digest", "accepted_at", "due_at"}
RANDOM |= {
	"submitted_at",
	"entered_by_unit",
	"approval_due",
	"reference_name",
	"report",
	"area",
	"area_name",
	"unit",
	"content_digest",
	"docname",
}


def told_apart(doctype: str, filters: dict) -> list[dict]:
	"""Rows without what differs from one area or moment to another."""
	rows = frappe.get_all(doctype, filters, ["*"], order_by="creation, idx, name")
	return [{key: value for key, value in row.items() if key not in RANDOM} for row in rows]


def rows_about(report: str) -> dict[str, list]:
	slot, _dash, area = report.rpartition("-")
	versions = frappe.get_all("Version", {"docname": report}, pluck="data", order_by="creation")
	return {
		"report": told_apart(REPORT, {"name": report}),
		"step": sorted(told_apart("Approval Step", {"reference_name": report}), key=lambda row: row["step"]),
		"decision": sorted(
			told_apart("Approval Decision", {"reference_name": report}), key=lambda row: row["sequence"]
		),
		"obligation": told_apart("Report Obligation", {"slot": slot, "area": area}),
		"version": [
			{field for field, _old, _new in json.loads(data).get("changed", [])} for data in versions
		],
	}


class TestMany(PortalTestCase):
	def both_sent(self) -> list[str]:
		return [sent(self.slot, area).name for area in (COMMUNE, SIBLING)]

	def test_it_stores_what_one_by_one_would(self) -> None:
		one, many = self.both_sent()
		# The framework keeps no versions while tests run.
		tracked = patch.dict(frappe.flags, {"in_test": False})
		tracked.start()
		self.addCleanup(tracked.stop)
		for who, decision in (("district", "Approve"), ("cdc", "Return")):
			with self.acting(who):
				decide(REPORT, one, decision, "The same words.")
				self.assertEqual(decide_many(REPORT, [many], decision, "The same words.")["failed"], [])
		self.assertEqual(rows_about(many), rows_about(one))
		self.assertEqual(broken_links(REPORT, many), [])

	def test_up_to_the_end(self) -> None:
		names = self.both_sent()
		for who in ("district", "cdc"):
			with self.acting(who):
				self.assertEqual(decide_many(REPORT, names, "Approve"), {"decided": names, "failed": []})
		self.assertEqual([state_of(name) for name in names], ["Approved", "Approved"])
		accepted_at = frappe.get_all("Report Obligation", {"report": ("in", names)}, ["state", "accepted_at"])
		self.assertTrue(all(row.state == "Accepted" and row.accepted_at for row in accepted_at))

	def test_back_to_an_earlier_step_as_one_by_one(self) -> None:
		one, many = self.both_sent()
		with self.acting("district"):
			decide_many(REPORT, [one, many], "Approve")
		with self.acting("cdc"):
			decide(REPORT, one, "Return", "Look at F1.", 1)
			self.assertEqual(decide_many(REPORT, [many], "Return", "Look at F1.", 1)["failed"], [])
		self.assertEqual(rows_about(many), rows_about(one))
		self.assertEqual([state_of(name) for name in (one, many)], ["In Approval", "In Approval"])

	def test_what_fails_is_named_and_the_others_are_kept(self) -> None:
		good = sent(self.slot).name
		foreign = sent(self.slot, OUTSIDE).name
		unsent = draft(self.slot, SIBLING).name
		names = [foreign, unsent, good, "no such report"]
		with self.acting("district"):
			result = decide_many(REPORT, names, "Approve")
		self.assertEqual(result["decided"], [good])
		self.assertEqual([row["name"] for row in result["failed"]], [foreign, unsent, "no such report"])
		self.assertEqual([state_of(name) for name in (foreign, unsent)], ["In Approval", "Draft"])

	def test_out_of_scope_says_the_same_as_not_there(self) -> None:
		foreign = sent(self.slot, OUTSIDE).name
		with self.acting("district"):
			first, second = decide_many(REPORT, [foreign, "none"], "Approve")["failed"]
		self.assertEqual(first["message"].replace(foreign, "X"), second["message"].replace("none", "X"))

	def test_without_a_reason_nothing_is_returned(self) -> None:
		names = self.both_sent()
		with self.acting("district"):
			self.assertEqual(len(decide_many(REPORT, names, "Return")["failed"]), 2)
		self.assertEqual({state_of(name) for name in names}, {"In Approval"})

	def test_nobody_else_decides_on_any(self) -> None:
		names = self.both_sent()
		for who in (
			"reporter",
			"sibling",
			"outsider",
			"stranger",
			"cdc",
			"other line",
			"disabled",
			"auditor",
		):
			with self.subTest(who=who), self.acting(who):
				self.assertEqual(decide_many(REPORT, names, "Approve")["decided"], [])

	def test_one_of_two_approvals_leaves_it_waiting(self) -> None:
		change_route(lambda route: route.set("steps", [step("District", approvals=2)]))
		names = self.both_sent()
		with self.acting("district"):
			decide_many(REPORT, names, "Approve")
		self.assertEqual({state_of(name) for name in names}, {"In Approval"})
		with self.acting("colleague"):
			decide_many(REPORT, names, "Approve")
		self.assertEqual({state_of(name) for name in names}, {"Approved"})

	def test_where_something_is_attached_to_the_events_each_goes_its_own_way(self) -> None:
		self.addCleanup(frappe.cache.hdel, "notifications", REPORT)
		frappe.get_doc(
			doctype="Notification",
			name="ZZ decided",
			subject="x",
			document_type=REPORT,
			event="Save",
			channel="System Notification",
			recipients=[{"receiver_by_role": "System Manager"}],
			message="x",
			enabled=1,
		).insert()
		names = self.both_sent()
		with self.acting("district"), patch.object(bulk, "decide_once", wraps=decisions.decide_once) as one:
			self.assertEqual(decide_many(REPORT, names, "Approve")["decided"], names)
		self.assertEqual(one.call_count, 2)

	def test_the_number_of_statements_does_not_grow_with_the_documents(self) -> None:
		def statements(names: list[str]) -> int:
			with self.acting("district"), patch.object(frappe.db, "sql", wraps=frappe.db.sql) as sql:
				self.assertEqual(decide_many(REPORT, names, "Approve")["failed"], [])
			return sql.call_count

		reports = self.both_sent()
		statements([sent(self.previous, COMMUNE).name])  # what the first act looks up once
		alone = statements([sent(self.previous, SIBLING).name])
		self.assertLessEqual(statements(reports), alone + 3)

	def test_the_digest_is_over_the_same_content(self) -> None:
		name = sent(self.slot).name
		with self.acting("district"):
			decide_many(REPORT, [name], "Approve")
		digests = frappe.get_all("Approval Decision", {"reference_name": name}, pluck="content_digest")
		self.assertEqual(len(set(digests)), 1)

	def test_after_it_the_next_unit_goes_on_as_usual(self) -> None:
		name = sent(self.slot).name
		with self.acting("district"):
			decide_many(REPORT, [name], "Approve")
		self.assertEqual(approve_as(frappe.get_doc(REPORT, name), "cdc").workflow_state, "Approved")


class TestNames(PortalTestCase):
	def test_what_is_no_list_of_names_is_refused_in_a_sentence(self) -> None:
		for names in ("", "no json", "5", "null", '{"a": 1}', "[true]", '[["x"]]', "[" * 100_000):
			with self.subTest(names=names):
				self.assertRefused(bulk.NoNames, decide_many, REPORT, names, "Approve")
