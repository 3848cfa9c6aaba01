import re

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.reporting import definitions

# Sections of the report's DocTypes that hold something else than a group's figures.
TAKEN = ("totals", "technical", "explanations")


class InvalidGroup(frappe.ValidationError):
	pass


class IndicatorGroup(Document):
	def validate(self) -> None:
		self.validate_code()

	def on_update(self) -> None:
		self.forget_definitions()

	def on_trash(self) -> None:
		self.forget_definitions()

	def validate_code(self) -> None:
		"""The code names the group's section in the forms."""
		if not re.fullmatch(r"[a-z][a-z0-9_]{1,40}", self.code or "") or self.code in TAKEN:
			frappe.throw(
				_(
					"The code “{0}” cannot be used: 2 to 41 small letters without accents, digits and _, not {1}."
				).format(self.code, ", ".join(TAKEN)),
				InvalidGroup,
			)

	def forget_definitions(self) -> None:
		"""Now, for this request; and once stored, for whoever has read the old ones meanwhile."""
		definitions.forget()
		frappe.db.after_commit.add(definitions.forget)
