import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.citizens import arrival_rules, return_pages


class OriginLevel(Document):
	"""The level of a province that people come home from, from a day on."""

	def validate(self) -> None:
		name = frappe.db.get_value("Return Origin", self.origin, "origin_name", cache=True)
		arrival_rules.require_level(self.level, name or _(self.doctype))

	def on_update(self) -> None:
		return_pages.show_later(_(self.doctype))

	def on_trash(self) -> None:
		return_pages.show_later(_(self.doctype))


def on_doctype_update() -> None:
	frappe.db.add_unique("Origin Level", ["origin", "valid_from"], "one_a_day")
