"""Places by Area: how many places of each kind the user's areas have, how many people the sites take and hold."""

from functools import partial

from frappe import _

from covid_portal.organisation.report_columns import column
from covid_portal.places.by_area import counts


def execute(filters: dict | None = None) -> tuple[list[dict], list[dict]]:
	return columns(), counts()


def columns() -> list[dict]:
	count = partial(column, width=150)
	return [
		column("area", _("Area"), "Link", 100, options="Area"),
		column("area_name", _("Name"), "Data", 220),
		count("sites", _("Quarantine sites")),
		count("capacity", _("Capacity")),
		count("occupied", _("Occupied")),
		count("over", _("Sites over Capacity")),
		count("points", _("Supply points")),
		count("stale", _("Not Confirmed Lately")),
		count("control", _("Control places")),
	]
