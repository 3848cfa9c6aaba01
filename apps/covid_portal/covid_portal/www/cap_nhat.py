"""The page on which units say what is in stock and how many people are in their sites; asks `covid_portal.places.api`."""

import frappe

from covid_portal import staff_pages

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	staff_pages.fill_context(context, "/cap-nhat", "places")
