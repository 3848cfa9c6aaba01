import re

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.reporting import definitions


class InvalidReportType(frappe.ValidationError):
	pass


class DocTypeTaken(InvalidReportType):
	"""Another report type is filled in by the DocType, or consolidated into it."""


class ReportType(Document):
	def validate(self) -> None:
		self.validate_code()
		self.validate_doctypes()
		self.validate_times()

	def on_update(self) -> None:
		definitions.forget()

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
