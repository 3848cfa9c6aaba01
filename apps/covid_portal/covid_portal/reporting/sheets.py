"""Consolidated sheets: what a district signs before the province's figures are published.

A signature is a decision over the digest of the district's consolidated figures. When figures change afterwards, the
signed sheet says so and a new edition of it asks again. Sheets are written set-based, for all districts of a slot at once:
that skips the framework's document events; ConsolidatedSheet.validate lets nobody else change what is written here.
"""

import json

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.approval.chain import keyed_digest
from covid_portal.approval.vocabulary import APPROVED, DRAFT, IN_APPROVAL, WITH_AUTHOR
from covid_portal.organisation.scope import scope_condition
from covid_portal.organisation.writers import insert_rows
from covid_portal.reporting import definitions
from covid_portal.reporting.consolidated_rows import COUNTS
from covid_portal.reporting.known_figures import figures_of, figures_of_all
from covid_portal.reporting.slots import LOCKED

SIGNED = (IN_APPROVAL, APPROVED)
SHEET_COLUMNS = ("name", "slot", "area", "area_name", "unit", "edition", "workflow_state", "figures_digest")
Key = tuple[str, str]


def create(slot: Document) -> None:
	"""A sheet for every unit right above those that owe reports, with the figures of its area as consolidated now."""
	signing = frappe.db.sql(
		"""select distinct %(slot)s slot, superior.name unit, superior.area, area.full_name area_name
		from `tabReport Obligation` owed
		join `tabUnit` unit on unit.name = owed.unit
		join `tabUnit` superior on superior.name = unit.parent_unit
		join `tabArea` area on area.name = superior.area
		where owed.slot = %(slot)s and superior.area != owed.area order by area.lft""",
		{"slot": slot.name},
		as_dict=True,
	)
	known = {row.area for row in current_sheets([slot.name])}
	figures = digested_figures([slot.name], [row.area for row in signing])
	insert(
		[
			sheet_row({**row, "edition": 1}, figures[(slot.name, row.area)])
			for row in signing
			if row.area not in known and (slot.name, row.area) in figures
		]
	)


def renew(slots: list[str]) -> None:
	"""Figures of these slots may have changed: unsigned sheets follow, signed ones are marked and asked for anew."""
	sheets = current_sheets(slots)
	if not sheets:
		return
	figures = digested_figures(slots, list({row.area for row in sheets}))
	moved = [row for row in sheets if is_moved(row, figures.get((row.slot, row.area)))]
	waiting = [row for row in moved if row.workflow_state in WITH_AUTHOR]
	decided = [row for row in moved if row.workflow_state not in WITH_AUTHOR]
	insert([sheet_row(row, figures[(row.slot, row.area)]) for row in waiting], update=True)
	mark_changed([row.name for row in decided])
	# Of what is locked and public, nobody signs again: that is the matter of corrections.
	asked = [row for row in decided if row.slot_state != LOCKED or not row.published_at]
	insert([sheet_row(next_edition(row), figures[(row.slot, row.area)]) for row in asked])


def is_moved(sheet: dict, figures: dict | None) -> bool:
	return bool(figures) and figures["figures_digest"] != sheet.figures_digest


def next_edition(sheet: dict) -> dict:
	edition = sheet.edition + 1
	return {**sheet, "edition": edition, "name": None, "workflow_state": None}


def sheet_row(sheet: dict, figures: dict) -> dict:
	return {
		**{key: sheet.get(key) for key in ("slot", "area", "area_name", "unit", "edition")},
		"name": sheet.get("name") or f"{sheet['slot']}-{sheet['area']}-BTH{sheet['edition']}",
		"workflow_state": sheet.get("workflow_state") or DRAFT,
		**figures,
	}


def insert(rows: list[dict], update: bool = False) -> None:
	columns = [*SHEET_COLUMNS, *COUNTS]
	insert_rows(
		"Consolidated Sheet",
		columns,
		[[row[column] for column in columns] for row in rows],
		update=("figures_digest", *COUNTS, "modified") if update else (),
	)


