"""Levels of a slot: worked out for all areas at once, stored with their reasons, and proposed where they change.

Written set-based, which skips the framework's document events: AreaLevel.validate lets nobody else change what is written
here. A proposal is sent by the portal itself, so that one person of the unit in charge decides on it; who wants another
level returns it, and a second person decides.
"""

import hashlib
import json
import zlib
from base64 import b64decode, b64encode
from datetime import datetime, timedelta

import frappe
import pandas as pd
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, get_datetime, now_datetime
from frappe.utils.synchronization import filelock

from covid_portal.approval.bulk import MOST_AT_ONCE, Taken, decide_many_once
from covid_portal.approval.seats import deciding_duties, seats_of
from covid_portal.approval.vocabulary import APPROVED, DRAFT, IN_APPROVAL, REFUSED, RETURNED, SUBMIT, WITHDRAW
from covid_portal.levels import figures, wording
from covid_portal.levels.reckoning import IN_FORCE, Rule, assess
from covid_portal.levels.rules import rule_on
from covid_portal.levels.telling import told
from covid_portal.organisation import jobs
from covid_portal.organisation.writers import insert_rows
from covid_portal.reporting.comparison import WEEK
from covid_portal.reporting.slots import COUNTED, DAY, day_of

DOCTYPE, EVALUATION = "Area Level", "Level Evaluation"
JOB = "covid_portal.levels.evaluation.evaluate"
LOCK, LONGEST_WAIT = "covid-portal-levels", 600  # seconds
LOOKED_BACK = timedelta(days=7)  # how far a lost job is made up for
RENEWED = (
	"slot",
	"slot_time",
	"rule",
	"rule_version",
	"level_before",
	"proposed_level",
	"decided_level",
	"reasoning",
	"public_reasoning",
)
COLUMNS = ("name", "area", "area_name", "unit", "workflow_state", *RENEWED)
OPEN_COLUMNS = ["name", "area", "workflow_state", "proposed_level", "decided_level", "unit", "review_of"]


class ReviewRefused(frappe.ValidationError):
	"""The level cannot be reviewed now; the message says why."""


# --- when


def on_slot_consolidated(slot: str) -> None:
	evaluate_later([slot])


def on_slot_published(slot: str) -> None:
	"""What was decided between consolidation and publication is in the figures by now."""
	evaluate_later([slot])


def on_slots_corrected(slots: list[str]) -> None:
	"""A figure counts in the levels of a week; totals, which move in every later slot, in none."""
	if not slots:
		return
	first = get_datetime(frappe.db.get_value("Report Slot", slots[0], "slot_time"))
	within = {"name": ("in", slots), "slot_time": ("<", first + WEEK)}
	evaluate_later(frappe.get_all("Report Slot", within, pluck="name", order_by="slot_time"))


def evaluate_later(slots: list[str]) -> None:
	"""Beside consolidation, not in its way: a job of its own after it is stored."""
	name = f"levels-{hashlib.sha256(' '.join(slots).encode()).hexdigest()[:20]}"
	jobs.once_after_commit(JOB, name, queue="long", slots=slots)


def catch_up(now: datetime | None = None) -> None:
	"""Hourly: slots of the last days whose job was lost."""
	since = (now or now_datetime()) - LOOKED_BACK
	slots = frappe.db.sql_list(
		f"""select slot.name from `tabReport Slot` slot
		join `tabLevel Rule` rule on rule.report_type = slot.report_type and rule.in_force = 1
			and rule.valid_from <= {DAY} and (rule.valid_to is null or rule.valid_to >= {DAY})
		left join `tabLevel Evaluation` done on done.slot = slot.name
		where slot.state in %s and slot.slot_time > %s and done.name is null order by slot.slot_time""",
		(COUNTED, since),
	)
	if slots:
		evaluate_later(slots)


def evaluate(slots: list[str]) -> None:
	"""Job: the levels of these slots, oldest first; of the newest consolidated one, proposals."""
	with filelock(LOCK, timeout=LONGEST_WAIT), jobs.as_the_portal():
		frappe.db.rollback()  # the wait may have been long: what is stored now counts
		for name in slots:
			evaluate_and_propose(frappe.get_doc("Report Slot", name))
			frappe.db.commit()  # each slot stands for itself, and whoever waits for the lock must see it


def evaluate_and_propose(slot: Document) -> list[str]:
	"""Names of the proposals that were sent."""
	table = evaluate_slot(slot)
	return send(propose(slot, table)) if table is not None and is_newest(slot) else []


def is_newest(slot: Document) -> bool:
	filters = {"report_type": slot.report_type, "state": ("in", COUNTED), "slot_time": (">", slot.slot_time)}
	return not frappe.db.exists("Report Slot", filters)


