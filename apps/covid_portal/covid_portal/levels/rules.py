"""Level Rules as what the reckoning takes: which holds on a day, and a document's rows as a Rule."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import frappe
from frappe.model.document import Document
from frappe.utils import cint, flt

from covid_portal.levels.reckoning import Band, Capacity, Coverage, Measure, Modifier, Rule

TABLES = ("bands", "coverage", "modifiers")
DATED = ("valid_from", "valid_to", "in_force", "report_type", "legal_reference")
SETTINGS = ("least_reports", "coverage_indicator", "coverage_group", "capacity_used", "capacity_total")
SETTINGS += ("capacity_most", "capacity_level", "whole_method", "whole_share")
ROW_FIELDS = {
	"bands": ("indicator", "band", "low", "low_included", "high", "high_included"),
	"coverage": ("from_percent", "level_1", "level_2", "level_3", "level_4"),
	"modifiers": ("indicator", "population_group", "below", "raises", "only_with_cases"),
}
PACK_FILE = "level_rules.json"
INDICATORS = ("coverage_indicator", "capacity_used", "capacity_total")


def rule_on(report_type: str, day: date) -> Rule | None:
	"""The rule in force on the day."""
	filters = {"report_type": report_type, "in_force": 1, "valid_from": ("<=", day)}
	rows = frappe.get_all("Level Rule", filters, ["name", "valid_to"], order_by="valid_from desc")
	for row in rows:
		if row.valid_to is None or row.valid_to >= day:
			return as_rule(frappe.get_cached_doc("Level Rule", row.name))
	return None


def as_rule(document: Document) -> Rule:
	kinds = dict(
		frappe.get_all("Indicator", {"report_type": document.report_type}, ["name", "kind"], as_list=True)
	)
	field = field_of(document.report_type)
	return Rule(
		name=document.title,
		version=cint(document.version),
		measures=tuple(
			Measure(field(indicator), kinds.get(indicator) == "Flow", tuple(bands))
			for indicator, bands in bands_of(document).items()
		),
		coverage_indicator=field(document.coverage_indicator),
		coverage_group=document.coverage_group,
		coverage=tuple(
			Coverage(flt(row.from_percent), tuple(cint(row.get(f"level_{band}")) for band in range(1, 5)))
			for row in sorted(document.coverage, key=lambda row: flt(row.from_percent))
		),
		modifiers=tuple(
			Modifier(
				field(row.indicator),
				row.population_group,
				flt(row.below),
				cint(row.raises),
				bool(row.only_with_cases),
			)
			for row in document.modifiers
		),
		capacity=capacity_of(document, field),
		whole_method=document.whole_method,
		whole_share=flt(document.whole_share),
		least_reports=flt(document.least_reports),
	)


def field_of(report_type: str) -> Callable[[str], str]:
	"""Name of an Indicator → its column."""
	return lambda name: name.removeprefix(f"{report_type}-")


def capacity_of(document: Document, field: Callable[[str], str]) -> Capacity | None:
	if not document.capacity_used:
		return None
	names = (field(document.capacity_used), field(document.capacity_total))
	return Capacity(*names, most=flt(document.capacity_most), level=cint(document.capacity_level))


def bands_of(document: Document) -> dict[str, list[Band]]:
	"""{indicator: bands}, both in the order of the form. A band without an end is the one whose end is empty, or 0."""
	found: dict[str, list[Band]] = {}
	for row in document.bands:
		band = Band(
			number=cint(row.band),
			low=flt(row.low),
			high=flt(row.high) or None,
			low_included=bool(cint(row.low_included)),
			high_included=bool(cint(row.high_included)),
		)
		found.setdefault(row.indicator, []).append(band)
	return found


def content_of(document: Document) -> dict:
	"""All by which a rule decides, the same before and after it is stored."""
	rows = {
		table: [[as_stored(row.get(field)) for field in ROW_FIELDS[table]] for row in document.get(table)]
		for table in TABLES
	}
	return rows | {field: as_stored(document.get(field)) for field in (*DATED, *SETTINGS)}


def as_stored(value: object) -> str:
	"""20, 20.0 and "20" are one; nothing and 0 are too."""
	try:
		return f"{float(value or 0):g}"
	except (TypeError, ValueError):
		return str(value)


# --- the province pack


def pack_rules(folder: Path) -> list[dict]:
	"""The rules of a province pack, which need not have any. Raises ValueError for a file that is not a list of them."""
	file = folder / PACK_FILE
	if not file.is_file():
		return []
	rows = json.loads(file.read_text(encoding="utf-8"))
	if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("title") for row in rows):
		raise ValueError("not a list of rules with titles")
	return rows


def load_rules(rows: list[dict], report_type: str) -> int:
	"""Those that are not there yet, checked as any rule is; how many. In the file an indicator is named by its field."""
	made = [row for row in rows if not frappe.db.exists("Level Rule", row["title"])]
	for row in made:
		frappe.get_doc(
			doctype="Level Rule", report_type=report_type, **with_indicators(row, report_type)
		).insert(ignore_permissions=True)
	return len(made)


def with_indicators(row: dict, report_type: str) -> dict:
	named = {
		key: f"{report_type}-{value}" if key in INDICATORS and value else value for key, value in row.items()
	}
	for table in ("bands", "modifiers"):
		named[table] = [
			{**part, "indicator": f"{report_type}-{part['indicator']}"} for part in row.get(table, [])
		]
	return named
