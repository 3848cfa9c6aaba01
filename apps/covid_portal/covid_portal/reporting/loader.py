"""Loads many reports of past slots at once: history, and the demo fortnight.

Set-based: it applies the same figure checks, Validation Rules and approval route as the forms and writes the same rows
(report, explanations, obligation, steps, decisions with their chain), then consolidates slot by slot. What it skips: the
framework's document events, Version, notifications and link checks of the single document; permissions are those of who
may run it (a bench command). `test_loader.py` proves that form and loader store the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import frappe
import pandas as pd
from frappe import _
from frappe.model.document import Document

from covid_portal.approval.chain import digest_of_content
from covid_portal.approval.line import STEP_COLUMNS
from covid_portal.approval.replay import ReplayedLine
from covid_portal.approval.routes import RouteChooser, Subject
from covid_portal.approval.seats import Seats
from covid_portal.approval.vocabulary import APPROVED, ApprovalError
from covid_portal.organisation.writers import insert_rows
from covid_portal.reporting import definitions
from covid_portal.reporting.consolidation import consolidate
from covid_portal.reporting.loader_checks import LoaderError, check
from covid_portal.reporting.obligations import STATES, is_on_time
from covid_portal.reporting.slots import day_of

CHANNEL = "Loader"
MOST_ERRORS = 50
REPORT_COLUMNS = [
	"creation",
	"modified",
	"slot",
	"area",
	"area_name",
	"unit",
	"entered_by_unit",
	"channel",
	"submitted_at",
	"incomplete",
]
REPORT_COLUMNS += ["workflow_state", "approval_unit", "approval_step", "approval_due", "answered"]
EXPLANATION_COLUMNS = ["parent", "parenttype", "parentfield", "idx", "rule", "explanation"]
DECISION_COLUMNS = [
	"reference_doctype",
	"reference_name",
	"round",
	"step",
	"decision",
	"from_state",
	"to_state",
	"user",
	"unit",
	"duty",
]
DECISION_COLUMNS += [
	"return_to",
	"route_row",
	"decided_at",
	"reason",
	"content_digest",
	"sequence",
	"previous_digest",
	"digest",
]
OBLIGATION_KEY = ["slot", "unit", "area", "due_at"]
OBLIGATION_PROGRESS = ["state", "report", "submitted_at", "accepted_at", "on_time"]


@dataclass
class Batch:
	"""Reports of one slot on their way into the tables; rows are dicts by column."""

	slot: Document
	report_type: Document
	indicators: list[dict]
	table: pd.DataFrame
	obligations: dict[str, dict]
	# area → (channel, unit that entered it); where nothing is said, the loader and the unit that owes the report
	origins: dict[str, tuple[str, str]] = field(default_factory=dict)
	begun_at: datetime | None = None  # of reports that were not sent; the slot's time if not given
	against_history: bool = False  # outliers count as warnings, as they do on the form
	previous: pd.DataFrame | None = None  # what rules compare with, where the caller has it at hand
	population: pd.DataFrame | None = None
	broken: dict[str, pd.Series] | None = None  # which rows break which rule, once that was asked
	reports: list[dict] = field(default_factory=list)
	explanations: list[dict] = field(default_factory=list)
	steps: list[dict] = field(default_factory=list)
	decisions: list[dict] = field(default_factory=list)
	progress: list[dict] = field(default_factory=list)

	@property
	def doctype(self) -> str:
		return self.report_type.document_type


def load_slot(slot_name: str, table: pd.DataFrame, consolidated: bool = True) -> int:
	"""Load the slot's reports; returns how many. Obligations of the slot must be there.

	`table`: one row per area: `area`, a nullable-integer column per figure (missing: not answered), `explanations`
	({rule: text}), `events` (list of {"decision", "at", "reason"}, oldest first; none: a draft). Raises LoaderError.
	"""
	batch = prepare(slot_name, table)
	errors = list(check(batch))
	if errors:
		raise LoaderError("\n".join(error.sentence(slot_name) for error in errors[:MOST_ERRORS]))
	convert(batch)
	write(batch)
	if consolidated:
		consolidate(slot_name)
	return len(batch.reports)


def prepare(slot_name: str, table: pd.DataFrame) -> Batch:
	return batch_of(frappe.get_doc("Report Slot", slot_name), table, obligations_of(slot_name))


def obligations_of(slot_name: str) -> list[dict]:
	return frappe.db.sql(
		"""select owed.name, owed.slot, owed.area, owed.unit, owed.due_at, area.full_name as area_name
		from `tabReport Obligation` owed join `tabArea` area on area.name = owed.area where owed.slot = %s""",
		slot_name,
		as_dict=True,
	)


def batch_of(slot: Document, table: pd.DataFrame, owed: list[dict]) -> Batch:
	report_type = frappe.get_cached_doc("Report Type", slot.report_type)
	return Batch(
		slot=slot,
		report_type=report_type,
		indicators=definitions.indicators(report_type.name, day_of(slot.slot_time)),
		table=table.reset_index(drop=True),
		obligations={row.area: row for row in owed},
	)


# --- rows


def convert(batch: Batch) -> None:
	seats = Seats.whole()
	chooser = RouteChooser.of(batch.doctype, seats)
	fields = [item.fieldname for item in batch.indicators]
	figures = batch.table[fields].astype(object)
	figures = figures.where(figures.notna(), None)
	texts = batch.table[["area", "explanations", "events"]].to_dict("records")
	for row, values in zip(texts, figures.to_dict("records"), strict=True):
		owed, explanations = batch.obligations[row["area"]], row["explanations"] or {}
		line = ReplayedLine(
			doctype=batch.doctype,
			name=f"{batch.slot.name}-{row['area']}",
			content_digest=digest_of_content(content(batch, owed, values, explanations)),
			version=chooser.version_for({**owed, **values}),
			subject=Subject(owed["unit"], row["area"], frozenset({frappe.session.user})),
			seats=seats,
			user=frappe.session.user,
		)
		decide_all(batch, row["area"], line, row["events"])
		collect(batch, owed, values, explanations, line)


def decide_all(batch: Batch, area: str, line: ReplayedLine, events: list[dict]) -> None:
	for event in events:
		try:
			line.decide(event["decision"], event["at"], event.get("reason"))
		except ApprovalError as error:
			raise LoaderError(_("{0}, area {1}: {2}").format(batch.slot.name, area, error)) from error


def content(batch: Batch, owed: dict, values: dict, explanations: dict) -> dict:
	"""What the digest is over; the same as chain.content_of() gives for the document."""
	given = {name: value for name, value in values.items() if value is not None}
	explained = [{"rule": rule, "explanation": words} for rule, words in explanations.items()]
	return {
		"slot": batch.slot.name,
		"area": owed["area"],
		"unit": owed["unit"],
		"incomplete": 0,
		"answered": ",".join(given),
		**given,
		**({"explanations": explained} if explained else {}),
	}


def collect(batch: Batch, owed: dict, values: dict, explanations: dict, line: ReplayedLine) -> None:
	"""Put the report's rows where they will be written from."""
	batch.steps.extend(line.steps)
	batch.decisions.extend(line.decisions)
	batch.reports.append(report_row(batch, owed, values, line))
	batch.progress.append(progress_row(batch, owed, line))
	parent = {"parent": line.name, "parenttype": batch.doctype, "parentfield": "explanations"}
	batch.explanations.extend(
		{**parent, "idx": number, "rule": rule, "explanation": words}
		for number, (rule, words) in enumerate(explanations.items(), 1)
	)


