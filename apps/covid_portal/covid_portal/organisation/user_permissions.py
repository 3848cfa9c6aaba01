"""DocTypes that an administrator makes: hooks cannot be registered for them, so User Permissions keep their scope.

Kept are the DocTypes with a field `area` or `unit` that are named by a Scope Rule or, as the hook `scoped_doctypes` says, by
a module above, and have no permission hook of their own. For each of them and each user, Scope Rules × running duties give
User Permissions that apply to this DocType alone: lists, counts, reports, exports, links and single documents follow, on
every way of the framework's. Where the rules give a user all, he has none; where they give nothing, one that fits no
document. What the rules let be read is not all that they let be written: refuse_foreign_places sees to that.

Set-based: User Permission is written without its document events; of these, the cache is cleared here. Rows are told from
those that somebody entered by their names, which say user, DocType and place: whoever writes one twice writes it once.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import frappe
from frappe import _
from frappe.custom.doctype.property_setter.property_setter import make_property_setter
from frappe.model.document import Document
from frappe.model.meta import Meta

from covid_portal.organisation import resource_api
from covid_portal.organisation.duties import ENABLED, running
from covid_portal.organisation.scope import EVERYTHING, in_scope, links_to, scope_condition
from covid_portal.organisation.writers import insert_rows

HOOK = "scoped_doctypes"
PLACES = {"area": "Area", "unit": "Unit"}
BY_AREA = ("Own Area", "Area Subtree", "Areas Below")
OURS = "duty-"  # the names of the rows that are kept here begin so
COLUMNS = ("user", "allow", "for_value", "applicable_for", "hide_descendants", "is_default")
DESCRIBING = "/frappe.desk.form.load.getdoctype"  # what a table's columns are, not what they hold
NOWHERE = "-"  # the code of no area and no unit


class ForeignPlace(frappe.PermissionError):
	"""The document belongs, or would belong, to an area or unit in which the user may not write."""


class PlaceMissing(frappe.MandatoryError):
	"""A document without area and unit would be nobody's, or everybody's."""


@dataclass(frozen=True)
class Permission:
	"""One User Permission, but for whether what lies below is left out and whether it is the default."""

	user: str
	doctype: str
	allow: str
	value: str

	@property
	def name(self) -> str:
		key = "\n".join((self.user, self.doctype, self.allow, self.value))
		return OURS + hashlib.sha256(key.encode()).hexdigest()[:20]


# --- which DocTypes


def kept_doctypes() -> set[str]:
	"""Asked once per request."""
	if not hasattr(frappe.local, "covid_portal_kept"):
		frappe.local.covid_portal_kept = {doctype for doctype in named_doctypes() if can_be_kept(doctype)}
	return frappe.local.covid_portal_kept


def named_doctypes() -> set[str]:
	named = set(frappe.get_all("Scope Rule", pluck="document_type", distinct=True))
	for path in frappe.get_hooks(HOOK):
		named.update(frappe.get_attr(path)())
	return named


def can_be_kept(doctype: str) -> bool:
	if doctype in PLACES.values() or has_own_hook(doctype):
		return False
	if not frappe.db.exists("DocType", doctype):
		return False
	meta = frappe.get_meta(doctype)
	return not (meta.istable or meta.issingle) and bool(places_of(meta))


def has_own_hook(doctype: str) -> bool:
	return doctype in frappe.get_hooks("has_permission")


def places_of(meta: Meta) -> list[str]:
	return [place for place, target in PLACES.items() if links_to(meta, place, target)]


def is_kept(doctype: str) -> bool:
	return doctype in kept_doctypes()


def forget_kept() -> None:
	if hasattr(frappe.local, "covid_portal_kept"):
		del frappe.local.covid_portal_kept


# --- what changes them


def follow_tree(doc: Document, method: str | None = None) -> None:
	"""Hook of Area and Unit: what lies below a place is kept in the cache of those who are given it."""
	if frappe.flags.in_install or frappe.flags.in_migrate or not kept_doctypes():
		return
	sync()
	clear_cache()


def sync_user(doc: Document, method: str | None = None) -> None:
	"""Hook of User: a new account has no duty yet and must not see all; a disabled one has none any more."""
	if doc.has_value_changed("enabled"):
		sync(doc.name)


def follow_doctype(doc: Document, method: str | None = None) -> None:
	"""Hook of DocType and Custom Field: a field was added, or the first one that says where a document belongs."""
	if frappe.flags.in_install or frappe.flags.in_migrate or frappe.flags.in_patch:
		return
	# Of everybody: a new DocType would be "not found" in the Desk until one logs in anew.
	frappe.cache.delete_key("bootinfo")
	forget_kept()
	doctype = doc.get("dt") or doc.name
	if is_kept(doctype):
		prepare(doctype)
		sync()


def keep(doctype: str) -> None:
	"""The DocType is named by a rule or a route from now on."""
	forget_kept()
	if is_kept(doctype):
		prepare(doctype)
		sync()


def prepare(doctype: str) -> None:
	"""Fields that name other areas and units restrict nothing; none of the fields is in the search over everything, which
	asks for no User Permission."""
	meta = frappe.get_meta(doctype)
	others = [(doctype, link) for link in meta.get_link_fields() if link.fieldname not in PLACES]
	for table in meta.get_table_fields():
		others += [(table.options, link) for link in frappe.get_meta(table.options).get_link_fields()]
	for owner, link in others:
		if link.options in PLACES.values() and not link.ignore_user_permissions:
			set_property(owner, link.fieldname, "ignore_user_permissions", 1)
	for found in meta.get_global_search_fields():
		if found.in_global_search:
			set_property(doctype, found.fieldname, "in_global_search", 0)


def set_property(doctype: str, fieldname: str, name: str, value: int) -> None:
	make_property_setter(doctype, fieldname, name, value, "Check", validate_fields_for_doctype=False)


# --- what they are


def sync(user: str | None = None) -> None:
	"""Write what is missing or different, delete what is too much; for one user, or for all."""
	wanted, found = wanted_rows(user), found_rows(user)
	if surplus := sorted(found.keys() - wanted.keys()):
		frappe.db.sql("delete from `tabUser Permission` where name in %s", [surplus])
	changed = [(name, *row) for name, row in wanted.items() if found.get(name) != row]
	if changed:
		insert_rows("User Permission", ("name", *COLUMNS), changed, update=COLUMNS)
	if surplus or changed:
		clear_cache()


def found_rows(user: str | None) -> dict[str, tuple]:
	rows = frappe.db.sql(
		f"""select name, {", ".join(f"`{column}`" for column in COLUMNS)}
		from `tabUser Permission` where name like '{OURS}%%' {"and user = %(user)s" if user else ""}""",
		{"user": user},
	)
	return {name: tuple(row) for name, *row in rows}


def wanted_rows(user: str | None) -> dict[str, tuple]:
	"""{name: (user, allow, value, DocType, whether what lies below is left out, whether it is the default)}"""
	doctypes = sorted(kept_doctypes())
	if not doctypes:
		return {}
	users = users_of(user)
	grants, members = grants_of(doctypes, user), Members()
	wanted: dict[str, tuple] = {}
	for doctype in doctypes:
		places = places_of(frappe.get_meta(doctype))
		for one in users:
			rows = permissions(one, doctype, places, grants.get((one, doctype), []), members)
			wanted.update((permission.name, row) for permission, row in rows)
	return wanted


def users_of(user: str | None) -> list[str]:
	filters = {"name": user} if user else {"name": ("not in", frappe.STANDARD_USERS)}
	return frappe.get_all("User", filters, pluck="name", order_by="name")


def grants_of(doctypes: list[str], user: str | None) -> dict[tuple[str, str], list[frappe._dict]]:
	"""{(user, DocType): rows of scope, access, unit, line, area}, own duties before those as a substitute."""
	condition, values = running()
	rows = frappe.db.sql(
		f"""select duty.user, rule.document_type, rule.scope, rule.access, unit.name as unit, unit.line, unit.area
		from `tabDuty Assignment` duty
		join `tabScope Rule` rule on rule.duty = duty.duty
		join `tabUnit` unit on unit.name = duty.unit
		where rule.document_type in %(doctypes)s and rule.access in ('Read', 'Write')
			and {condition} and {ENABLED} {"and duty.user = %(user)s" if user else ""}
		order by duty.user, duty.substitute_for is not null, duty.creation, duty.name""",
		{**values, "doctypes": doctypes, "user": user},
		as_dict=True,
	)
	found: dict[tuple[str, str], list[frappe._dict]] = {}
	for row in rows:
		found.setdefault((row.user, row.document_type), []).append(row)
	return found


@dataclass
class Members:
	"""Areas by the area around them, units by their line: each table read once, where a rule asks for it."""

	groups: dict[str, dict[str, list[str]]] = field(default_factory=dict)

	def of(self, doctype: str, fieldname: str, value: str) -> list[str]:
		if doctype not in self.groups:
			rows = frappe.get_all(doctype, fields=["name", f"{fieldname} as together"], order_by="name")
			groups = self.groups.setdefault(doctype, {})
			for row in rows:
				groups.setdefault(row.together, []).append(row.name)
		return self.groups[doctype].get(value, [])


def permissions(
	user: str, doctype: str, places: list[str], grants: list[frappe._dict], members: Members
) -> Iterator[tuple[Permission, tuple]]:
	if any(grant.scope == "All" for grant in grants):
		return
	values: dict[tuple[str, str], bool] = {}  # (Area or Unit, its name): whether what lies below is left out
	for grant in grants:
		for allow, value, alone in places_given(grant, members):
			if allow.lower() in places:
				values[allow, value] = alone and values.get((allow, value), True)
	default = default_place(values, grants)
	for (allow, value), alone in (values or {(PLACES[places[-1]], NOWHERE): True}).items():
		row = (user, allow, value, doctype, int(alone), int((allow, value) == default))
		yield Permission(user, doctype, allow, value), row


def places_given(grant: frappe._dict, members: Members) -> Iterable[tuple[str, str, bool]]:
	"""(Area or Unit, its name, whether what lies below is left out)"""
	if grant.scope == "Areas Below":
		return [("Area", area, False) for area in members.of("Area", "parent_area", grant.area)]
	if grant.scope == "Line":
		return [("Unit", unit, True) for unit in members.of("Unit", "line", grant.line)]
	if grant.scope in BY_AREA:
		return [("Area", grant.area, grant.scope == "Own Area")]
	return [("Unit", grant.unit, grant.scope == "Own Unit")]


def default_place(values: dict, grants: list[frappe._dict]) -> tuple[str, str] | None:
	"""What a new document of the user's belongs to, if he says nothing else: the place of the first duty that writes."""
	for grant in grants:
		place = ("Area", grant.area) if grant.scope in BY_AREA else ("Unit", grant.unit)
		if grant.access == "Write" and place in values:
			return place
	return None


