"""What is wrong with rows of a workbook of places: every rule of the documents, over whole columns."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import frappe
import pandas as pd
from frappe import _

from covid_portal.places import hours, links, own_places, positions
from covid_portal.places.workbook_kinds import AREA, CODE, NAME, POSITION, UNTIL, Kind, label
from covid_portal.reporting.spreadsheet.problems import Problem

LONGEST, LONGEST_DATA = 1000, 140  # characters; the second where the field says no length of its own
DATES = ("%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")
LAST_MOMENT = timedelta(hours=23, minutes=59, seconds=59)


def problems_of(kind: Kind, table: pd.DataFrame) -> Iterator[Problem]:
	"""In `table`, numbers are numbers afterwards, days are times, choices what they stand for."""
	yield from texts(kind, table)
	yield from choices(kind, table)
	yield from numbers(kind, table)
	yield from dates(kind, table)
	yield from coordinates(kind, table)
	yield from ownership(kind, table)
	yield from special(kind, table)
	yield from doubles(kind, table)


def texts(kind: Kind, table: pd.DataFrame) -> Iterator[Problem]:
	is_new = table[CODE] == ""
	for column in kind.required:
		yield from at(kind, table, is_new & (table[column] == ""), column, lambda _value: _("It is empty."))
	for column in kind.columns:
		too_long = table[column].str.len() > longest(kind.doctype, column)
		yield from at(kind, table, too_long, column, lambda _value: _("The text is too long."))


def longest(doctype: str, column: str) -> int:
	"""Characters that the column takes: a longer text would end in an error of the database."""
	df = frappe.get_meta(doctype).get_field(column)
	if not df or df.fieldtype in ("Data", "Link", "Select"):
		return (df and df.length) or LONGEST_DATA
	return positions.LARGEST_OUTLINE if df.fieldtype == "Code" else LONGEST


def choices(kind: Kind, table: pd.DataFrame) -> Iterator[Problem]:
	for column in kind.choices:
		offered = options(kind.doctype, column)
		known = {text.casefold(): value for value, texts in offered.items() for text in texts}
		table[column] = table[column].map(lambda text, known=known: known.get(text.casefold(), text))
		odd = (table[column] != "") & ~table[column].isin(set(offered))
		yield from at(kind, table, odd, column, partial(not_a_choice, offered))


def not_a_choice(offered: dict[str, tuple[str, ...]], value: str) -> str:
	return _("“{0}” is not one of the choices: {1}.").format(
		value, ", ".join(texts[0] for texts in offered.values())
	)


def options(doctype: str, column: str) -> dict[str, tuple[str, ...]]:
	"""{value: what may stand for it in the cell, the first as people read it}, in English and in the user's language."""
	df = frappe.get_meta(doctype).get_field(column)
	if df.fieldtype == "Link":
		return {row.name: names_of(row) for row in control_kinds()}
	return {value: (_(value), value) for value in df.options.split("\n") if value}


def names_of(row: dict) -> tuple[str, ...]:
	english = row.kind_name_en or row.kind_name
	names = (english, row.kind_name) if frappe.local.lang == "en" else (row.kind_name, english)
	return (*names, row.name)


def control_kinds() -> list[frappe._dict]:
	fields = ["name", "kind_name", "kind_name_en", "link_only", "decision_needed"]
	return frappe.get_all("Control Place Kind", fields=fields, order_by="sequence")


def numbers(kind: Kind, table: pd.DataFrame) -> Iterator[Problem]:
	for column in kind.numbers:
		texts = table[column].replace("", "0")
		read = pd.to_numeric(texts.str.replace(",", ".", regex=False), errors="coerce")
		yield from at(
			kind, table, read.isna(), column, lambda value: _("“{0}” is not a number.").format(value)
		)
		if column not in POSITION:
			part = (read % 1 != 0) & read.notna()
			yield from at(
				kind, table, part, column, lambda value: _("{0} is not a whole number.").format(value)
			)
			yield from at(kind, table, read < 0, column, lambda value: _("{0} is negative.").format(value))
		if column == "capacity":
			none = (read == 0) & (table[CODE] == "") & (table[column] != "")
			yield from at(kind, table, none, column, lambda _value: _("The capacity must be more than 0."))
		table[column] = read.fillna(0)


