import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.reporting import definitions, expressions


class InvalidRule(frappe.ValidationError):
	pass


class ValidationRule(Document):
	def validate(self) -> None:
		self.validate_expression()
		self.validate_names()

	def on_update(self) -> None:
		definitions.forget()

	def on_trash(self) -> None:
		definitions.forget()

	def validate_expression(self) -> None:
		try:
			self.tree = expressions.parse(self.expression)
		except expressions.ExpressionError as error:
			frappe.throw(
				_("Rule {0}: the expression cannot be used: {1}.").format(self.rule_key, error), InvalidRule
			)

	def validate_names(self) -> None:
		fields = {row.fieldname for row in definitions.indicators(self.report_type)}
		populations = {f"population.{code}" for code in frappe.get_all("Population Group", pluck="name")}
		known = fields | {f"previous.{field}" for field in fields}
		used = {self.fieldname, *expressions.names(self.tree)}
		# The groups come with the province pack: before it, any is taken on trust.
		unknown = (
			used - known - populations if populations else {n for n in used - known if "population." not in n}
		)
		if unknown:
			frappe.throw(
				_("Rule {0}: {1} is no figure of {2}.").format(
					self.rule_key, ", ".join(sorted(unknown)), _(self.report_type)
				),
				InvalidRule,
			)
