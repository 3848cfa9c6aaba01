"""Addresses in the Desk."""

import frappe


def form_link(doctype: str, name: str) -> str:
	return f"/app/{frappe.scrub(doctype).replace('_', '-')}/{name}"
