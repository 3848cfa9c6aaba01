"""The public list of corrections as plain data: what corrections.json holds and /dinh-chinh is rendered from.

No person is named: neither who asked for a correction nor who approved it. Only figures that are public themselves.
"""

import frappe
from frappe.utils import now_datetime

from covid_portal.approval.vocabulary import APPROVED
from covid_portal.publishing import pages
from covid_portal.publishing.figures import with_zone
from covid_portal.publishing.files import data_file
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.rendering import CORRECTIONS_URL


def files(_publication: Publication) -> dict[str, bytes]:
	"""Made with every publication: a version of a slot and the reason for it appear together."""
	data = ledger_data()
	return {CORRECTIONS_URL.lstrip("/"): data_file(data), **pages.in_each_language("corrections", data)}


def ledger_data() -> dict:
	"""{"updated_at", "corrections": [...]}, the newest first, a row for each corrected figure; `old` None: not reported."""
	return {
		"updated_at": with_zone(now_datetime()),
		"corrections": [ledger_row(row) for row in approved_rows()],
	}


def approved_rows() -> list[frappe._dict]:
	return frappe.db.sql(
		"""select correction.name, correction.approved_at, correction.slot, slot.slot_time, correction.area,
			area.full_name, area.full_name_en, district.full_name district, district.full_name_en district_en,
			figure.fieldname, indicator.label, indicator.label_en, figure.old_value, figure.new_value,
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
