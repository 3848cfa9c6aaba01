"""Whose reports a user may enter by workbook: those of the own area, and, on behalf, those below that the rules allow.

On behalf is the access "Enter" of a Scope Rule. It opens this path alone: lists, forms and the API ask for "Write".
"""

import frappe
from frappe.model.document import Document

from covid_portal.approval.vocabulary import APPROVED, IN_APPROVAL, REFUSED
from covid_portal.organisation.duties import running_assignments
from covid_portal.organisation.scope import grants, scope_condition

SENT = (IN_APPROVAL, APPROVED, REFUSED)


def entry_rows(slot: Document, doctype: str) -> list[frappe._dict]:
	"""What is owed in the slot by areas the user may enter: area, area_name, unit, due_at, own, report, state, modified."""
	return frappe.db.sql(
		f"""select owed.area, area.full_name as area_name, owed.unit, owed.due_at, owed.extended_until, {scope(doctype, "Write")} as own,
			report.name as report, report.workflow_state as state, report.modified
		from `tabReport Obligation` owed
		join `tabArea` area on area.name = owed.area
		left join `tab{doctype}` report on report.slot = owed.slot and report.area = owed.area
		where owed.slot = %(slot)s and {scope(doctype, "Enter")}
		order by area.lft""",
		{"slot": slot.name},
		as_dict=True,
	)


def scope(doctype: str, access: str) -> str:
	"""The scope of the report, asked of the obligation, since the report may not be there yet."""
	return scope_condition(doctype, access=access).replace(f"`tab{doctype}`", "owed")


def entering_unit(doctype: str) -> str:
	"""The unit in whose name the user enters: the first running assignment with a say here; none for an administrator."""
	units = {grant.unit for grant in grants(frappe.session.user, doctype, "Enter")}
	return next((duty.unit for duty in running_assignments(frappe.session.user) if duty.unit in units), "")


def entering_units(doctype: str) -> set[str]:
	return {grant.unit for grant in grants(frappe.session.user, doctype, "Enter")}
