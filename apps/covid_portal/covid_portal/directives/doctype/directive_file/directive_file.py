from typing import ClassVar

from frappe.model.document import Document

from covid_portal.directives.access import beside_condition


class DirectiveFile(Document):
	# Found out by the job that reads it.
	NOT_CONTENT: ClassVar = ("pages", "text_state")


def get_permission_query_conditions(user: str | None = None) -> str:
	return beside_condition("Directive File", "parent", user)
