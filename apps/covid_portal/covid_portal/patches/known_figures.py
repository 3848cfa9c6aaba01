"""Sites on which each consolidated row held the names of its known figures: they become references (reporting/known_figures.py).

The old column stays as it was, for whoever wants to compare; `bench trim-tables` removes it. Slot by slot, so that no
transaction is long; rows that have a reference are left alone, so that it may run twice and goes on where it stopped. The
first of all patches, since others publish what these rows say.
"""

from collections.abc import Iterator

import frappe

from covid_portal.reporting.known_figures import reference, remember, split_fields

OLD = "answered"
SLOTS_AT_ONCE = 100


def execute() -> None:
	for doctype in set(frappe.get_all("Report Type", pluck="consolidated_type")):
		if {OLD, "known"} <= set(frappe.db.get_table_columns(doctype)):
			convert(doctype)


def convert(doctype: str) -> None:
	for slots in slots_to_convert(doctype):
		rows = "slot in %s and known is null"
		text = f"coalesce(`{OLD}`, '')"
		ways = frappe.db.sql_list(f"select distinct {text} from `tab{doctype}` where {rows}", (slots,))
		remember(split_fields(answered) for answered in ways)
		known = " ".join(
			f"when md5({frappe.db.escape(answered)}) then {frappe.db.escape(reference(split_fields(answered)))}"
			for answered in ways
		)
		frappe.db.sql(
			f"update `tab{doctype}` set known = case md5({text}) {known} end where {rows}", (slots,)
		)
		frappe.db.commit()  # the unit of work: what is converted stays, whatever comes of the next slots


def slots_to_convert(doctype: str) -> Iterator[list[str]]:
	slots = frappe.db.sql_list(f"select distinct slot from `tab{doctype}` where known is null order by slot")
	for first in range(0, len(slots), SLOTS_AT_ONCE):
		yield slots[first : first + SLOTS_AT_ONCE]
