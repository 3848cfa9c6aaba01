"""The set-based writer: many rows of one table in few statements, inside the request's own transaction.

It skips every framework event (validate, on_update, Version, notifications). Callers apply the same rules themselves and
say what they skip; only the set-based writers of reporting, approval, places and the map call it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

import frappe
from frappe.model.naming import is_autoincremented
from frappe.utils import now_datetime

# Values per statement: far below max_allowed_packet, far above where batching stops paying.
VALUES_PER_STATEMENT = 20_000
STANDARD = ("creation", "modified", "owner", "modified_by", "docstatus", "idx")


def insert_rows(
	doctype: str,
	columns: Sequence[str],
	rows: Iterable[Sequence],
	ignore: bool = False,
	update: Sequence[str] = (),
) -> int:
	"""Insert rows (values in the order of `columns`, `name` among them); returns how many were given.

	Of a row whose key is there already, `ignore` leaves everything and `update` renews these columns; with neither, it
	is an error. Standard columns not given are filled in.
	"""
	columns, stamp = complete(columns)
	batch_size = max(1, VALUES_PER_STATEMENT // len(columns))
	iterator, count = iter(rows), 0
	while batch := [(*row, *stamp) for row in islice(iterator, batch_size)]:
		insert_batch(doctype, columns, batch, ignore, update)
		count += len(batch)
	return count


def write_versions(doctype: str, changed: Mapping[str, list[list]]) -> None:
	"""What the framework keeps of a change, for many documents: {name: [[field, before, after]]}."""
	rows = []
	for number, (name, moves) in zip(new_names("Version", len(changed)), changed.items(), strict=True):
		data = {"added": [], "changed": moves, "removed": [], "row_changed": []}
		rows.append([number, doctype, name, json.dumps(data, ensure_ascii=False)])
	insert_rows("Version", ["name", "ref_doctype", "docname", "data"], rows)


def new_names(doctype: str, count: int) -> list:
	"""Names as the framework would give them, all in one statement: numbers of the table's sequence, or random ones."""
	if not is_autoincremented(doctype):
		return [frappe.generate_hash(length=10) for _number in range(count)]
	sequence = f"{frappe.scrub(doctype)}_id_seq"
	return frappe.db.sql_list(f"select nextval(`{sequence}`) from seq_1_to_{max(count, 1):d}")[:count]


def complete(columns: Sequence[str]) -> tuple[tuple[str, ...], tuple]:
	now, user = now_datetime(), frappe.session.user
	standard = dict(zip(STANDARD, (now, now, user, user, 0, 0), strict=True))
	missing = [column for column in STANDARD if column not in columns]
	return (*columns, *missing), tuple(standard[column] for column in missing)


def insert_batch(
	doctype: str, columns: Sequence[str], batch: list[tuple], ignore: bool, update: Sequence[str]
) -> None:
	names = ", ".join(f"`{column}`" for column in columns)
	row = f"({', '.join(['%s'] * len(columns))})"
	renew = ", ".join(f"`{column}` = values(`{column}`)" for column in update)
	frappe.db.sql(
		f"insert {'ignore ' if ignore else ''}into `tab{doctype}` ({names}) values {', '.join([row] * len(batch))}"
		+ (f" on duplicate key update {renew}" if renew else ""),
		[value for values in batch for value in values],
	)
