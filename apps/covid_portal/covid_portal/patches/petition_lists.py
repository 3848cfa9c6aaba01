"""Sites that had petitions before their lists had indexes of their own."""

from covid_portal.citizens.doctype.petition.petition import on_doctype_update


def execute() -> None:
	on_doctype_update()
