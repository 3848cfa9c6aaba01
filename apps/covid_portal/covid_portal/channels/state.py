"""What is known of each channel: paused or not, how many went out today, whether it works. One row a channel."""

from datetime import date, datetime, time, timedelta

import frappe
from frappe.utils import get_time, getdate

from covid_portal.channels.leasing import LONGEST_PAUSE, pause

DOCTYPE = "Channel State"
SETTINGS = "Channel Settings"
DOWN_AFTER = 3  # failures in a row, then the channel as a whole waits and not each message


def ensure(channel: str) -> None:
	"""The channel's row. INSERT IGNORE: two workers may meet a new channel at once."""
	if not frappe.db.exists(DOCTYPE, channel):
		frappe.db.sql(
			f"""insert ignore into `tab{DOCTYPE}` (name, channel, creation, modified, owner, modified_by, failures, sent)
			values (%(channel)s, %(channel)s, now(6), now(6), 'Administrator', 'Administrator', 0, 0)""",
			{"channel": channel},
		)


def limits(channel: str) -> frappe._dict:
	"""The row of Channel Settings about the channel, or an empty one."""
	rows = frappe.get_cached_doc(SETTINGS).limits
	return next((row for row in rows if row.channel == channel), frappe._dict())


def may_send(channel: str, now: datetime) -> bool:
	"""Neither paused nor in its quiet hours."""
	paused_until = frappe.db.get_value(DOCTYPE, channel, "paused_until")
	return not (paused_until and now < paused_until) and not is_quiet(channel, now.time())


def is_quiet(channel: str, at: time) -> bool:
	row = limits(channel)
	if not row.quiet_from and not row.quiet_to:
		return False
	begins, ends = get_time(row.quiet_from or "00:00"), get_time(row.quiet_to or "00:00")
	return begins <= at < ends if begins <= ends else at >= begins or at < ends


# --- what a day may take


def take_from_quota(channel: str, day: date) -> bool:
	"""Count one more message of the day, where the day has room: one statement, whatever the number of workers."""
	frappe.db.sql(
		f"""update `tab{DOCTYPE}` set sent = if(day = %(day)s, sent + 1, 1), day = %(day)s
		where name = %(channel)s and (%(most)s = 0 or day is null or day != %(day)s or sent < %(most)s)""",
		{"channel": channel, "day": day, "most": limits(channel).per_day or 0},
	)
	return bool(frappe.db.sql("select row_count()")[0][0])


def give_back(channel: str, day: date) -> None:
	"""What did not go out is not of the day's number."""
	frappe.db.sql(
		f"update `tab{DOCTYPE}` set sent = sent - 1 where name = %(channel)s and day = %(day)s and sent > 0",
		{"channel": channel, "day": day},
	)


# --- whether it works


def worked(channel: str, now: datetime) -> None:
	frappe.db.set_value(
		DOCTYPE, channel, {"failures": 0, "paused_until": None, "worked_at": now}, update_modified=False
	)


def failed(channel: str, problem: str, now: datetime, wait: timedelta | None = None) -> None:
	"""After some failures in a row the channel rests, longer and longer, and tries with one message; `wait`: as the
	provider asked."""
	failures = (frappe.db.get_value(DOCTYPE, channel, "failures") or 0) + 1
	if not wait and failures >= DOWN_AFTER:
		wait = min(pause(failures - DOWN_AFTER + 1), LONGEST_PAUSE / 2)
	values = {"failures": failures, "problem": problem, "paused_until": now + wait if wait else None}
	frappe.db.set_value(DOCTYPE, channel, values, update_modified=False)


def rest(channel: str, problem: str, until: datetime) -> None:
	frappe.db.set_value(DOCTYPE, channel, {"problem": problem, "paused_until": until}, update_modified=False)


def tomorrow(now: datetime) -> datetime:
	return datetime.combine(getdate(now) + timedelta(days=1), time.min)


def resume() -> None:
	"""Settings were changed: whatever was waiting for that is tried at once."""
	frappe.db.sql(f"update `tab{DOCTYPE}` set paused_until = null, failures = 0")
