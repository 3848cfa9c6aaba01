"""The field page: unit staff see what is due and fill in the report; asks `covid_portal.reporting.api`."""

import frappe

from covid_portal import staff_pages

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	staff_pages.fill_context(context, "/bao-cao")
