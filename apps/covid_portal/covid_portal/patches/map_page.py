"""Sites that published before there was a map: it comes with a build of the newest slot."""

from covid_portal.publishing.publication import newest_published
from covid_portal.publishing.snapshot import publish_slots


def execute() -> None:
	if newest := newest_published():
		publish_slots([newest])
