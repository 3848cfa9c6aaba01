"""Communes' figures as open data: a slot's reporting areas under the small-cell rule (suppression.py).

Only figures of indicators chosen for communes; no running totals and no sums by day, which would undo ranges by subtraction.
What was withheld in a slot is read from the live build, so that no later version of it says more.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import frappe
import numpy as np
import pandas as pd
from frappe.utils import cint
from frappe.utils.password import get_encryption_key

from covid_portal.publishing import suppression
from covid_portal.publishing.figures import indicator_row
from covid_portal.publishing.files import csv_file, data_file
from covid_portal.publishing.publication import Publication
from covid_portal.reporting import definitions
from covid_portal.reporting.known_figures import figures_of_all
from covid_portal.reporting.rules import OUTLIER, names_of
from covid_portal.reporting.slots import day_of

COMMUNES = "du-lieu-mo/v1/communes"
SLOTS = "du-lieu-mo/v1/slots"
OF_SLOT = ("report_type", "slot", "time", "version", "published_at")
REPORTED, PROVISIONAL, MISSING, WITHHELD = "reported", "provisional", "missing", "withheld"
ENDS = ("from", "to")
USUAL_THRESHOLD = 5  # where Publishing Settings say nothing


def files(publication: Publication) -> dict[str, bytes]:
	"""communes/<slot>.json and .csv of the slots that are published, and those of the newest as "latest"."""
	made: dict[str, bytes] = {}
	for name in publication.slots:
		made |= slot_files(name, of_slot(publication, name))
	if publication.newest_is_new:
		for form in ("json", "csv"):
			made[f"{COMMUNES}/latest.{form}"] = made[f"{COMMUNES}/{publication.newest}.{form}"]
	return made


def of_slot(publication: Publication, name: str) -> dict:
	"""commune_data() of one of the publication's slots, made once for all that tell of it."""
	if name not in publication.communes:
		publication.communes[name] = commune_data(publication.data[name], publication.said_before)
	return publication.communes[name]


def commune_data(data: dict, live: Path) -> dict:
	"""The structure of communes/<slot>.json. `data`: the slot's public figures (figures.slot_data); `live`: the build that
	readers see meanwhile."""
	indicators = told_indicators(data["report_type"], day_of(data["time"]))
	fields = [row.fieldname for row in indicators]
	table = reported_table(data["slot"], data["report_type"], fields)
	said = said_of_all(data, table, indicators, live)
	return {
		**{key: data[key] for key in OF_SLOT},
		"threshold": threshold(),
		"indicators": [{**indicator_row(row), "small_cells": bool(row.small_cells)} for row in indicators],
		"communes": {
			"code": list(table.index),
			"parent": list(table["parent"]),
			"state": list(states(table, said.left_out)),
		},
		"figures": {field: told_cells(said, field) for field in fields},
	}


def threshold() -> int:
	"""A figure from 1 to one less is small; below 2 there are none."""
	return cint(frappe.db.get_single_value("Publishing Settings", "small_cell_threshold")) or USUAL_THRESHOLD


def told_indicators(report_type: str, on: object | None = None) -> list[frappe._dict]:
	"""The indicators that are published for communes: those chosen, less what would give others of them away."""
	rows = definitions.indicators(report_type, on)
	chosen = [row for row in rows if row.public and row.by_commune]
	told = suppression.tellable([figure_of(row) for row in chosen], obeyed_rules(report_type))
	return [row for row in chosen if row.fieldname in told]


def figure_of(row: dict) -> suppression.Figure:
	return suppression.Figure(
		field=row.fieldname,
		group=row.indicator_group,
		is_stock=row.kind == "Stock",
		adds_up=row.aggregation == "Sum",
		small=bool(row.small_cells) and threshold() > 1,
	)


def obeyed_rules(report_type: str) -> list[set[str]]:
	"""The names in each rule that no report may break."""
	rules = definitions.rules(report_type)
	return [set(names_of(row)) for row in rules if row.severity == "Error" and row.kind != OUTLIER]


