"""The public list of corrections as plain data: what corrections.json holds and /dinh-chinh is rendered from.

No person is named: neither who asked for a correction nor who approved it. Only figures that are public themselves.

The small-cell rule holds here too. The move of the area above is public by its versions, so naming the commune would give a
small figure away: of a correction with a small figure, old or new, or with one that communes.py withholds, the list says where
by the area above, which figures and in which version: neither commune nor values, neither reason nor how many there were.
"""

from itertools import groupby
from pathlib import Path

import frappe
from frappe.utils import now_datetime

from covid_portal.approval.vocabulary import APPROVED
from covid_portal.publishing import pages
from covid_portal.publishing.communes import exactly_told, threshold
from covid_portal.publishing.figures import with_zone
from covid_portal.publishing.files import data_file
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.rendering import CORRECTIONS_URL


def files(publication: Publication) -> dict[str, bytes]:
	"""Made with every publication: a version of a slot and the reason for it appear together."""
	if publication.more_follows:
		return {}
	data = ledger_data(publication.said_before)
	return {CORRECTIONS_URL.lstrip("/"): data_file(data), **pages.in_each_language("corrections", data)}


def ledger_data(live: Path) -> dict:
	"""{"updated_at", "corrections": [...], "withheld": [...]}, the newest first, a row for each corrected figure; `old` None:
	not reported. `live`: the build that readers see meanwhile."""
	told, withheld = told_and_withheld(approved_rows(), live)
	return {
		"updated_at": with_zone(now_datetime()),
		"corrections": [ledger_row(row) for row in told],
		"withheld": without_copies([withheld_row(row) for row in withheld]),
	}


def told_and_withheld(rows: list[dict], live: Path) -> tuple[list[dict], list[dict]]:
	"""A correction is told with all its figures, or with none: one would name the area of the others."""
	told_in = {slot: exactly_told(slot, live) for slot in {row.slot for row in rows}}
	told: list[dict] = []
	withheld: list[dict] = []
	for _name, figures in groupby(rows, lambda row: row.name):
		figures = list(figures)
		hidden = any(is_small(row) or not told_in[row.slot](row.area, row.fieldname) for row in figures)
		(withheld if hidden else told).extend(figures)
	return told, withheld


def is_small(row: dict) -> bool:
	values = (int(row.old_value or 0), row.new_value)
	return bool(row.small_cells) and any(0 < value < threshold() for value in values)


def without_copies(rows: list[dict]) -> list[dict]:
	"""Two corrections of a figure in the communes of one district look like one."""
	return [row for place, row in enumerate(rows) if row not in rows[:place]]


def approved_rows() -> list[frappe._dict]:
	return frappe.db.sql(
		"""select correction.name, correction.approved_at, correction.slot, slot.slot_time, correction.area,
			area.full_name, area.full_name_en, area.parent_area, district.full_name district,
			district.full_name_en district_en, figure.fieldname, indicator.label, indicator.label_en,
			indicator.small_cells, figure.old_value, figure.new_value,
			correction.reason, correction.version
		from `tabCorrection` correction
		join `tabCorrection Figure` figure on figure.parent = correction.name and figure.parenttype = 'Correction'
		join `tabReport Slot` slot on slot.name = correction.slot
		join `tabIndicator` indicator
			on indicator.report_type = slot.report_type and indicator.fieldname = figure.fieldname
		join `tabArea` area on area.name = correction.area
		left join `tabArea` district on district.name = area.parent_area
		where correction.workflow_state = %s and indicator.public = 1
		order by correction.approved_at desc, correction.name, figure.idx""",
		APPROVED,
		as_dict=True,
	)


def ledger_row(row: dict) -> dict:
	return {
		"correction": row.name,
		"approved_at": with_zone(row.approved_at),
		"slot": row.slot,
		"time": with_zone(row.slot_time),
		"area": row.area,
		"name": row.full_name,
		"name_en": row.full_name_en or row.full_name,
		"within": row.district or "",
		"within_en": row.district_en or row.district or "",
		"field": row.fieldname,
		"label": row.label,
		"label_en": row.label_en or row.label,
		"old": int(row.old_value) if row.old_value else None,
		"new": row.new_value,
		"reason": row.reason,
		"version": row.version or None,
	}


def withheld_row(row: dict) -> dict:
	return {
		"slot": row.slot,
		"time": with_zone(row.slot_time),
		"area": row.parent_area,
		"name": row.district,
		"name_en": row.district_en or row.district,
		"field": row.fieldname,
		"label": row.label,
		"label_en": row.label_en or row.label,
		"version": row.version or None,
	}
