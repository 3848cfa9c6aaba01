from typing import ClassVar

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.citizens import return_acts
from covid_portal.organisation.scope import rows_condition, scope_condition


class ArrivalFixed(frappe.PermissionError):
	"""What was recorded at the checkpoint does not change."""


class Arrival(Document):
	"""Somebody with a registration has arrived: where and when, and what each has to do until when. No person is named in it."""

	FREE: ClassVar = ("note",)

	def validate(self) -> None:
		before = self.get_doc_before_save()
		if before and not return_acts.is_acting(self):
			self.keep_record(before)

	def keep_record(self, before: Document) -> None:
		for field in self.meta.get_valid_columns():
			if field not in (*self.FREE, "modified", "modified_by") and field in before.as_dict():
				self.set(field, before.get(field))
		if [row.name for row in self.arrived] != [row.name for row in before.arrived]:
			frappe.throw(_("Who arrived was recorded at the checkpoint; it does not change."), ArrivalFixed)


def on_doctype_update() -> None:
	frappe.db.add_index("Arrival", ["state", "until"], "measures_ending")
	frappe.db.add_index("Arrival", ["state", "ends"], "ending")
	frappe.db.add_index("Arrival", ["area", "arrived_at"], "of_area")


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Arrival", user)


def get_person_permission_query_conditions(user: str | None = None) -> str:
	return rows_condition("Arrival Person", "Arrival", user)
