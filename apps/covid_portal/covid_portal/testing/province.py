"""A small province of the tests' own: codes begin with "ZZ", and nothing of it outlives the test class.

It needs no province pack and minds none: one province ZZ, districts ZZ1 and ZZ2, communes ZZ11, ZZ12, ZZ21 and ZZ22, the
units of both lines, and a user for every part a test of permissions has.
"""

from datetime import date

import frappe
from frappe.cache_manager import user_cache_keys
from frappe.utils import add_days, today

from covid_portal.organisation.duties import STAFF_ROLE
from covid_portal.organisation.writers import insert_rows

PROVINCE, DISTRICT, OTHER_DISTRICT = "ZZ", "ZZ1", "ZZ2"
COMMUNE, SIBLING, OUTSIDE, OUTSIDE_TOO = COMMUNES = ("ZZ11", "ZZ12", "ZZ21", "ZZ22")

AREAS = (
	("ZZ", None, "Province", 1),
	("ZZ1", "ZZ", "Rural District", 2),
	("ZZ2", "ZZ", "City", 2),
	("ZZ11", "ZZ1", "Commune", 3),
	("ZZ12", "ZZ1", "Township", 3),
	("ZZ21", "ZZ2", "Ward", 3),
	("ZZ22", "ZZ2", "Ward", 3),
)
UNIT_TYPES = (
	("CDC", "Health", 1),
	("PPC", "Government", 1),
	("DHC", "Health", 2),
	("DPC", "Government", 2),
	("CHS", "Health", 3),
	("CPC", "Government", 3),
)
# unit type, area, superior: the health line and the government line
UNITS = (
	("CDC", "ZZ", None),
	("PPC", "ZZ", None),
	("DHC", "ZZ1", "CDC-ZZ"),
	("DHC", "ZZ2", "CDC-ZZ"),
	("DPC", "ZZ1", "PPC-ZZ"),
	("CHS", "ZZ11", "DHC-ZZ1"),
	("CHS", "ZZ12", "DHC-ZZ1"),
	("CHS", "ZZ21", "DHC-ZZ2"),
	("CHS", "ZZ22", "DHC-ZZ2"),
	("CPC", "ZZ11", "DPC-ZZ1"),
)
# who, duty, unit, first and last day of the duty from today
PEOPLE = (
	("reporter", "Reporter", "CHS-ZZ11", 0, None),
	("government", "Reporter", "CPC-ZZ11", 0, None),
	("sibling", "Reporter", "CHS-ZZ12", 0, None),
	("outsider", "Reporter", "CHS-ZZ21", 0, None),
	("district", "Approver", "DHC-ZZ1", 0, None),
	("colleague", "Approver", "DHC-ZZ1", 0, None),
	("other line", "Approver", "DPC-ZZ1", 0, None),
	("other district", "Approver", "DHC-ZZ2", 0, None),
	("cdc", "Approver", "CDC-ZZ", 0, None),
	("publisher", "Publisher", "CDC-ZZ", 0, None),
	("auditor", "Auditor", "CDC-ZZ", 0, None),
	("administrator", "Portal Administrator", "PPC-ZZ", 0, None),
	("disabled", "Approver", "DHC-ZZ1", 0, None),
	("ended", "Approver", "DHC-ZZ1", -30, -1),
	("future", "Approver", "DHC-ZZ1", 1, None),
)
ADULTS = 1000


def create() -> None:
	"""Everything above, inside the caller's transaction.

	Set-based: a user's own document events are slow, ask the network for a picture and clear every cache.
	"""
	for code, line, level in UNIT_TYPES:
		ensure("Unit Type", code, code=code, type_name=code, line=line, level=level)
	ensure("Population Group", "adults", code="adults", group_name="Adults", min_age=18)
	create_areas()
	create_units()
	create_system_manager()
	for who in people():
		create_user(who)
	for who, duty, unit, first, last in PEOPLE:
		insert_duty(who, duty, unit, first, last)
	forget_people()


def ensure(doctype: str, name: str, **values) -> None:
	if not frappe.db.exists(doctype, name):
		frappe.get_doc(doctype=doctype, **values).insert()


def create_areas() -> None:
	parents = {code: parent for code, parent, _kind, _level in AREAS}
	bounds = nested("Area", parents)
	columns = [
		"name",
		"code",
		"area_name",
		"full_name",
		"kind",
		"level",
		"parent_area",
		"is_group",
		"lft",
		"rgt",
	]
	rows = [
		[code, code, f"Test {code}", f"{kind} {code}", kind, level, parent, int(level < 3), *bounds[code]]
		for code, parent, kind, level in AREAS
	]
	insert_rows("Area", columns, rows)
	columns = ["name", "parent", "parenttype", "parentfield", "population_group", "persons", "as_of"]
	rows = [
		[f"adults-{code}", code, "Area", "populations", "adults", ADULTS, add_days(today(), -365)]
		for code in COMMUNES
	]
	insert_rows("Area Population", columns, rows)