def dates(kind: Kind, table: pd.DataFrame) -> Iterator[Problem]:
	"""A day as people or spreadsheets write it, with a time or without: then from its beginning, or until its end."""
	for column in kind.dates:
		read = pd.Series(pd.NaT, index=table.index)
		for form in DATES:
			read = read.fillna(pd.to_datetime(table[column], format=form, errors="coerce"))
		unread = read.isna() & (table[column] != "")
		yield from at(
			kind, table, unread, column, lambda value: _("“{0}” is no day, as in 20/11/2021.").format(value)
		)
		if column == UNTIL:
			read = read.where(read != read.dt.normalize(), read + LAST_MOMENT)
		days = [None if pd.isna(value) else value.to_pydatetime() for value in read]
		table[column] = pd.Series(days, index=table.index, dtype=object)


def coordinates(kind: Kind, table: pd.DataFrame) -> Iterator[Problem]:
	within = positions.bounds()
	for row, *position in table[list(POSITION)].itertuples():
		if found := positions.problem_of(*position, within):
			yield problem(kind, row, "latitude", found)


def ownership(kind: Kind, table: pd.DataFrame) -> Iterator[Problem]:
	"""New places lie in the user's areas; others are his to change."""
	is_new = table[CODE] == ""
	foreign = is_new & (table[AREA] != "") & ~table[AREA].isin(own_places.areas_to_write(kind.doctype))
	yield from at(
		kind, table, foreign, AREA, lambda value: _("The area {0} is not one of yours.").format(value)
	)
	own = own_places.changeable_names(kind.doctype, set(table.loc[~is_new, CODE]))
	strange = ~is_new & ~table[CODE].isin(own)
	yield from at(
		kind, table, strange, CODE, lambda value: _("There is no place {0} of yours.").format(value)
	)


def special(kind: Kind, table: pd.DataFrame) -> Iterator[Problem]:
	for column in kind.links:
		odd = (table[column] != "") & ~table[column].map(links.is_https)
		yield from at(kind, table, odd, column, lambda _value: _("It must begin with https://."))
	rules = {"Quarantine Site": of_sites, "Supply Point": of_points, "Control Place": of_control}
	yield from rules[kind.doctype](kind, table)


def of_sites(kind: Kind, table: pd.DataFrame) -> Iterator[Problem]:
	odd = (table["fee"] > 0) & (table["site_class"] != "Paid")
	yield from at(kind, table, odd, "fee", lambda _value: _("Only a paid site has a fee."))


def of_points(kind: Kind, table: pd.DataFrame) -> Iterator[Problem]:
	odd = ~table["hours"].map(can_be_read)
	yield from at(kind, table, odd, "hours", lambda value: _("“{0}” cannot be read.").format(value))


def of_control(kind: Kind, table: pd.DataFrame) -> Iterator[Problem]:
	ends, begins = pd.to_datetime(table[UNTIL]), pd.to_datetime(table["valid_from"])
	yield from at(kind, table, ends <= begins, UNTIL, lambda _value: _("It ends before it begins."))
	rules = control_kinds()
	for flag, column, says in (
		("decision_needed", "decision", _("Name the decision it rests on.")),
		("link_only", "link", _("Give the link at which it can be looked at.")),
	):
		asking = table["kind"].isin({row.name for row in rules if row[flag]})
		yield from at(kind, table, asking & (table[column] == ""), column, lambda _value, says=says: says)
	within = positions.bounds()
	for row, text in table.loc[table["outline"] != "", "outline"].items():
		if found := positions.outline_problem(text, within):
			yield problem(kind, row, "outline", found)


def can_be_read(text: str) -> bool:
	try:
		hours.spans(text)
	except ValueError:
		return False
	return True


def doubles(kind: Kind, table: pd.DataFrame) -> Iterator[Problem]:
	"""Twice in the file, or as a new place that its area has already."""
	key = list(kind.key)
	fresh = table[table[CODE] == ""]
	again = fresh.duplicated(key)
	names = sorted(set(fresh[NAME]))
	there = set(map(tuple, frappe.get_all(kind.doctype, {NAME: ("in", names or [""])}, key, as_list=True)))
	for row, *same in fresh[key].itertuples():
		if again[row] or tuple(same) in there:
			yield problem(kind, row, NAME, _("{0} is there already in this area.").format(same[0]))
	twice = (table[CODE] != "") & table[CODE].duplicated()
	yield from at(kind, table, twice, CODE, lambda value: _("{0} stands here twice.").format(value))


# --- telling it


def at(
	kind: Kind, table: pd.DataFrame, wrong: pd.Series, column: str, words: Callable[[str], str]
) -> Iterator[Problem]:
	for row, value in table.loc[wrong, column].items():
		yield problem(kind, row, column, words(value))


def problem(kind: Kind, row: int, column: str, message: str) -> Problem:
	letter = chr(ord("A") + kind.columns.index(column))
	return Problem(message, row=row, column=letter, label=label(kind.doctype, column))
