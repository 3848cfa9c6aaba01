"""Levels of the demo's areas: worked out of two of its slots and decided as the units in charge would, all in one act."""

import frappe
from frappe.utils import get_datetime

from covid_portal.approval.acts import AUTOMATIC
from covid_portal.approval.decisions import new_act
from covid_portal.approval.line import Right, lines
from covid_portal.approval.storing import store_set
from covid_portal.approval.vocabulary import APPROVE
from covid_portal.levels import evaluation
from covid_portal.reporting.slots import COUNTED

REASON = "Demo"
BACK = (0,)  # slots before the last one


def decide_all() -> int:
	"""How many; none on a site that has levels, or no rule."""
	slots = frappe.get_all(
		"Report Slot", {"state": ("in", COUNTED)}, pluck="name", order_by="slot_time desc", limit=7
	)
	if frappe.db.count(evaluation.DOCTYPE) or len(slots) <= max(BACK):
		return 0
	count = 0
	for back in BACK:
		slot = frappe.get_doc("Report Slot", slots[back])
		table = evaluation.evaluate_slot(slot)
		if table is not None:
			count += approve(evaluation.send(evaluation.propose(slot, table)), slot)
	return count


def approve(names: list[str], slot: object) -> int:
	"""As the system, at the time of the slot: the demo has accounts of two districts alone."""
	if not names:
		return 0
	docs = [frappe.get_doc(evaluation.DOCTYPE, name) for name in names]
	acts = []
	for line in lines(docs).values():
		act = new_act(line, APPROVE, REASON)
		step = line.pending[0]
		act.at, act.automatic, act.right = get_datetime(slot.slot_time), True, Right(step, step["unit"], None)
		AUTOMATIC[APPROVE](act)
		acts.append(act)
	store_set(evaluation.DOCTYPE, acts)
	return len(acts)
