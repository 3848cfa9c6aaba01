"""The pages that no figure fills: help, and the links to other bodies' services."""

import frappe

from covid_portal.publishing import pages
from covid_portal.publishing.publication import Publication

LINK_FIELDS = ("title", "title_en", "url", "note", "note_en")


def files(publication: Publication) -> dict[str, bytes]:
	"""Made with every publication, so that they show what Publishing Settings say now."""
	if publication.more_follows:
		return {}
	updated = {"updated_at": publication.latest["published_at"]}
	return {
		**pages.in_each_language("help", {**updated, "times": report_times(publication)}),
		**pages.in_each_language("services", {**updated, "links": links()}),
	}


def report_times(publication: Publication) -> list[str]:
	"""At what times of the day figures are updated, as ISO times of some day."""
	report_type = frappe.get_cached_doc("Report Type", publication.latest["report_type"])
	day = publication.latest["time"][:10]
	return sorted(f"{day}T{str(row.time).zfill(8)}" for row in report_type.times)


def links() -> list[dict]:
	"""What other parts add (hook: service_links), then those of Publishing Settings, each address once."""
	rows = [row for path in frappe.get_hooks("service_links") for row in frappe.get_attr(path)()]
	listed: dict[str, dict] = {}
	for row in [*rows, *own_links()]:
		listed.setdefault(row["url"], row)
	return list(listed.values())


def own_links() -> list[dict]:
	settings = frappe.get_cached_doc("Publishing Settings")
	return [{field: row.get(field) or "" for field in LINK_FIELDS} for row in settings.links]