def clear_cache() -> None:
	"""Now, and when what was written is there for others: meanwhile they would have kept what was."""
	forget_permissions()
	frappe.db.after_commit.add(forget_permissions)
	frappe.db.after_rollback.add(forget_permissions)


def forget_permissions() -> None:
	frappe.cache.delete_value("user_permissions")


# --- rows by themselves


def refuse_bare_rows() -> None:
	"""before_request: rows of a child table asked for by themselves, for which the framework looks at no document. They are
	for those who see all documents that have such rows."""
	doctype = asked_doctype()
	if not doctype or frappe.request.path.endswith(DESCRIBING) or not frappe.is_table(doctype):
		return
	if any(EVERYTHING not in scope_condition(parent) for parent in kept_parents(doctype)):
		frappe.throw(_("{0} is shown with its document alone.").format(_(doctype)), frappe.PermissionError)


def asked_doctype() -> str | None:
	doctype = resource_api.asked(frappe.request.path)[0] or frappe.form_dict.get("doctype")
	return doctype if isinstance(doctype, str) else None


def kept_parents(table: str) -> list[str]:
	fields = {doctype: frappe.get_meta(doctype).get_table_fields() for doctype in kept_doctypes()}
	return [doctype for doctype, found in fields.items() if table in {one.options for one in found}]


# --- what may be written


def refuse_foreign_places(doc: Document, method: str | None = None) -> None:
	"""validate and on_trash of every DocType: who reads a document of a kept DocType may not write it for that."""
	if doc.flags.ignore_permissions or doc.meta.istable or frappe.session.user == "Administrator":
		return
	if (
		frappe.flags.in_install
		or frappe.flags.in_migrate
		or has_own_hook(doc.doctype)
		or not is_kept(doc.doctype)
	):
		return
	before = None if method == "on_trash" else doc.get_doc_before_save()
	for one in filter(None, (before, doc)):
		if not in_scope(one, access="Write"):
			require_place(one)
			frappe.throw(
				_("{0} {1} belongs to another unit: you may not change it.").format(
					_(doc.doctype), doc.name or ""
				),
				ForeignPlace,
			)


def require_place(doc: Document) -> None:
	if not any(doc.get(place) for place in places_of(doc.meta)):
		frappe.throw(
			_("{0}: say to which unit or area it belongs.").format(_(doc.doctype)),
			PlaceMissing,
		)
