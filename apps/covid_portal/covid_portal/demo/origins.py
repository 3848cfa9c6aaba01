"""Levels of the provinces that people come home from, made up for a trial site: none of them is real."""

from datetime import date, timedelta
from random import Random

import frappe

from covid_portal.organisation.writers import insert_rows

SOURCE = "Số liệu minh họa"
WEIGHTS = (45, 30, 18, 7)  # of the levels 1 to 4


def insert_levels(seed: int, today: date) -> int:
	"""Two for each origin, a month and a week old, where none has been entered; returns how many."""
	if frappe.db.exists("Origin Level", {}):
		return 0
	random = Random(seed)
	rows = [
		[frappe.generate_hash(length=10), origin, level, since, SOURCE]
		for origin in frappe.get_all("Return Origin", pluck="name", order_by="name")
		for since, level in zip(
			(today - timedelta(days=30), today - timedelta(days=7)),
			random.choices((1, 2, 3, 4), WEIGHTS, k=2),
			strict=True,
		)
	]
	insert_rows("Origin Level", ["name", "origin", "level", "valid_from", "reference"], rows)
	return len(rows)
