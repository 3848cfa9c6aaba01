"""Lists that units work from all day show what they are worked by on a laptop as well, where the framework shows four columns."""

import frappe

COLUMNS = 6  # that of tags among them, which shows only when asked for
WIDE = (
	*("Petition", "Home Return", "Intake Outcome", "Report Obligation", "Directive", "Directive Receipt"),
	*("Quarantine Site", "Supply Point", "Control Place"),
)


def widen_lists() -> None:
	"""Of lists alone for which an administrator has not set anything."""
	for doctype in WIDE:
		if not frappe.db.exists("List View Settings", doctype):
			frappe.get_doc(doctype="List View Settings", name=doctype, total_fields=str(COLUMNS)).insert()
