"""Sites that published before petitions had pages: limits that are new in Intake Settings, and the pages with a build."""

from covid_portal.citizens.doctype.intake_settings.intake_settings import ensure_settings
from covid_portal.publishing.publication import newest_published
from covid_portal.publishing.snapshot import publish_slots


def execute() -> None:
	ensure_settings()
	if newest := newest_published():
		publish_slots([newest])
