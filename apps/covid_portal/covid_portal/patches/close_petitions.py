"""Sites on which only rated and declined petitions had a day from which the retention period of the person's data runs."""

import frappe


def execute() -> None:
	frappe.db.sql(
		"""update tabPetition set closed_at = coalesce(answered_at, modified)
		where closed_at is null and stage in ('Answered', 'Merged')"""
	)
