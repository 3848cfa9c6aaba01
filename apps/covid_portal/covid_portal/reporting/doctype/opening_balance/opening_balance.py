import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.reporting import opening_balances


class InvalidBalance(frappe.ValidationError):
	pass


class BalanceStands(frappe.ValidationError):
	"""Figures that go on from the balance are public: what was wrong is put right by a correction."""


class OpeningBalance(Document):
	"""What had come together of a figure in an area before its first slot: the running total goes on from it.

	It is known before anything is published, or never: later a correction says in the open what was wrong.
	"""

	def autoname(self) -> None:
		self.take_indicator()
		self.name = opening_balances.name_of(self.report_type, self.area, self.fieldname)

	def validate(self) -> None:
		self.take_indicator()
		self.require_unpublished()
		self.validate_area()
		self.validate_balance()
		self.validate_source()

	def on_update(self) -> None:
		opening_balances.follow_later(self.report_type)

	def on_trash(self) -> None:
		self.require_unpublished()

	def after_delete(self) -> None:
		opening_balances.follow_later(self.report_type)

	def take_indicator(self) -> None:
		fields = ["report_type", "fieldname"]
		found = (
			frappe.db.get_value("Indicator", self.indicator, fields, as_dict=True) if self.indicator else None
		)
		if not found:
			frappe.throw(_("There is no indicator {0}.").format(self.indicator or "–"), InvalidBalance)
		self.update(found)

	def require_unpublished(self) -> None:
		opening_balances.require_unpublished(self.report_type, BalanceStands)

	def validate_area(self) -> None:
		if self.area not in opening_balances.areas_of(self.report_type):
			frappe.throw(
				_("{0} owes no report in the first slot: its total would be nowhere.").format(
					self.area or "–"
				),
				InvalidBalance,
			)

	def validate_balance(self) -> None:
		if self.fieldname not in opening_balances.balanced_indicators(self.report_type):
			frappe.throw(
				_("{0} has no running total: a balance is of a flow that adds up.").format(self.fieldname),
				InvalidBalance,
			)
		balance = opening_balances.whole(self.balance or 0)
		if balance is None:
			frappe.throw(
				_("{0}: “{1}” is not a whole number.").format(
					self.area, frappe.utils.cstr(self.balance)[:40]
				),
				InvalidBalance,
			)
		self.balance = balance

	def validate_source(self) -> None:
		if not (self.source or "").strip():
			frappe.throw(
				_("{0}: say where the figure comes from: bulletin or register.").format(self.area),
				frappe.MandatoryError,
			)


def on_doctype_update() -> None:
	frappe.db.add_index("Opening Balance", ["report_type", "area"], "of_type")
