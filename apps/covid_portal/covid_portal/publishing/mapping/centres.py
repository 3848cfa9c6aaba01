"""The centres of areas: entered by an administrator, else a place inside of the approved outline.

Set-based: one statement for all areas. It skips the events of Area, of which none looks at a centre; the rule on who has the
last word (Area.validate_centre) is applied here, and versions are written. Where an administrator has attached something
to these events, areas are saved one by one.
"""

import json
from collections.abc import Mapping

import frappe
from frappe import _
from frappe.utils import cint, flt

from covid_portal.organisation.doctype.area.area import CENTRE
from covid_portal.organisation.writers import insert_rows, write_versions
from covid_portal.publishing import snapshot
from covid_portal.publishing.mapping.outline_files import LEVELS, PROVINCE, approved
from covid_portal.publishing.mapping.web_outlines import centres_of
from covid_portal.reporting.spreadsheet.listeners import has_listeners

FOLLOWS = "centre_of_outline"
NOWHERE = (0.0, 0.0)
MAKERS = ("covid_portal.publishing.open_data.files",)  # areas.json, from which the pages measure

Centre = tuple[float, float]  # latitude, longitude; NOWHERE: not known


def follow_outlines(level: str) -> int:
	"""Areas of the level whose centre nobody has entered get that of their approved outline, and lose it where there is none
	any more. Returns how many have changed."""
	if level == PROVINCE:
		return 0
	row = approved(level)
	drawn = centres_of(json.loads(row.web)) if row else {}
	areas = frappe.get_all("Area", {"level": LEVELS[level]}, ["name", *CENTRE, FOLLOWS])
	free = [area.name for area in areas if area.get(FOLLOWS) or not area.latitude]
	return store({code: drawn.get(code, NOWHERE) for code in free}, follows=True)


def store(centres: Mapping[str, Centre], follows: bool = False) -> int:
	"""The centres of these areas; `follows`: they are their outlines'. Returns how many areas have changed."""
	rows = frappe.get_all("Area", {"name": ("in", list(centres))}, ["name", *CENTRE, FOLLOWS])
	moves = {row.name: moves_of(row, centres[row.name], follows) for row in rows}
	changed = {
		name: told for name, of in moves.items() if (told := [move for move in of if move[1] != move[2]])
	}
	if not changed:
		return 0
	if has_listeners("Area"):
		save_each(changed)
	else:
		values = [(name, *(after for _field, _before, after in moves[name])) for name in changed]
		columns = (*CENTRE, FOLLOWS)
		insert_rows("Area", ["name", *columns], values, update=(*columns, "modified", "modified_by"))
		write_versions("Area", changed)
	snapshot.rebuild(MAKERS, why=_("Centres of areas"))
	return len(changed)


def moves_of(area: dict, centre: Centre, follows: bool) -> list[list]:
	"""[[field, before, after]]"""
	axes = [[axis, flt(area[axis], 6), flt(value, 6)] for axis, value in zip(CENTRE, centre, strict=True)]
	return [*axes, [FOLLOWS, cint(area[FOLLOWS]), int(follows and centre != NOWHERE)]]


def save_each(changed: Mapping[str, list[list]]) -> None:
	for name, moves in changed.items():
		area = frappe.get_doc("Area", name)
		area.update({field: value for field, _before, value in moves})
		area.flags.centre_follows_outline = True  # what it follows has been decided on here
		area.save()
