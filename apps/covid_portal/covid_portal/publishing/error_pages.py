"""The pages of addresses that lead nowhere, as files: a web server answers with them without asking anybody."""

from covid_portal.publishing import pages
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.site_map import LANGUAGES

FOLDER = "errors"  # no address leads there: pages end in .html, which only the server itself asks for


PAGES = {
	400: "bad_request.html",
	404: "not_found.html",
	413: "too_large.html",
	429: "too_many.html",
	503: "unavailable.html",
}


def files(publication: Publication) -> dict[str, bytes]:
	if publication.more_follows:
		return {}
	return {
		path_of(status, lang): pages.refusal(template, lang).encode()
		for status, template in PAGES.items()
		for lang in LANGUAGES
	}


def path_of(status: int, lang: str) -> str:
	return f"{FOLDER}/{status}.{lang}.html"
