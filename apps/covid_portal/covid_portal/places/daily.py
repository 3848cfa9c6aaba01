"""Every day: pages of places follow the calendar, and units are reminded of supply points that nobody confirmed."""

from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.utils import now_datetime

from covid_portal.places import alerts
from covid_portal.places.place import show_later
from covid_portal.places.public_rows import stale_after_days


def run(now: datetime | None = None) -> None:
	show_later(_("Places, a day on"))
	chase_stale(now or now_datetime())


def chase_stale(now: datetime) -> int:
	"""Remind the units of each stale point, once in so many days as make it stale. Returns how many points there were."""
	before = now - timedelta(days=stale_after_days())
	rows = frappe.db.sql(
		"""select name, place_name, unit from `tabSupply Point`
		where published_at is not null and stock != 'Closed' and confirmed_at < %(before)s
			and (chased_at is null or chased_at < %(before)s) order by place_name, name for update""",
		{"before": before},
		as_dict=True,
	)
	if not rows:
		return 0
	alerts.chase(rows)
	names = [row.name for row in rows]
	frappe.db.sql("update `tabSupply Point` set chased_at = %s where name in %s", (now, names))
	return len(rows)
