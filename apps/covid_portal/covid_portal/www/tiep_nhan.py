"""Entry of petitions while somebody talks, on the telephone or at the counter; asks `covid_portal.citizens.calls`."""

import frappe

from covid_portal import staff_pages

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	staff_pages.fill_context(context, "/tiep-nhan", "calls")
