"""The record of decisions, read again every day and sealed under one root (record_check.py)."""

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import now_datetime

from covid_portal.approval.chain import CHAINED, CHAINED_IF_SET, holds
from covid_portal.approval.record_check import Found, Record, last_check, run
from covid_portal.organisation.post import in_the_sites_language

DECISIONS = Record(
	doctype="Approval Decision",
	check="Decision Check",
	chain="reference_name",
	within="reference_doctype",
	columns=(*CHAINED, *CHAINED_IF_SET),
	stamped="creation",
	holds=holds,
	tampered=lambda: _("The record of decisions was tampered with: {0}. Compare it with the backups."),
	sealed=True,
)


@in_the_sites_language
def daily() -> None:
	check(now_datetime())


def check(now: datetime) -> Found:
	return run(DECISIONS, now)


def last() -> frappe._dict | None:
	return last_check(DECISIONS)
