"""Loading a province pack: areas, units and what else is particular to one province, from plain CSV and JSON.

All files are checked first; every error is told with its file and row, and then nothing is stored. Rows that are there
already are left as they are, so that a pack can be loaded twice and an administrator's changes survive.

Areas and units go in by the set-based writer: it skips the framework's events, and Area.validate and Unit.validate are
applied in pack_checks.py. Which files there are says pack_tables.py.
"""

import json
from collections.abc import Iterable
from pathlib import Path

import frappe
from frappe import _
from frappe.utils.nestedset import rebuild_tree

from covid_portal.levels.rules import PACK_FILE, load_rules, pack_rules
from covid_portal.organisation.writers import insert_rows
from covid_portal.reporting import definitions
from covid_portal.setup.csv_rows import numbered_rows
from covid_portal.setup.pack_checks import check, check_links
from covid_portal.setup.pack_populations import check_populations, insert_populations, read_populations
from covid_portal.setup.pack_tables import NUMBERS, Table, tables

SECTIONS = ("province", "header", "footer", "site")


class PackError(frappe.ValidationError):
	"""The pack cannot be loaded; the message lists file, row and what is wrong."""


def load(path: str | Path) -> dict[str, int]:
	"""Load the pack at `path`; returns {DocType: rows added}. Raises PackError and stores nothing if a row is wrong."""
	folder = Path(path)
	pack = tables()
	errors = read(folder, pack)
	settings = read_settings(folder, errors)
	rules = read_rules(folder, errors)
	populations = read_populations(folder, errors)
	if not errors:
		errors = [*check(pack), *check_populations(populations, pack)]
	if errors:
		raise PackError("\n".join(errors))
	given = [table for table in pack.values() if table.rows or not table.optional]
	added = {table.doctype: insert_missing(table, pack) for table in given}
	added |= insert_populations(populations)
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


def row_values(table: Table, row: dict, extra: dict[str, dict]) -> Iterable:
	code = row[table.key]
	values = [(row[column] or 0) if column in NUMBERS else row[column] for column in table.fields]
	return [code, *values, *(column[code] for column in extra.values())]


def insert_rules(rules: list[dict]) -> dict[str, int]:
	"""A rule that cannot stand is told as any error of the pack, and nothing is stored."""
	if not rules:
		return {}
	report_type = definitions.report_type_of("Situation Report").name
	try:
		return {"Level Rule": load_rules(rules, report_type)}
	except frappe.ValidationError as error:
		raise PackError(_("{0}: cannot be read: {1}").format(PACK_FILE, error)) from error


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
