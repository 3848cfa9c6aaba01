"""Loading a province pack: areas, units and what else is particular to one province, from plain CSV and JSON.

All files are checked first; every error is told with its file and row, and then nothing is stored. Rows that are there
already are left as they are, so that a pack can be loaded twice and an administrator's changes survive.

Areas and units go in by the set-based writer: it skips the framework's events, and Area.validate and Unit.validate are
applied here as `check_*`.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import frappe
from frappe import _
from frappe.utils.nestedset import rebuild_tree

from covid_portal.citizens.arrival_rules import HIGHEST_LEVEL, MEASURES, test_days
from covid_portal.levels.rules import PACK_FILE, load_rules, pack_rules
from covid_portal.organisation.writers import insert_rows
from covid_portal.publishing.doctype.publishing_settings.publishing_settings import is_web_address
from covid_portal.reporting import definitions
from covid_portal.setup.csv_rows import numbered_rows

KINDS = ("Province", "City", "Town", "Rural District", "Ward", "Commune", "Township")
SECTIONS = ("province", "header", "footer", "site")
LINES = ("Health", "Government", "Operator")
WHOLE_NUMBERS = (
	"level",
	"min_age",
	"max_age",
	"tile_column",
	"tile_row",
	"tile_index",
	"priority",
	"min_doses",
)
WHOLE_NUMBERS += ("days_since_dose", "recovered_within_days", "days", "monitoring_days", "weight")
WHOLE_NUMBERS += ("is_hardship", "from_memory", "sequence", "shown")


class PackError(frappe.ValidationError):
	"""The pack cannot be loaded; the message lists file, row and what is wrong."""


@dataclass
class Table:
	"""One CSV file of the pack: its DocType, and file column -> field; the first column is the key, and the rows' name."""

	file: str
	doctype: str
	columns: dict[str, str]
	required: tuple[str, ...]
	parent: str | None = None  # column with the code of the parent row, in a tree
	optional: bool = False  # a pack may be without it
	rows: list[tuple[int, dict]] = field(default_factory=list)

	@property
	def key(self) -> str:
		return next(iter(self.columns))

	@property
	def fields(self) -> dict[str, str]:
		"""Without a key that is the name and nothing else."""
		return {column: target for column, target in self.columns.items() if target != "name"}

	def codes(self) -> set[str]:
		return {row[self.key] for _line, row in self.rows}


def tables() -> dict[str, Table]:
	names = {"code": "code", "name": "{}_name", "name_en": "{}_name_en"}
	validity = {"valid_from": "valid_from", "valid_to": "valid_to"}

	def named(prefix: str) -> dict[str, str]:
		return {column: target.format(prefix) for column, target in names.items()}

	place = ("tile_column", "tile_row", "tile_index", "latitude", "longitude")
	return {
		"population_groups": Table(
			"population_groups.csv",
			"Population Group",
			{**named("group"), "min_age": "min_age", "max_age": "max_age"},
			("code", "name"),
		),
		"areas": Table(
			"areas.csv",
			"Area",
			{
				"code": "code",
				"name": "area_name",
				"full_name": "full_name",
				"name_en": "name_en",
				"full_name_en": "full_name_en",
				"kind": "kind",
				"level": "level",
				"parent": "parent_area",
				**validity,
				**{column: column for column in place},
			},
			("code", "name", "full_name", "kind", "level"),
			parent="parent",
		),
		"unit_types": Table(
			"unit_types.csv",
			"Unit Type",
			{**named("type"), "line": "line", "level": "level"},
			("code", "name", "line", "level"),
		),
		"units": Table(
			"units.csv",
			"Unit",
			{
				**named("unit"),
				"unit_type": "unit_type",
				"area": "area",
				"parent_unit": "parent_unit",
				**validity,
			},
			("code", "name", "unit_type", "area"),
			parent="parent_unit",
		),
		"holidays": Table(
			"holidays.csv",
			"Public Holiday",
			{"date": "date", "name": "holiday_name", "name_en": "holiday_name_en"},
			("date", "name"),
		),
		"services": Table(
			"services.csv",
			"Related Service",
			{
				"code": "name",
				**same("title", "title_en", "kind", "audience", "url", "sequence", "shown"),
				**same("note", "note_en"),
			},
			("code", "title", "kind", "audience", "url", "shown"),
			optional=True,
		),
		**returns_tables(named),
	}


