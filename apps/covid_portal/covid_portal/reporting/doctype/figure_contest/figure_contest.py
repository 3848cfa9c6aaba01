import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.approval.vocabulary import AppendOnly
from covid_portal.organisation.scope import scope_condition

OPEN, SETTLED, WITHDRAWN = "Open", "Settled", "Withdrawn"


class FigureContest(Document):
	"""One line's objection to a figure of the report that both lines share. Made and settled by contests.py alone."""

	def validate(self) -> None:
		self.validate_open()

	def on_trash(self) -> None:
		frappe.throw(_("A contest is part of the record; it is withdrawn, not deleted."), AppendOnly)

	def validate_open(self) -> None:
		before = self.get_doc_before_save()
		if before and before.state != OPEN:
			frappe.throw(
				_("This contest is {0} already; it stays as it is.").format(_(before.state)), AppendOnly
			)


def on_doctype_update() -> None:
	frappe.db.add_index("Figure Contest", ["area", "slot"], "of_area")


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Figure Contest", user)