def report_row(batch: Batch, owed: dict, values: dict, line: ReplayedLine) -> dict:
	pending, begun_at = line.pending or {}, batch.begun_at or batch.slot.slot_time
	channel, entered_by_unit = batch.origins.get(owed["area"], (CHANNEL, owed["unit"]))
	return {
		"name": line.name,
		"creation": line.first_sent or begun_at,
		"modified": line.decided_at or begun_at,
		"slot": batch.slot.name,
		"area": owed["area"],
		"area_name": owed["area_name"],
		"unit": owed["unit"],
		"entered_by_unit": entered_by_unit,
		"channel": channel,
		"submitted_at": line.last_sent,
		"incomplete": int(not line.decisions),
		"workflow_state": line.state,
		"approval_unit": pending.get("unit"),
		"approval_step": pending.get("step", 0),
		"approval_due": pending.get("due_at"),
		"answered": ",".join(key for key, value in values.items() if value is not None),
		**{key: value or 0 for key, value in values.items()},
	}


def progress_row(batch: Batch, owed: dict, line: ReplayedLine) -> dict:
	"""How the obligation stands; the first sending decides whether it was in time."""
	sent = line.first_sent
	return {
		**owed,
		"state": STATES[line.state],
		"report": line.name,
		"submitted_at": sent,
		"accepted_at": line.decided_at if line.state == APPROVED else None,
		"on_time": is_on_time(sent, owed["due_at"], batch.report_type.grace_minutes) if sent else 0,
	}


# --- storing


def write(batch: Batch) -> None:
	figures = [row.fieldname for row in batch.indicators]
	insert(batch.doctype, [*REPORT_COLUMNS, *figures], batch.reports)
	insert("Report Explanation", EXPLANATION_COLUMNS, batch.explanations)
	insert("Approval Step", STEP_COLUMNS, batch.steps)
	insert("Approval Decision", DECISION_COLUMNS, batch.decisions)
	insert(
		"Report Obligation", OBLIGATION_KEY + OBLIGATION_PROGRESS, batch.progress, update=OBLIGATION_PROGRESS
	)


def insert(doctype: str, columns: list[str], rows: Iterable[dict], update: Iterable[str] = ()) -> None:
	"""Write dict rows; one without a name gets a random one, as the framework would give it."""
	named = ([row.get("name") or new_name(), *(row.get(column) for column in columns)] for row in rows)
	insert_rows(doctype, ["name", *columns], named, update=tuple(update))


def new_name() -> str:
	return frappe.generate_hash(length=10)
