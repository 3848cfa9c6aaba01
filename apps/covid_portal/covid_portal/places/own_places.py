"""Whose places are: where a user may enter new ones, and for which unit; which ones he may change."""

import frappe

from covid_portal.approval.seats import seats_of
from covid_portal.organisation.scope import grants, scope_condition


def areas_to_write(doctype: str) -> dict[str, str]:
	"""{area: unit in charge}: where the user may enter places. An area of two of his units is the first one's."""
	if frappe.session.user == "Administrator":
		return dict(
			frappe.get_all("Unit", {"disabled": 0}, ["area", "name"], order_by="name desc", as_list=True)
		)
	units = [seat.unit for seat in seats_of(frappe.session.user)]
	given = {grant.unit: grant for grant in grants(frappe.session.user, doctype, "Write")}
	found: dict[str, str] = {}
	for unit in dict.fromkeys(unit for unit in units if unit in given):
		grant = given[unit]
		below = {"lft": (">=", grant.area_lft), "rgt": ("<=", grant.area_rgt)}
		own = [grant.area] if grant.scope == "Own Area" else frappe.get_all("Area", below, pluck="name")
		for area in own:
			found.setdefault(area, unit)
	return found


def changeable_names(doctype: str, names: set[str]) -> set[str]:
	"""Those of the places that the user may change."""
	return set(
		frappe.db.sql_list(
			f"select name from `tab{doctype}` where name in %s and {scope_condition(doctype, access='Write')}",
			[sorted(names) or [""]],
		)
	)