def returns_tables(named: Callable[[str], dict[str, str]]) -> dict[str, Table]:
	"""What coming home is ruled by."""
	return {
		"return_origins": Table(
			"return_origins.csv", "Return Origin", named("origin"), ("code", "name"), optional=True
		),
		"immunity_states": Table(
			"immunity_states.csv",
			"Immunity State",
			{**named("state"), **same("priority", "min_doses", "days_since_dose", "recovered_within_days")},
			("code", "name", "name_en", "priority"),
			optional=True,
		),
		"arrival_rules": Table(
			"arrival_rules.csv",
			"Arrival Rule",
			same(
				*("code", "level", "immunity", "area", "valid_from", "valid_to", "measure", "days"),
				*("monitoring_days", "test_days", "obligation", "obligation_en", "reason", "reason_en"),
				*("reference", "from_memory"),
			),
			(
				*("code", "level", "immunity", "valid_from", "measure", "days"),
				*("obligation", "obligation_en", "reason", "reason_en", "reference"),
			),
			optional=True,
		),
		"return_reasons": Table(
			"return_reasons.csv",
			"Return Reason",
			{**named("reason"), **same("weight", "is_hardship")},
			("code", "name", "name_en", "weight"),
			optional=True,
		),
	}


def same(*columns: str) -> dict[str, str]:
	"""Columns whose field has the same name."""
	return {column: column for column in columns}


def load(path: str | Path) -> dict[str, int]:
	"""Load the pack at `path`; returns {DocType: rows added}. Raises PackError and stores nothing if a row is wrong."""
	folder = Path(path)
	pack = tables()
	errors = read(folder, pack)
	settings = read_settings(folder, errors)
	rules = read_rules(folder, errors)
	if not errors:
		errors = list(check(pack))
	if errors:
		raise PackError("\n".join(errors))
	given = [table for table in pack.values() if table.rows or not table.optional]
	added = {table.doctype: insert_missing(table, pack) for table in given}
	fill_settings(settings)
	definitions.forget()
	frappe.clear_cache()
	return added | insert_rules(rules)


# --- reading


def read(folder: Path, pack: dict[str, Table]) -> list[str]:
	errors = []
	for table in pack.values():
		path = folder / table.file
		try:
			table.rows = list(numbered_rows(path))
		except FileNotFoundError:
			if table.optional:
				continue
			errors.append(_("{0}: the file is missing in {1}.").format(table.file, folder))
			continue
		except (UnicodeDecodeError, OSError) as error:
			errors.append(_("{0}: the file cannot be read as UTF-8 text: {1}").format(table.file, error))
			continue
		missing = [column for column in table.columns if not table.rows or column not in table.rows[0][1]]
		if missing:
			errors.append(_("{0}: columns are missing: {1}.").format(table.file, ", ".join(missing)))
	return errors


def read_settings(folder: Path, errors: list[str]) -> dict[str, dict]:
	"""The sections that name the province and its organisation."""
	try:
		settings = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
		sections = {key: settings.get(key) or {} for key in SECTIONS}
	except (OSError, ValueError, AttributeError) as error:
		errors.append(_("{0}: cannot be read: {1}").format("pack.json", error))
		return {}
	errors.extend(
		_("{0}: {1} must be an object of names and texts.").format("pack.json", key)
		for key, section in sections.items()
		if not isinstance(section, dict)
	)
	links = settings.get("links") or []
	errors.extend(check_links(links))
	return {**sections, "links": links, "home_return": settings.get("home_return") or {}}


def read_rules(folder: Path, errors: list[str]) -> list[dict]:
	try:
		return pack_rules(folder)
	except (OSError, ValueError) as error:
		errors.append(_("{0}: cannot be read: {1}").format(PACK_FILE, error))
		return []