def evaluate_slot(slot: Document) -> pd.DataFrame | None:
	"""The slot's areas with their proposed levels, which are stored as its Level Evaluation. None: no rule holds that day."""
	rule = rule_on(slot.report_type, day_of(slot.slot_time))
	if not rule:
		return None
	table = levels_of(slot, rule)
	store(slot, rule, table)
	return table


def levels_of(slot: Document, rule: Rule) -> pd.DataFrame:
	"""assess() with `told`, the area's entry of telling.told()."""
	table = assess(rule, figures.areas_of(slot, [rule]))
	entries = told(rule, table)
	return table.assign(
		told=[entries[area] for area in table.index], rule=rule.name, rule_version=rule.version
	)


def store(slot: Document, rule: Rule, table: pd.DataFrame) -> None:
	row = {
		"name": slot.name,
		"slot": slot.name,
		"slot_time": slot.slot_time,
		"rule": rule.name,
		"rule_version": rule.version,
		"assessed": int(table["level"].notna().sum()),
		"unassessed": int(table["level"].isna().sum()),
		"reasoning": packed(table["told"].to_dict()),
	}
	insert_rows(EVALUATION, list(row), [list(row.values())], update=[*list(row)[3:], "modified"])


def packed(entries: dict[str, dict]) -> str:
	"""The reasons of all areas: half a megabyte of JSON for each slot, compressed to a twentieth."""
	return b64encode(zlib.compress(compact(entries).encode())).decode()


def unpacked(reasoning: str) -> dict[str, dict]:
	return json.loads(zlib.decompress(b64decode(reasoning)))


def compact(value: object) -> str:
	return json.dumps(value, separators=(",", ":"))


# --- proposals


def propose(slot: Document, table: pd.DataFrame) -> list[str]:
	"""Documents where the rule says something new of an area: new ones, and open ones brought up to date. Names of those to
	be sent. What the rule says as it did when the area was last decided on carries the decision on, and so does what
	the decision was."""
	table = table[table["level"].notna()]
	known = {row.area: row for row in figures.decided(slot.slot_time)}
	waiting = {row.area: row for row in open_documents(list(table.index))}
	units = figures.units_in_charge(slot.name, table)
	taken = set(frappe.get_all(DOCTYPE, {"slot": slot.name}, pluck="name"))
	new, renewed, sending = [], [], []
	for area, row in table.iterrows():
		moved, document = is_moved(int(row["level"]), known.get(area)), waiting.get(area)
		if document:
			if cint(document.proposed_level) != row["level"]:
				renewed.append(values_of(slot, area, row, document))
				if moved and not is_deviation(document) and document.workflow_state != RETURNED:
					sending.append(document.name)
		elif moved and area in units:
			name = free_name(f"{slot.name}-{area}", taken)
			new.append(values_of(slot, area, row, {"unit": units[area]}) | {"name": name})
	take_back([waiting[row["area"]] for row in renewed])
	write(renewed, update=(*RENEWED, "modified"))
	write(new)
	return [*(row["name"] for row in new), *sending]


def open_documents(areas: list[str]) -> list[frappe._dict]:
	filters = {"area": ("in", areas), "workflow_state": ("not in", (APPROVED, REFUSED))}
	return frappe.get_all(DOCTYPE, filters, OPEN_COLUMNS)


def is_moved(level: int, last: dict | None) -> bool:
	return last is None or level not in (cint(last.proposed_level), cint(last.decided_level))


def is_deviation(document: dict) -> bool:
	return cint(document.decided_level) != cint(document.proposed_level)


def free_name(name: str, taken: set[str]) -> str:
	"""A slot that was corrected may propose for an area again what it has proposed and seen decided before."""
	number, free = 1, name
	while free in taken:
		number += 1
		free = f"{name}-{number}"
	return free


def values_of(slot: Document, area: str, row: pd.Series, document: dict) -> dict:
	"""A row of the table: `document` is the open one, or what is known of the new one."""
	level = int(row["level"])
	keeps_own = document.get("name") and is_deviation(document)
	return {
		"name": document.get("name"),
		"area": area,
		"area_name": row["full_name"],
		"unit": document["unit"],
		"workflow_state": document.get("workflow_state") or DRAFT,
		"slot": slot.name,
		"slot_time": slot.slot_time,
		"rule": row["rule"],
		"rule_version": row["rule_version"],
		"level_before": 0 if pd.isna(row[IN_FORCE]) else int(row[IN_FORCE]),
		"proposed_level": level,
		"decided_level": document["decided_level"] if keeps_own else str(level),
		"reasoning": compact(row["told"]["steps"]),
		"public_reasoning": compact(row["told"]["public"]),
	}


