"""The columns of an indicator: made when an administrator adds one, beside the DocTypes of its report type.

A new indicator is a Custom Field of the report and of the consolidated report, placed in its group's section, and a third
one for the running total where it has one. The column comes first, the indicator's row after it: DDL commits, so whatever
fails on the way leaves at most an empty column, which the next try takes up; never a row without its column.

Columns are added with ALGORITHM=INSTANT: the table's definition changes, not its rows, however many there are; where the
database could only do it by copying the table, it refuses instead.
"""

import keyword
import re
import unicodedata
from collections.abc import Callable

import frappe
from frappe import _
from frappe.model import child_table_fields, default_fields, optional_fields
from frappe.model.document import Document
from frappe.utils import cint

from covid_portal.reporting.definitions import local_label

PATTERN = re.compile(r"[a-z][a-z0-9_]{1,50}")
TOTAL = "total_"
# Names that mean something else where figures are handled: in rules, and in the tables of loader and spreadsheet.
RESERVED = {"previous", "population", "low", "high", "events", "parent_area", "constructor"}
COLUMN = "int(11) not null default 0"  # as the framework declares an Int
LAST_SECTIONS = ("explanations_section", "totals_section", "technical_section")
TOTALS_SECTION = "totals_section"


class InvalidFieldName(frappe.ValidationError):
	pass


class FieldInUse(frappe.ValidationError):
	"""The field belongs to an indicator, or holds figures."""


# --- names


def propose_name(label: str) -> str:
	"""A field name from a label: "Số ca tái dương tính" → so_ca_tai_duong_tinh. The Desk form proposes the same."""
	plain = unicodedata.normalize("NFD", label.lower().replace("đ", "d"))
	words = re.findall(r"[a-z0-9]+", "".join(letter for letter in plain if not unicodedata.combining(letter)))
	return "_".join(words).lstrip("0123456789_")[:51].rstrip("_")


def require_name(indicator: Document, report_type: Document) -> None:
	"""Refuse a name that is not plain, or that stands for something else in one of the DocTypes."""
	name = indicator.fieldname or ""
	if not PATTERN.fullmatch(name):
		refuse_name(
			name, _("use 2 to 51 small letters without accents, digits and _, and begin with a letter")
		)
	if name.startswith(TOTAL):
		refuse_name(name, _("names that begin with {0} are those of running totals").format(TOTAL))
	if name in RESERVED or keyword.iskeyword(name):
		refuse_name(name, _("this word has a meaning of its own in rules and tables"))
	for doctype in doctypes_of(report_type):
		for column in [name, TOTAL + name] if doctype == report_type.consolidated_type else [name]:
			if is_taken(doctype, column):
				refuse_name(name, _("{0} has another field of this name").format(_(doctype)))


def refuse_name(name: str, why: str) -> None:
	frappe.throw(_("The field name “{0}” cannot be used: {1}.").format(name, why), InvalidFieldName)


def is_taken(doctype: str, fieldname: str) -> bool:
	"""Whether the name is that of something other than a figure."""
	field = frappe.get_meta(doctype).get_field(fieldname)
	if field:
		return field.fieldtype != "Int" or not is_figure(doctype, field.fieldname)
	if fieldname in (*default_fields, *child_table_fields, *optional_fields):
		return True
	return hasattr(frappe.new_doc(doctype), fieldname)


def is_figure(doctype: str, fieldname: str) -> bool:
	"""A whole-number field in the section of a group, or a total: what an indicator may lay claim to."""
	return fieldname in figure_fields(doctype)


def figure_fields(doctype: str) -> set[str]:
	groups = set(frappe.get_all("Indicator Group", pluck="name"))
	section, found = "", set()
	for field in frappe.get_meta(doctype).fields:
		if field.fieldtype == "Section Break":
			section = (field.fieldname or "").removesuffix("_section")
		elif field.fieldtype == "Int" and section in {*groups, "totals"}:
			found.add(field.fieldname)
	return found


def doctypes_of(report_type: Document) -> list[str]:
	return [report_type.document_type, report_type.consolidated_type]


# --- making them


def ensure_fields(indicator: Document) -> bool:
	"""Make the columns and fields of the indicator that are missing; whether there were any.

	Commits, where it adds a column. The caller has checked that the user may create the indicator: fields are made
	with ignore_permissions, because Custom Field is the System Manager's and the portal administrator is none.
	"""
	report_type = frappe.get_cached_doc("Report Type", indicator.report_type)
	missing = missing_fields(indicator, report_type)
	if not missing:
		return False
	require_name(indicator, report_type)
	add_columns(missing)
	with_fields_unsynced(lambda: [add_field(indicator, *field) for field in missing])
	for doctype in doctypes_of(report_type):
		frappe.clear_cache(doctype=doctype)
	return True


def missing_fields(indicator: Document, report_type: Document) -> list[tuple[str, str]]:
	"""(DocType, fieldname) of what the indicator needs and its DocTypes do not have."""
	needed = [(doctype, indicator.fieldname) for doctype in doctypes_of(report_type)]
	if cint(indicator.cumulative):  # text, where the row comes from a file
		needed.append((report_type.consolidated_type, TOTAL + indicator.fieldname))
	return [(doctype, field) for doctype, field in needed if not frappe.get_meta(doctype).has_field(field)]


