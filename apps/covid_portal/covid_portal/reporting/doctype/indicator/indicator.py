import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, today

from covid_portal.reporting import definitions, indicator_fields

NEEDED = ("report_type", "fieldname", "label", "indicator_group")
KINDS = ("Flow", "Stock")


class InvalidIndicator(frappe.ValidationError):
	pass


class Indicator(Document):
	def before_insert(self) -> None:
		self.propose_field()
		self.place_last()
		self.make_fields()

	def validate(self) -> None:
		self.validate_bounds()
		self.validate_total()
		self.keep_meaning()
		self.follow_label()

	def on_update(self) -> None:
		self.forget_definitions()

	def on_trash(self) -> None:
		indicator_fields.require_no_figures(self, _("it cannot be deleted"))
		self.require_no_rule()

	def after_delete(self) -> None:
		indicator_fields.remove_fields(self)
		self.forget_definitions()

	def propose_field(self) -> None:
		if not self.fieldname:
			self.fieldname = indicator_fields.propose_name(self.label or "")

	def place_last(self) -> None:
		"""At the end of its group, unless a place was chosen."""
		if not self.position:
			group = {"report_type": self.report_type, "indicator_group": self.indicator_group}
			last = frappe.get_all("Indicator", group, pluck="position", order_by="position desc", limit=1)
			self.position = (last[0] if last else 0) + 1

	def make_fields(self) -> None:
		"""Make the columns before the row; what the framework is about to refuse makes none."""
		if not self.is_whole() or frappe.db.exists("Indicator", self.key()):
			return
		self.validate_bounds()
		self.validate_total()
		indicator_fields.require_name(self, frappe.get_cached_doc("Report Type", self.report_type))
		if indicator_fields.ensure_fields(self) and not self.valid_from:
			# Slots that were over before anybody was asked owe no answer.
			self.valid_from = today()

	def is_whole(self) -> bool:
		return all(self.get(field) for field in NEEDED) and self.kind in KINDS

	def key(self) -> dict[str, str]:
		return {"report_type": self.report_type, "fieldname": self.fieldname}

	def validate_bounds(self) -> None:
		if self.maximum and self.maximum < (self.minimum or 0):
			frappe.throw(
				_("{0}: the maximum {1} is below the minimum {2}.").format(
					self.label, self.maximum, self.minimum
				),
				InvalidIndicator,
			)
		if self.valid_from and self.valid_to and str(self.valid_to) < str(self.valid_from):
			frappe.throw(_("{0}: the last day is before the first.").format(self.label), InvalidIndicator)

	def validate_total(self) -> None:
		if cint(self.cumulative) and self.kind == "Stock":
			frappe.throw(
				_("{0}: a stock says how many there are now; only a flow has a running total.").format(
					self.label
				),
				InvalidIndicator,
			)

	def keep_meaning(self) -> None:
		"""Figures were entered and added up as what the indicator was then."""
		if self.is_new():
			return
		if self.has_value_changed("kind") or self.has_value_changed("cumulative"):
			indicator_fields.require_no_figures(self, _("its kind and running total stay as they are"))
			indicator_fields.ensure_fields(self)

	def follow_label(self) -> None:
		if not self.is_new():
			indicator_fields.follow_changes(self)

	def require_no_rule(self) -> None:
		"""A rule that names a figure nobody knows could not be saved any more."""
		using = [rule for rule in definitions.rules(self.report_type) if self.fieldname in rule_names(rule)]
		if using:
			frappe.throw(
				_("{0} is used by the rule {1}. Change or delete the rule first.").format(
					definitions.local_label(self), ", ".join(rule.name for rule in using)
				),
				indicator_fields.FieldInUse,
			)

	def forget_definitions(self) -> None:
		"""Now, for this request; and once stored, for whoever has read the old ones meanwhile."""
		definitions.forget()
		frappe.db.after_commit.add(definitions.forget)


def rule_names(rule: dict) -> set[str]:
	"""Figures that the rule speaks of."""
	from covid_portal.reporting.rules import names_of

	return {name.rsplit(".", 1)[-1] for name in names_of(rule)} | {rule.fieldname}


def on_doctype_update() -> None:
	frappe.db.add_unique("Indicator", ["report_type", "fieldname"], "one_per_field")
