from collections.abc import Set

import frappe
from frappe.model.document import Document

from covid_portal.organisation.scope import scope_condition
from covid_portal.reporting import comparison
from covid_portal.reporting.figures import AnsweredFigures
from covid_portal.reporting.known_figures import figures_of_all


class ConsolidatedReport(AnsweredFigures, Document):
	"""One area's figures of one slot. Written by consolidation alone; a figure nobody knows reads as None."""

	GIVEN = "known"

	@staticmethod
	def given_by(values: Set[str | None]) -> dict[str | None, Set[str]]:
		return figures_of_all(values)

	def comparison(self) -> dict:
		"""For the print format: the figures beside those before."""
		return comparison.compare(self.slot, self.area)


def on_doctype_update() -> None:
	frappe.db.add_unique("Consolidated Report", ["slot", "area"], "one_per_area")
	frappe.db.add_index("Consolidated Report", ["area", "slot_time"], "series")


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Consolidated Report", user)
