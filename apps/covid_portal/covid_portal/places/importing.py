"""Places by workbook: new ones become drafts, those that are there get their current state; of control places, which have
none, there are new ones only. Set-based: one INSERT, and one UPDATE for each state, in place of as many saves; skipped are
the document's events, whose rules are applied here (`problems_of`, `clean`). Where an administrator has attached something to these events, documents are saved one by one.

A place's own unit sends its drafts for approval afterwards, many in one act. Versions are written for what is changed.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import frappe
import pandas as pd
from frappe import _
from frappe.utils import now_datetime

from covid_portal.approval.seats import seats_of
from covid_portal.approval.vocabulary import DRAFT
from covid_portal.organisation.scope import grants, scope_condition
from covid_portal.organisation.texts import without_tags
from covid_portal.organisation.writers import insert_rows, new_names
from covid_portal.places import hours, links, positions
from covid_portal.places.place import show_later
from covid_portal.reporting.spreadsheet.listeners import has_listeners
from covid_portal.reporting.spreadsheet.problems import Problem

CODE, NAME, AREA = "name", "place_name", "area"
LONGEST, LONGEST_DATA = 1000, 140  # characters; the second where the field says no length of its own
LISTS = ("goods", "goods_en", "price_list")
DATES = ("%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")
UNTIL = "valid_to"
LAST_MOMENT = timedelta(hours=23, minutes=59, seconds=59)


@dataclass(frozen=True)
class Kind:
	"""A DocType as its workbook has it. `columns`: fields in their order, `required`, `numbers`, `dates` and `links` among them;
	`current`: the one that an existing place takes from the workbook, "" where that is none; `choices`: those that are one of a
	few things; `key`: what makes two rows the same place."""

	doctype: str
	file: str
	columns: tuple[str, ...]
	required: tuple[str, ...]
	current: str = ""
	numbers: tuple[str, ...] = ()
	choices: tuple[str, ...] = ()
	dates: tuple[str, ...] = ()
	links: tuple[str, ...] = ()
	key: tuple[str, ...] = (NAME, AREA)


KINDS = (
	Kind(
		"Quarantine Site",
		"khu-cach-ly",
		(*("name", "place_name", "place_name_en", "area", "site_class", "capacity", "fee", "status", "address"),
		*("latitude", "longitude", "contact_name", "contact_phone", "contact_public")),
		("place_name", "area", "site_class", "capacity"),
		"status",
		("capacity", "fee", "latitude", "longitude", "contact_public"),
		("site_class", "status"),
	),
	Kind(
		"Supply Point",
		"diem-cung-cap",
		(*("name", "place_name", "place_name_en", "area", "goods", "goods_en", "price_list", "stock", "hours"),
		*("delivery", "delivery_note", "phone", "order_link", "address", "latitude", "longitude"),
		*("contact_name", "contact_phone", "contact_public")),
		("place_name", "area", "goods"),
		"stock",
		("delivery", "latitude", "longitude", "contact_public"),
		("stock",),
		links=("order_link",),
	),
	Kind(
		"Control Place",
		"dia-diem",
		(*("place_name", "place_name_en", "kind", "area", "valid_from", "valid_to", "decision", "link", "note"),
		*("note_en", "address", "latitude", "longitude", "outline"),
		*("contact_name", "contact_phone", "contact_public")),
		("place_name", "kind", "area", "valid_from"),
		"",
		("latitude", "longitude", "contact_public"),
		("kind",),
		("valid_from", "valid_to"),
		("link",),
		(NAME, AREA, "kind", "valid_from"),
	),
)  # fmt: skip


class NoSuchKind(frappe.ValidationError):
	"""Places of this DocType do not come by workbook."""


@dataclass
class Result:
	rows: int
	added: int = 0
	updated: int = 0
	problems: list[Problem] = field(default_factory=list)


def kind_of(doctype: str) -> Kind:
	for kind in KINDS:
		if kind.doctype == doctype:
			return kind
	frappe.throw(_("{0} does not come by workbook.").format(doctype[:140]), NoSuchKind)


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


# --- what is wrong


def problems_of(kind: Kind, table: pd.DataFrame) -> Iterator[Problem]:
	"""Every rule of the documents, over whole columns; numbers in `table` are numbers afterwards."""
	is_new = table[CODE] == ""
	for column in kind.required:
		yield from at(kind, table, is_new & (table[column] == ""), column, lambda _value: _("It is empty."))
	for column in kind.columns:
		too_long = table[column].str.len() > longest(kind.doctype, column)
		yield from at(kind, table, too_long, column, lambda _value: _("The text is too long."))
	for column in kind.choices:
		offered = options(kind.doctype, column)
		known = {text.casefold(): value for value, texts in offered.items() for text in texts}
		table[column] = table[column].map(lambda text, known=known: known.get(text.casefold(), text))
		odd = (table[column] != "") & ~table[column].isin(set(offered))
		yield from at(kind, table, odd, column, partial(not_a_choice, offered))
	yield from numbers(kind, table)
	yield from dates(kind, table)
	yield from places(kind, table)
	yield from special(kind, table)
	yield from doubles(kind, table)


def not_a_choice(offered: dict[str, tuple[str, ...]], value: str) -> str:
	return _("“{0}” is not one of the choices: {1}.").format(
		value, ", ".join(texts[0] for texts in offered.values())
	)


def at(
	kind: Kind, table: pd.DataFrame, wrong: pd.Series, column: str, words: Callable[[str], str]
) -> Iterator[Problem]:
	for row, value in table.loc[wrong, column].items():
		yield problem(kind, row, column, words(value))


def problem(kind: Kind, row: int, column: str, message: str) -> Problem:
	letter = chr(ord("A") + kind.columns.index(column))
	return Problem(message, row=row, column=letter, label=label(kind.doctype, column))


def label(doctype: str, column: str) -> str:
	return _("Code") if column == CODE else _(frappe.get_meta(doctype).get_label(column))


def longest(doctype: str, column: str) -> int:
	"""Characters that the column takes: a longer text would end in an error of the database."""
	df = frappe.get_meta(doctype).get_field(column)
	if not df or df.fieldtype in ("Data", "Link", "Select"):
		return (df and df.length) or LONGEST_DATA
	return positions.LARGEST_OUTLINE if df.fieldtype == "Code" else LONGEST


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
		if column not in ("latitude", "longitude"):
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


def places(kind: Kind, table: pd.DataFrame) -> Iterator[Problem]:
	within, mine = positions.bounds(), areas_to_write(kind.doctype)
	for row, latitude, longitude in table[["latitude", "longitude"]].itertuples():
		if found := positions.problem_of(latitude, longitude, within):
			yield problem(kind, row, "latitude", found)
	is_new = table[CODE] == ""
	foreign = is_new & (table[AREA] != "") & ~table[AREA].isin(mine)
	yield from at(
		kind, table, foreign, AREA, lambda value: _("The area {0} is not one of yours.").format(value)
	)
	own = existing(kind.doctype, set(table.loc[~is_new, CODE]))
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


# --- whose they are


def areas_to_write(doctype: str) -> dict[str, str]:
	"""{area: unit in charge}: where the user may enter places. An area of two of his units is the first one's."""
	if frappe.session.user == "Administrator":
		return dict(
			frappe.get_all("Unit", {"disabled": 0}, [AREA, "name"], order_by="name desc", as_list=True)
		)
	units = [seat.unit for seat in seats_of(frappe.session.user)]
	given = {grant.unit: grant for grant in grants(frappe.session.user, doctype, "Write")}
	found: dict[str, str] = {}
	for unit in dict.fromkeys(unit for unit in units if unit in given):
		grant = given[unit]
		below = {"lft": (">=", grant.area_lft), "rgt": ("<=", grant.area_rgt)}
		own = [grant.area] if grant.scope == "Own Area" else frappe.get_all("Area", below, pluck="name")
		for area in own:
			found.setdefault(area, unit)
	return found


