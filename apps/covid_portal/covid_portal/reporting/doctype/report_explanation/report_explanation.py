from frappe.model.document import Document

from covid_portal.organisation.scope import rows_condition


class ReportExplanation(Document):
	pass


def get_permission_query_conditions(user: str | None = None) -> str:
	return rows_condition("Report Explanation", "Situation Report", user)
