"""Directives sent to the user's unit: received, to be done by when, done; asks `covid_portal.directives.receipts`."""

import frappe

from covid_portal import staff_pages

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	staff_pages.fill_context(context, "/van-ban-den", "receipts")