def existing(doctype: str, names: set[str]) -> set[str]:
	"""Those of the places that the user may change."""
	return set(
		frappe.db.sql_list(
			f"select name from `tab{doctype}` where name in %s and {scope_condition(doctype, access='Write')}",
			[sorted(names) or [""]],
		)
	)


# --- storing


def add(kind: Kind, table: pd.DataFrame) -> int:
	"""New places as drafts."""
	if table.empty:
		return 0
	table, fields = table.copy(), [column for column in kind.columns if column != CODE]
	for column in set(fields) - set(kind.dates):
		table[column] = table[column].map(as_lines if column in LISTS else clean)
	if kind.current:
		table[kind.current] = table[kind.current].replace("", default_of(kind))
	table["unit"] = table[AREA].map(areas_to_write(kind.doctype))
	columns = ["unit", *fields]
	rows = list(zip(*(table[column] for column in columns), strict=True))
	if has_listeners(kind.doctype):
		for row in rows:
			frappe.get_doc({"doctype": kind.doctype, **dict(zip(columns, row, strict=True))}).insert()
		return len(rows)
	more = {"workflow_state": DRAFT} | ({"confirmed_at": now_datetime()} if kind.current == "stock" else {})
	names = new_names(kind.doctype, len(rows))
	complete = [(name, *row, *more.values()) for name, row in zip(names, rows, strict=True)]
	return insert_rows(kind.doctype, ["name", *columns, *more], complete)


def clean(value: str | float | datetime | None) -> str | float | datetime | None:
	"""As Place.keep_texts does with what is saved: no script stays in a text."""
	return without_tags(value) if isinstance(value, str) else value


def as_lines(text: str) -> str:
	"""Entries stand in a cell on lines of their own, or between semicolons."""
	entries = (clean(entry.strip()) for entry in text.replace("\n", ";").split(";"))
	return "\n".join(entry for entry in entries if entry)


def default_of(kind: Kind) -> str:
	return frappe.get_meta(kind.doctype).get_field(kind.current).default


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
	names = list(told[CODE])
	query = f"select name, `{kind.current}` from `tab{kind.doctype}` where name in %s for update"
	before = dict(frappe.db.sql(query, [names]))
	now, stock = now_datetime(), kind.current == "stock"
	for value, part in told.groupby(kind.current)[CODE]:  # a handful of states
		frappe.db.sql(
			f"""update `tab{kind.doctype}` set `{kind.current}` = %s, modified = %s, modified_by = %s
				{", confirmed_at = %s" if stock else ""} where name in %s""",
			(value, now, frappe.session.user, *([now] if stock else []), list(part)),
		)
	write_versions(kind, zip(names, told[kind.current], strict=True), before)
	return len(told)


def write_versions(kind: Kind, told: Iterable[tuple[str, str]], before: dict[str, str]) -> None:
	changed = [(name, before[name], value) for name, value in told if before[name] != value]
	rows = []
	for number, (name, old, value) in zip(new_names("Version", len(changed)), changed, strict=True):
		data = {"added": [], "changed": [[kind.current, old, value]], "removed": [], "row_changed": []}
		rows.append([number, kind.doctype, name, json.dumps(data, ensure_ascii=False)])
	insert_rows("Version", ["name", "ref_doctype", "docname", "data"], rows)
