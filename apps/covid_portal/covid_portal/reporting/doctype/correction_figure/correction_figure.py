from typing import Any, ClassVar

from frappe.model.document import Document

from covid_portal.organisation.scope import rows_condition


class CorrectionFigure(Document):
	# Keeps two corrections of one figure from being under way at once; not part of what the unit says.
	NOT_CONTENT: ClassVar = ("under_way",)

	def __init__(self, *args: Any, **kwargs: Any) -> None:
		super().__init__(*args, **kwargs)
		# The framework fills a blank number with 0; a new figure must be given.
		self.dont_update_if_missing = ["new_value"]


def get_permission_query_conditions(user: str | None = None) -> str:
	return rows_condition("Correction Figure", "Correction", user)