def add_columns(fields: list[tuple[str, str]]) -> None:
	"""Instant in InnoDB, whatever the number of rows; every row there is reads 0, and `answered` says: not given."""
	for doctype, field in fields:
		frappe.db.sql_ddl(
			f"alter table `tab{doctype}` add column if not exists `{field}` {COLUMN}, algorithm=instant"
		)
		# The framework keeps the table's columns in mind, and forgets them only where it alters the table itself.
		frappe.cache.hdel("table_columns", f"tab{doctype}")


def with_fields_unsynced(act: Callable[[], object]) -> None:
	"""Custom Fields bring the table up to date after each save; ours has its columns already."""
	before, frappe.flags.in_create_custom_fields = frappe.flags.in_create_custom_fields, True
	try:
		act()
	finally:
		frappe.flags.in_create_custom_fields = before


def add_field(indicator: Document, doctype: str, fieldname: str) -> None:
	total = fieldname.startswith(TOTAL)
	insert_custom_field(
		doctype,
		fieldname=fieldname,
		label=_("Total: {0}").format(indicator.label) if total else indicator.label,
		fieldtype="Int",
		read_only=int(total),
		insert_after=last_of_section(doctype, TOTALS_SECTION if total else section_of(indicator, doctype)),
	)


def insert_custom_field(doctype: str, **values: str | int) -> None:
	frappe.get_doc(
		doctype="Custom Field", dt=doctype, translatable=0, is_system_generated=1, **values
	).insert(ignore_permissions=True)
	frappe.clear_cache(doctype=doctype)  # the next one is placed after it


# --- where they stand


def section_of(indicator: Document, doctype: str) -> str:
	"""The group's section, made before the closing ones if the group is an administrator's own."""
	name = f"{indicator.indicator_group}_section"
	if not frappe.get_meta(doctype).has_field(name):
		insert_custom_field(
			doctype,
			fieldname=name,
			label=frappe.db.get_value("Indicator Group", indicator.indicator_group, "group_name"),
			fieldtype="Section Break",
			insert_after=last_before_closing(doctype),
		)
	return name


def last_of_section(doctype: str, section: str) -> str:
	"""The last field of the section: what is placed after it stands at its end."""
	last = section
	names = [field.fieldname for field in frappe.get_meta(doctype).fields]
	breaks = {f.fieldname for f in frappe.get_meta(doctype).fields if f.fieldtype == "Section Break"}
	for name in names[names.index(section) + 1 :]:
		if name in breaks:
			break
		last = name
	return last


def last_before_closing(doctype: str) -> str:
	names = [field.fieldname for field in frappe.get_meta(doctype).fields]
	closing = min(names.index(section) for section in LAST_SECTIONS if section in names)
	return names[closing - 1]


def follow_changes(indicator: Document) -> None:
	"""Carry a changed label or group over to the indicator's own fields; those of the DocType itself stay."""
	report_type = frappe.get_cached_doc("Report Type", indicator.report_type)
	before = indicator.get_doc_before_save()
	moved = before.indicator_group != indicator.indicator_group
	if not moved and before.label == indicator.label:
		return
	for name in custom_fields(indicator, report_type):
		field = frappe.get_doc("Custom Field", name)
		total = field.fieldname.startswith(TOTAL)
		field.label = _("Total: {0}").format(indicator.label) if total else indicator.label
		if moved and not total:
			field.insert_after = last_of_section(field.dt, section_of(indicator, field.dt))
		with_fields_unsynced(lambda field=field: field.save(ignore_permissions=True))
		frappe.clear_cache(doctype=field.dt)


def custom_fields(indicator: Document, report_type: Document) -> list[str]:
	names = [indicator.fieldname, TOTAL + indicator.fieldname]
	return frappe.get_all(
		"Custom Field", {"dt": ("in", doctypes_of(report_type)), "fieldname": ("in", names)}, pluck="name"
	)


# --- data


def has_figures(indicator: Document) -> bool:
	"""Whether any report, a draft too, ever answered it. Reads every report where none did: for rare acts only."""
	report_type = frappe.get_cached_doc("Report Type", indicator.report_type)
	return bool(
		frappe.db.sql(
			f"select 1 from `tab{report_type.document_type}` where find_in_set(%s, answered) limit 1",
			indicator.fieldname,
		)
	)


def require_no_figures(indicator: Document, what: str) -> None:
	if has_figures(indicator):
		frappe.throw(
			_("{0} has figures already: {1}. To retire it, set its last day.").format(
				local_label(indicator), what
			),
			FieldInUse,
		)


def remove_fields(indicator: Document) -> None:
	"""Take the fields of an indicator without figures out of the forms. The empty columns stay: dropping one would
	copy the table, and an indicator of the same name takes them up again."""
	report_type = frappe.get_cached_doc("Report Type", indicator.report_type)
	for name in custom_fields(indicator, report_type):
		# ignore_permissions for the same reason as when they were made.
		frappe.delete_doc("Custom Field", name, ignore_permissions=True)


def refuse_removal(field: Document, method: str | None = None) -> None:
	"""A Custom Field that an indicator stands on is not deleted on its own: consolidation reads its column."""
	if field.fieldtype != "Int":
		return
	either = [["document_type", "=", field.dt], ["consolidated_type", "=", field.dt]]
	types = frappe.get_all("Report Type", or_filters=either, pluck="name")
	name = field.fieldname.removeprefix(TOTAL)
	if types and frappe.db.exists("Indicator", {"report_type": ("in", types), "fieldname": name}):
		frappe.throw(
			_("{0} is the field of an indicator. Retire or delete the indicator instead.").format(
				field.fieldname
			),
			FieldInUse,
		)
