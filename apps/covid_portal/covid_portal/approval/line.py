"""A document on its approval line: its steps, its record, and who may decide on it now. Nothing here writes."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.approval import vocabulary as v
from covid_portal.approval.chain import CHAINED
from covid_portal.approval.contributions import contributions
from covid_portal.approval.seats import Seat, Seats, seats_of

STEP_COLUMNS = (
	"reference_doctype",
	"reference_name",
	"round",
	"step",
	"title",
	"route_version",
	"route_row",
	"unit",
	"duty",
	"approvals",
	"escalated_unit",
	"due_at",
	"reminded_at",
	"escalated_at",
	"counts_as_provisional",
	"state",
	"decided_by",
	"decided_at",
)
RECORD_COLUMNS = (*CHAINED, "return_to", "route_row", "digest", "creation")


@dataclass(frozen=True)
class Right:
	"""By which of a step's units, and for whom, the user may decide on it."""

	step: dict
	unit: str
	on_behalf_of: str | None


@dataclass
class Line:
	"""`steps`: of all rounds, in order; `record`: the decisions, oldest first."""

	doc: Document
	steps: list[dict] = field(default_factory=list)
	record: list[dict] = field(default_factory=list)
	contributors: set[str] = field(default_factory=set)

	@classmethod
	def load(cls, doc: Document) -> "Line":
		return next(iter(lines([doc]).values()))

	@property
	def round(self) -> int:
		return self.record[-1]["round"] if self.record else 0

	@property
	def current_steps(self) -> list[dict]:
		return [step for step in self.steps if step["round"] == self.round]

	@property
	def pending(self) -> list[dict]:
		return [step for step in self.current_steps if step["state"] == "Pending"]

	@property
	def authors(self) -> set[str]:
		"""Who entered the document, changed what it says, or sent it, in this round or an earlier one."""
		senders = {row["user"] for row in self.record if row["decision"] == v.SUBMIT}
		return {self.doc.owner, *senders, *self.contributors}

	def approvals(self) -> list[dict]:
		"""The approvals of this round that stand: a return to a step has undone those of it and after it."""
		standing: list[dict] = []
		for row in self.record:
			if row["round"] != self.round:
				continue
			if row["decision"] == v.APPROVE:
				standing.append(row)
			elif row["decision"] == v.RETURN:
				standing = [one for one in standing if one["step"] < row["return_to"]]
		return standing

	def approved_by(self, step: dict) -> set[str]:
		return {row["user"] for row in self.approvals() if is_of(row, step)}

	def deciders(self) -> set[str]:
		"""Those whose approval stands, and those on whose behalf it was given."""
		return involved(self.approvals())

	def is_approved_with(self, right: "Right", user: str, seats: Seats) -> bool:
		"""Whether the step has all its approvals, that of this user, by this right, among them. A late step that was passed
		up asks no more of its own unit once the superior unit has approved it."""
		step = right.step
		if right.unit == step["escalated_unit"]:
			return True
		if step["approvals"]:
			return len(self.approved_by(step) | {user}) >= step["approvals"]
		own = [row for row in self.approvals() if is_of(row, step)]
		earlier = involved(row for row in self.approvals() if not is_of(row, step))
		given = {row["on_behalf_of"] or row["user"] for row in own} | {right.on_behalf_of or user}
		return seats.voices(step["unit"], step["duty"], self.authors | earlier) <= given

	# --- who

	def right_of(self, user: str, seats: list[Seat]) -> Right | str:
		"""By what right the user may decide now; else the reason why not, in words."""
		self.require_pending()
		held = [right for step in self.pending for right in rights(step, seats)]
		if not held:
			return self.waits_for()
		if user in self.authors:
			return _("you entered, changed or sent it yourself")
		held = [right for right in held if right.on_behalf_of not in self.authors]
		if not held:
			return _("whose substitute you are has entered or sent it")
		deciders = self.deciders()
		if user in deciders:
			return _("you have decided on an earlier step")
		held = [right for right in held if right.on_behalf_of not in deciders]
		return held[0] if held else _("whose substitute you are has decided on it already in this round")

	def waits_for(self) -> str:
		names = Seats()
		parts = [
			_("{0} in {1}").format(_(step["duty"]), names.unit_name(unit))
			for step in self.pending
			for unit in units_of(step)
		]
		return _("it waits for {0}").format(", ".join(parts))

	def require_pending(self) -> None:
		if not self.pending:
			frappe.throw(
				_("{0} has no step that waits for a decision.").format(describe(self.doc)), v.ApprovalError
			)


def is_of(row: dict, step: dict) -> bool:
	"""Whether the decision was taken at the step."""
	return (row["step"], row["route_row"]) == (step["step"], step["route_row"])


def involved(rows: Iterable[dict]) -> set[str]:
	"""Who took these decisions, and on whose behalf."""
	return {row[key] for row in rows for key in ("user", "on_behalf_of") if row[key]}


def lines(docs: list[Document]) -> dict[str, Line]:
	"""{name: line} of documents of one DocType, in three statements. Names are texts in the record, numbers too."""
	found = {str(doc.name): Line(doc) for doc in docs}
	for doctype, columns, target, order in (
		("Approval Step", STEP_COLUMNS, "steps", "round, step, route_row"),
		("Approval Decision", RECORD_COLUMNS, "record", "sequence"),
	):
		rows = frappe.db.sql(
			f"""select name, {", ".join(f"`{column}`" for column in columns)} from `tab{doctype}`
			where reference_doctype = %s and reference_name in %s order by {order}""",
			(docs[0].doctype, list(found)),
			as_dict=True,
		)
		for row in rows:
			getattr(found[row.reference_name], target).append(row)
	for name, user in contributions(docs[0].doctype, list(found)):
		found[name].contributors.add(user)
	return found


def units_of(step: dict) -> list[str]:
	return [unit for unit in (step["unit"], step["escalated_unit"]) if unit]


def rights(step: dict, seats: list[Seat]) -> list[Right]:
	"""Own seats come before those as a substitute, as seats_of() gives them."""
	return [
		Right(step, seat.unit, seat.on_behalf_of)
		for seat in seats
		if seat.duty == step["duty"] and seat.unit in units_of(step)
	]


def earlier_steps(steps: list[dict], current: int) -> list[dict]:
	"""[{"step", "title"}] of those before the current one in the order they are gone through; steps that run together are
	gone back to together."""
	titles: dict[int, list[str]] = {}
	for step in steps:
		if step["step"] < current:
			titles.setdefault(step["step"], []).append(_(step["title"]))
	return [{"step": number, "title": ", ".join(titles[number])} for number in sorted(titles)]


def may_decide(line: Line, user: str) -> bool:
	return bool(line.pending) and isinstance(line.right_of(user, seats_of(user)), Right)


def describe(doc: Document) -> str:
	"""What a message calls the document: its own words, if it has some."""
	return doc.describe() if hasattr(doc, "describe") else f"{_(doc.doctype)} {doc.name}"
