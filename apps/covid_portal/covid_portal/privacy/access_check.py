"""The record of accesses, read again every day (approval/record_check.py)."""

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import now_datetime

from covid_portal.approval import record_check
from covid_portal.approval.record_check import Found, Record
from covid_portal.organisation.post import in_the_sites_language
from covid_portal.privacy import access

ACCESSES = Record(
	doctype=access.DOCTYPE,
	check="Access Check",
	chain="subject",
	columns=access.CHAINED,
	stamped="seen_at",
	holds=access.holds,
	tampered=lambda: _(
		"The record of who saw personal data was tampered with: {0}. Compare it with the backups."
	),
)


@in_the_sites_language
def daily() -> None:
	run(now_datetime())


def run(now: datetime) -> Found:
	return record_check.run(ACCESSES, now)


def last_check() -> frappe._dict | None:
	return record_check.last_check(ACCESSES)
