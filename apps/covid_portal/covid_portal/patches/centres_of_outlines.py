"""Sites whose map had outlines before areas took their centres from them."""

from covid_portal.publishing.mapping.centres import follow_outlines
from covid_portal.publishing.mapping.outline_files import COMMUNE, DISTRICT


def execute() -> None:
	for level in (DISTRICT, COMMUNE):
		follow_outlines(level)
