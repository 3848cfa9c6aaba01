"""Sites whose lists of open petitions were filtered by two stages, which no index puts in order by what is due."""

import frappe

from covid_portal.citizens.petitions import OPEN


def execute() -> None:
	frappe.db.sql("update tabPetition set is_open = 1 where stage in %s", [OPEN])
