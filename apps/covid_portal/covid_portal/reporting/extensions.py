"""Deadline extensions on obligations, in one statement: a later cut-off, a later lock, or both.

Timeliness of what was sent already is judged anew by the later cut-off. Writes Report Obligation without its document
events: it has none.
"""

import frappe
from frappe.model.document import Document

from covid_portal.reporting.areas import area_joins, covers_sql


def apply(extension: Document, grace_minutes: int) -> int:
	"""Move the times of the obligations it covers, never to an earlier one; returns how many were moved."""
	due_at = "greatest(owed.due_at, coalesce(extension.due_at, owed.due_at))"
	frappe.db.sql(
		f"""update `tabReport Obligation` owed
		join `tabReport Slot` slot on slot.name = owed.slot
		join `tabDeadline Extension` extension on extension.slot = owed.slot
		{area_joins("extension")}
		set owed.due_at = {due_at},
			owed.extended_until = if(extension.locks_at is null, owed.extended_until,
				greatest(coalesce(owed.extended_until, slot.locks_at), extension.locks_at)),
			owed.on_time = coalesce(
				owed.submitted_at <= date_add({due_at}, interval %(grace)s minute), owed.on_time)
		where extension.name = %(extension)s and owed.state != 'Excused' and {covers_sql("extension")}
			and (extension.due_at > owed.due_at
				or extension.locks_at > coalesce(owed.extended_until, slot.locks_at))""",
		{"extension": extension.name, "grace": grace_minutes},
	)
	return frappe.db.sql("select row_count()")[0][0]
