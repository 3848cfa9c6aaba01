"""Sites installed before bulletins were: their scopes, route, workflow and texts; and the pages, with the next build."""

from covid_portal.approval.managed_workflow import ensure_workflow
from covid_portal.approval.routes import load_shipped_routes
from covid_portal.bulletins.doctype.bulletin_settings.bulletin_settings import load_shipped_settings
from covid_portal.organisation.scope import load_shipped_scopes
from covid_portal.publishing.publication import newest_published
from covid_portal.publishing.snapshot import publish_slots

ADDED = ("Bulletin",)


def execute() -> None:
	load_shipped_scopes(ADDED)
	load_shipped_routes(ADDED)
	for document_type in ADDED:
		ensure_workflow(document_type)
	load_shipped_settings()
	if newest_published():
		publish_slots([])
