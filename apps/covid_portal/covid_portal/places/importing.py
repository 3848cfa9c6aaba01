"""Places by workbook: new ones become drafts, those that are there get their current state; of control places, which have
none, there are new ones only.

Set-based: one INSERT, and one UPDATE for each state, in place of as many saves. Skipped are the document's events, whose
rules are applied here (`row_problems.py`, `clean`); where an administrator has attached something to these events, documents
are saved one by one. A place's own unit sends its drafts for approval afterwards, many in one act. Versions are written for
what is changed.
"""

from dataclasses import dataclass, field
from datetime import datetime

import frappe
import pandas as pd
from frappe import _
from frappe.utils import now_datetime

from covid_portal.approval.vocabulary import DRAFT
from covid_portal.organisation.texts import without_tags
from covid_portal.organisation.writers import insert_rows, new_names, write_versions
from covid_portal.places.own_places import areas_to_write
from covid_portal.places.place import show_later
from covid_portal.places.row_problems import problems_of
from covid_portal.places.workbook_kinds import AREA, CODE, Kind
from covid_portal.reporting.spreadsheet.listeners import has_listeners
from covid_portal.reporting.spreadsheet.problems import Problem

LISTS = ("goods", "goods_en", "price_list")


@dataclass
class Result:
	rows: int
	added: int = 0
	updated: int = 0
	problems: list[Problem] = field(default_factory=list)


def take_in(kind: Kind, table: pd.DataFrame, partial: bool = False) -> Result:
	"""Store the rows, all or (`partial`) those without a problem. `table`: texts by field of the kind, its index the row that
	the user sees."""
	table = table.copy() if CODE in table else table.assign(**{CODE: ""})
	found = sorted(problems_of(kind, table), key=lambda problem: problem.place)
	wrong = {problem.row for problem in found}
	result = Result(len(table), problems=found)
	sound = table[~table.index.isin(wrong)]
	if sound.empty or (found and not partial):
		return result
	is_new = sound[CODE] == ""
	result.added = add(kind, sound[is_new])
	result.updated = renew(kind, sound[~is_new])
	show_later(_("Places by workbook"))
	return result


# --- new ones


def add(kind: Kind, table: pd.DataFrame) -> int:
	"""New places as drafts."""
	if table.empty:
		return 0
	columns, rows = values_of(kind, table)
	if has_listeners(kind.doctype):
		for row in rows:
			frappe.get_doc({"doctype": kind.doctype, **dict(zip(columns, row, strict=True))}).insert()
		return len(rows)
	more = {"workflow_state": DRAFT, **confirmation(kind, now_datetime())}
	names = new_names(kind.doctype, len(rows))
	complete = [(name, *row, *more.values()) for name, row in zip(names, rows, strict=True)]
	return insert_rows(kind.doctype, ["name", *columns, *more], complete)


def values_of(kind: Kind, table: pd.DataFrame) -> tuple[list[str], list[tuple]]:
	"""Columns and rows as they are stored, the unit in charge of the area among them."""
	table, fields = table.copy(), [column for column in kind.columns if column != CODE]
	for column in set(fields) - set(kind.dates):
		table[column] = table[column].map(as_lines if column in LISTS else clean)
	if kind.current:
		default = frappe.get_meta(kind.doctype).get_field(kind.current).default
		table[kind.current] = table[kind.current].replace("", default)
	table["unit"] = table[AREA].map(areas_to_write(kind.doctype))
	columns = ["unit", *fields]
	return columns, list(zip(*(table[column] for column in columns), strict=True))


def clean(value: str | float | datetime | None) -> str | float | datetime | None:
	"""As Place.keep_texts does with what is saved: no script stays in a text."""
	return without_tags(value) if isinstance(value, str) else value


def as_lines(text: str) -> str:
	"""Entries stand in a cell on lines of their own, or between semicolons."""
	entries = (clean(entry.strip()) for entry in text.replace("\n", ";").split(";"))
	return "\n".join(entry for entry in entries if entry)


def confirmation(kind: Kind, now: datetime) -> dict[str, datetime]:
	"""Who says what is in stock has confirmed it."""
	return {"confirmed_at": now} if kind.current == "stock" else {}


# --- those that are there


def renew(kind: Kind, table: pd.DataFrame) -> int:
	"""What the unit says now of places that are there; other columns of theirs change by the form and the route."""
	told = table[table[kind.current] != ""] if kind.current else table
	if told.empty:
		return 0
	if has_listeners(kind.doctype):
		for name, value in zip(told[CODE], told[kind.current], strict=True):
			place = frappe.get_doc(kind.doctype, name)
			place.set(kind.current, value)
			place.save()
		return len(told)
	names, now = list(told[CODE]), now_datetime()
	query = f"select name, `{kind.current}` from `tab{kind.doctype}` where name in %s for update"
	before = dict(frappe.db.sql(query, [names]))
	for value, part in told.groupby(kind.current)[CODE]:  # a handful of states
		values = {kind.current: value, **confirmation(kind, now)}
		frappe.db.set_value(kind.doctype, {"name": ("in", list(part))}, values, modified=now)
	moved = zip(names, told[kind.current], strict=True)
	changed = {name: [[kind.current, before[name], value]] for name, value in moved if before[name] != value}
	write_versions(kind.doctype, changed)
	return len(told)
