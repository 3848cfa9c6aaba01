"""Sites installed before places were: their scopes, routes, workflows and kinds; and the pages, with the next build."""

from covid_portal.approval.managed_workflow import ensure_workflow
from covid_portal.approval.routes import load_shipped_routes
from covid_portal.organisation.scope import load_shipped_scopes
from covid_portal.places.boards import ensure_boards
from covid_portal.places.doctype.control_place_kind.control_place_kind import load_shipped_kinds
from covid_portal.publishing.publication import newest_published
from covid_portal.publishing.snapshot import publish_slots

ROUTED = ("Quarantine Site", "Supply Point", "Control Place")


def execute() -> None:
	load_shipped_scopes((*ROUTED, "Quarantine Occupancy"))
	load_shipped_routes(ROUTED)
	for document_type in ROUTED:
		ensure_workflow(document_type)
	load_shipped_kinds()
	ensure_boards()
	if newest_published():
		publish_slots([])