# --- what is stored


def reported_table(slot: str, report_type: str, fields: list[str]) -> pd.DataFrame:
	"""A row for each area that owes the slot's report, by code: parent, reported, provisional, rank, figures (NaN: unknown)."""
	consolidated = frappe.get_cached_value("Report Type", report_type, "consolidated_type")
	columns = "".join(f", figures.`{field}`" for field in fields)
	rows = frappe.db.sql(
		f"""select figures.area, area.parent_area parent, figures.reported, figures.provisional, figures.known {columns}
		from `tab{consolidated}` figures
		join `tabArea` area on area.name = figures.area
		where figures.slot = %s and area.is_group = 0 and figures.closed = 0
		order by area.lft""",
		slot,
	)
	names = ["area", "parent", "reported", "provisional", "known", *fields]
	table = pd.DataFrame(list(rows), columns=names).set_index("area")
	table["rank"] = ranks(slot, table.index)
	return table.assign(**known_figures(table, fields))


def known_figures(table: pd.DataFrame, fields: list[str]) -> dict[str, np.ndarray]:
	"""{field: figures}, NaN where nobody gave it. Areas answer in a handful of ways, each of which is read once."""
	ways, references = pd.factorize(table["known"].fillna(""))
	figures = figures_of_all(references)
	return {
		field: np.where(
			np.array([field in figures[way] for way in references], dtype=bool)[ways],
			table[field].to_numpy(float),
			np.nan,
		)
		for field in fields
	}


def ranks(slot: str, areas: pd.Index) -> list[str]:
	"""An order that is the same for every version of the slot, and that nobody outside can work out."""
	key = get_encryption_key().encode()
	return [hmac.new(key, f"{slot} {area}".encode(), hashlib.sha256).hexdigest() for area in areas]


# --- what is said


def said_of_all(data: dict, table: pd.DataFrame, indicators: list[dict], live: Path) -> suppression.Said:
	"""What is said of all areas of the table, in its order."""
	fields = [row.fieldname for row in indicators]
	small = [row.fieldname for row in indicators if row.small_cells]
	before, totals = live_version(data["slot"], live)
	values = table[fields].to_numpy(float)
	settled = ((table["reported"] == 1) & (table["provisional"] == 0)).to_numpy()
	areas, rank = table.index.to_numpy(), table["rank"].to_numpy()
	said = suppression.Said(
		list(areas), fields, np.empty_like(values), np.empty_like(values), np.empty_like(settled)
	)
	for parent, places in table.groupby("parent", sort=False, dropna=False).indices.items():
		whole = suppression.Whole(list(areas[places]), fields, values[places], settled[places], rank[places])
		part = said_of_whole(whole, data["version"], before.get(parent), totals.get(parent, {}), small)
		said.low[places], said.high[places], said.left_out[places] = part.low, part.high, part.left_out
	return said


def said_of_whole(
	whole: suppression.Whole,
	version: int,
	before: suppression.Said | None,
	total_before: dict[str, float],
	small: list[str],
) -> suppression.Said:
	if before is not None:
		return suppression.again(whole, before, total_before, small, threshold())
	if version == 1 or threshold() < 2:
		return suppression.first(whole, small, threshold())
	return suppression.nothing(whole)  # what older versions said of the whole is not known here


def live_version(slot: str, live: Path) -> tuple[dict[str, suppression.Said], dict[str, dict[str, float]]]:
	"""({whole: what the live build says of its parts}, {whole: its figures there}); empty if it has no such slot."""
	told, wholes = live / COMMUNES / f"{slot}.json", live / SLOTS / f"{slot}.json"
	if not (told.is_file() and wholes.is_file()):
		return {}, {}
	data = json.loads(wholes.read_bytes())
	totals = {
		area["code"]: {field: value or 0 for field, value in area["figures"].items()}
		for area in (data["province"], *data["districts"])
	}
	return said_in_file(json.loads(told.read_bytes())), totals


