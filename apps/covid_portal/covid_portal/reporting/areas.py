"""Areas and units as excuses and extensions name them: an area with all below it, or one unit of it."""

import frappe
from frappe import _


def require_unit_in_area(unit: str | None, area: str, error: type[Exception]) -> None:
	"""Whoever may decide on the area decides on the unit only if it lies there."""
	if not unit:
		return
	inside = frappe.db.sql(
		"""select 1 from `tabUnit` unit
		join `tabArea` its on its.name = unit.area
		join `tabArea` whole on whole.name = %(area)s
		where unit.name = %(unit)s and its.lft >= whole.lft and its.rgt <= whole.rgt""",
		{"unit": unit, "area": area},
	)
	if not inside:
		frappe.throw(_("The unit {0} does not lie in the area {1}.").format(unit, area), error)


def covers_sql(row: str, owed: str = "owed") -> str:
	"""Condition: the obligation `owed` lies in the area of the alias `row`, and is its unit's where it names one.

	Expects the joins of `area_joins()`.
	"""
	return f"(coalesce({row}.unit, '') in ('', {owed}.unit))"


def area_joins(row: str, owed: str = "owed") -> str:
	"""Joins from an obligation to the rows whose area contains its own."""
	return f"""join `tabArea` its on its.name = {owed}.area
		join `tabArea` whole on whole.name = {row}.area and whole.lft <= its.lft and whole.rgt >= its.rgt"""
