"""What may be wrong with a province pack, told by file and row, before anything of it is stored."""

from collections.abc import Iterator
from datetime import date

import frappe
from frappe import _

from covid_portal.citizens.arrival_rules import HIGHEST_LEVEL, MEASURES, test_days
from covid_portal.publishing.doctype.publishing_settings.publishing_settings import is_web_address
from covid_portal.setup.pack_tables import WHOLE_NUMBERS, Table

KINDS = ("Province", "City", "Town", "Rural District", "Ward", "Commune", "Township")
LINES = ("Health", "Government", "Operator")


def check(pack: dict[str, Table]) -> Iterator[str]:
	found = [(table, check_table(table)) for table in pack.values()]
	found += [
		(pack["areas"], check_areas(pack["areas"])),
		(pack["units"], check_units(pack)),
		(pack["unit_types"], check_lines(pack["unit_types"])),
		(pack["services"], check_services(pack["services"])),
		(pack["arrival_rules"], check_arrival_rules(pack)),
	]
	for table, problems in found:
		yield from (_("{0}, row {1}: {2}").format(table.file, line, message) for line, message in problems)


def check_table(table: Table) -> Iterator[tuple[int, str]]:
	seen: dict[str, int] = {}
	for line, row in table.rows:
		for column in table.required:
			if not row[column]:
				yield line, _("{0} is empty.").format(column)
		code = row[table.key]
		if code in seen:
			yield line, _("{0} {1} stands in row {2} already.").format(table.key, code, seen[code])
		seen.setdefault(code, line)
		yield from ((line, message) for message in check_values(row))


def check_values(row: dict) -> Iterator[str]:
	for column in ("valid_from", "valid_to", "date"):
		if row.get(column) and not is_date(row[column]):
			yield _("{0} {1} is not a date (YYYY-MM-DD).").format(column, row[column])
	for column in WHOLE_NUMBERS:
		if row.get(column) and not is_whole_number(row[column]):
			yield _("{0} {1} is not a whole number.").format(column, row[column])
	if row.get("measure") and row["measure"] not in MEASURES:
		yield _("{0} is not a measure ({1}).").format(row["measure"], ", ".join(MEASURES))
	for column, limit in (("latitude", 90), ("longitude", 180)):
		if row.get(column) and not is_coordinate(row[column], limit):
			yield _("{0} {1} is not a coordinate in degrees.").format(column, row[column])
	if row.get("valid_from") and row.get("valid_to") and row["valid_from"] > row["valid_to"]:
		yield _("valid_from {0} lies after valid_to {1}.").format(row["valid_from"], row["valid_to"])


def is_whole_number(text: str | None) -> bool:
	return bool(text) and text.isascii() and text.isdigit()


def is_date(text: str) -> bool:
	try:
		return date.fromisoformat(text) is not None
	except ValueError:
		return False


def is_coordinate(text: str, limit: float) -> bool:
	try:
		return -limit <= float(text) <= limit
	except ValueError:
		return False


def check_areas(table: Table) -> Iterator[tuple[int, str]]:
	by_code = {row["code"]: row for _line, row in table.rows}
	for line, row in table.rows:
		if row["kind"] not in KINDS:
			yield line, _("{0} is not a kind of area ({1}).").format(row["kind"], ", ".join(KINDS))
		parent = by_code.get(row["parent"])
		if row["parent"] and not parent:
			yield line, _("the parent area {0} is not in the file.").format(row["parent"])
		elif parent and is_above_or_beside(row, parent):
			yield (
				line,
				_("its level {0} must be below level {1} of {2}.").format(
					row["level"], parent["level"], row["parent"]
				),
			)


def is_above_or_beside(row: dict, parent: dict) -> bool:
	"""Levels that are no numbers are told by check_values."""
	levels = (row["level"], parent["level"])
	return all(map(is_whole_number, levels)) and int(row["level"]) <= int(parent["level"])


def check_units(pack: dict[str, Table]) -> Iterator[tuple[int, str]]:
	units, areas, types = pack["units"], pack["areas"].codes(), pack["unit_types"].codes()
	superior = {row["code"]: row["parent_unit"] for _line, row in units.rows}
	for line, row in units.rows:
		if row["area"] not in areas:
			yield line, _("the area {0} is not in areas.csv.").format(row["area"])
		if row["unit_type"] not in types:
			yield line, _("the unit type {0} is not in unit_types.csv.").format(row["unit_type"])
		if row["parent_unit"] and row["parent_unit"] not in superior:
			yield line, _("the superior unit {0} is not in the file.").format(row["parent_unit"])
		if is_circular(row["code"], superior):
			yield line, _("{0} is, further up, its own superior.").format(row["code"])


def is_circular(code: str, superior: dict[str, str | None]) -> bool:
	above, steps = superior.get(code), 0
	while above and above != code and steps <= len(superior):
		above, steps = superior.get(above), steps + 1
	return above == code


def check_lines(table: Table) -> Iterator[tuple[int, str]]:
	for line, row in table.rows:
		if row["line"] not in LINES:
			yield line, _("{0} is not a line ({1}).").format(row["line"], ", ".join(LINES))


def check_services(table: Table) -> Iterator[tuple[int, str]]:
	"""As RelatedService.validate."""
	meta = frappe.get_meta(table.doctype)
	for line, row in table.rows:
		if not is_web_address(row["url"]):
			yield line, _("{0} is not an address that begins with https:// or http://.").format(row["url"])
		for column in ("kind", "audience"):
			choices = meta.get_field(column).options.split("\n")
			if row[column] not in choices:
				yield line, _("{0} is not one of {1}.").format(row[column], ", ".join(choices))


def check_arrival_rules(pack: dict[str, Table]) -> Iterator[tuple[int, str]]:
	"""As ArrivalRule.validate; of rules that the site has already nothing is known here: they are left as they are."""
	areas, states, seen = pack["areas"].codes(), pack["immunity_states"].codes(), set()
	for line, row in pack["arrival_rules"].rows:
		if row["immunity"] not in states:
			yield line, _("{0} is not in immunity_states.csv.").format(row["immunity"])
		if row["area"] and row["area"] not in areas:
			yield line, _("the area {0} is not in areas.csv.").format(row["area"])
		case = (row["level"], row["immunity"], row["area"], row["valid_from"])
		if case in seen:
			yield line, _("there is a rule for the same people since {0} already.").format(row["valid_from"])
		seen.add(case)
		if is_whole_number(row["level"]) and not 1 <= int(row["level"]) <= HIGHEST_LEVEL:
			yield line, _("{0} is not a level from 1 to {1}.").format(row["level"], HIGHEST_LEVEL)
		if not is_list_of_days(row["test_days"]):
			yield line, _("{0} is not a list of days, as in 1, 7.").format(row["test_days"])


def is_list_of_days(text: str | None) -> bool:
	try:
		return all(day > 0 for day in test_days(text))
	except ValueError:
		return False


def check_links(links: list[dict]) -> Iterator[str]:
	if not isinstance(links, list):
		yield _("{0}: {1} must be a list.").format("pack.json", "links")
		return
	for place, link in enumerate(links, 1):
		if not isinstance(link, dict) or not link.get("title") or not is_web_address(link.get("url")):
			yield _("{0}: link {1} must have a title and a url that begins with https:// or http://.").format(
				"pack.json", place
			)