def said_in_file(content: dict) -> dict[str, suppression.Said]:
	"""{parent: what communes/<slot>.json says of its parts}."""
	communes = {key: np.array(column) for key, column in content["communes"].items()}
	left_out = communes["state"] == WITHHELD
	fields, columns = list(content["figures"]), list(content["figures"].values())
	low, high = (
		np.array([[end_of(cell, end) for cell in column] for column in columns], dtype=float)
		.reshape(len(columns), len(left_out))
		.T.copy()
		for end in ENDS
	)
	low[left_out], high[left_out] = 0, suppression.OPEN
	return {
		str(parent): suppression.Said(
			list(communes["code"][part]), fields, low[part], high[part], left_out[part]
		)
		for parent in np.unique(communes["parent"])
		for part in [communes["parent"] == parent]
	}


def end_of(cell: int | dict | None, end: str) -> float:
	if isinstance(cell, dict):
		return suppression.OPEN if cell[end] is None else cell[end]
	return np.nan if cell is None else cell


def states(table: pd.DataFrame, left_out: np.ndarray) -> Iterator[str]:
	for row in table.assign(left_out=left_out).itertuples():
		if row.left_out:
			yield WITHHELD
		else:
			yield (PROVISIONAL if row.provisional else REPORTED) if row.reported else MISSING


def told_cells(said: suppression.Said, field: str) -> list[int | dict | None]:
	"""A column of the file: a number, a range {"from", "to"} (`to` None: no upper end), None where nothing is said."""
	ends = zip(*said.column(field), said.left_out, strict=True)
	return [None if out else told_cell(least, most) for least, most, out in ends]


def told_cell(least: float, most: float) -> int | dict | None:
	if np.isnan(least):
		return None
	if least == most:
		return int(least)
	return {"from": int(least), "to": None if np.isinf(most) else int(most)}


def in_words(cell: int | dict | None, _: Callable[[str], str]) -> str:
	"""What people read in place of a number: "1–4", "5 or more", "withheld"; empty where nothing was given."""
	if not isinstance(cell, dict):
		return "" if cell is None else str(cell)
	if cell["to"] is None:
		return _("{0} or more").format(cell["from"]) if cell["from"] else _("withheld")
	return f"{cell['from']}–{cell['to']}"


# --- files


def slot_files(name: str, data: dict) -> dict[str, bytes]:
	return {f"{COMMUNES}/{name}.json": data_file(data), f"{COMMUNES}/{name}.csv": slot_csv(data)}


def slot_csv(data: dict) -> bytes:
	"""A row for each commune. A range stands in <field>_from and <field>_to, the field itself is empty then: what looks like
	1-4 is a date to a spreadsheet."""
	columns = {**data["communes"]}
	for field, cells in data["figures"].items():
		columns[field] = [None if isinstance(cell, dict) else cell for cell in cells]
		for end in ENDS:
			columns[f"{field}_{end}"] = [cell[end] if isinstance(cell, dict) else cell for cell in cells]
	of_slot = [data[key] for key in ("slot", "time", "version")]
	rows = [[*of_slot, *row] for row in zip(*columns.values(), strict=True)]
	return csv_file(["slot", "time", "version", *columns], rows)


# --- the list of corrections


def exactly_told(slot: str, live: Path) -> Callable[[str, str], bool]:
	"""(area, field) -> whether the live build says the figure as a number, or publishes it for no commune at all."""
	path = live / COMMUNES / f"{slot}.json"
	if not path.is_file():
		return lambda area, field: True
	content = json.loads(path.read_bytes())
	place = {area: number for number, area in enumerate(content["communes"]["code"])}
	state = content["communes"]["state"]

	def told(area: str, field: str) -> bool:
		if area not in place or state[place[area]] == WITHHELD:
			return False
		cells = content["figures"].get(field)
		return cells is None or not isinstance(cells[place[area]], dict)

	return told
