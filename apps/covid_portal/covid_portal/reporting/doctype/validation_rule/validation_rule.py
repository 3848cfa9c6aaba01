import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

from covid_portal.reporting import definitions, expressions
from covid_portal.reporting.rules import OUTLIER


class InvalidRule(frappe.ValidationError):
	pass


class ValidationRule(Document):
	def validate(self) -> None:
		self._validate_mandatory()  # before anything is made of what is missing
		if self.kind == OUTLIER:
			self.validate_outlier()
		else:
			self.validate_expression()
		self.validate_names()
		self.validate_dates()

	def on_update(self) -> None:
		self.forget_definitions()

	def on_trash(self) -> None:
		self.forget_definitions()

	def validate_expression(self) -> None:
		try:
			self.tree = expressions.parse(self.expression or "")
		except expressions.ExpressionError as error:
			frappe.throw(
				_("Rule {0}: the expression cannot be used: {1}.").format(self.rule_key, error), InvalidRule
			)

	def validate_outlier(self) -> None:
		"""Far from one's own history is a reason to ask, never to refuse."""
		self.tree = {"name": self.fieldname}
		self.expression = None
		if self.severity != "Warning":
			frappe.throw(
				_("Rule {0}: an outlier is a warning; what is unusual may be true.").format(self.rule_key),
				InvalidRule,
			)
		if not 1 <= flt(self.threshold) <= 100:
			frappe.throw(
				_("Rule {0}: the threshold must be between 1 and 100.").format(self.rule_key), InvalidRule
			)

	def validate_names(self) -> None:
		fields = {row.fieldname for row in definitions.indicators(self.report_type)}
		populations = {f"population.{code}" for code in frappe.get_all("Population Group", pluck="name")}
		known = fields | {f"previous.{field}" for field in fields}
		used = set(expressions.names(self.tree))
		# The groups come with the province pack: before it, any is taken on trust.
		unknown = (
			used - known - populations if populations else {n for n in used - known if "population." not in n}
		)
		unknown |= {self.fieldname} - fields
		if unknown:
			frappe.throw(
				_("Rule {0}: {1} is no figure of {2}.").format(
					self.rule_key, ", ".join(sorted(unknown)), _(self.report_type)
				),
				InvalidRule,
			)

	def validate_dates(self) -> None:
		if self.valid_from and self.valid_to and str(self.valid_to) < str(self.valid_from):
			frappe.throw(_("Rule {0}: the last day is before the first.").format(self.rule_key), InvalidRule)

	def forget_definitions(self) -> None:
		"""Now, for this request; and once stored, for whoever has read the old ones meanwhile."""
		definitions.forget()
		frappe.db.after_commit.add(definitions.forget)
