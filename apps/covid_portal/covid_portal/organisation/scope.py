"""Who may see and change which records: Scope Rules × running duties → one condition.

`scope_condition` gives it as SQL for lists, `in_scope` asks it of one document. A document says where it belongs by
its fields `area` (Link Area) and `unit` (Link Unit); Area and Unit belong to themselves.
"""

from dataclasses import dataclass

import frappe
from frappe.model.document import Document
from frappe.model.meta import Meta

from covid_portal.organisation.duties import ENABLED, running
from covid_portal.setup.csv_rows import shipped_rows

EVERYTHING = "1 = 1"
NOTHING = "1 = 0"
READING = {"read", "select", "print", "email", "export", "report", "share"}


@dataclass(frozen=True)
class Grant:
	"""One Scope Rule applied to one running assignment; lft and rgt bound the subtree, line is the unit's."""

	scope: str
	unit: str
	line: str
	area: str
	area_lft: int
	area_rgt: int
	unit_lft: int
	unit_rgt: int


def scope_condition(doctype: str, user: str | None = None, access: str = "Read") -> str:
	"""SQL condition on `tab<doctype>`; never empty: 1 = 1 for all, 1 = 0 for nothing."""
	user = user or frappe.session.user
	if user == "Administrator":
		return EVERYTHING
	fields = location_fields(doctype)
	parts = {grant_condition(grant, doctype, fields) for grant in widest(grants(user, doctype, access))}
	return f"({' or '.join(sorted(parts))})" if parts else NOTHING


def rows_condition(rows: str, doctype: str, user: str | None = None) -> str:
	"""SQL condition on `tab<rows>`, a child table of the scoped DocType: asked for by themselves, rows are as far away as
	their documents."""
	condition = scope_condition(doctype, user)
	return f"`tab{rows}`.parent in (select name from `tab{doctype}` where {condition})"


def in_scope(doc: Document, user: str | None = None, access: str = "Read") -> bool:
	"""Whether the document, as it is in memory, lies in the user's scope."""
	user = user or frappe.session.user
	if user == "Administrator":
		return True
	fields = location_fields(doc.doctype)
	return any(grant_covers(grant, doc, fields) for grant in grants(user, doc.doctype, access))


def has_permission(doc: Document, ptype: str = "read", user: str | None = None) -> bool:
	"""The permission hook of every scoped DocType: always True or False."""
	access = "Read" if ptype in READING else "Write"
	if ptype == "create" and is_placeless(doc):
		# Let the mandatory check name the missing field instead of refusing without a reason.
		return bool(grants(user or frappe.session.user, doc.doctype, access))
	return in_scope(doc, user, access)


def is_placeless(doc: Document) -> bool:
	return not any(doc.get(fieldname) for fieldname in location_fields(doc.doctype).values())


def grants(user: str, doctype: str, access: str) -> list[Grant]:
	"""The user's grants on the DocType. Write implies Read and Enter; Enter (to enter for units below, by the workbook
	alone) implies neither. Asked once per request."""
	cache = frappe.flags.setdefault("covid_portal_grants", {})
	key = (user, doctype, access)
	if key not in cache:
		cache[key] = load_grants(*key)
	return cache[key]


def duties_with(doctype: str, access: str = "", scopes: tuple[str, ...] = ()) -> list[str]:
	"""The duties to which rules give the DocType's documents with this access, in one of these scopes; what is left out may be
	any. Whom to tell of a document."""
	filters = {"access": access, "scope": ("in", scopes) if scopes else ""}
	named = {key: value for key, value in filters.items() if value}
	return frappe.get_all("Scope Rule", {"document_type": doctype, **named}, pluck="duty", distinct=True)


def forget_grants() -> None:
	frappe.flags.pop("covid_portal_grants", None)


def load_grants(user: str, doctype: str, access: str) -> list[Grant]:
	condition, values = running()
	rows = frappe.db.sql(
		f"""select distinct rule.scope, duty.unit, unit.line, unit.area, area.lft, area.rgt, unit.lft, unit.rgt
		from `tabDuty Assignment` duty
		join `tabScope Rule` rule on rule.duty = duty.duty
		join `tabUnit` unit on unit.name = duty.unit
		join `tabArea` area on area.name = unit.area
		where duty.user = %(user)s and rule.document_type = %(doctype)s
			and (rule.access = %(access)s or rule.access = 'Write') and {condition} and {ENABLED}""",
		{**values, "user": user, "doctype": doctype, "access": access},
	)
	return [Grant(*row) for row in rows]


