"""Who sits where: units along the line, units over an area, who holds a duty in a unit today.

Asked unit by unit; `Seats.whole()` reads all at once, for those who plan for many documents.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

import frappe

from covid_portal.organisation.duties import ENABLED, running

UNIT_FIELDS = ["name", "unit_name", "unit_type", "line", "area", "parent_unit", "disabled"]


@dataclass(frozen=True)
class Seat:
	"""A duty the user holds in a unit today; `on_behalf_of`: the user whose substitute he is in it."""

	unit: str
	duty: str
	on_behalf_of: str | None = None


def seats_of(user: str) -> list[Seat]:
	"""The user's seats, own ones before those as a substitute; none for a disabled account."""
	condition, values = running()
	rows = frappe.db.sql(
		f"""select duty.unit, duty.duty, principal.user
		from `tabDuty Assignment` duty
		join `tabUnit` unit on unit.name = duty.unit and unit.disabled = 0
		left join `tabDuty Assignment` principal on principal.name = duty.substitute_for
		where duty.user = %(user)s and {condition} and {ENABLED}
		order by principal.user is not null, duty.creation""",
		{**values, "user": user},
	)
	return [Seat(*row) for row in rows]


def has_deciding_duty(user: str) -> bool:
	"""Whether the user holds a duty today that some route asks for a decision."""
	duties = {seat.duty for seat in seats_of(user)}
	return bool(duties and frappe.db.exists("Approval Route Step", {"duty": ("in", sorted(duties))}))


def deciding_duties(doctype: str) -> set[str]:
	"""Those that the DocType's routes ask for a decision."""
	return set(
		frappe.db.sql_list(
			"""select step.duty from `tabApproval Route Step` step
			join `tabApproval Route` route on route.name = step.parent and route.enabled = 1
			where step.parenttype = 'Approval Route' and route.document_type = %s""",
			doctype,
		)
	)


# Who holds a duty, and whose substitute he is in it.
Sitting = tuple[str, str | None]


@dataclass
class Seats:
	"""Answers are kept: one object serves one request or one run."""

	complete: bool = False  # everything there is has been read
	units: dict[str, frappe._dict | None] = field(default_factory=dict)
	sitting: dict[tuple[str, str], set[Sitting]] = field(default_factory=dict)  # by unit and duty
	over: dict[tuple[str, str], str | None] = field(default_factory=dict)
	area_parents: dict[str, str | None] = field(default_factory=dict)
	areas: dict[str, frappe._dict | None] = field(default_factory=dict)

	@classmethod
	def whole(cls) -> "Seats":
		condition, values = running()
		units = frappe.get_all("Unit", fields=UNIT_FIELDS)
		sitting: dict[tuple[str, str], set[Sitting]] = {}
		for unit, duty, *pair in frappe.db.sql(
			f"""select duty.unit, duty.duty, duty.user, principal.user from `tabDuty Assignment` duty
			left join `tabDuty Assignment` principal on principal.name = duty.substitute_for
			where {condition} and {ENABLED}""",
			values,
		):
			sitting.setdefault((unit, duty), set()).add(tuple(pair))
		return cls(
			complete=True,
			units={row.name: row for row in units},
			sitting=sitting,
			over={(row.unit_type, row.area): row.name for row in reversed(units) if not row.disabled},
			area_parents=dict(frappe.get_all("Area", fields=["name", "parent_area"], as_list=True)),
		)

	def unit(self, name: str | None) -> frappe._dict | None:
		if name and name not in self.units and not self.complete:
			self.units[name] = frappe.db.get_value("Unit", name, UNIT_FIELDS, as_dict=True)
		return self.units.get(name)

	def area(self, name: str | None) -> frappe._dict | None:
		if name and name not in self.areas:
			row = frappe.db.get_value("Area", name, "*", as_dict=True)
			self.areas[name] = row
		return self.areas.get(name)

	def superior_of(self, unit: str) -> str | None:
		row = self.unit(unit)
		return row.parent_unit if row else None

	def over_area(self, unit_type: str, area: str | None) -> str | None:
		"""The unit of this type over the area: its own, else that of the nearest area around it."""
		if not area:
			return None
		if self.complete:
			return self.over_area_of_all(unit_type, area)
		key = (unit_type, area)
		if key not in self.over:
			rows = frappe.db.sql(
				"""select unit.name from `tabArea` here
				join `tabArea` whole on here.lft between whole.lft and whole.rgt
				join `tabUnit` unit on unit.area = whole.name and unit.unit_type = %s and unit.disabled = 0
				where here.name = %s order by whole.lft desc, unit.name limit 1""",
				key,
			)
			self.over[key] = rows[0][0] if rows else None
		return self.over[key]

	def over_area_of_all(self, unit_type: str, area: str | None) -> str | None:
		while area:
			if found := self.over.get((unit_type, area)):
				return found
			area = self.area_parents.get(area)
		return None

	def holders(self, unit: str, duty: str) -> set[str]:
		"""Users with the duty in the unit today, substitutes among them."""
		return {user for user, _principal in self.seated(unit, duty)}

	def able(self, unit: str, duty: str, barred: Collection[str]) -> set[str]:
		"""The users who could decide where these persons may not: nor may one who stands in for one of them."""
		return {user for user, principal in self.seated(unit, duty) if not {user, principal} & set(barred)}

	def voices(self, unit: str, duty: str, barred: Collection[str]) -> set[str]:
		"""As able(), but a substitute and whom he stands in for are one, and the latter is named."""
		return {
			principal or user
			for user, principal in self.seated(unit, duty)
			if not {user, principal} & set(barred)
		}

	def seated(self, unit: str, duty: str) -> set[Sitting]:
		key = (unit, duty)
		if key not in self.sitting and not self.complete:
			condition, values = running()
			self.sitting[key] = set(
				frappe.db.sql(
					f"""select duty.user, principal.user from `tabDuty Assignment` duty
					left join `tabDuty Assignment` principal on principal.name = duty.substitute_for
					where duty.unit = %(unit)s and duty.duty = %(duty)s and {condition} and {ENABLED}""",
					{**values, "unit": unit, "duty": duty},
				)
			)
		return self.sitting.get(key, set())

	def unit_name(self, unit: str) -> str:
		row = self.unit(unit)
		return row.unit_name if row else unit
