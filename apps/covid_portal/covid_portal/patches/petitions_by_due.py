"""Lists of petitions are sorted by a column that has a value for those too of which nothing is due any more."""

import frappe
from frappe.model.utils.user_settings import sync_user_settings

from covid_portal.citizens.clocks import NEVER

OLD_INDEX = "open_by_due"


def execute() -> None:
	give_order()
	frappe.db.sql_ddl(f"alter table tabPetition drop index if exists {OLD_INDEX}")
	sort_lists_anew()


def give_order() -> None:
	frappe.db.sql("update tabPetition set due_order = ifnull(next_due, %s) where due_order is null", NEVER)


def sort_lists_anew() -> None:
	"""Whoever has looked at the list has its old order among their settings, and would keep it."""
	sync_user_settings()  # they wait in Redis
	frappe.db.sql(
		"""update __UserSettings set data = replace(data, '"sort_by": "next_due"', '"sort_by": "due_order"')
		where doctype = 'Petition'"""
	)
	frappe.cache.delete_key("_user_settings")
