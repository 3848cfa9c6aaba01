"""Sites installed before figures were contested and held against their own history: scopes and shipped rules."""

from covid_portal.organisation.scope import load_shipped_scopes
from covid_portal.reporting.definitions import load_shipped_rules


def execute() -> None:
	load_shipped_scopes(("Figure Contest",))
	load_shipped_rules("Outlier")
