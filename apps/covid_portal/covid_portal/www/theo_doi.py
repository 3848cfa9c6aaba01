"""The matrix: superiors see at a glance who has reported and who is late; asks `covid_portal.reporting.matrix`."""

import frappe

from covid_portal import staff_pages

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	staff_pages.fill_context(context, "/theo-doi", "matrix")
