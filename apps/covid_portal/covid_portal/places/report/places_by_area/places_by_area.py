"""Places by Area: how many places of each kind the user's areas have, how many people the sites take and hold."""

from frappe import _

from covid_portal.places.by_area import counts


def execute(filters: dict | None = None) -> tuple[list[dict], list[dict]]:
	return columns(), counts()


def columns() -> list[dict]:
	def column(fieldname: str, label: str, fieldtype: str = "Int", width: int = 150, **more: str) -> dict:
		return {"fieldname": fieldname, "label": label, "fieldtype": fieldtype, "width": width, **more}

	return [
		column("area", _("Area"), "Link", 100, options="Area"),
		column("area_name", _("Name"), "Data", 220),
		column("sites", _("Quarantine sites")),
		column("capacity", _("Capacity")),
		column("occupied", _("Occupied")),
		column("over", _("Sites over Capacity")),
		column("points", _("Supply points")),
		column("stale", _("Not Confirmed Lately")),
		column("control", _("Control places")),
	]
