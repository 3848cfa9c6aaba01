"""Approved corrections as they lie over the reports of a slot: what consolidation and every reader of figures adds.

A report never changes. Of several corrections of one figure the last approved one holds.
"""

import frappe

from covid_portal.approval.vocabulary import APPROVED
from covid_portal.reporting import definitions

Corrected = dict[str, dict[str, int]]


def corrected_figures(
	slot: str | None, report_type: str, area: str | None = None, lock: bool = False
) -> Corrected:
	"""{area: {fieldname: value}} of the slot's approved corrections, all areas or one.

	With `lock`, as stored now: who waited for a decision must see what was decided, not its transaction's own snapshot.
	"""
	rows = frappe.db.sql(
		f"""select correction.area, figure.fieldname, figure.new_value
		from `tabCorrection` correction
		join `tabCorrection Figure` figure on figure.parent = correction.name and figure.parenttype = 'Correction'
		where correction.slot = %(slot)s and correction.workflow_state = %(approved)s
			{"and correction.area = %(area)s" if area else ""}
		order by correction.approved_at, correction.name
		{"lock in share mode" if lock else ""}""",
		{"slot": slot, "approved": APPROVED, "area": area},
	)
	fields, found = {row.fieldname for row in definitions.indicators(report_type)}, {}
	for where, field, value in rows:
		if field in fields:
			found.setdefault(where, {})[field] = value
	return found


def overlay_join(corrected: Corrected) -> str:
	"""Joins `corrected` to `owed`: area, `fields` (comma list) and each corrected figure, null where it is not corrected.

	Empty where nothing was corrected: then the statements are those without corrections.
	"""
	if not corrected:
		return ""
	columns = corrected_columns(corrected)
	rows = []
	for area, values in corrected.items():
		cells = [
			f"{int(values[field])} `{field}`" if field in values else f"null `{field}`" for field in columns
		]
		fields = frappe.db.escape(",".join(sorted(values)))
		rows.append(f"select {frappe.db.escape(area)} area, {fields} fields, {', '.join(cells)}")
	return f"left join ({' union all '.join(rows)}) corrected on corrected.area = owed.area"


def corrected_columns(corrected: Corrected) -> list[str]:
	return sorted({field for values in corrected.values() for field in values})
