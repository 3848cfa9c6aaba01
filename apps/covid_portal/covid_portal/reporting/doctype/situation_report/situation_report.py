from datetime import datetime
from typing import ClassVar

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cstr, escape_html

from covid_portal.approval.acts import Act
from covid_portal.approval.guard import NotWithAuthor, is_deciding
from covid_portal.approval.vocabulary import STATE_FIELD, WITH_AUTHOR
from covid_portal.organisation.scope import READING, scope_condition
from covid_portal.reporting import contests, context, definitions, figures, inbox, outliers, rules, slots
from covid_portal.reporting.doctype.report_slot.report_slot import refresh_later
from covid_portal.reporting.obligations import obligation_of, record_progress, record_progress_of
from covid_portal.reporting.slots import slot_label


class NotExpected(frappe.ValidationError):
	"""The area owes no report in this slot."""


class DuplicateReport(frappe.DuplicateEntryError):
	"""The area has a report in this slot already."""


class BrokenRule(frappe.ValidationError):
	"""Figures contradict each other."""


class ExplanationMissing(frappe.ValidationError):
	"""A figure is out of the ordinary and nobody said why."""


class SituationReport(figures.AnsweredFigures, Document):
	# Written by the server when it is sent; not part of what the unit says.
	NOT_CONTENT: ClassVar = ("submitted_at", "channel", "entered_by_unit", "idempotency_key", "area_name")

	def check_permission(self, permtype: str = "read", permlevel: int | None = None) -> None:
		"""As the framework does, but the refusal says which report it is about."""
		if not self.has_permission(permtype):
			self.raise_no_permission_to(permtype)

	def raise_no_permission_to(self, perm_type: str) -> None:
		"""Names nothing but the slot and the area that were asked for."""
		if perm_type in READING:
			message = _("{0} is not within your area: you cannot read it.")
		else:
			message = _("{0} is not yours to enter or change. Nothing was stored.")
		frappe.throw(message.format(self.asked_for()), frappe.PermissionError)

	def asked_for(self) -> str:
		if frappe.db.exists("Report Slot", self.slot):
			return self.describe()
		area, slot = (escape_html(cstr(value)) or "–" for value in (self.area, self.slot))
		return _("Report of {0}, slot {1}").format(area, slot)

	def autoname(self) -> None:
		self.validate_key()
		self.name = f"{self.slot}-{self.area}"
		self.validate_unique()

	def validate(self) -> None:
		if self.is_only_decided_on():
			return
		self.place_in_slot()
		self.require_author()
		self.require_open()
		self.keep_server_fields()
		self.clean_figures()
		self.check_rules()

	def before_approval(self, at: datetime) -> None:
		"""Called by decide() before the report goes on its way; `at` is when it was sent."""
		self.require_open()
		self.incomplete = 0
		self.clean_figures()
		self.check_rules()
		self.require_explanations()
		self.submitted_at = at

	def before_decision(self, act: Act) -> None:
		"""Called by decide() before a decision is stored."""
		contests.require_settled(self, act)

	def on_update(self) -> None:
		record_progress(self, self.report_type())

	def on_decision(self, decision: str) -> None:
		"""Called by decide() when the decision is recorded."""
		record_progress(self, self.report_type(), decision)
		refresh_later({self.slot})

	@staticmethod
	def before_bulk_decision(acts: list[Act], failed: dict[str, str]) -> None:
		"""As before_decision(), for many reports; what is refused goes to `failed` by its name."""
		contested = contests.reports_contested([act.doc.name for act in acts])
		for act in acts:
			if act.doc.name not in contested:
				continue
			try:
				contests.require_settled(act.doc, act)
			except contests.ContestOpen as error:
				frappe.clear_messages()
				failed[act.doc.name] = str(error)

	@staticmethod
	def on_bulk_decision(acts: list[Act]) -> None:
		"""As on_update() and on_decision(), for many reports."""
		record_progress_of(acts[0].doc.doctype, [act.doc.name for act in acts])
		refresh_later({act.doc.slot for act in acts})

	@staticmethod
	def inbox_summaries(condition: str, values: dict) -> dict[str, dict]:
		return inbox.summaries("Situation Report", condition, values)

	# --- what validate and before_approval are made of

	def is_only_decided_on(self) -> bool:
		"""A decision saves the report as it stands; the figures were checked when they were entered and sent."""
		return is_deciding(self)

	def require_open(self) -> None:
		obligation = obligation_of(self.slot, self.area)
		extended_until = obligation.extended_until if obligation else None
		slots.require_open(self.slot_row(), self.describe(), extended_until=extended_until)

	def validate_key(self) -> None:
		for field in ("slot", "area"):
			if not self.get(field):
				frappe.throw(
					_("A report needs {0}.").format(_(self.meta.get_label(field))), frappe.MandatoryError
				)

	def validate_unique(self) -> None:
		if frappe.db.exists(self.doctype, self.name):
			frappe.throw(
				_("{0} is there already. Open it to change it, as long as it is not locked.").format(
					self.describe()
				),
				DuplicateReport,
			)

	def place_in_slot(self) -> None:
		"""The accountable unit is the one that owes the slot, whichever line of the area enters the figures."""
		obligation = obligation_of(self.slot, self.area)
		if not obligation:
			frappe.throw(
				_("{0} owes no report in the slot {1}.").format(
					frappe.db.get_value("Area", self.area, "full_name") or self.area,
					slot_label(self.slot_row().slot_time),
				),
				NotExpected,
			)
		self.unit = obligation.unit

	def require_author(self) -> None:
		before = self.get_doc_before_save()
		state = before.get(STATE_FIELD) if before else None
		if state and state not in WITH_AUTHOR:
			frappe.throw(
				_("{0} is in the state {1}: its figures cannot be changed now.").format(
					self.describe(), _(state)
				),
				NotWithAuthor,
			)

	def keep_server_fields(self) -> None:
		before = self.get_doc_before_save()
		self.submitted_at = before.submitted_at if before else None
		self.entered_by_unit = context.unit_of_author(frappe.session.user, self.area) or self.unit
		self.channel = context.channel()

	def clean_figures(self) -> None:
		rows = self.indicators()
		values = {row.fieldname: figures.clean(row, self.get(row.fieldname), self.describe()) for row in rows}
		if not self.incomplete:
			figures.require_mandatory(rows, values, self.describe())
		# Figures of other days' forms, as of a retired indicator, are not taken in on any channel.
		self.update({**dict.fromkeys(self.figure_fields()), **values})
		self.answered = ",".join(field for field, value in values.items() if value is not None)

	def check_rules(self) -> None:
		broken = [rule for rule in self.broken_rules() if rule.severity == "Error"]
		if broken:
			sentences = " ".join(definitions.local_label(rule, "message") for rule in broken)
			labels = {row.fieldname: definitions.local_label(row) for row in self.indicators()}
			fields = ", ".join(dict.fromkeys(labels.get(rule.fieldname, rule.fieldname) for rule in broken))
			frappe.throw(f"{self.describe()}: {fields}: {sentences}", BrokenRule)

	def require_explanations(self) -> None:
		explained = {row.rule for row in self.explanations if (row.explanation or "").strip()}
		bounds = outliers.bounds_of(self.report_type(), self.slot_row(), self.area)
		open_rules = [
			rule
			for rule in self.broken_rules(bounds)
			if rule.severity == "Warning" and rule.name not in explained
		]
		if open_rules:
			sentences = " ".join(rules.message_of(rule, bounds) for rule in open_rules)
			frappe.throw(f"{self.describe()}: {sentences}", ExplanationMissing)

	def broken_rules(self, bounds: dict[str, outliers.Bounds] | None = None) -> list[dict]:
		"""Rules that the figures break; those about outliers where the bounds are given."""
		values = {row.fieldname: self.get(row.fieldname) for row in self.indicators()}
		values |= context.previous_figures(self)
		values |= rules.bound_values(bounds or {})
		day = slots.day_of(self.slot_row().slot_time)
		persons = context.population(self.area, day)
		values |= {f"population.{group}": number for group, number in persons.items()}
		return rules.broken_rules(self.report_type().name, values, day)

	# --- where it belongs

	def report_type(self) -> Document:
		return definitions.report_type_of(self.doctype)

	def indicators(self) -> list[dict]:
		return definitions.indicators(self.report_type().name, slots.day_of(self.slot_row().slot_time))

	def slot_row(self) -> frappe._dict:
		if not self.flags.slot_row or self.flags.slot_row.name != self.slot:
			fields = ["name", "slot_time", "opens_at", "locks_at", "state", "previous_slot"]
			self.flags.slot_row = frappe.db.get_value("Report Slot", self.slot, fields, as_dict=True)
			if not self.flags.slot_row:
				frappe.throw(_("There is no report slot {0}.").format(self.slot), NotExpected)
		return self.flags.slot_row

	def describe(self) -> str:
		"""'Report of Xã Tam Chung, slot 16:00 of 20/11/2021': what every message about it begins with."""
		area = frappe.db.get_value("Area", self.area, "full_name", cache=True) or self.area
		return _("Report of {0}, slot {1}").format(area, slot_label(self.slot_row().slot_time))


def on_doctype_update() -> None:
	frappe.db.add_unique("Situation Report", ["slot", "area"], "one_per_area")
	frappe.db.add_index("Situation Report", ["area", "slot"], "of_area")
	frappe.db.add_index("Situation Report", ["approval_unit", "approval_due"], "inbox")


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Situation Report", user)
