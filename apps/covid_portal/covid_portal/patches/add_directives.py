"""Sites installed before directives were: their scopes, route, workflow, types and clocks; and the pages, with the next build."""

from covid_portal.approval.managed_workflow import ensure_workflow
from covid_portal.approval.routes import load_shipped_routes
from covid_portal.directives.clocks import load_shipped_clocks
from covid_portal.directives.types import load_shipped_types
from covid_portal.organisation.scope import load_shipped_scopes
from covid_portal.publishing.publication import newest_published
from covid_portal.publishing.snapshot import publish_slots

SCOPED, ROUTED = ("Directive", "Directive Receipt"), ("Directive",)


def execute() -> None:
	load_shipped_scopes(SCOPED)
	load_shipped_routes(ROUTED)
	for document_type in ROUTED:
		ensure_workflow(document_type)
	load_shipped_types()
	load_shipped_clocks()
	if newest_published():
		publish_slots([])