def mark_changed(names: list[str]) -> None:
	if names:
		frappe.db.set_value("Consolidated Sheet", {"name": ("in", names)}, "changed", 1)


def current_sheets(slots: list[str]) -> list[frappe._dict]:
	"""The last edition of each area's sheet in these slots."""
	if not slots:
		return []
	return frappe.db.sql(
		"""select sheet.name, sheet.slot, sheet.area, sheet.area_name, sheet.unit, sheet.edition,
			sheet.workflow_state, sheet.figures_digest, sheet.changed, slot.state as slot_state
		from `tabConsolidated Sheet` sheet
		join `tabReport Slot` slot on slot.name = sheet.slot
		left join `tabConsolidated Sheet` newer
			on newer.slot = sheet.slot and newer.area = sheet.area and newer.edition > sheet.edition
		where sheet.slot in %s and newer.name is null""",
		(slots,),
		as_dict=True,
	)


def digested_figures(slots: list[str], areas: list[str]) -> dict[Key, dict]:
	"""{(slot, area): {"figures_digest", counts}}. Totals are left out: they move with every correction of the past."""
	if not slots or not areas:
		return {}
	report_type = frappe.get_cached_doc(
		"Report Type", frappe.db.get_value("Report Slot", slots[0], "report_type")
	)
	fields = [row.fieldname for row in definitions.indicators(report_type.name)]
	columns = ", ".join(f"`{field}`" for field in ("slot", "area", "known", *COUNTS, *fields))
	rows = frappe.db.sql(
		f"select {columns} from `tab{report_type.consolidated_type}` where slot in %s and area in %s",
		(slots, areas),
		as_dict=True,
	)
	figures_of_all(row.known for row in rows)
	return {(row.slot, row.area): digested(row, fields) for row in rows}


def digested(row: dict, fields: list[str]) -> dict:
	known = figures_of(row.known)
	content = {field: int(row[field]) for field in fields if field in known}
	counts = {key: row[key] for key in COUNTS}
	text = json.dumps({"slot": row.slot, "area": row.area, **content, **counts}, sort_keys=True)
	return {"figures_digest": keyed_digest(text), **counts}


def unsigned_areas(slot: str) -> list[str]:
	"""Names of the areas whose sheet of the slot nobody has signed, or has changed since."""
	return [row.area_name or row.area for row in current_sheets([slot]) if not is_signed(row)]


def is_signed(sheet: dict) -> bool:
	return sheet.workflow_state in SIGNED and not sheet.changed


@frappe.whitelist(methods=["GET"])
def signatures(slot: str) -> dict:
	"""{"signed": k, "sheets": n, "unsigned": [area name]} of the slot, as far as the user's scope reaches."""
	if not frappe.has_permission("Consolidated Sheet", "read"):
		frappe.throw(_("You may not see the sheets of this slot."), frappe.PermissionError)
	condition = scope_condition("Consolidated Sheet")
	visible = set(
		frappe.db.sql_list(f"select name from `tabConsolidated Sheet` where slot = %s and {condition}", slot)
	)
	rows = [row for row in current_sheets([slot]) if row.name in visible]
	unsigned = [row.area_name or row.area for row in rows if not is_signed(row)]
	return {"signed": len(rows) - len(unsigned), "sheets": len(rows), "unsigned": unsigned}


def require_current(sheet: Document) -> None:
	"""What is signed are the figures as they stand now."""
	figures = digested_figures([sheet.slot], [sheet.area]).get((sheet.slot, sheet.area))
	if not figures or sheet.changed or figures["figures_digest"] != sheet.figures_digest:
		frappe.throw(
			_("{0}: the figures have changed since this sheet was made. Open its newest edition.").format(
				sheet.describe()
			),
			FiguresChanged,
		)


class FiguresChanged(frappe.ValidationError):
	"""The sheet no longer shows the figures in force."""
