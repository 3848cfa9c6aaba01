"""What the snapshot does not show yet: rows stored with the change itself, so that neither a lost queue nor a failed build
forgets them, and taken away when a build has them.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import frappe

DOCTYPE = "Snapshot Change"


@dataclass(frozen=True)
class Asked:
	"""All that waits, as one: published `slots`, else what `makers` (of the hook public_files; none: all of
	them) make; `anew`: every page.
	`full`: all slots that were ever published. `why` and `users` go into the record."""

	names: tuple[str, ...]
	slots: tuple[str, ...]
	makers: tuple[str, ...]
	anew: bool
	full: bool
	why: tuple[str, ...]
	users: tuple[str, ...]


def store(
	slots: Iterable[str] = (),
	makers: Iterable[str] = (),
	why: str = "",
	anew: bool = False,
	full: bool = False,
) -> str:
	"""In the transaction of the change."""
	change = frappe.get_doc(
		{
			"doctype": DOCTYPE,
			"slots": json.dumps(list(slots)),
			"makers": json.dumps(list(makers)),
			"why": why,
			"anew": int(anew),
			"full": int(full),
		}
	)
	return change.insert(ignore_permissions=True).name


def waiting() -> Asked | None:
	"""None: the snapshot shows all."""
	fields = ["name", "slots", "makers", "why", "anew", "full", "owner"]
	rows = frappe.get_all(DOCTYPE, fields=fields, order_by="creation, name")
	if not rows:
		return None
	return Asked(
		names=tuple(row.name for row in rows),
		slots=distinct(slot for row in rows for slot in json.loads(row.slots)),
		makers=named_by_all([json.loads(row.makers) for row in rows]),
		anew=any(row.anew for row in rows),
		full=any(row.full for row in rows),
		why=distinct(row.why for row in rows if row.why),
		users=distinct(row.owner for row in rows),
	)


def named_by_all(makers: list[list[str]]) -> tuple[str, ...]:
	"""None where one of the changes names none: all are meant."""
	return distinct(maker for named in makers for maker in named) if all(makers) else ()


def newest() -> str | None:
	"""When something was asked for last."""
	rows = frappe.get_all(DOCTYPE, pluck="creation", order_by="creation desc", limit=1)
	return rows[0] if rows else None


def done(asked: Asked) -> None:
	frappe.db.delete(DOCTYPE, {"name": ("in", asked.names)})


def distinct(values: Iterable[str]) -> tuple[str, ...]:
	"""In the order they come."""
	return tuple(dict.fromkeys(values))
