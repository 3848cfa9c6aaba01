"""Levels of all areas after a slot: worked out and stored with their reasons, beside the numbers alone as they are usually
read; and sending all proposals in one act, beside sending them one after the other.

The reference reads the rows of the week through the framework and goes through the areas in Python, as one would without
thinking of it: rates and bands alone, no reasons, nothing stored.
"""

import json

from measuring import Result, compared
from portal import Portal

# The requirement.
LIMIT = 500
TARGET = 4  # times the bare numbers, for coverage, modifiers, beds, wholes, reasons and storing them
INSIDE = """
import json, time
from covid_portal.approval import storing
from covid_portal.approval.decisions import decide_once
from covid_portal.levels import evaluation
from covid_portal.levels.reckoning import bands_of
from covid_portal.levels.rules import rule_on

ONE_BY_ONE = 20
frappe.db.commit = lambda: None  # what both sides store is undone
frappe.set_user("Administrator")
name = frappe.get_all("Report Slot", {"state": ("in", ("Published", "Locked"))}, pluck="name", order_by="slot_time desc")[0]
slot = frappe.get_doc("Report Slot", name)
rule = rule_on(slot.report_type, slot.slot_time.date())
measure = rule.measures[0]


def plainly():
	since = frappe.utils.add_days(slot.slot_time, -7)
	week = frappe.get_all("Report Slot", {"slot_time": ("between", (since, slot.slot_time))}, pluck="name")
	people = frappe.get_all("Area Population", {"population_group": "total"}, ["parent", "persons"], as_list=True)
	persons, cases = dict(people), {}
	for row in frappe.get_all("Consolidated Report", {"slot": ("in", week)}, ["area", measure.indicator]):
		cases[row.area] = cases.get(row.area, 0) + (row[measure.indicator] or 0)
	found = {}
	for area, count in cases.items():
		if persons.get(area):
			rate = count * 100_000 / persons[area]
			found[area] = next(band.number for band in measure.bands if band.holds(rate))
	return found


def timed(act):
	started = time.perf_counter()
	act()
	return (time.perf_counter() - started) * 1000


def in_turn():
	found, end = [], time.monotonic() + 15
	for number in range(12):
		if number > 5 and time.monotonic() > end:
			break
		found.append((timed(lambda: evaluation.evaluate_slot(slot)), timed(plainly)))
		frappe.db.rollback()
	return list(zip(*found[1:]))


def sending():
	for doctype, column in (("Approval Step", "reference_doctype"), ("Approval Decision", "reference_doctype")):
		frappe.db.delete(doctype, {column: evaluation.DOCTYPE})
	frappe.db.delete(evaluation.DOCTYPE)
	names = evaluation.propose(slot, evaluation.evaluate_slot(slot))
	one_by_one, in_one_act = names[:ONE_BY_ONE], names[ONE_BY_ONE:]
	set_based, storing.is_set_based = storing.is_set_based, lambda *_asked: False
	single = timed(lambda: [decide_once(evaluation.DOCTYPE, name, "Submit") for name in one_by_one]) / len(one_by_one)
	storing.is_set_based = set_based
	bulk = timed(lambda: evaluation.send(in_one_act))
	frappe.db.rollback()
	return bulk / len(in_one_act), single, bulk


rounds = in_turn()
sent = [sending() for _round in range(3)]
print(json.dumps({"evaluation": rounds, "sending": list(zip(*sent))}))
"""


def run(portal: Portal) -> list[Result]:
	times = json.loads(portal.inside(INSIDE).splitlines()[-1])
	bulk, single, _all = times["sending"]
	return [
		compared(
			"levels of all areas, stored with their reasons",
			*times["evaluation"],
			TARGET,
			"rates and bands alone, read and reckoned area by area",
			LIMIT,
		),
		compared("  a proposal, sent with all others", bulk, single, 0.5, "sent one after the other"),
	]
