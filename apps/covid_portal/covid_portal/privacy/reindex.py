"""Rotation of the key of the blind indexes: another key, and all that was digested with the one before is digested anew.

Whoever looks something up asks with all keys there are, so that nothing is lost from sight meanwhile. Each batch is committed with
the place that was reached: a run that was interrupted goes on from there.
"""

import json

import frappe
from frappe.model.base_document import get_controller

from covid_portal.privacy import keys, subjects
from covid_portal.privacy.reveal import personal_doctypes

PLACE = "Index Rotation"
BATCH = 200


def rotate() -> int:
	"""A new key, and all indexes under it; returns of how many documents. Requests that began before may still digest with the
	old key, which therefore stays until drop_old_keys()."""
	keys.add_index_key()
	reach({})
	return reindex()


def reindex() -> int:
	"""Digest anew what a run has not come to yet; returns of how many documents. Ended, it would begin from the start again."""
	count = sum(reindex_doctype(doctype) for doctype in indexed_doctypes())
	reach({})
	frappe.db.commit()  # the run has ended
	return count


def drop_old_keys() -> int:
	"""Once more over everything, for what was digested with an old key since, then the old ones go; returns how many."""
	reindex()
	return keys.drop_index_keys_before()


def indexed_doctypes() -> list[str]:
	return [doctype for doctype in personal_doctypes() if get_controller(doctype).index_fields()]


def reindex_doctype(doctype: str) -> int:
	count = 0
	while rows := rows_after(doctype, reached().get(doctype, "")):
		write(doctype, rows)
		reach({**reached(), doctype: str(rows[-1].name)})
		frappe.db.commit()  # a unit of work: an interrupted rotation goes on from here
		subjects.forget()
		count += len(rows)
	return count


def rows_after(doctype: str, name: str) -> list[frappe._dict]:
	# For update: an index that is emptied at the same moment, by an erasure, must not come back.
	return frappe.db.sql(
		f"select * from `tab{doctype}` where name > %s order by name limit {BATCH} for update",
		name,
		as_dict=True,
	)


def write(doctype: str, rows: list[frappe._dict]) -> None:
	"""All of a batch in one statement for each field. Set-based: a document's events have nothing to do with its digests."""
	documents = [frappe.get_doc({"doctype": doctype, **row}) for row in rows]
	subjects.load([row.subject for row in rows if row.subject])
	found = {document.name: document.indexes_anew() for document in documents}
	for field in get_controller(doctype).index_fields():
		values = {name: indexes[field] for name, indexes in found.items() if field in indexes}
		if values:
			write_field(doctype, field, values)


def write_field(doctype: str, field: str, values: dict) -> None:
	"""`ignore`: of two that were begun for one person, by an old key and a new one, the second keeps its old index. What is
	empty stays so."""
	frappe.db.sql(
		f"""update ignore `tab{doctype}` set `{field}` = case name {"when %s then %s " * len(values)} end
		where name in %s and `{field}` is not null""",
		[part for pair in values.items() for part in pair] + [list(values)],
	)


# --- how far it has come


def reached() -> dict[str, str]:
	"""{DocType: name of the last document}"""
	return json.loads(frappe.db.get_single_value(PLACE, "reached") or "{}")


def reach(places: dict[str, str]) -> None:
	frappe.db.set_single_value(PLACE, "reached", json.dumps(places))
