from frappe.model.document import Document

from covid_portal.directives.access import beside_condition


class DirectiveRelation(Document):
	pass


def get_permission_query_conditions(user: str | None = None) -> str:
	return beside_condition("Directive Relation", "parent", user)
