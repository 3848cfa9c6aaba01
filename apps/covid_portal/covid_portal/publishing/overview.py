"""The overview: the newest slot's figures."""

from covid_portal.publishing import pages, structured
from covid_portal.publishing.mapping.months import levels_now
from covid_portal.publishing.mapping.page import small_map
from covid_portal.publishing.publication import Publication


def files(publication: Publication) -> dict[str, bytes]:
	"""Nothing where older slots alone are published; between slots the levels may have changed."""
	if publication.slots and not publication.newest_is_new:
		return {}
	data = publication.latest
	return pages.in_each_language(
		"overview",
		{**data, "map": small_map(data, levels_now(publication))},
		lambda lang: {"structured": structured.announcement(data, lang)},
	)
