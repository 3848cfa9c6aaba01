"""What registrations are ranked and told by."""

import json

import frappe
from frappe import _
from frappe.utils import cint, formatdate

VOUCHES, DOES_NOT_VOUCH = "Vouches", "Does not vouch"


def weight_of(reason: str, voucher: str | None) -> int:
	"""Who waits with the greater weight gets a day first: the reason's, more where the association vouches."""
	weight = cint(frappe.db.get_value("Return Reason", reason, "weight"))
	if voucher == VOUCHES:
		weight += cint(
			frappe.get_cached_value("Home Return Settings", "Home Return Settings", "vouched_weight")
		)
	return weight


def inbox_summaries(condition: str, values: dict) -> dict[str, dict]:
	rows = frappe.db.sql(
		f"""select `tabHome Return`.name, `tabHome Return`.persons_count, `tabHome Return`.wanted_on,
			`tabHome Return`.voucher, area.full_name, reason.reason_name, reason.reason_name_en, reason.is_hardship,
			origin.origin_name
		from `tabHome Return`
		join `tabArea` area on area.name = `tabHome Return`.area
		left join `tabReturn Reason` reason on reason.name = `tabHome Return`.reason
		left join `tabReturn Origin` origin on origin.name = `tabHome Return`.origin
		where {condition}""",
		values,
		as_dict=True,
	)
	return {row.name: summary(row) for row in rows}


def summary(row: frappe._dict) -> dict:
	reason = row.reason_name if frappe.local.lang == "vi" else row.reason_name_en
	details = [
		_("{0} persons from {1}").format(row.persons_count, row.origin_name),
		_("wish to arrive on {0}").format(formatdate(row.wanted_on)),
		reason,
	]
	return {
		"title": _("{0}: coming home to {1}").format(row.name, row.full_name),
		"details": [text for text in details if text],
		"warnings": [_("The association does not vouch.")] if row.voucher == DOES_NOT_VOUCH else [],
		"link": f"/app/home-return/{row.name}",
	}


@frappe.whitelist(methods=["GET", "POST"])
def days_of_arrival(start: str, end: str, filters: str | None = None, **_more: str) -> list[dict]:
	"""For the calendar: each registration on its day, as a number of persons, within the user's scope."""
	rows = frappe.get_list(
		"Home Return",
		filters=[["day", "between", [start, end]], *(json.loads(filters) if filters else [])],
		fields=["name", "day", "persons_count", "area"],
		order_by="day asc, name asc",
	)
	named = {area: frappe.get_cached_value("Area", area, "full_name") for area in {row.area for row in rows}}
	return [
		{
			"name": row.name,
			"day": str(row.day),
			"title": _("{0}: {1} persons").format(named[row.area], row.persons_count),
			"all_day": 1,
		}
		for row in rows
	]
