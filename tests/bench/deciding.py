"""Decisions beside the framework's own: one document, the reports of the largest district in one act, the inbox."""

import json

import posting
from measuring import Result, compared
from plain import ACTION
from portal import Portal

INSIDE = """
import json, time
import pandas as pd
from frappe.model import workflow
from covid_portal.approval import bulk, inbox
from covid_portal.approval.decisions import decide
from covid_portal.organisation.scope import forget_grants
from covid_portal.reporting import clock, definitions, loader

REPORT, PLAIN, ACTION = "Situation Report", %(plain)r, %(action)r
frappe.db.commit = lambda: None  # what both sides store is undone
frappe.set_user("Administrator")
report_type = definitions.report_type_of(REPORT)
waiting = frappe.get_all("Report Slot", {"state": "Scheduled"}, pluck="name", order_by="slot_time asc", limit=1)[0]
clock.open_slot(frappe.get_doc("Report Slot", waiting, for_update=True), report_type)
slot = frappe.get_doc("Report Slot", waiting)
# The largest district, and somebody who decides for it.
unit, areas = frappe.db.sql(
	"select unit.parent_unit, group_concat(owed.area) from `tabReport Obligation` owed join `tabUnit` unit "
	"on unit.name = owed.unit where owed.slot = %%s group by unit.parent_unit order by count(*) desc limit 1", waiting)[0]
areas = areas.split(",")
approver = frappe.get_all("Duty Assignment", {"duty": "Approver"}, pluck="user", order_by="creation asc", limit=1)[0]
frappe.get_doc(doctype="Duty Assignment", user=approver, unit=unit, duty="Approver", valid_from=frappe.utils.today()).insert()
asked = definitions.indicators(report_type.name, slot.slot_time.date())
figures = {row.fieldname: 0 if row.mandatory else None for row in asked}
now = frappe.utils.now_datetime().replace(microsecond=0)
events = [{"decision": "Submit", "at": now}]
table = pd.DataFrame([{"area": area, **figures, "explanations": None, "events": events} for area in areas])
table[list(figures)] = table[list(figures)].astype("Int64")
frappe.set_user("Administrator")
loader.load_slot(slot.name, table, consolidated=False)
reports = [f"{slot.name}-{area}" for area in areas]
plain = [frappe.get_doc(doctype=PLAIN, slot=slot.name, area=area, **dict.fromkeys(figures, 0)).insert().name for area in areas]


def acting(user):
	frappe.set_user(user)
	forget_grants()


def decide_one():
	acting(approver)
	decide(REPORT, reports[0], "Approve")


def decide_all():
	acting(approver)
	result = bulk.decide_many(REPORT, reports, "Approve")
	assert len(result["decided"]) == len(reports), result["failed"][:1]


def apply_one():
	acting("Administrator")
	workflow.apply_workflow(frappe.get_doc(PLAIN, plain[0]), ACTION)


def apply_all():
	acting("Administrator")
	for name in plain:
		workflow.apply_workflow(frappe.get_doc(PLAIN, name), ACTION)


def look():
	acting(approver)
	groups = inbox.inbox()["groups"]
	assert sum(len(group["rows"]) for group in groups) >= len(reports)


def bare_list():
	frappe.db.sql("select * from `tabApproval Step` where unit = %%s and state = 'Pending'", unit)


def save_route():
	acting("Administrator")
	route = frappe.get_doc("Approval Route", REPORT)
	route.steps[-1].hours += 1
	route.save()


def save_plain():
	acting("Administrator")
	frappe.get_doc(PLAIN, plain[-1]).save()


def timed(act):
	frappe.db.sql("savepoint bench")
	started = time.perf_counter()
	act()
	took = (time.perf_counter() - started) * 1000
	frappe.db.sql("rollback to savepoint bench")
	for name in reports:
		frappe.clear_document_cache(REPORT, name)
	return took


def in_turn(ours, theirs, rounds):
	timed(ours), timed(theirs)
	return list(zip(*((timed(ours), timed(theirs)) for _round in range(rounds))))


found = {
	"one": in_turn(decide_one, apply_one, 15),
	"all": in_turn(decide_all, apply_all, 5),
	"inbox": in_turn(look, bare_list, 11),
	"route": in_turn(save_route, save_plain, 7),
	"reports": len(reports),
	"decisions": frappe.db.count("Approval Decision"),
}
frappe.db.rollback()
frappe.clear_document_cache("Approval Route", REPORT)
print(json.dumps(found))
"""


def run(portal: Portal) -> list[Result]:
	"""On whatever history the site has: the number of decisions is in the results."""
	administrator = portal.client("Administrator")
	fields = [row["fieldname"] for row in administrator.rows("Indicator", fields=["fieldname"])]
	with posting.plain_report(administrator, fields):
		program = INSIDE % {"plain": posting.PLAIN, "action": ACTION}
		found = json.loads(portal.inside(program).splitlines()[-1])
	many, decisions = found["reports"], found["decisions"]
	return [
		compared(
			"one decision", *found["one"], 1, f"apply_workflow of a plain DocType, {len(fields)} numbers"
		),
		compared(
			f"{many} reports approved in one act",
			*found["all"],
			0.2,
			"apply_workflow of as many, without its commits",
			500,
		),
		compared(
			f"inbox of {many}, {decisions} decisions",
			*found["inbox"],
			100,
			"its bare SELECT of the steps",
			100,
		),
		compared(
			f"saving a route, {decisions} decisions", *found["route"], 10, "save of a plain document", 1000
		),
	]
