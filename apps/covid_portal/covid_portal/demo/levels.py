"""Levels of the demo's areas: worked out of two of its slots, and decided as the units in charge would have at these times.

Two communes with the most cases are decided otherwise than the rule says. What the newer one moves in districts that have demo accounts is left to these: it awaits them in their inbox.
"""

import frappe
import pandas as pd
from frappe.model.document import Document
from frappe.utils import get_datetime

from covid_portal.approval.acts import AUTOMATIC, Act
from covid_portal.approval.bulk import sibling
from covid_portal.approval.decisions import new_act
from covid_portal.approval.line import Right, lines
from covid_portal.approval.seats import Seats
from covid_portal.approval.storing import store_set
from covid_portal.approval.vocabulary import APPROVE
from covid_portal.levels import evaluation
from covid_portal.reporting.slots import COUNTED

REASON = "Bản chạy thử: cấp độ theo quy tắc"
BACK = (6, 0)  # slots before the last one
OTHERWISE = ("4", "3")  # of the communes with the highest rates
GROUNDS = (
	"Bản chạy thử: chùm ca bệnh chưa rõ nguồn lây tại chợ",
	"Bản chạy thử: căn cứ pháp lý do máy tạo ra",
)


def decide_all() -> int:
	"""How many; none on a site that has levels, or too few slots."""
	filters = {"state": ("in", COUNTED)}
	slots = frappe.get_all(
		"Report Slot", filters, pluck="name", order_by="slot_time desc", limit=max(BACK) + 1
	)
	if frappe.db.count(evaluation.DOCTYPE) or len(slots) <= max(BACK):
		return 0
	return sum(decide_slot(frappe.get_doc("Report Slot", slots[back]), leave=not back) for back in BACK)


def decide_slot(slot: Document, leave: bool) -> int:
	table = evaluation.evaluate_slot(slot)
	if table is None:
		return 0
	names = evaluation.propose(slot, table)
	if not leave:
		decide_otherwise(slot, table)
	names = evaluation.send(names)
	seats = Seats.whole()
	docs = [row for row in documents(names) if not (leave and seats.holders(row.approval_unit, "Approver"))]
	acts = approvals(docs, slot) if docs else []
	if acts:
		store_set(evaluation.DOCTYPE, acts)
	return len(acts)


def decide_otherwise(slot: Document, table: pd.DataFrame) -> None:
	"""As an officer of the unit would have entered it before it was sent."""
	rate = next(column for column in table if column.startswith("rate."))
	communes = table[table["is_group"] == 0].sort_values(rate, ascending=False)
	for area, level in zip(communes.index, OTHERWISE, strict=False):
		grounds = dict(zip(("deviation_reason", "deviation_reference"), GROUNDS, strict=True))
		filters = {"area": area, "slot": slot.name}
		frappe.db.set_value(evaluation.DOCTYPE, filters, {"decided_level": level, **grounds})


def documents(names: list[str]) -> list[Document]:
	rows = frappe.get_all(evaluation.DOCTYPE, {"name": ("in", [*names, ""])}, ["*"])
	return [frappe.get_doc({**row, "doctype": evaluation.DOCTYPE}) for row in rows]


def approvals(docs: list[Document], slot: Document) -> list[Act]:
	"""As the system, at the time of the slot: the demo has accounts of two districts alone."""
	acts: list[Act] = []
	for line in lines(docs).values():
		act = sibling(acts[0], line) if acts else new_act(line, APPROVE, REASON)
		step = line.pending[0]
		act.at, act.automatic, act.right = get_datetime(slot.slot_time), True, Right(step, step["unit"], None)
		AUTOMATIC[APPROVE](act)
		acts.append(act)
	return acts
