"""Word to those who decide: one line for each person, however many documents wait."""

from collections.abc import Mapping

import frappe
from frappe import _

from covid_portal.approval.seats import Seats
from covid_portal.organisation.bell import Notice, put_in_desk

INBOX = "/cho-duyet"


def tell(waiting: Mapping[tuple[str, str], int], escalated: bool = False) -> None:
	"""`waiting`: {(unit, duty): how many documents} → a notice for every holder of the duty, in his language."""
	seats, counts = Seats.whole(), {}
	for (unit, duty), number in waiting.items():
		for user in seats.holders(unit, duty):
			counts[user] = counts.get(user, 0) + number
	rows = frappe.get_all("User", {"name": ("in", [*counts, ""])}, ["name", "language"], as_list=True)
	put_in_desk(
		[
			Notice(user, subject(counts[user], escalated, language or "vi"), INBOX, "User", user)
			for user, language in rows
		]
	)


def subject(number: int, escalated: bool, language: str) -> str:
	if escalated:
		return _(
			"{0} documents were not decided on in time by the unit below and now wait for you as well.",
			language,
		).format(number)
	return _("{0} documents wait for your decision; their time is up or nearly up.", language).format(number)
