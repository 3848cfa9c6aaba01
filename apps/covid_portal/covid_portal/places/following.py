"""What the clock alone changes: places come into force and end, supply points fade, and their units are reminded."""

from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.utils import get_datetime, now_datetime

from covid_portal.organisation.post import in_the_sites_language
from covid_portal.places import alerts
from covid_portal.places.place import show_later
from covid_portal.places.public_rows import stale_after_days

SETTINGS, FOLLOWED_UNTIL = "Places Settings", "followed_until"
FURTHEST = timedelta(days=366)  # looked back; to the framework a time that was never set is in the year 1


@in_the_sites_language
def tick(now: datetime | None = None) -> None:
	"""Every few minutes: the public pages follow what began, ended or faded since the last run. After a downtime it catches up;
	run twice it does nothing."""
	now = now or now_datetime()
	since = max(get_datetime(frappe.db.get_single_value(SETTINGS, FOLLOWED_UNTIL) or now), now - FURTHEST)
	if has_begun_or_ended(since, now) or has_faded(since, now):
		show_later(_("Places begin, end or fade"))
	frappe.db.set_single_value(SETTINGS, FOLLOWED_UNTIL, now)


def has_begun_or_ended(since: datetime, now: datetime) -> bool:
	return bool(
		frappe.db.sql(
			"""select 1 from `tabControl Place` where published_at is not null and (
				(shown_from > %(since)s and shown_from <= %(now)s)
				or (shown_until >= %(since)s and shown_until < %(now)s)) limit 1""",
			{"since": since, "now": now},
		)
	)


def has_faded(since: datetime, now: datetime) -> bool:
	limit = timedelta(days=stale_after_days())
	return bool(
		frappe.db.sql(
			"""select 1 from `tabSupply Point` where published_at is not null
				and confirmed_at >= %(since)s and confirmed_at < %(now)s limit 1""",
			{"since": since - limit, "now": now - limit},
		)
	)


def chase_stale(now: datetime | None = None) -> int:
	"""Daily: remind the units of each stale point, once in so many days as make it stale. Returns how many points there were."""
	now = now or now_datetime()
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
