"""Population figures of a province pack: populations.csv, which a pack may be without. One row for each area, group and day; what is
there already is left as it is."""

from collections.abc import Iterator
from pathlib import Path

import frappe
from frappe import _

from covid_portal.organisation.writers import insert_rows
from covid_portal.setup.csv_rows import numbered_rows
from covid_portal.setup.pack_checks import is_date, is_whole_number
from covid_portal.setup.pack_tables import Table

POPULATIONS = "populations.csv"
POPULATION_COLUMNS = ("area", "group", "persons", "as_of")
Rows = list[tuple[int, dict]]


def read_populations(folder: Path, errors: list[str]) -> Rows:
	"""Rows of populations.csv, which a pack may be without."""
	try:
		rows = list(numbered_rows(folder / POPULATIONS))
	except FileNotFoundError:
		return []
	except (UnicodeDecodeError, OSError) as error:
		errors.append(_("{0}: the file cannot be read as UTF-8 text: {1}").format(POPULATIONS, error))
		return []
	missing = [column for column in POPULATION_COLUMNS if not rows or column not in rows[0][1]]
	if missing:
		errors.append(_("{0}: columns are missing: {1}.").format(POPULATIONS, ", ".join(missing)))
		return []
	return rows


def check_populations(rows: Rows, pack: dict[str, Table]) -> Iterator[str]:
	areas, groups = pack["areas"].codes(), pack["population_groups"].codes()
	seen: set[tuple] = set()
	for line, row in rows:
		key = (row["area"], row["group"], row["as_of"])
		for wrong, message in (
			(row["area"] not in areas, _("the area {0} is not in areas.csv.").format(row["area"])),
			(
				row["group"] not in groups,
				_("the group {0} is not in population_groups.csv.").format(row["group"]),
			),
			(
				not is_whole_number(row["persons"]),
				_("{0} {1} is not a whole number.").format("persons", row["persons"]),
			),
			(
				not is_date(row["as_of"] or ""),
				_("{0} {1} is not a date (YYYY-MM-DD).").format("as_of", row["as_of"]),
			),
			(key in seen, _("the same figure stands twice.")),
		):
			if wrong:
				yield _("{0}, row {1}: {2}").format(POPULATIONS, line, message)
		seen.add(key)


def insert_populations(rows: Rows) -> dict[str, int]:
	"""Figures of areas, groups and days that are not there yet."""
	if not rows:
		return {}
	there = {
		(area, group, str(as_of))
		for area, group, as_of in frappe.get_all(
			"Area Population",
			{"parenttype": "Area"},
			["parent", "population_group", "as_of"],
			order_by="parent",
			as_list=True,
		)
	}
	new = [(line, row) for line, row in rows if (row["area"], row["group"], row["as_of"]) not in there]
	columns = ["name", "idx", "parent", "parenttype", "parentfield", "population_group", "persons", "as_of"]
	columns.append("source")
	insert_rows(
		"Area Population",
		columns,
		(
			[
				"-".join((row["area"], row["group"], row["as_of"])),
				line,
				row["area"],
				"Area",
				"populations",
				row["group"],
				row["persons"],
				row["as_of"],
				row.get("source"),
			]
			for line, row in new
		),
	)
	return {"Area Population": len(new)}
