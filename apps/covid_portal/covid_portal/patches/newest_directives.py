"""The search of directives looks through the newest first."""

from covid_portal.directives.doctype.directive_text.directive_text import on_doctype_update


def execute() -> None:
	on_doctype_update()