def create_units() -> None:
	lines = {code: line for code, line, _level in UNIT_TYPES}
	bounds = nested("Unit", {f"{unit_type}-{area}": superior for unit_type, area, superior in UNITS})
	columns = ["name", "code", "unit_name", "unit_type", "line", "area", "parent_unit", "lft", "rgt"]
	rows = []
	for unit_type, area, superior in UNITS:
		code = f"{unit_type}-{area}"
		row = [code, code, f"{unit_type} of {area}", unit_type, lines[unit_type], area, superior]
		rows.append([*row, *bounds[code]])
	insert_rows("Unit", columns, rows)


def create_unit_of(unit_type: str, area: str, **values: str) -> None:
	"""One more unit, without a superior."""
	code = f"{unit_type}-{area}"
	bounds = nested("Unit", {code: None})[code]
	columns = ["name", "code", "unit_name", "unit_type", "line", "area", "lft", "rgt", *values]
	insert_rows("Unit", columns, [[code, code, code, unit_type, "Health", area, *bounds, *values.values()]])


def found_commune(code: str, district: str, unit_type: str = "CHS", **values: str) -> None:
	"""One more commune of the district with its health station, as an administrator enters them."""
	frappe.get_doc(
		doctype="Area",
		code=code,
		area_name=f"Test {code}",
		full_name=f"Commune {code}",
		kind="Commune",
		level=3,
		parent_area=district,
		**values,
	).insert()
	station = {"code": f"CHS-{code}", "unit_name": f"CHS of {code}", "unit_type": unit_type}
	frappe.get_doc(
		doctype="Unit", area=code, parent_unit=f"DHC-{district}", line="Health", **station, **values
	).insert()


def merge(area: str, last_day: str | date | None = None, **shares: float) -> None:
	"""The area ends with the day and goes on in these, by share in percent; without a day it stays and gives them parts."""
	document = frappe.get_doc("Area", area)
	document.valid_to = last_day
	for successor, share in shares.items():
		document.append("successors", {"area": successor, "share": share})
	document.save()


def nested(doctype: str, parents: dict[str, str | None]) -> dict[str, tuple[int, int]]:
	"""Bounds of a nested set that follows on the one which is there."""
	number = frappe.db.sql(f"select coalesce(max(rgt), 0) from `tab{doctype}`")[0][0]
	bounds: dict[str, tuple[int, int]] = {}

	def visit(code: str) -> None:
		nonlocal number
		number += 1
		left = number
		for part in [part for part, parent in parents.items() if parent == code]:
			visit(part)
		number += 1
		bounds[code] = (left, number)

	for root in [code for code, parent in parents.items() if parent is None]:
		visit(root)
	return bounds


def people() -> list[str]:
	"""All of PEOPLE, and one without any duty."""
	return [*dict.fromkeys(who for who, *_duty in PEOPLE), "stranger"]


def address(who: str) -> str:
	"""The user's name, from what the tests call the person."""
	return who if who in frappe.STANDARD_USERS else f"zz.{who.replace(' ', '.')}@example.com"


def create_system_manager() -> None:
	"""As long as a site has none, the framework makes one of whichever user is saved next."""
	create_user("system manager")
	columns = ["name", "parent", "parenttype", "parentfield", "role"]
	row = ["zz-system-manager", address("system manager"), "User", "roles", "System Manager"]
	insert_rows("Has Role", columns, [row], ignore=True)


def create_user(who: str) -> None:
	columns = ["name", "email", "username", "first_name", "full_name", "user_type", "language", "enabled"]
	row = [address(who), address(who), f"zz.{who}", who, who, "System User", "vi", int(who != "disabled")]
	insert_rows("User", columns, [row])


def assign(
	who: str, duty: str, unit: str, first: int = 0, last: int | None = None, substitute_for: str | None = None
) -> str:
	"""A duty from `first` to `last`, in days from today, with its roles; returns the assignment's name."""
	name = insert_duty(who, duty, unit, first, last, substitute_for)
	frappe.clear_cache(user=address(who))
	return name


def insert_duty(
	who: str, duty: str, unit: str, first: int, last: int | None, substitute_for: str | None = None
) -> str:
	"""The roles are there whether or not the duty runs: as on the days before the nightly job has taken them away."""
	until = add_days(today(), last) if last is not None else None
	name = f"{address(who)}-{duty}-{unit}"
	columns = ["name", "user", "duty", "unit", "valid_from", "valid_to", "substitute_for"]
	insert_rows(
		"Duty Assignment",
		columns,
		[[name, address(who), duty, unit, add_days(today(), first), until, substitute_for]],
	)
	columns = ["name", "parent", "parenttype", "parentfield", "role"]
	roles = [[f"{address(who)}-{role}", address(who), "User", "roles", role] for role in (duty, STAFF_ROLE)]
	insert_rows("Has Role", columns, roles, ignore=True)
	return name


def forget_people() -> None:
	"""What is cached of all of them. As frappe.clear_cache() and clear_document_cache() for each, which go to Redis some
	thirty times for one user."""
	names = [address(who) for who in people()]
	frappe.clear_cache(user=names[0])  # what this process keeps, besides
	with frappe.cache.pipeline(transaction=False) as together:
		for cached in user_cache_keys:
			key = frappe.cache.make_key(cached)
			together.hdel(key, *names)
			for name in names:
				frappe.local.cache.get(key, {}).pop(name, None)
		together.execute()
	frappe.cache.delete_value([frappe.get_document_cache_key("User", name) for name in names])
