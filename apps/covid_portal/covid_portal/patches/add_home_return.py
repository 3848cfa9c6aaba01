"""Sites installed before people registered to come home: scopes, route, workflow, settings, retention; and the form's page."""

from covid_portal.approval.managed_workflow import ensure_workflow
from covid_portal.approval.routes import load_shipped_routes
from covid_portal.citizens.doctype.home_return_settings.home_return_settings import ensure_settings
from covid_portal.organisation.scope import load_shipped_scopes
from covid_portal.privacy.retention import load_shipped_rules
from covid_portal.publishing.publication import newest_published
from covid_portal.publishing.snapshot import publish_slots

ROUTED = ("Home Return",)
SCOPED = (*ROUTED, "Arrival", "Commune Capacity")


def execute() -> None:
	load_shipped_scopes(SCOPED)
	load_shipped_routes(ROUTED)
	for document_type in ROUTED:
		ensure_workflow(document_type)
	ensure_settings()
	load_shipped_rules(ROUTED)
	if newest_published():
		publish_slots([])
