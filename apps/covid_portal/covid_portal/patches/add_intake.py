"""Sites installed before people could send anything: limits of the forms, and how long it is kept."""

from covid_portal.citizens.doctype.intake_settings.intake_settings import ensure_settings
from covid_portal.privacy.retention import load_shipped_rules


def execute() -> None:
	ensure_settings()
	load_shipped_rules(("Intake",))
