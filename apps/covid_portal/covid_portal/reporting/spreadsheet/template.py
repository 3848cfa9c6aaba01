"""The workbook that a unit downloads, fills in and sends back: its own rows only, with the last slot's figures beside."""

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from covid_portal.approval.vocabulary import WITH_AUTHOR
from covid_portal.reporting import definitions
from covid_portal.reporting.figures import LARGEST
from covid_portal.reporting.known_figures import split_fields
from covid_portal.reporting.slots import clock_label, day_of, is_locked, slot_label
from covid_portal.reporting.spreadsheet import layout
from covid_portal.reporting.spreadsheet.entry import entering_unit, entry_rows
from covid_portal.reporting.spreadsheet.layout import FIRST_ROW, KEY_ROW, LABEL_ROW, NOTE_ROW, TITLE_ROW
from covid_portal.reporting.spreadsheet.problems import to_bytes

BOLD, TITLE, GREY = Font(bold=True), Font(bold=True, size=14), Font(color="6B6B6B")
WRAP = Alignment(wrap_text=True, vertical="top")
THIN = Side(style="thin", color="BFB8AA")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
HEAD, HEAD_MANDATORY, KEYS = (
	PatternFill("solid", fgColor=colour) for colour in ("F3EFE6", "F6D9D3", "F7F5F0")
)
OPEN = Protection(locked=False)
LONGEST_TEXT = 1000


def template(slot: Document) -> bytes:
	"""The workbook for the session's user, as bytes. Raises PermissionError where no area of the slot is theirs."""
	report_type = frappe.get_cached_doc("Report Type", slot.report_type)
	rows = [
		row
		for row in entry_rows(slot, report_type.document_type)
		if (not row.state or row.state in WITH_AUTHOR)
		and not is_locked(slot, now_datetime(), row.extended_until)
	]
	if not rows:
		frappe.throw(
			_("There is no report in the slot {0} that you may still enter.").format(
				slot_label(slot.slot_time)
			),
			frappe.PermissionError,
		)
	indicators = definitions.indicators(report_type.name, day_of(slot.slot_time))
	made = made_for(slot, report_type, rows, indicators)
	book = Workbook()
	write_figures(
		book.active, slot, made, rows, indicators, stored_figures(report_type, slot.name, indicators)
	)
	write_previous(
		book.create_sheet(_("Slot before")),
		made,
		rows,
		stored_figures(report_type, slot.previous_slot, indicators),
	)
	write_instructions(book.create_sheet(_("How to fill in")), slot, indicators)
	write_meta(book.create_sheet(layout.META_SHEET), made)
	return to_bytes(book)


def made_for(slot: Document, report_type: Document, rows: list[dict], indicators: list[dict]) -> layout.Made:
	labels = [definitions.local_label(row) for row in indicators]
	return layout.Made(
		slot=slot.name,
		report_type=report_type.name,
		unit=entering_unit(report_type.document_type),
		sheet=layout.data_title(),
		areas=[row.area for row in rows],
		keys=[layout.AREA, layout.AREA_NAME, *(row.fieldname for row in indicators), layout.EXPLANATIONS],
		labels=[_("Code"), _("Area"), *labels, _("Explanation of what is out of the ordinary")],
	)


def stored_figures(
	report_type: Document, slot: str | None, indicators: list[dict]
) -> dict[str, dict[str, int]]:
	"""{area: {figure: value}} of the slot's reports, answered figures only."""
	if not slot:
		return {}
	columns = ", ".join(f"`{row.fieldname}`" for row in indicators)
	rows = frappe.db.sql(
		f"select area, answered, {columns} from `tab{report_type.document_type}` where slot = %s",
		slot,
		as_dict=True,
	)
	return {
		row.area: {field: row[field] for field in split_fields(row.answered) if field in row} for row in rows
	}


# --- the sheet that is filled in


def write_figures(
	sheet: Worksheet,
	slot: Document,
	made: layout.Made,
	rows: list[dict],
	indicators: list[dict],
	stored: dict[str, dict[str, int]],
) -> None:
	sheet.title = made.sheet
	write_head(sheet, slot, made, indicators)
	for number, row in enumerate(rows, FIRST_ROW):
		# Others' drafts stay blank: what is blank is left out, and nobody sends by mistake what they have just begun.
		write_row(sheet, number, made, row, stored.get(row.area, {}) if row.own else {})
	add_validations(sheet, made, indicators, FIRST_ROW + len(rows) - 1)
	sheet.freeze_panes = f"C{FIRST_ROW}"
	sheet.protection.sheet = True
	sheet.protection.formatColumns = False  # widening a column is nobody's harm


