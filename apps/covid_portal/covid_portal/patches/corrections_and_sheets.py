"""Sites installed before corrections and consolidated sheets were: their scopes, routes, workflows, and the public list."""

from covid_portal.approval.managed_workflow import ensure_workflow
from covid_portal.approval.routes import load_shipped_routes
from covid_portal.organisation.scope import load_shipped_scopes
from covid_portal.publishing.publication import newest_published
from covid_portal.publishing.snapshot import publish_slots

ADDED = ("Correction", "Consolidated Sheet")


def execute() -> None:
	load_shipped_scopes(ADDED)
	load_shipped_routes(ADDED)
	for document_type in ADDED:
		ensure_workflow(document_type)
	if newest := newest_published():
		publish_slots([newest])  # the page of corrections, and the way to it from the overview
