"""The kinds of official documents, as Nghị định 30/2020/NĐ-CP names and abbreviates them; rows that administrators add to."""

import frappe

from covid_portal.setup.csv_rows import shipped_rows

DOCTYPE = "Directive Type"


def load_shipped_types() -> None:
	"""Where there are none."""
	if not frappe.db.count(DOCTYPE):
		for row in shipped_rows("directive_types"):
			frappe.get_doc(doctype=DOCTYPE, **row).insert(ignore_permissions=True)
