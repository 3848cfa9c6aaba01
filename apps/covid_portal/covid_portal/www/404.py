"""What the framework answers where there is nothing: in the look and the language of the public pages."""

import frappe

from covid_portal.publishing import pages

no_cache = 1
sitemap = 0
ENGLISH = "/en/"


def get_context(context: frappe._dict) -> None:
	path = getattr(getattr(frappe.local, "request", None), "path", "")
	context.page = pages.not_found("en" if f"{path}/".startswith(ENGLISH) else "vi")
