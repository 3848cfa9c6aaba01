"""The scan page of checkpoints; asks `covid_portal.citizens.checkpoint`, and works without a network after the first visit."""

import frappe

from covid_portal import staff_pages

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	staff_pages.fill_context(context, "/chot", "chot")
