"""Download a slot's workbook, fill it in, send it back; asks `covid_portal.reporting.spreadsheet.api`."""

import frappe

from covid_portal import staff_pages

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	staff_pages.fill_context(context, "/nop-bang", "sheet")
