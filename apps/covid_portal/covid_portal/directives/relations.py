"""What a directive replaces, repeals and amends, and what that makes of the others' effect, day by day."""

from collections.abc import Iterable
from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, today

from covid_portal.approval.vocabulary import APPROVED, STATE_FIELD
from covid_portal.directives.errors import RelationRefused

DOCTYPE, TABLE = "Directive", "Directive Relation"
REPLACES, REPEALS, AMENDS, REFERS = "Replaces", "Repeals", "Amends", "Refers to"
ENDING = (REPLACES, REPEALS)
NOT_YET, IN_FORCE, AMENDED, EXPIRED, REPLACED, REPEALED = (
	"Not yet in force",
	"In force",
	"Amended",
	"Expired",
	"Replaced",
	"Repealed",
)


def check(doc: Document) -> None:
	"""Each row names one other document, once; nothing comes back to where it began."""
	seen: set[tuple[str, str]] = set()
	for row in doc.relations:
		if bool(row.directive) == bool((row.other or "").strip()):
			refuse(doc, row, _("name either a directive of the portal or a document outside it"))
		if row.directive == doc.name:
			refuse(doc, row, _("a directive cannot replace, repeal or amend itself"))
		if (row.kind, row.directive or row.other) in seen:
			refuse(doc, row, _("it stands there twice"))
		seen.add((row.kind, row.directive or row.other))
	check_named(doc)


def check_named(doc: Document) -> None:
	named = {row.directive: row for row in doc.relations if row.directive}
	if not named:
		return
	states = dict(frappe.get_all(DOCTYPE, {"name": ("in", list(named))}, ["name", STATE_FIELD], as_list=True))
	for name, row in named.items():
		if states.get(name) != APPROVED:
			refuse(doc, row, _("{0} is not approved; only what is in the world can be changed").format(name))
	if not doc.is_new() and (back := leads_back(doc.name, list(named))):
		refuse(doc, named[back], _("{0} itself leads back to this one: a chain has no ring").format(back))


def leads_back(name: str, named: list[str]) -> str | None:
	"""Which of those named changes this one, at once or by others between."""
	rows = frappe.db.sql(
		f"""with recursive chain(origin, at) as (
			select parent, directive from `tab{TABLE}`
			where parent in %(named)s and kind != %(refers)s and directive is not null
			union
			select chain.origin, row.directive from chain join `tab{TABLE}` row on row.parent = chain.at
			where row.kind != %(refers)s and row.directive is not null
		) select origin from chain where at = %(name)s limit 1""",
		{"named": named, "refers": REFERS, "name": name},
	)
	return rows[0][0] if rows else None


def refuse(doc: Document, row: Document, why: str) -> None:
	frappe.throw(
		_("{0}, row {1} of the other documents: {2}.").format(doc.describe(), row.idx, why), RelationRefused
	)


# --- effect


def renew_effects(day: str | date | None = None, names: Iterable[str] | None = None) -> list[str]:
	"""What each approved directive, or of these, is on the day; names of those that changed. Set-based: skips the events."""
	changed = [
		row
		for row in effects_on(getdate(day or today()), None if names is None else list(names))
		if row.effect != row.now
	]
	for effect in {row.now for row in changed}:
		frappe.db.set_value(
			DOCTYPE, {"name": ("in", [row.name for row in changed if row.now == effect])}, "effect", effect
		)
	return [row.name for row in changed]


def effects_on(day: date, names: list[str] | None) -> list[frappe._dict]:
	"""[{name, effect, now}]"""
	if names == []:
		return []
	only = "" if names is None else "and this.name in %(names)s"
	return frappe.db.sql(
		f"""select this.name, this.effect, case
			when sum(later.kind = '{REPEALS}') > 0 then '{REPEALED}'
			when sum(later.kind = '{REPLACES}') > 0 then '{REPLACED}'
			when this.effective_to < %(day)s then '{EXPIRED}'
			when this.effective_from > %(day)s then '{NOT_YET}'
			when sum(later.kind = '{AMENDS}') > 0 then '{AMENDED}'
			else '{IN_FORCE}' end now
		from `tab{DOCTYPE}` this
		left join (
			select row.directive, row.kind from `tab{TABLE}` row
			join `tab{DOCTYPE}` newer on newer.name = row.parent and newer.{STATE_FIELD} = '{APPROVED}'
			where coalesce(row.from_date, newer.effective_from, newer.issued_on) <= %(day)s
		) later on later.directive = this.name
		where this.{STATE_FIELD} = '{APPROVED}' {only}
		group by this.name, this.effect, this.effective_to, this.effective_from""",
		{"day": day, "names": names},
		as_dict=True,
	)
