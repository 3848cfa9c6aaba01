from datetime import datetime
from typing import ClassVar

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import make_autoname
from frappe.utils import now_datetime

from covid_portal.approval import guard
from covid_portal.approval.vocabulary import APPROVED, IN_APPROVAL, STATE_FIELD
from covid_portal.organisation.scope import in_scope, scope_condition
from covid_portal.reporting import context, corrections, definitions, expressions, figures, rules
from covid_portal.reporting.consolidation import lock_figures
from covid_portal.reporting.obligations import obligation_of
from covid_portal.reporting.slots import COUNTED, day_of, slot_label


class CorrectionRefused(frappe.ValidationError):
	"""What is asked for cannot be corrected; the message says what and why."""


class NotPublished(CorrectionRefused):
	"""The slot's figures are not public yet: the report itself can still be changed."""


class CorrectionReasonMissing(CorrectionRefused):
	pass


class UnknownFigure(CorrectionRefused):
	pass


class NothingCorrected(CorrectionRefused):
	"""The new figure is the one in force."""


class CorrectionUnderWay(CorrectionRefused):
	"""Another correction of the same figure waits for its decision."""


class FigureMovedOn(CorrectionRefused):
	"""The figure in force is no longer the one that this correction was made against."""


class Correction(Document):
	# Written by the server once it is in force.
	NOT_CONTENT: ClassVar = ("approved_at", "version", "area_name")

	def autoname(self) -> None:
		self.require_place()
		self.name = make_autoname(f"{self.slot}-{self.area}-DC.##", doc=self)

	def validate(self) -> None:
		if guard.is_deciding(self):
			self.follow_decision()
			return
		guard.require_author(self)
		self.keep_server_fields()
		self.check()

	def before_approval(self, at: datetime) -> None:
		"""Called by decide() before the correction goes on its way: figures may have moved since it was drafted."""
		self.check()

	def on_decision(self, decision: str) -> None:
		"""Called by decide() when the decision is recorded."""
		if self.get(STATE_FIELD) == APPROVED:
			new = {row.fieldname: row.new_value for row in self.figures}
			corrections.apply(self.slot_row(), self.area, new)
			corrections.publish_later(self.slot)

	def check(self) -> None:
		self.place_in_slot()
		self.require_published()
		self.require_reason()
		self.clean_figures()
		self.require_none_under_way()
		self.check_rules()

	def follow_decision(self) -> None:
		"""A decision saves the correction as it stands, with what follows from its new state."""
		state = self.get(STATE_FIELD)
		for row in self.figures:
			row.under_way = f"{self.slot}-{self.area}-{row.fieldname}" if state == IN_APPROVAL else None
		if state == APPROVED:
			self.require_still_in_force()
			self.approved_at = now_datetime()

	# --- where it belongs

	def require_place(self) -> None:
		for field in ("slot", "area"):
			if not self.get(field):
				frappe.throw(
					_("A correction needs {0}.").format(_(self.meta.get_label(field))), frappe.MandatoryError
				)

	def place_in_slot(self) -> None:
		obligation = obligation_of(self.slot, self.area)
		if not obligation:
			frappe.throw(
				_("{0} owed no report in the slot {1}; there is nothing to correct.").format(
					self.full_area(), slot_label(self.slot_row().slot_time)
				),
				CorrectionRefused,
			)
		self.unit = obligation.unit

	def require_published(self) -> None:
		slot = self.slot_row()
		if slot.state not in COUNTED or not slot.published_at:
			frappe.throw(
				_(
					"{0}: the slot is not published yet. Change the report itself; where it is locked, an extension of its deadline opens it again."
				).format(self.describe()),
				NotPublished,
			)

	def keep_server_fields(self) -> None:
		before = self.get_doc_before_save()
		self.approved_at = before.approved_at if before else None
		self.version = before.version if before else 0
		for row in self.figures:
			row.under_way = None

	def slot_row(self) -> Document:
		if not self.flags.slot_row or self.flags.slot_row.name != self.slot:
			if not frappe.db.exists("Report Slot", self.slot):
				frappe.throw(_("There is no report slot {0}.").format(self.slot), CorrectionRefused)
			self.flags.slot_row = frappe.get_doc("Report Slot", self.slot)
		return self.flags.slot_row

	def full_area(self) -> str:
		return frappe.db.get_value("Area", self.area, "full_name", cache=True) or self.area

	def describe(self) -> str:
		"""'Correction for Xã Tam Chung, slot 16:00 of 20/11/2021': what every message about it begins with."""
		return _("Correction for {0}, slot {1}").format(
			self.full_area(), slot_label(self.slot_row().slot_time)
		)

	# --- what it says

	def require_reason(self) -> None:
		self.reason = (self.reason or "").strip()
		if not self.reason:
			frappe.throw(
				_("{0}: give the reason. It stands in the public list of corrections.").format(
					self.describe()
				),
				CorrectionReasonMissing,
			)

	def clean_figures(self) -> None:
		"""Each row: a figure of the slot, once, with the value in force beside the new one."""
		if not self.figures:
			frappe.throw(_("{0}: choose the figure to correct.").format(self.describe()), NothingCorrected)
		known = {row.fieldname: row for row in self.indicators()}
		in_force = corrections.effective_figures(self.slot_row(), self.area)
		counted = corrections.counted_figures(self.slot_row(), self.area)
		seen: set[str] = set()
		for row in self.figures:
			self.require_known(row, known, seen)
			self.clean_row(row, known[row.fieldname], in_force[row.fieldname], counted[row.fieldname])
			seen.add(row.fieldname)

	def require_known(self, row: Document, known: dict[str, dict], seen: set[str]) -> None:
		if row.fieldname not in known:
			frappe.throw(
				_("{0}: {1} is no figure of this slot.").format(self.describe(), row.fieldname), UnknownFigure
			)
		if row.fieldname in seen:
			frappe.throw(
				_("{0}: {1} stands twice.").format(
					self.describe(), definitions.local_label(known[row.fieldname])
				),
				UnknownFigure,
			)

	def clean_row(self, row: Document, indicator: dict, old: int | None, counted: int) -> None:
		new = figures.clean(indicator, row.new_value, self.describe())
		if new is None or new == old:
			frappe.throw(
				_("{0}: {1} is {2} already; give the figure it should be.").format(
					self.describe(), definitions.local_label(indicator), in_words(old)
				),
				NothingCorrected,
			)
		row.label = indicator.label
		row.old_value = None if old is None else str(old)
		row.new_value, row.delta = new, new - counted

	def require_none_under_way(self) -> None:
		"""Named here; the unique key of `under_way` decides where two are sent in the same moment."""
		fields = [row.fieldname for row in self.figures]
		rows = frappe.db.sql(
			"""select figure.label, other.name from `tabCorrection` other
			join `tabCorrection Figure` figure on figure.parent = other.name
			where other.slot = %s and other.area = %s and other.name != %s and other.workflow_state = %s
				and figure.fieldname in %s limit 1""",
			(self.slot, self.area, self.name or "", IN_APPROVAL, fields),
		)
		if rows:
			frappe.throw(
				_("{0}: {1} is being corrected already ({2}). Wait for that decision.").format(
					self.describe(), *rows[0]
				),
				CorrectionUnderWay,
			)

	def require_still_in_force(self) -> None:
		"""At the last approval: under the lock, so that nothing moves between this look and the move of the figures."""
		lock_figures(self.slot_row().report_type)
		in_force = corrections.effective_figures(self.slot_row(), self.area, lock=True)
		for row in self.figures:
			now = in_force.get(row.fieldname)
			if (row.old_value or None) != (None if now is None else str(now)):
				frappe.throw(
					_("{0}: {1} was {2} when this was sent and is {3} now. Return it to the unit.").format(
						self.describe(), row.label, in_words(row.old_value), in_words(now)
					),
					FigureMovedOn,
				)

	# --- rules

	def check_rules(self) -> None:
		broken = [rule for rule in self.broken_rules() if rule.severity == "Error"]
		if broken:
			sentences = " ".join(definitions.local_label(rule, "message") for rule in broken)
			frappe.throw(f"{self.describe()}: {sentences}", figures.InvalidFigure)

	def broken_rules(self) -> list[dict]:
		"""Rules that name a corrected figure and are broken by the report as it would be. Others are not its affair."""
		slot = self.slot_row()
		day = day_of(slot.slot_time)
		new = {row.fieldname: row.new_value for row in self.figures}
		values = corrections.effective_figures(slot, self.area) | new | self.previous_figures()
		persons = context.population(self.area, day)
		values |= {f"population.{group}": number for group, number in persons.items()}
		broken = rules.broken_rules(slot.report_type, values, day)
		return [rule for rule in broken if new.keys() & expressions.names(expressions.parse(rule.expression))]

	def previous_figures(self) -> dict[str, int | None]:
		previous = self.slot_row().previous_slot
		if not previous or not frappe.db.exists("Report Slot", previous):
			return {}
		values = corrections.effective_figures(frappe.get_doc("Report Slot", previous), self.area)
		return {f"previous.{field}": value for field, value in values.items()}

	def indicators(self) -> list[dict]:
		slot = self.slot_row()
		return definitions.indicators(slot.report_type, day_of(slot.slot_time))


def in_words(value: int | str | None) -> str:
	return _("not reported") if value in (None, "") else str(value)


@frappe.whitelist(methods=["GET"])
def figures_in_force(slot: str, area: str) -> list[dict]:
	"""The figures of an area in a slot that a correction may be made against, in the order of the form.

	[{"fieldname", "label", "group", "kind", "value": int | None}]; for who may write or read a correction there.
	"""
	correction = frappe.get_doc(doctype="Correction", slot=slot, area=area)
	if not in_scope(correction):
		frappe.throw(_("You may not see the figures of this area."), frappe.PermissionError)
	values = corrections.effective_figures(correction.slot_row(), area)
	titles = {row.name: definitions.local_label(row, "group_name") for row in definitions.groups()}
	return [
		{
			"fieldname": row.fieldname,
			"label": definitions.local_label(row),
			"group": titles.get(row.indicator_group, ""),
			"kind": row.kind,
			"value": values[row.fieldname],
		}
		for row in correction.indicators()
	]


def on_doctype_update() -> None:
	frappe.db.add_index("Correction", ["slot", "workflow_state"], "of_slot")
	frappe.db.add_index("Correction", ["area", "workflow_state"], "of_area")


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Correction", user)