def check_links(links: list[dict]) -> Iterator[str]:
	if not isinstance(links, list):
		yield _("{0}: {1} must be a list.").format("pack.json", "links")
		return
	for place, link in enumerate(links, 1):
		if not isinstance(link, dict) or not link.get("title") or not is_web_address(link.get("url")):
			yield _("{0}: link {1} must have a title and a url that begins with https:// or http://.").format(
				"pack.json", place
			)


# --- checking


def check(pack: dict[str, Table]) -> Iterator[str]:
	for table in pack.values():
		yield from (located(table, line, message) for line, message in check_table(table))
	yield from (located(pack["areas"], line, message) for line, message in check_areas(pack["areas"]))
	yield from (located(pack["units"], line, message) for line, message in check_units(pack))
	yield from (
		located(pack["unit_types"], line, message) for line, message in check_lines(pack["unit_types"])
	)
	services = pack["services"]
	yield from (located(services, line, message) for line, message in check_services(services))
	rules = pack["arrival_rules"]
	yield from (located(rules, line, message) for line, message in check_arrival_rules(pack))


def located(table: Table, line: int, message: str) -> str:
	return _("{0}, row {1}: {2}").format(table.file, line, message)


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


# --- storing


def insert_missing(table: Table, pack: dict[str, Table]) -> int:
	there = set(frappe.get_all(table.doctype, pluck="name"))
	new = [row for _line, row in table.rows if row[table.key] not in there]
	if not new:
		return 0
	extra = extra_columns(table, pack)
	columns = ["name", *table.fields.values(), *extra]
	insert_rows(table.doctype, columns, (row_values(table, row, extra) for row in new))
	if table.parent:
		rebuild_tree(table.doctype, table.columns[table.parent])
	return len(new)


def insert_rules(rules: list[dict]) -> dict[str, int]:
	"""A rule that cannot stand is told as any error of the pack, and nothing is stored."""
	if not rules:
		return {}
	report_type = definitions.report_type_of("Situation Report").name
	try:
		return {"Level Rule": load_rules(rules, report_type)}
	except frappe.ValidationError as error:
		raise PackError(_("{0}: cannot be read: {1}").format(PACK_FILE, error)) from error


def extra_columns(table: Table, pack: dict[str, Table]) -> dict[str, dict]:
	"""Columns that follow from other rows: {field: {code: value}}."""
	if not table.parent:
		return {}
	parents = {row[table.parent] for _line, row in table.rows}
	extra = {
		"is_group": {row["code"]: int(row["code"] in parents) for _line, row in table.rows},
		"old_parent": {row["code"]: row[table.parent] for _line, row in table.rows},
	}
	if table.doctype == "Unit":
		lines = {row["code"]: row["line"] for _line, row in pack["unit_types"].rows}
		extra["line"] = {row["code"]: lines[row["unit_type"]] for _line, row in table.rows}
	return extra


NUMBERS = (*WHOLE_NUMBERS, "latitude", "longitude")


def row_values(table: Table, row: dict, extra: dict[str, dict]) -> Iterable:
	code = row[table.key]
	values = [(row[column] or 0) if column in NUMBERS else row[column] for column in table.fields]
	return [code, *values, *(column[code] for column in extra.values())]


def fill_settings(pack: dict) -> None:
	"""Name the province, its organisation and the links to other bodies, where an administrator has not done so yet."""
	settings = frappe.get_single("Publishing Settings")
	given = {**pack["footer"], **pack["header"], "province": pack["province"].get("code"), **pack["site"]}
	for key, value in given.items():
		if value and settings.meta.has_field(key) and not settings.get(key):
			settings.set(key, value)
	if not settings.links:
		settings.set("links", pack["links"])
	settings.save(ignore_permissions=True)
	fill_return_settings(pack["home_return"])


def fill_return_settings(given: dict) -> None:
	"""Which units decide on registrations to come home, where an administrator has not said so yet."""
	settings = frappe.get_single("Home Return Settings")
	unit_type = given.get("deciding_unit_type")
	if settings.deciding_unit_type or not unit_type or not frappe.db.exists("Unit Type", unit_type):
		return
	settings.deciding_unit_type = unit_type
	settings.save(ignore_permissions=True)
