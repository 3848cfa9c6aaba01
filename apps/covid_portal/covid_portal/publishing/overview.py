"""The overview: the newest slot's figures."""

from covid_portal.publishing import pages
from covid_portal.publishing.publication import Publication


def files(publication: Publication) -> dict[str, bytes]:
	return pages.in_each_language("overview", publication.latest) if publication.newest_is_new else {}