def write_head(sheet: Worksheet, slot: Document, made: layout.Made, indicators: list[dict]) -> None:
	sheet.cell(TITLE_ROW, 1, f"{_(made.report_type)} – {slot_label(slot.slot_time)}").font = TITLE
	note = _(
		"Fill in the white cells: whole numbers, 0 where there is nothing to report. * must be filled in."
	)
	sheet.cell(NOTE_ROW, 1, note).font = GREY
	mandatory = {row.fieldname for row in indicators if row.mandatory}
	for column, (key, label) in enumerate(zip(made.keys, made.labels, strict=True), 1):
		sheet.cell(KEY_ROW, column, key)
		cell = sheet.cell(LABEL_ROW, column, label + (layout.MANDATORY_MARK if key in mandatory else ""))
		cell.font, cell.alignment, cell.border = BOLD, WRAP, BOX
		cell.fill = HEAD_MANDATORY if key in mandatory else HEAD
		sheet.column_dimensions[get_column_letter(column)].width = {1: 9, 2: 26}.get(column, 13)
	sheet.column_dimensions[made.letter(layout.EXPLANATIONS)].width = 60
	sheet.row_dimensions[KEY_ROW].hidden = True
	sheet.row_dimensions[LABEL_ROW].height = 78


def write_row(sheet: Worksheet, number: int, made: layout.Made, row: dict, stored: dict[str, int]) -> None:
	values = {**stored, layout.AREA: row.area, layout.AREA_NAME: row.area_name}
	for column, key in enumerate(made.keys, 1):
		cell = sheet.cell(number, column, values.get(key))
		cell.border = BOX
		if key in (layout.AREA, layout.AREA_NAME):
			cell.fill = KEYS
		else:
			cell.protection = OPEN


def add_validations(sheet: Worksheet, made: layout.Made, indicators: list[dict], last: int) -> None:
	for row in indicators:
		highest = row.maximum or LARGEST
		rule = DataValidation(
			type="whole",
			operator="between",
			formula1=str(row.minimum),
			formula2=str(highest),
			allow_blank=True,
		)
		rule.error = _("A whole number from {0} to {1}.").format(row.minimum, highest)
		add_validation(
			sheet, rule, f"{made.letter(row.fieldname)}{FIRST_ROW}:{made.letter(row.fieldname)}{last}"
		)
	text = DataValidation(
		type="textLength", operator="lessThanOrEqual", formula1=str(LONGEST_TEXT), allow_blank=True
	)
	text.error = _("At most {0} characters.").format(LONGEST_TEXT)
	add_validation(
		sheet, text, f"{made.letter(layout.EXPLANATIONS)}{FIRST_ROW}:{made.letter(layout.EXPLANATIONS)}{last}"
	)
	# Rows may be put into another order; the codes stay those of the own areas.
	codes = DataValidation(type="list", formula1=f"'{layout.META_SHEET}'!$A$3:$A${2 + len(made.areas)}")
	codes.error = _("Only areas of this template.")
	add_validation(sheet, codes, f"A{FIRST_ROW}:A{last}")


def add_validation(sheet: Worksheet, rule: DataValidation, cells: str) -> None:
	rule.showErrorMessage, rule.errorTitle = True, _("Not possible here")
	rule.add(cells)
	sheet.add_data_validation(rule)


# --- the sheets beside it


def write_previous(sheet: Worksheet, made: layout.Made, rows: list[dict], previous: dict[str, dict]) -> None:
	"""The figures of the slot before, in the same places."""
	keys = [key for key in made.keys if key != layout.EXPLANATIONS]
	sheet.append([label for key, label in zip(made.keys, made.labels, strict=True) if key in keys])
	for cell in sheet[1]:
		cell.font, cell.alignment, cell.fill = BOLD, WRAP, HEAD
	for row in rows:
		values = {**previous.get(row.area, {}), layout.AREA: row.area, layout.AREA_NAME: row.area_name}
		sheet.append([values.get(key) for key in keys])
	sheet.column_dimensions["B"].width = 26
	sheet.freeze_panes = "C2"
	sheet.protection.sheet = True


def write_instructions(sheet: Worksheet, slot: Document, indicators: list[dict]) -> None:
	for line in (*instructions(slot), ""):
		sheet.append([line])
	sheet.append([_("Figure"), _("Unit of measure"), _("Must be filled in"), _("Means")])
	for cell in sheet[sheet.max_row]:
		cell.font = BOLD
	for row in indicators:
		meaning = _("new in the slot's window") if row.kind == "Flow" else _("so at the slot's time")
		unit = definitions.local_label(row, "unit_label")
		sheet.append([definitions.local_label(row), unit, _("Yes") if row.mandatory else "", meaning])
	for column, width in zip("ABCD", (60, 14, 14, 26), strict=True):
		sheet.column_dimensions[column].width = width
	sheet.protection.sheet = True


def instructions(slot: Document) -> Iterable[str]:
	yield _("How to fill in this workbook")
	yield _("1. One row is one area. Leave a row blank if you do not report for that area here.")
	yield _("2. Only whole numbers. Enter 0 where there is nothing; a blank cell means: not known.")
	yield _("3. No formulas, no merged cells, no other columns. Copied figures: paste as values.")
	yield _("4. Where a figure is out of the ordinary, say why in the last column.")
	yield _(
		"5. Send the workbook on the page it was downloaded from, before the slot is locked at {0}."
	).format(clock_label(slot.locks_at))
	yield _("If anything is wrong, the page lists the cells, and nothing is stored.")


def write_meta(sheet: Worksheet, made: layout.Made) -> None:
	text, signed = layout.seal(made)
	sheet["A1"], sheet["A2"] = text, signed
	for number, area in enumerate(made.areas, 3):
		sheet.cell(number, 1, area)
	sheet.sheet_state = "veryHidden"
	sheet.protection.sheet = True
