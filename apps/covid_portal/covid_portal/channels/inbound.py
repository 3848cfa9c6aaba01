"""What people send to the portal's accounts: stored as it came, then worked on by a job, event by event.

An event is kept once, by its key, before the sender is told that it arrived. The hook `inbound_messages` gets what it says;
whoever takes it stores what becomes of it in the same transaction, so that an event is worked on once.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

import frappe
from frappe import _
from frappe.utils import cint, now_datetime

from covid_portal.channels import sealing
from covid_portal.channels.leasing import lease, pause, revive, settle
from covid_portal.organisation import jobs
from covid_portal.organisation.post import in_the_sites_language
from covid_portal.organisation.writers import insert_rows, new_names
from covid_portal.privacy import quiet

DOCTYPE = "Inbound Event"
HOOK = "inbound_messages"
READERS = "inbound_readers"
WAITING, DONE, IGNORED, DEAD = "Waiting", "Done", "Ignored", "Dead"
JOB = "covid_portal.channels.inbound.work_on_waiting"
JOB_ID = "covid-portal-inbound"
AT_ONCE = 50
MOST_ATTEMPTS = 12
PATIENT_ATTEMPTS = 4  # from then on a message goes without the pictures that cannot be had
LONGEST_RUN = 240  # seconds
A_MOMENT = timedelta(seconds=20)
COLUMNS = (
	"name",
	"channel",
	"kind",
	"state",
	"payload",
	"event_key",
	"attempts",
	"next_attempt_at",
	"creation",
)


@dataclass(frozen=True, repr=False)  # no repr: it would stand in tracebacks
class Inbound:
	"""One message of one person, in clear, only in memory."""

	channel: str
	sender: str
	event: str  # number of the Inbound Event: a key for what is made of it
	conversation: str  # number of the Conversation, see conversations.py
	received_at: datetime
	text: str = ""
	attachments: list[tuple[str, bytes]] = field(default_factory=list)  # (file name, content)
	place: tuple[float, float] | None = None  # latitude, longitude
	missing: int = 0  # attachments that could not be taken
	may_answer: bool = True  # False: the loop guard holds; keep what came, send nothing


class Later(Exception):
	"""What the message belongs to is not there yet; nothing is wrong. It waits and loses no attempt."""


class NotForUs(Exception):
	"""The event says nothing that anybody here would work on."""


def store(channel: str, kind: str, key: str, payload: dict, now: datetime | None = None) -> bool:
	"""Keep an event; False where it is there already. Set-based: no document events."""
	now = now or now_datetime()
	digest = hashlib.sha256(f"{channel}\0{key}".encode()).hexdigest()
	row = [
		*new_names(DOCTYPE, 1),
		channel,
		kind[:140],
		WAITING,
		sealing.seal_data(None, payload),
		digest,
		0,
		now,
		now,
	]
	insert_rows(DOCTYPE, COLUMNS, [row], ignore=True)
	is_new = bool(frappe.db.sql("select row_count()")[0][0])
	if is_new:
		enqueue()
	return is_new


def tick() -> None:
	"""Every minute: what waits although its job is gone, or its attempt failed."""
	if frappe.db.exists(DOCTYPE, {"state": WAITING, "next_attempt_at": ("<=", now_datetime())}):
		enqueue()


@in_the_sites_language
def work_on_waiting(now: datetime | None = None) -> None:
	"""Job: the events whose time has come, oldest first. Several at once do no harm."""
	ends = monotonic() + LONGEST_RUN
	while names := due(now or now_datetime()):
		for name in names:
			if monotonic() > ends:
				return
			if lease(DOCTYPE, name, now or now_datetime(), (WAITING,)):
				work_on(name, now or now_datetime())


def due(now: datetime) -> list[int]:
	return frappe.db.sql_list(
		f"""select name from `tab{DOCTYPE}` where state = %(waiting)s and next_attempt_at <= %(now)s
			and (leased_until is null or leased_until <= %(now)s)
		order by name limit {AT_ONCE}""",
		{"waiting": WAITING, "now": now},
	)


def work_on(name: int, now: datetime) -> None:
	"""One event, to its end or to a later attempt; never an exception, which the framework would log with its values."""
	row = frappe.db.get_value(DOCTYPE, name, ["channel", "payload", "attempts", "creation"], as_dict=True)
	try:
		conversation = hand_over(str(name), row)
	except NotForUs as error:
		frappe.db.rollback()
		settle(DOCTYPE, name, state=IGNORED, payload=None, problem=str(error) or None)
	except Later:
		frappe.db.rollback()
		settle(DOCTYPE, name, attempts=row.attempts - 1, next_attempt_at=now + A_MOMENT)
	except Exception as error:
		frappe.db.rollback()
		failed(name, row, error, now)
	else:
		settle(DOCTYPE, name, state=DONE, payload=None, conversation=conversation, problem=None)


def hand_over(name: str, row: dict) -> str:
	"""To all who take messages, in one transaction; the number of the conversation."""
	reader = frappe.get_attr(frappe.get_hooks(READERS)[row.channel][-1])
	message = reader(
		sealing.unseal_data(None, row.payload), name, row.creation, row.attempts < PATIENT_ATTEMPTS
	)
	for path in frappe.get_hooks(HOOK):
		frappe.get_attr(path)(message)
	return message.conversation


def failed(name: int, row: dict, error: Exception, now: datetime) -> None:
	"""Later and later; after some twelve attempts in five hours an operator looks at it."""
	quiet.record(f"Inbound, {row.channel}", error)
	problem = _("{0}: see the Error Log.").format(type(error).__name__)
	if row.attempts >= MOST_ATTEMPTS:
		settle(DOCTYPE, name, state=DEAD, problem=problem)
	else:
		settle(DOCTYPE, name, problem=problem, next_attempt_at=now + pause(row.attempts))


@frappe.whitelist(methods=["POST"])
def try_again(names: list | str) -> int:
	"""What hindered these events is mended: they are worked on again; how many. Raises NotDead."""
	count = revive(DOCTYPE, names, "payload")
	enqueue()
	return count


def enqueue() -> None:
	jobs.once_after_commit(JOB, JOB_ID, queue="short")


def forget(now: datetime | None = None) -> None:
	"""Daily job: what was given up some time ago loses its content too; what was worked on has lost it then."""
	days = cint(frappe.get_cached_doc("Channel Settings").keep_content_days) or 30
	frappe.db.sql(
		f"update `tab{DOCTYPE}` set payload = null where payload is not null and state != %s and creation < %s",
		(WAITING, (now or now_datetime()) - timedelta(days=days)),
	)
