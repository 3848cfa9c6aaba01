"""Approved places counted by area, of those the user may see."""

from datetime import timedelta

import frappe
from frappe.utils import now_datetime

from covid_portal.organisation.scope import scope_condition
from covid_portal.places.public_rows import stale_after_days

SITES = "count(*) as sites, sum(capacity) as capacity, sum(occupied) as occupied, sum(occupied > capacity) as `over`"
POINTS = "count(*) as points, sum(confirmed_at < %(before)s) as stale"
CONTROL = "count(*) as control"
KINDS = (("Quarantine Site", SITES), ("Supply Point", POINTS), ("Control Place", CONTROL))
FIGURES = ("sites", "capacity", "occupied", "over", "points", "stale", "control")


def counts() -> list[dict]:
	"""[{"area", "area_name", **FIGURES}], a statement for each kind of place."""
	before = now_datetime() - timedelta(days=stale_after_days())
	found: dict[str, dict] = {}
	for doctype, figures in KINDS:
		rows = frappe.db.sql(
			f"""select area, {figures} from `tab{doctype}`
			where published_at is not null and {scope_condition(doctype)} group by area""",
			{"before": before},
			as_dict=True,
		)
		for row in rows:
			found.setdefault(row.area, dict.fromkeys(FIGURES, 0)).update(row)
	names = (
		frappe.get_all("Area", {"name": ("in", list(found))}, ["name", "full_name"], order_by="lft")
		if found
		else []
	)
	return [{**found[row.name], "area_name": row.full_name} for row in names]
