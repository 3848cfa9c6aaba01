"""To which unit a petition goes: Petition Assignment Rules by category and area, the nearest competent unit first."""

from dataclasses import dataclass

import frappe
from frappe import _

from covid_portal.organisation.duties import ENABLED, running
from covid_portal.organisation.once import read_once
from covid_portal.setup.csv_rows import shipped_rows

RULE = "Petition Assignment Rule"
DUTY_OF_PETITIONS = "Petition"  # whoever writes this DocType in his own unit works on petitions there


@dataclass(frozen=True)
class Found:
	unit: str
	reason: str


def find(category: str, area: str) -> Found | None:
	"""The unit and why it; None where no rule leads to a unit in which anybody works on petitions."""
	path = areas_up(area)
	for rule in rules_for(category, path):
		named = rule.unit and (rule.unit if has_officer(rule.unit) else None)
		if unit := named if rule.unit else nearest(rule.line, rule.unit_type, path):
			return Found(unit, reason_of(rule, unit, path))
	return None


@read_once
def areas_up(area: str) -> tuple[str, ...]:
	"""The area and those above it, from below."""
	rows = frappe.db.sql_list(
		"""select above.name from tabArea above join tabArea own on above.lft <= own.lft and above.rgt >= own.rgt
		where own.name = %s order by above.lft desc""",
		area,
	)
	return tuple(rows)


def rules_for(category: str, path: tuple[str, ...]) -> list[frappe._dict]:
	"""Those of the category before those of all, of these those of the nearest area first, everywhere last."""
	distance = {code: number for number, code in enumerate(path)}
	fitting = [row for row in rules_of(category) if not row.area or row.area in distance]
	return sorted(
		fitting, key=lambda row: (not row.category, distance.get(row.area, len(path)), not row.unit)
	)


@read_once
def rules_of(category: str) -> list[frappe._dict]:
	return frappe.get_all(
		RULE,
		{"enabled": 1, "category": ("in", (category, ""))},
		["category", "area", "line", "unit_type", "unit", "legal_reference"],
	)


@read_once
def nearest(line: str | None, unit_type: str | None, path: tuple[str, ...]) -> str | None:
	"""Of the units of this line and type over these areas the nearest with somebody on duty."""
	condition, values = running()
	given = {field: value for field, value in (("line", line), ("unit_type", unit_type)) if value}
	wanted = "".join(f" and unit.{field} = %({field})s" for field in given)
	rows = frappe.db.sql(
		f"""select unit.name, unit.area, unit.parent_unit from tabUnit unit
		where unit.area in %(path)s and unit.disabled = 0 {wanted}
			and exists (select 1 from `tabDuty Assignment` duty
				join `tabScope Rule` rule on rule.duty = duty.duty and rule.document_type = %(doctype)s
					and rule.access = 'Write'
				where duty.unit = unit.name and {condition} and {ENABLED})""",
		{**values, **given, "path": path, "doctype": DUTY_OF_PETITIONS},
		as_dict=True,
	)
	order = {code: number for number, code in enumerate(path)}
	rows.sort(key=lambda row: (order[row.area], bool(row.parent_unit), row.name))
	return rows[0].name if rows else None


@read_once
def has_officer(unit: str) -> bool:
	"""Whether somebody works on petitions in the unit today."""
	condition, values = running()
	return bool(
		frappe.db.sql(
			f"""select 1 from `tabDuty Assignment` duty
			join `tabScope Rule` rule on rule.duty = duty.duty and rule.document_type = %(doctype)s and rule.access = 'Write'
			where duty.unit = %(unit)s and {condition} and {ENABLED} limit 1""",
			{**values, "unit": unit, "doctype": DUTY_OF_PETITIONS},
		)
	)


def people_of(units: list[str]) -> dict[str, list[str]]:
	"""{unit: those who hold a duty there today that reads the petitions of its own unit}"""
	condition, values = running()
	rows = frappe.db.sql(
		f"""select distinct duty.unit, duty.user from `tabDuty Assignment` duty
		join `tabScope Rule` rule on rule.duty = duty.duty and rule.document_type = 'Petition' and rule.scope = 'Own Unit'
		where duty.unit in %(units)s and {condition} and {ENABLED} order by duty.user""",
		{**values, "units": tuple(units) or ("",)},
	)
	found: dict[str, list[str]] = {}
	for unit, user in rows:
		found.setdefault(unit, []).append(user)
	return found


@read_once
def people_in(unit: str) -> list[str]:
	return people_of([unit]).get(unit, [])


@read_once
def area_of(unit: str) -> str | None:
	return frappe.db.get_value("Unit", unit, "area")


def reason_of(rule: frappe._dict, unit: str, path: tuple[str, ...]) -> str:
	place = area_of(unit)
	why = rule.legal_reference or _("rule without a reference")
	if rule.unit:
		return _("named by the rule ({0})").format(why)
	if place == path[0]:
		return _("the unit of the place itself ({0})").format(why)
	return _("the nearest unit above the place with a petition officer on duty ({0})").format(why)


def load_shipped_rules() -> None:
	"""Categories, rules and clocks of setup/data, those that are not there yet."""
	for row in shipped_rows("petition_categories"):
		ensure("Petition Category", {"code": row["code"]}, row)
	if not frappe.db.count(RULE):
		for row in shipped_rows("petition_assignment_rules"):
			frappe.get_doc(doctype=RULE, **row).insert(ignore_permissions=True)
	for row in shipped_rows("petition_clock_rules"):
		ensure("Petition Clock Rule", {"code": row["code"]}, row)


def ensure(doctype: str, key: dict[str, str], row: dict[str, str | None]) -> None:
	if not frappe.db.exists(doctype, key):
		frappe.get_doc(doctype=doctype, **row).insert(ignore_permissions=True)


def search_units(text: str, start: int, length: int) -> list[tuple]:
	"""(name, unit's name) of units with somebody on duty whose name or code holds the text."""
	condition, values = running()
	return frappe.db.sql(
		f"""select distinct unit.name, unit.unit_name from tabUnit unit
		join `tabDuty Assignment` duty on duty.unit = unit.name
		join `tabScope Rule` rule on rule.duty = duty.duty and rule.document_type = %(doctype)s and rule.access = 'Write'
		where (unit.unit_name like %(text)s or unit.name like %(text)s) and {condition} and {ENABLED}
		order by unit.unit_name limit %(start)s, %(length)s""",
		{**values, "doctype": DUTY_OF_PETITIONS, "text": f"%{text}%", "start": start, "length": length},
	)
