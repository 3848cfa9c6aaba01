"""The inbox: what awaits the user's decision; asks `covid_portal.approval.inbox` and decides by `approval.bulk`."""

import frappe

from covid_portal import staff_pages

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	staff_pages.fill_context(context, "/cho-duyet", "inbox")