def write(rows: list[dict], update: tuple[str, ...] = ()) -> None:
	insert_rows(DOCTYPE, COLUMNS, [[row[column] for column in COLUMNS] for row in rows], update=update)


def take_back(documents: list[dict]) -> None:
	"""What is being decided on while its figures move is withdrawn first: nobody approves what he has not seen."""
	in_bulk([row.name for row in documents if row.workflow_state == IN_APPROVAL], WITHDRAW)


def send(names: list[str]) -> list[str]:
	"""Those that have somebody to decide on them; the others stay drafts of their unit."""
	return in_bulk(names, SUBMIT)


def in_bulk(names: list[str], decision: str) -> list[str]:
	done = []
	for first in range(0, len(names), MOST_AT_ONCE):
		done += decide_many_once(DOCTYPE, names[first : first + MOST_AT_ONCE], Taken(decision))["decided"]
	return done


@frappe.whitelist()
def why(slot: str, area: str) -> dict:
	"""{"title", "said": sentences with all numbers} of an area in the slot's evaluation; for those who may read evaluations."""
	evaluation = frappe.get_doc(EVALUATION, slot)
	evaluation.check_permission("read")
	entry = unpacked(evaluation.reasoning).get(area)
	name = frappe.db.get_value("Area", area, "full_name") or area
	if not entry:
		frappe.throw(_("{0} is not in the evaluation of this slot.").format(name), frappe.DoesNotExistError)
	level = _("level {0}").format(entry["level"]) if entry["level"] else _("not assessed")
	return {"title": f"{name}: {level}", "said": wording.why(entry["steps"], frappe.local.lang)}


# --- review


@frappe.whitelist(methods=["POST"])
def order_review(level: str, reason: str) -> dict:
	"""A decided level is to be decided on again, by what the newest figures say; for approvers of a unit above the one in
	charge. {"name"} of the new document, which waits as a draft of that unit. Raises ReviewRefused."""
	document = frappe.get_doc(DOCTYPE, level)
	document.check_permission("read")
	require_superior(document)
	if not reason.strip():
		frappe.throw(
			_("{0}: say why. The unit must know what to look at.").format(document.describe()), ReviewRefused
		)
	at = max(now_datetime(), get_datetime(document.slot_time))
	if [row.name for row in figures.decided(at, areas=[document.area])] != [document.name]:
		frappe.throw(_("{0}: this is not the level in force.").format(document.describe()), ReviewRefused)
	if open_documents([document.area]):
		frappe.throw(
			_("{0}: a new level waits to be decided on already.").format(document.describe()), ReviewRefused
		)
	return {"name": new_review(document, reason.strip()).name}


def require_superior(document: Document) -> None:
	bounds = frappe.db.get_value("Unit", document.unit, ["lft", "rgt"])
	duties = deciding_duties(DOCTYPE)
	held = [seat.unit for seat in seats_of(frappe.session.user) if seat.duty in duties]
	above = {"name": ("in", held or [""]), "lft": ("<", bounds[0]), "rgt": (">", bounds[1])}
	if not frappe.db.exists("Unit", above):
		frappe.throw(
			_("{0}: a review is ordered by an approver of a superior unit.").format(document.describe()),
			frappe.PermissionError,
		)


def new_review(document: Document, reason: str) -> Document:
	"""Made for the unit in charge, who may not order it itself; right and place were checked."""
	copied = {field: document.get(field) for field in ("area", "area_name", "unit", *RENEWED)}
	number = frappe.db.count(DOCTYPE, {"area": document.area, "review_of": ("is", "set")}) + 1
	review = frappe.get_doc(doctype=DOCTYPE, **copied)
	review.update(
		{"review_of": document.name, "review_reason": reason, "level_before": cint(document.decided_level)}
	)
	review.update(newest_proposal(document.area) | {"deviation_reason": None, "deviation_reference": None})
	review.decided_level = str(review.proposed_level)
	review.name = f"{review.slot}-{document.area}-R{number}"
	review.flags.from_evaluation = review.flags.name_set = True
	return review.insert(ignore_permissions=True)


def newest_proposal(area: str) -> dict:
	"""What the last evaluation says of the area; nothing where it was not assessed."""
	fields = ["slot", "slot_time", "rule", "rule_version", "reasoning"]
	rows = frappe.get_all(EVALUATION, fields=fields, order_by="slot_time desc", limit=1)
	entry = unpacked(rows[0].reasoning).get(area) if rows else None
	if not entry or not entry["level"]:
		return {}
	return {
		**{field: rows[0][field] for field in fields[:-1]},
		"proposed_level": entry["level"],
		"reasoning": compact(entry["steps"]),
		"public_reasoning": compact(entry["public"]),
	}
