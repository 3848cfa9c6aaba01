"""Consolidated sheets: what each district, and after the districts the CDC for the province, signs before figures are published.

A signature is a decision over the digest of the area's consolidated figures. When figures change afterwards, the
signed sheet says so and a new edition of it asks again. Sheets are written set-based, for all areas of a slot at once:
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
	"""A sheet for every unit along the line above those that owe reports, as far as each is over a larger area than the one
	before it, with the figures of its area as consolidated now."""
	signing = signing_units(slot.name)
	known = {row.area for row in current_sheets([slot.name])}
	figures = digested_figures([slot.name], [row.area for row in signing])
	insert(
		[
			sheet_row({**row, "edition": 1}, figures[(slot.name, row.area)])
			for row in signing
			if row.area not in known and (slot.name, row.area) in figures
		]
	)


def signing_units(slot: str) -> list[frappe._dict]:
	"""slot, unit, area, area_name of those that sign the slot, the largest area first."""
	return frappe.db.sql(
		"""with recursive signing as (
			select superior.name as unit, superior.area, superior.parent_unit
			from `tabReport Obligation` owed
			join `tabUnit` unit on unit.name = owed.unit
			join `tabUnit` superior on superior.name = unit.parent_unit and superior.area != owed.area
			where owed.slot = %(slot)s
			union
			select superior.name, superior.area, superior.parent_unit
			from signing join `tabUnit` superior on superior.name = signing.parent_unit and superior.area != signing.area
		)
		select %(slot)s as slot, signing.unit, signing.area, area.full_name as area_name
		from signing join `tabArea` area on area.name = signing.area order by area.lft""",
		{"slot": slot},
		as_dict=True,
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
	"""The last edition of each area's sheet in these slots, with the bounds of the area in the tree."""
	if not slots:
		return []
	return frappe.db.sql(
		"""select sheet.name, sheet.slot, sheet.area, sheet.area_name, sheet.unit, sheet.edition,
			sheet.workflow_state, sheet.figures_digest, sheet.changed, slot.state as slot_state, slot.published_at,
			area.lft, area.rgt
		from `tabConsolidated Sheet` sheet
		join `tabReport Slot` slot on slot.name = sheet.slot
		join `tabArea` area on area.name = sheet.area
		left join `tabConsolidated Sheet` newer
			on newer.slot = sheet.slot and newer.area = sheet.area and newer.edition > sheet.edition
		where sheet.slot in %s and newer.name is null order by area.lft""",
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


def unsigned_within(sheet: Document) -> list[str]:
	"""Names of the areas within that of the sheet whose own sheet of the slot is not signed."""
	rows = current_sheets([sheet.slot])
	whole = next((row for row in rows if row.area == sheet.area), None)
	return [
		row.area_name or row.area for row in rows if whole and is_within(row, whole) and not is_signed(row)
	]


def is_within(part: dict, whole: dict) -> bool:
	return part.slot == whole.slot and whole.lft < part.lft and part.rgt < whole.rgt


@frappe.whitelist(methods=["GET"])
def signatures(slot: str) -> dict:
	"""Of the slot, as far as the user's scope reaches: {"signed": k, "sheets": n, "unsigned": [area name]} of the districts,
	and "wholes": [{"name", "area", "area_name", "signed"}], the sheets that put others together."""
	if not frappe.has_permission("Consolidated Sheet", "read"):
		frappe.throw(_("You may not see the sheets of this slot."), frappe.PermissionError)
	condition = scope_condition("Consolidated Sheet")
	visible = set(
		frappe.db.sql_list(f"select name from `tabConsolidated Sheet` where slot = %s and {condition}", slot)
	)
	rows = [row for row in current_sheets([slot]) if row.name in visible]
	wholes = [row for row in rows if any(is_within(part, row) for part in rows)]
	parts = [row for row in rows if row not in wholes]
	unsigned = [row.area_name or row.area for row in parts if not is_signed(row)]
	return {
		"signed": len(parts) - len(unsigned),
		"sheets": len(parts),
		"unsigned": unsigned,
		"wholes": [
			{
				"name": row.name,
				"area": row.area,
				"area_name": row.area_name or row.area,
				"signed": is_signed(row),
			}
			for row in wholes
		],
	}


def without(sheet: Document) -> str:
	"""Whose signatures the sheet is signed without, for its record. Raises NotSignedWithin: unless its note says why, and
	where the report type has nothing published that is not signed."""
	unsigned = ", ".join(unsigned_within(sheet))
	if not unsigned:
		return ""
	report_type = frappe.db.get_value("Report Slot", sheet.slot, "report_type")
	if frappe.get_cached_value("Report Type", report_type, "require_signed_sheets"):
		frappe.throw(
			_("{0} cannot be signed yet; not signed: {1}.").format(sheet.describe(), unsigned),
			NotSignedWithin,
		)
	if not (sheet.note or "").strip():
		frappe.throw(
			_(
				"{0}: not signed yet: {1}. Say in the note why it is signed without them, save it, and send it again."
			).format(sheet.describe(), unsigned),
			NotSignedWithin,
		)
	return unsigned


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


class NotSignedWithin(frappe.ValidationError):
	"""Sheets of areas within it are not signed, and nobody has said why it should be signed without them."""
