"""Sending what waits in the outbox: in order for each recipient, once, again where it failed, no more than a day's number.

At least once is what can be promised: a process that dies between the provider's yes and its record leaves a message that is sent
again. The number told to the provider is the same then.
"""

from datetime import datetime, timedelta
from time import monotonic

import frappe
from frappe import _
from frappe.utils import getdate, now_datetime

from covid_portal.channels import outbox, sealing, state
from covid_portal.channels.catalogue import CHANNELS
from covid_portal.channels.drivers import Message, Refused, Transient, Unreachable, driver_of
from covid_portal.channels.leasing import lease, pause, settle
from covid_portal.channels.outbox import DEAD, DOCTYPE, FAILED, PENDING, SENT, Post
from covid_portal.organisation.post import default_language, language
from covid_portal.privacy import access, quiet
from covid_portal.privacy.subjects import Erased

AT_ONCE = 50
LONGEST_RUN = 240  # seconds; what is left the next minute takes
ROW = ["name", "channel", "recipient", "content", "otherwise", "template", "subject"]
ROW += ["attempts", "give_up_at", "about_doctype", "about_name", "post_key"]


def tick() -> None:
	"""Every minute: what is due although no job was asked for it."""
	if frappe.db.exists(DOCTYPE, {"state": ("in", PENDING), "next_attempt_at": ("<=", now_datetime())}):
		outbox.enqueue()


def send_due(now: datetime | None = None) -> None:
	"""Job: all that is due, channel by channel. Several at once do no harm."""
	ends = monotonic() + LONGEST_RUN
	with language(default_language()):  # problems are stored for operators
		for channel in CHANNELS:
			state.ensure(channel)
			frappe.db.commit()  # the row is there for whoever locks it
			send_channel(channel, now, ends)


def send_channel(channel: str, now: datetime | None, ends: float) -> None:
	while monotonic() < ends and state.may_send(channel, now or now_datetime()):
		names = due(channel, now or now_datetime())
		for name in names:
			if not send(channel, name, now or now_datetime()):
				return
		if not names:
			return


def due(channel: str, now: datetime) -> list[int]:
	"""Of each recipient the oldest that waits, if its time has come: what was posted later goes out later."""
	return frappe.db.sql_list(
		f"""select message.name from `tab{DOCTYPE}` message
		where message.state in %(pending)s and message.channel = %(channel)s and message.next_attempt_at <= %(now)s
			and (message.leased_until is null or message.leased_until <= %(now)s)
			and not exists (
				select 1 from `tab{DOCTYPE}` earlier
				where earlier.recipient_index = message.recipient_index and earlier.channel = message.channel
					and earlier.state in %(pending)s and earlier.name < message.name
			)
		order by message.name limit {AT_ONCE}""",
		{"pending": PENDING, "channel": channel, "now": now},
	)


def send(channel: str, name: int, now: datetime) -> bool:
	"""One message; False where the channel rests from here on."""
	if not state.take_from_quota(channel, getdate(now)):
		state.rest(channel, _("The day's number of messages is reached."), state.tomorrow(now))
		frappe.db.commit()  # the pause holds for other workers too
		return False
	if not lease(DOCTYPE, name, now, PENDING):
		state.give_back(channel, getdate(now))
		return True
	row = frappe.db.get_value(DOCTYPE, name, ROW, as_dict=True)
	try:
		number = attempt(row, now)
	except Erased:
		return not_sent(row, Refused(_("The person's data have been erased.")), now)
	except Exception as error:
		return not_sent(row, error, now)
	state.worked(channel, now)
	if row.subject:
		reason = _("Message by {0}").format(channel)
		access.record(DOCTYPE, str(name), ["recipient", "content"], reason, "Message", row.subject)
	settle(DOCTYPE, name, state=SENT, sent_at=now, provider_id=str(number or "")[:140], problem=None)
	return True


def attempt(row: dict, now: datetime) -> str | None:
	content = sealing.unseal_data(row.subject, row.content)
	message = Message(
		number=str(row.name),
		channel=row.channel,
		recipient=sealing.unseal(row.subject, row.recipient),
		text=content["text"],
		now=now,
		template=row.template,
		parameters=content["parameters"],
	)
	return driver_of(row.channel)(message)


def not_sent(row: dict, error: Exception, now: datetime) -> bool:
	"""Record it; whether the channel goes on."""
	frappe.db.rollback()  # what the driver left half done
	state.give_back(row.channel, getdate(now))
	if isinstance(error, Refused):
		refused(row, error, now)
		return True
	if not isinstance(error, Transient):
		quiet.record(f"Outbox, {row.channel}", error)
		error = Transient(_("An error of the portal's own: see the Error Log."))
	state.failed(row.channel, str(error), now, error.wait)
	later(row, error, now)
	return state.may_send(row.channel, now)


def refused(row: dict, error: Refused, now: datetime) -> None:
	if isinstance(error, Unreachable) and row.otherwise:
		turn_elsewhere(row, now)
	settle(DOCTYPE, row.name, state=DEAD, problem=str(error))


def later(row: dict, error: Transient, now: datetime) -> None:
	if now >= row.give_up_at:
		settle(DOCTYPE, row.name, state=DEAD, problem=_("Given up: {0}").format(error))
		return
	wait = max(pause(row.attempts), error.wait or timedelta())
	settle(DOCTYPE, row.name, state=FAILED, problem=str(error), next_attempt_at=now + wait)


def turn_elsewhere(row: dict, now: datetime) -> None:
	"""The same words by the other channel that the sender named."""
	channel, recipient = sealing.unseal_data(row.subject, row.otherwise)
	content = sealing.unseal_data(row.subject, row.content)
	again = Post(
		channel,
		recipient,
		content["text"],
		row.template,
		content["parameters"],
		about=(row.about_doctype, row.about_name) if row.about_doctype else None,
		key=f"otherwise:{row.post_key}",
		subject=row.subject,
	)
	outbox.post_many([again], now)
