"""The page /nop-bang: download a slot's workbook, fill it in, send it back, see by cell what is wrong.

The page is a shell, as /bao-cao is; its script asks `covid_portal.reporting.spreadsheet.api`, where scope is checked.
"""

from pathlib import Path

import frappe

from covid_portal.publishing.rendering import asset_urls
from covid_portal.www.bao_cao import embedded, page_settings

no_cache = 1
sitemap = 0

SCRIPTS = Path(__file__).resolve().parent.parent / "public" / "js" / "sheet"


def get_context(context: frappe._dict) -> None:
	"""What the template needs; a guest is sent to the login page and comes back."""
	if frappe.session.user == "Guest":
		frappe.local.flags.redirect_location = "/login?redirect-to=/nop-bang"
		raise frappe.Redirect
	context.lang = frappe.local.lang
	context.assets = asset_urls()
	settings = page_settings(SCRIPTS)
	context.has_desk = settings["has_desk"]
	context.settings = embedded(settings)
