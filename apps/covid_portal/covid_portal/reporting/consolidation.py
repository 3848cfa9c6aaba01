"""Consolidation: from the reports of a slot to one row per area, commune → district → province, in set-based SQL.

Flows are what is new in the slot; an area that did not report adds none. Stocks are what is so now; an area that did not
report keeps those of its last counted report, and is counted in `carried`. Running totals are the slot before's plus the
slot's flows. Whoever is excused and did not report is not expected. Approved corrections lie over the reports. The cost
depends on the slot, not on the history behind it.

consolidate() is the table of contents. Who stands how is read by standings.py, what the slot begins with where areas were
merged, split or closed by openings.py, corrections by overlay.py. Rows are written by reporting_areas.py and, from these,
by areas_above.py; what is known of a row, it says by a reference (known_figures.py).
"""

import frappe
from frappe.model.document import Document

from covid_portal.reporting import areas_above, known_figures, openings, reporting_areas, sheets, standings
from covid_portal.reporting.areas_above import Whole
from covid_portal.reporting.counted_reports import values_of
from covid_portal.reporting.known_figures import reference
from covid_portal.reporting.overlay import corrected_figures
from covid_portal.reporting.reporting_areas import Part
from covid_portal.reporting.slots import COUNTED
from covid_portal.reporting.standings import Known, Owed, Way


def consolidate(slot_name: str) -> None:
	"""(Re)build the slot's rows: those of reporting areas from reports, those above from these."""
	slot = frappe.get_doc("Report Slot", slot_name)
	report_type = frappe.get_cached_doc("Report Type", slot.report_type)
	lock_figures(report_type.name)
	values = values_of(slot, report_type)
	corrected = corrected_figures(slot.name, report_type.name, lock=True)
	owed = standings.owed_of(values, report_type, corrected)
	reporting, new = {row.area for row in owed}, {row.area for row in owed if not row.goes_on}
	opened = openings.of_slot(slot, report_type, reporting, new)
	standings.begin(owed, opened)
	ways = standings.ways_of(owed, slot, report_type)
	wholes = areas_above.wholes_of(report_type, owed, ways, opened)
	store_known(ways, wholes, opened)
	parts = reporting_areas.parts_of(owed, report_type, corrected, ways, opened)
	clear(values, report_type, owed, parts)
	for part in parts:
		reporting_areas.write(values, report_type, part)
	openings.insert_closed(values, report_type, opened)
	areas_above.write(values, report_type, wholes)
	record_completeness(values, owed)
	sheets.renew([slot.name])


def consolidate_from(slot_name: str) -> None:
	"""Rebuild the slot and, because totals and stocks are carried on, every counted slot after it."""
	slot = frappe.get_doc("Report Slot", slot_name)
	for name in frappe.get_all(
		"Report Slot",
		{"report_type": slot.report_type, "slot_time": (">=", slot.slot_time), "state": ("in", COUNTED)},
		pluck="name",
		order_by="slot_time asc",
	):
		consolidate(name)


def lock_figures(report_type: str) -> None:
	"""One at a time changes consolidated figures of a type: a rebuild and a correction would each miss the other."""
	frappe.db.sql("select name from `tabReport Type` where name = %s for update", report_type)


def store_known(ways: dict[Way, Known], wholes: dict[str, Whole], opened: openings.Openings) -> None:
	"""What rows are about to refer to, but for what rows of the slot before do already."""
	stored = {way[1] for way in ways} - {row["known"] for row in opened.rows.values()}
	known_figures.remember(
		one.known for one in (*ways.values(), *wholes.values()) if reference(one.known) not in stored
	)


def clear(values: dict, report_type: Document, owed: list[Owed], parts: list[Part]) -> None:
	"""Remove the rows that are about to be written. Where there are rows already, those of reporting areas that say the same
	as they are to say stay as they are, and are taken out of the parts."""
	table = f"`tab{report_type.consolidated_type}`"
	if not frappe.db.sql(f"select 1 from {table} where slot = %(slot)s limit 1 lock in share mode", values):
		return
	# Compared as text, so that the slot's rows are read in one go and not in ranges between hundreds of areas.
	removed = frappe.db.sql_list(
		f"select area from {table} where slot = %(slot)s and concat(area) not in %(owed)s lock in share mode",
		{**values, "owed": [row.area for row in owed] or [""]},
	)
	for part in parts:
		changed = reporting_areas.changed_areas(values, report_type, part)
		part.owed = [row for row in part.owed if row.area in changed]
		removed.extend(changed)
	if removed:
		frappe.db.sql(f"delete from {table} where slot = %s and area in %s", (values["slot"], removed))


def record_completeness(values: dict, owed: list[Owed]) -> None:
	frappe.db.set_value(
		"Report Slot",
		values["slot"],
		{
			"expected": sum(int(row.expected) for row in owed),
			"reported": sum(row.reported for row in owed),
			"provisional": sum(row.provisional for row in owed),
			"consolidated_at": values["now"],
		},
		update_modified=False,
	)
