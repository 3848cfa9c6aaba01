"""Duties: a Duty Assignment gives its user a role while it runs, and takes it away when it ends."""

from datetime import date
from functools import partial

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

# Every holder of a duty has this role besides: what all staff may read, and the Desk itself.
STAFF_ROLE = "Portal Staff"
# Given by the framework itself, or with any duty.
AUTOMATIC_ROLES = ("Guest", "All", "Desk User", "Administrator", STAFF_ROLE)
DUTIES = (
	"Reporter",
	"Drafter",
	"Head",
	"Approver",
	"Publisher",
	"Petition Officer",
	"Call Taker",
	"Checkpoint",
	"Operator",
	"Portal Administrator",
	"Auditor",
)

# What an administrator fills in that names a duty.
NAMING_DUTIES = ("Duty Assignment", "Scope Rule", "Approval Route")

# SQL over the alias `duty`: a disabled account has neither scope nor say, on whatever way its name comes in.
ENABLED = "exists (select 1 from `tabUser` holder where holder.name = duty.user and holder.enabled = 1)"


def ensure_roles() -> None:
	for role in (STAFF_ROLE, *DUTIES):
		if not frappe.db.exists("Role", role):
			frappe.get_doc(doctype="Role", role_name=role, desk_access=1).insert(ignore_permissions=True)


def running(today: date | None = None) -> tuple[str, dict]:
	"""SQL condition, over the alias `duty`, for assignments that run on `today`, and its values.

	With its unit a duty ends: it runs while its own dates and those of the unit hold.
	"""
	condition = """duty.valid_from <= %(today)s and (duty.valid_to is null or duty.valid_to >= %(today)s)
		and exists (
			select 1 from `tabUnit` held where held.name = duty.unit and held.disabled = 0
				and (held.valid_from is null or held.valid_from <= %(today)s)
				and (held.valid_to is null or held.valid_to >= %(today)s)
		)"""
	return condition, {"today": getdate(today)}


def running_assignments(user: str) -> list[dict]:
	"""The user's running assignments: name, unit, duty, substitute_for, unit_name, unit_type, area, area_name."""
	condition, values = running()
	return frappe.db.sql(
		f"""select duty.name, duty.unit, duty.duty, duty.substitute_for, unit.unit_name, unit.unit_type, unit.area,
			area.full_name as area_name
		from `tabDuty Assignment` duty
		join `tabUnit` unit on unit.name = duty.unit
		join `tabArea` area on area.name = unit.area
		where duty.user = %(user)s and {condition}
		order by duty.creation""",
		{**values, "user": user},
		as_dict=True,
	)


def sync_roles(user: str, ended: set[str] = frozenset()) -> None:
	"""Give the user exactly the duty roles of the assignments that run today; other roles are left alone.

	`ended` names duties that may no longer be recorded anywhere, because their assignment was just deleted or changed.
	"""
	if user in frappe.STANDARD_USERS:
		return
	due = {row.duty for row in running_assignments(user)}
	if due:
		due.add(STAFF_ROLE)
	managed = {*DUTIES, STAFF_ROLE, *ended, *frappe.get_all("Duty Assignment", {"user": user}, pluck="duty")}
	document = frappe.get_doc("User", user)
	held = {row.role for row in document.roles}
	if due - held or (held & managed) - due:
		set_roles(document, (held - managed) | due)


def set_roles(user: Document, roles: set[str]) -> None:
	"""Written by themselves, with the version that saving the account would have kept: whenever an account is saved, the
	framework empties the caches of all. Who gives duties need not be allowed to edit accounts; is_duty() bounds this way."""
	user.load_doc_before_save()
	user.roles = [row for row in user.roles if row.role in roles]
	user.append_roles(*sorted(roles))
	user.remove_disabled_roles()
	user.set_system_user()
	user.update_child_table("roles")
	user.db_set("user_type", user.user_type)
	user.save_version()
	forget = partial(frappe.clear_cache, user=user.name)
	forget()
	frappe.db.after_commit.add(forget)


def sync_unit(unit: str) -> None:
	"""After a change of the unit's dates: its people's roles follow at once, not with the nightly job."""
	for user in frappe.get_all("Duty Assignment", {"unit": unit}, pluck="user", distinct=True):
		sync_roles(user)


def is_duty(role: str) -> bool:
	"""A duty is a role of the portal or of an administrator: never one that a DocType of another app relies on,
	or giving duties would be a way to become a system manager."""
	if role in DUTIES:
		return True
	if role in AUTOMATIC_ROLES:
		return False
	return role not in roles_of_other_apps()


def roles_of_other_apps() -> set[str]:
	return set(
		frappe.db.sql_list(
			"""select distinct permission.role from `tabDocPerm` permission
			join `tabDocType` doctype on doctype.name = permission.parent
			join `tabModule Def` module on module.name = doctype.module
			where module.app_name != 'covid_portal'"""
		)
	)


def gives_duties() -> bool:
	"""Whether the session's user writes what names a duty: assignments, scope rules, approval routes."""
	return any(frappe.has_permission(doctype, "write") for doctype in NAMING_DUTIES)


@frappe.whitelist()
def search_roles(
	doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict | list | None = None
) -> list[tuple[str, str]]:
	"""The link search on Role, (name, translated name): all of them for those who read roles, the duties for those who
	give them, else nothing."""
	names = frappe.get_all("Role", filters or {}, pluck="name", order_by="name asc")
	if not frappe.has_permission("Role"):
		names = [name for name in names if is_duty(name)] if gives_duties() else []
	words = txt.strip().casefold()
	found = [(name, _(name)) for name in names if words in f"{name} {_(name)}".casefold()]
	return found[int(start) : int(start) + int(page_len)]


def sync_all() -> None:
	"""Daily: assignments that began or ended, by their dates or their unit's. Each user is a unit of work of its own."""
	for user in frappe.get_all("Duty Assignment", pluck="user", distinct=True):
		sync_roles(user)
		frappe.db.commit()  # a failure for one user must not undo the others'
