"""Sites installed before levels were: their scopes, route and workflow; the page comes with the next build. Rules are an
administrator's to enter, or the province pack's, loaded again."""

from covid_portal.approval.managed_workflow import ensure_workflow
from covid_portal.approval.routes import load_shipped_routes
from covid_portal.organisation.scope import load_shipped_scopes

ADDED = ("Area Level",)


def execute() -> None:
	load_shipped_scopes(ADDED)
	load_shipped_routes(ADDED)
	for document_type in ADDED:
		ensure_workflow(document_type)
