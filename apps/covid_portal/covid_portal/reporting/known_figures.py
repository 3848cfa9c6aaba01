"""Which figures are known of an area, kept beside the consolidated rows: a row refers to the names, it does not hold them.

Areas answer in a handful of ways, and a way is some fifty names: each is stored once, under the digest of its names. What
a reference stands for therefore never changes, and what was read once is kept by the process, whatever its site.
"""

import hashlib
from collections.abc import Iterable, Set

import frappe

from covid_portal.organisation.writers import insert_rows

DOCTYPE = "Known Figures"
MOST_KEPT = 20_000  # far more than there are ways of answering
NOTHING = ""  # the reference of rows of which no figure is known

kept: dict[str, frozenset[str]] = {}


def split_fields(answered: str | None) -> set[str]:
	return set(filter(None, (answered or "").split(",")))


def join_fields(fields: Set[str]) -> str:
	return ",".join(sorted(fields))


def reference(fields: Set[str]) -> str:
	"""What a row says in place of these names; remember() has it stored."""
	if not fields:
		return NOTHING
	found = hashlib.md5(join_fields(fields).encode(), usedforsecurity=False).hexdigest()
	keep(found, fields)
	return found


def figures_of(reference: str | None) -> Set[str]:
	"""The names that the reference stands for."""
	return figures_of_all([reference])[reference]


def figures_of_all(references: Iterable[str | None]) -> dict[str | None, Set[str]]:
	"""{reference: names}, in one query for those that the process has not met yet."""
	found = {one: kept.get(one) if one else frozenset() for one in set(references)}
	return found | read([one for one, fields in found.items() if fields is None])


def read(references: list[str]) -> dict[str, Set[str]]:
	"""Locked, as stored now: who reads the rows so would meet references that the transaction's own snapshot lacks."""
	if not references:
		return {}
	query = f"select name, figures from `tab{DOCTYPE}` where name in %s lock in share mode"
	return {name: keep(name, split_fields(figures)) for name, figures in frappe.db.sql(query, (references,))}


def keep(reference: str, fields: Set[str]) -> frozenset[str]:
	if len(kept) >= MOST_KEPT:
		kept.pop(next(iter(kept)), None)
	kept[reference] = frozenset(fields)
	return kept[reference]


def remember(ways: Iterable[Set[str]]) -> None:
	"""Have these sets of names stored, before rows refer to them."""
	texts = {reference(fields): join_fields(fields) for fields in ways if fields}
	if not texts:
		return
	there = set(frappe.db.sql_list(f"select name from `tab{DOCTYPE}` where name in %s", (list(texts),)))
	missing = [(name, texts[name]) for name in sorted(texts) if name not in there]
	insert_rows(DOCTYPE, ["name", "figures"], missing, ignore=True)
