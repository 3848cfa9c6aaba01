"""The matrix page /theo-doi: superiors see at a glance who has reported and who is late.

The page is a shell; its script asks `covid_portal.reporting.matrix` for everything, where scope is checked.
"""

import frappe

from covid_portal.publishing.rendering import asset_urls
from covid_portal.www.bao_cao import SCRIPTS, embedded, page_settings

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	"""What the template needs; a guest is sent to the login page and comes back."""
	if frappe.session.user == "Guest":
		frappe.local.flags.redirect_location = "/login?redirect-to=/theo-doi"
		raise frappe.Redirect
	context.lang = frappe.local.lang
	context.assets = asset_urls()
	settings = page_settings(SCRIPTS.with_name("matrix"))
	context.has_desk = settings["has_desk"]
	context.settings = embedded(settings)