def location_fields(doctype: str) -> dict[str, str]:
	"""{"area": fieldname, "unit": fieldname}, as far as the DocType has them."""
	meta = frappe.get_meta(doctype)
	fields = {key: key for key, target in (("area", "Area"), ("unit", "Unit")) if links_to(meta, key, target)}
	if doctype in ("Area", "Unit"):
		fields[doctype.lower()] = "name"
	return fields


def links_to(meta: Meta, fieldname: str, target: str) -> bool:
	field = meta.get_field(fieldname)
	return bool(field and field.fieldtype == "Link" and field.options == target)


def widest(given: list[Grant]) -> list[Grant]:
	"""Without those that another one covers: a single subtree is read by its index, alternatives mean the whole table."""
	return [one for one in given if not any(covers(other, one) for other in given)]


def covers(wide: Grant, narrow: Grant) -> bool:
	"""Whether a grant of a wider kind holds all that the narrow one does."""
	if wide.scope == "All":
		return narrow.scope != "All"
	if (narrow.scope, wide.scope) == ("Own Unit", "Unit Subtree"):
		return wide.unit_lft <= narrow.unit_lft and narrow.unit_rgt <= wide.unit_rgt
	if wide.scope == "Area Subtree" and narrow.scope in ("Own Area", "Areas Below"):
		return wide.area_lft <= narrow.area_lft and narrow.area_rgt <= wide.area_rgt
	return False


def grant_condition(grant: Grant, doctype: str, fields: dict[str, str]) -> str:
	def column(key: str) -> str | None:
		return f"`tab{doctype}`.`{fields[key]}`" if key in fields else None

	area, unit = column("area"), column("unit")
	if grant.scope == "All":
		return EVERYTHING
	if grant.scope == "Own Area" and area:
		return f"{area} = {frappe.db.escape(grant.area)}"
	if grant.scope == "Area Subtree" and area:
		return f"{area} in (select name from `tabArea` where {within(grant.area_lft, grant.area_rgt)})"
	if grant.scope == "Areas Below" and area:
		return (
			f"{area} in (select name from `tabArea` where {within(grant.area_lft + 1, grant.area_rgt - 1)})"
		)
	if grant.scope == "Own Unit" and unit:
		return f"{unit} = {frappe.db.escape(grant.unit)}"
	if grant.scope == "Unit Subtree" and unit:
		return f"{unit} in (select name from `tabUnit` where {within(grant.unit_lft, grant.unit_rgt)})"
	if grant.scope == "Line" and unit:
		return f"{unit} in (select name from `tabUnit` where line = {frappe.db.escape(grant.line)})"
	return NOTHING


def within(left: int, right: int) -> str:
	"""Both bounds on lft: by one alone the database takes a small subtree for half of the tree, and reads the table instead."""
	return f"lft between {left:d} and {right:d} and rgt <= {right:d}"


def grant_covers(grant: Grant, doc: Document, fields: dict[str, str]) -> bool:
	"""The same decision as grant_condition, for the document's own values."""

	def value(key: str) -> str | None:
		return doc.get(fields[key]) if key in fields else None

	area, unit = value("area"), value("unit")
	if grant.scope == "All":
		return True
	if grant.scope == "Own Area":
		return bool(area) and area == grant.area
	if grant.scope == "Area Subtree":
		return bool(area) and is_below("Area", area, grant.area_lft, grant.area_rgt)
	if grant.scope == "Areas Below":
		return bool(area) and is_below("Area", area, grant.area_lft + 1, grant.area_rgt - 1)
	if grant.scope == "Own Unit":
		return bool(unit) and unit == grant.unit
	if grant.scope == "Unit Subtree":
		return bool(unit) and is_below("Unit", unit, grant.unit_lft, grant.unit_rgt)
	if grant.scope == "Line":
		return bool(unit) and frappe.db.get_value("Unit", unit, "line", cache=True) == grant.line
	return False


def is_below(doctype: str, name: str, lft: int, rgt: int) -> bool:
	bounds = frappe.db.get_value(doctype, name, ["lft", "rgt"])
	return bool(bounds) and bounds[0] >= lft and bounds[1] <= rgt


def load_shipped_scopes(document_types: tuple[str, ...] = ()) -> None:
	"""The Scope Rules of setup/data/scope_rules.csv, those that are not there yet: all, or those of some DocTypes."""
	rows = shipped_rows("scope_rules")
	for row in [row for row in rows if not document_types or row["document_type"] in document_types]:
		if not frappe.db.exists("Scope Rule", {key: row[key] for key in ("document_type", "duty", "access")}):
			frappe.get_doc(doctype="Scope Rule", **row).insert(ignore_permissions=True)
