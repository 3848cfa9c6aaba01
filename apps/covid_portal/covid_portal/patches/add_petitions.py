"""Sites installed before petitions were: categories, rules, clocks, scopes and the route of answers."""

from covid_portal.approval.managed_workflow import ensure_workflow
from covid_portal.approval.routes import load_shipped_routes
from covid_portal.citizens import assignment
from covid_portal.organisation.scope import load_shipped_scopes
from covid_portal.privacy.retention import load_shipped_rules

ROUTED = ("Petition Answer",)


def execute() -> None:
	assignment.load_shipped_rules()
	load_shipped_scopes(("Petition", *ROUTED))
	load_shipped_routes(ROUTED)
	for document_type in ROUTED:
		ensure_workflow(document_type)
	load_shipped_rules(("Petition",))
