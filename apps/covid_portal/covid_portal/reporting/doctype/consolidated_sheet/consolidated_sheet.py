from datetime import datetime
from typing import ClassVar

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.approval.guard import is_deciding
from covid_portal.approval.vocabulary import APPROVED, STATE_FIELD, WITH_AUTHOR
from covid_portal.organisation.desk_links import form_link
from covid_portal.organisation.scope import scope_condition
from covid_portal.reporting import comparison, sheets
from covid_portal.reporting.consolidated_rows import COUNTS
from covid_portal.reporting.slots import slot_label


class SheetsAreMade(frappe.PermissionError):
	"""Sheets are made by consolidation; a person signs them and adds a note."""


class ConsolidatedSheet(Document):
	"""The figures of a district, or of the province, of one slot, to be signed. Sending it for approval is the signature."""

	NOT_CONTENT: ClassVar = ("changed", "area_name", "signed_at")
	MADE: ClassVar = ("unit", "edition", "changed", "signed_at", "signed_without", "figures_digest", *COUNTS)

	def onload(self) -> None:
		if self.get(STATE_FIELD) in WITH_AUTHOR:
			self.set_onload("unsigned", sheets.unsigned_within(self))

	def autoname(self) -> None:
		frappe.throw(_("Consolidated sheets are made when a slot is consolidated."), SheetsAreMade)

	def validate(self) -> None:
		if is_deciding(self):
			self.refuse_changed()
			return
		self.keep_server_fields()
		self.require_author()

	def before_approval(self, at: datetime) -> None:
		"""Called by decide() when the unit signs."""
		sheets.require_current(self)
		self.signed_without = sheets.without(self)
		self.signed_at = at

	def keep_server_fields(self) -> None:
		before = self.get_doc_before_save()
		if before:
			self.update({field: before.get(field) for field in self.MADE})

	def require_author(self) -> None:
		state = self.get(STATE_FIELD)
		if state and state not in WITH_AUTHOR:
			frappe.throw(
				_("{0} is in the state {1}: it cannot be changed now.").format(self.describe(), _(state)),
				SheetsAreMade,
			)

	def refuse_changed(self) -> None:
		if self.get(STATE_FIELD) == APPROVED:
			sheets.require_current(self)

	def comparison(self) -> dict:
		"""For the print format: the figures beside those before."""
		return comparison.compare(self.slot, self.area)

	@staticmethod
	def inbox_summaries(condition: str, values: dict) -> dict[str, dict]:
		"""How the inbox tells of sheets: whose, of which slot, who has reported, and what was signed without whom."""
		columns = ", ".join(f"sheet.`{column}`" for column in ("name", "area", "area_name", "note", *COUNTS))
		rows = frappe.db.sql(
			f"""select {columns}, sheet.signed_without, slot.slot_time
			from `tabConsolidated Sheet` sheet join `tabReport Slot` slot on slot.name = sheet.slot
			where {condition.replace("`tabConsolidated Sheet`", "sheet")}""",
			values,
			as_dict=True,
		)
		return {
			row.name: {
				"title": row.area_name or row.area,
				"details": [slot_label(row.slot_time), counts_in_words(row)],
				"warnings": told_of(row),
				"link": form_link("Consolidated Sheet", row.name),
			}
			for row in rows
		}

	def describe(self) -> str:
		at = frappe.db.get_value("Report Slot", self.slot, "slot_time")
		return _("Consolidated sheet of {0}, slot {1}").format(self.area_name or self.area, slot_label(at))


def counts_in_words(row: dict) -> str:
	return _("{0} of {1} areas have reported; {2} provisionally, {3} carried over.").format(
		row.reported, row.expected, row.provisional, row.carried
	)


def told_of(row: dict) -> list[str]:
	without = _("Signed without: {0}.").format(row.signed_without) if row.signed_without else ""
	note = _("{0}: {1}").format(_("Note"), row.note) if row.note else ""
	return [text for text in (without, note) if text]


def on_doctype_update() -> None:
	frappe.db.add_unique("Consolidated Sheet", ["slot", "area", "edition"], "one_edition")


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Consolidated Sheet", user)
