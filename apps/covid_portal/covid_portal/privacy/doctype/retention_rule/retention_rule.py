import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from covid_portal.privacy.reveal import personal_doctypes


class RetentionRuleRefused(frappe.ValidationError):
	"""There can be no such rule; the message says why."""


class RetentionRule(Document):
	"""How many days after which date the persons of a kind of document are erased."""

	def validate(self) -> None:
		self.require_personal_doctype()
		self.require_date_field()
		self.require_days()

	def require_personal_doctype(self) -> None:
		row = personal_doctypes().get(self.document_type)
		if not row:
			frappe.throw(
				_("{0} keeps nothing personal: it needs no rule.").format(_(self.document_type)),
				RetentionRuleRefused,
			)
		self.date_field = self.date_field or row["date_field"]

	def require_date_field(self) -> None:
		field = frappe.get_meta(self.document_type).get_field(self.date_field)
		standard = self.date_field in ("creation", "modified")
		if not standard and not (field and field.fieldtype in ("Date", "Datetime")):
			frappe.throw(
				_("{0} has no date field {1}.").format(_(self.document_type), self.date_field),
				RetentionRuleRefused,
			)

	def require_days(self) -> None:
		if cint(self.days) < 1:
			frappe.throw(_("Say after how many days; at least one."), RetentionRuleRefused)
