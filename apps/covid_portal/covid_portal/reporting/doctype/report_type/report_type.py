import re
from datetime import datetime, timedelta
from itertools import pairwise

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, getdate

from covid_portal.reporting import definitions, slots

A_MONDAY = datetime(2024, 1, 1)  # any day: times of day are the same on all


class InvalidReportType(frappe.ValidationError):
	pass


class DocTypeTaken(InvalidReportType):
	"""Another report type is filled in by the DocType, or consolidated into it."""


class ReportType(Document):
	def validate(self) -> None:
		self._validate_mandatory()  # before anything is made of what is missing
		self.validate_code()
		self.validate_doctypes()
		self.validate_times()
		self.validate_slots_ahead()
		self.validate_cut_offs()

	def on_update(self) -> None:
		definitions.forget()
		self.follow_times()

	def on_trash(self) -> None:
		definitions.forget()

	def validate_code(self) -> None:
		if not re.fullmatch(r"[A-Z]{3}", self.code or ""):
			frappe.throw(
				_("The code {0} must be three capital letters.").format(self.code), InvalidReportType
			)

	def validate_doctypes(self) -> None:
		"""A report says what type it is of by its DocType alone."""
		for doctype in (self.document_type, self.consolidated_type):
			either = [["document_type", "=", doctype], ["consolidated_type", "=", doctype]]
			others = frappe.get_all(
				"Report Type", {"name": ("!=", self.name)}, or_filters=either, pluck="title", limit=1
			)
			if others:
				frappe.throw(
					_("{0}: the report type {1} uses {2} already; each needs DocTypes of its own.").format(
						self.title, others[0], _(doctype)
					),
					DocTypeTaken,
				)

	def validate_times(self) -> None:
		times = [str(row.time) for row in self.times]
		if len(times) != len(set(times)):
			frappe.throw(_("{0}: the same time of day stands twice.").format(self.title), InvalidReportType)

	def validate_slots_ahead(self) -> None:
		"""A slot must be there before its window begins."""
		longest = max(self.windows(), default=timedelta())
		if timedelta(hours=cint(self.slots_ahead_hours)) < longest:
			frappe.throw(
				_(
					"{0}: slots are made at least {1} hours ahead, the longest time between two of them."
				).format(self.title, int(longest.total_seconds() // 3600)),
				InvalidReportType,
			)

	def validate_cut_offs(self) -> None:
		"""A report is due after its slot has opened."""
		shortest = min(self.windows(), default=timedelta.max)
		if cint(self.opens_before_minutes):
			shortest = min(shortest, timedelta(minutes=cint(self.opens_before_minutes)))
		for row in self.cutoffs:
			if timedelta(minutes=cint(row.minutes_before)) >= shortest:
				frappe.throw(
					_("{0}: a cut-off {1} minutes before the slot lies before the slot opens.").format(
						self.title, row.minutes_before
					),
					InvalidReportType,
				)

	def windows(self) -> list[timedelta]:
		"""How long each slot's window is; none where a time is missing."""
		if not all(row.time for row in self.times):
			return []
		found = slots.slot_times(self, A_MONDAY - timedelta(days=1), A_MONDAY + timedelta(days=1))
		return [later - earlier for earlier, later in pairwise(found)]

	def follow_times(self) -> None:
		"""Other times hold from the next slot that nobody owes yet."""
		before = self.get_doc_before_save()
		if before and timetable(before) != timetable(self):
			slots.forget_scheduled(self.name)


def timetable(report_type: Document) -> tuple:
	"""What the times of a slot are made of."""
	begins = report_type.active_from and getdate(report_type.active_from)
	lengths = (cint(report_type.get(field)) for field in ("opens_before_minutes", "lock_after_hours"))
	return (slots.times_of_day(report_type), begins, *lengths)
