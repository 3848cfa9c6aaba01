"""Intake: what people send is stored at once, as it came, and answered with a code; a worker makes the document of it.

`receive` writes one append-only row of Intake (with its subject and its Intake Outcome, the queue) and nothing else, so that a
rush fills the queue and not the answer time. `work` makes the documents: each exactly once, since document and outcome are of
one transaction and the outcome's row is locked; what fails is tried again, and what fails for good is told to the operators.
"""

import hashlib
import json
import math
import random
import re
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.citizens import attachments, codes
from covid_portal.citizens.attachments import Attachment
from covid_portal.organisation.bell import Notice, put_in_desk
from covid_portal.organisation.once import read_once, reading_once
from covid_portal.organisation.people import entitled
from covid_portal.organisation.post import default_language, in_the_sites_language, language
from covid_portal.organisation.writers import insert_rows
from covid_portal.privacy import quiet, sealing, subjects
from covid_portal.privacy.blind import keyed_by_all

WAITING, HELD, MADE, FAILED, DEAD, REFUSED = "Waiting", "Held", "Made", "Failed", "Dead", "Refused"
CHANNELS = ("Web", "Zalo", "1022", "Counter", "E-mail")
SUBMISSION_KEY = re.compile(r"[A-Za-z0-9:_.-]{20,140}")
BATCH = 100
# Minutes until the next attempt; after the last one it is dead until an operator has it tried again.
PAUSES = (1, 5, 30, 120, 720)
KICK = "portal-intake-kick"
KICK_SECONDS = 60
# A job makes documents so long and then lets others pass: after a rush, figures must not wait for all of it. Far below the
# time at which the queue ends a job, wherever it is.
JOB_SECONDS = 60
# How long it waits for what comes next.
STAY_SECONDS = 1


class InvalidSubmission(frappe.ValidationError):
	"""What was sent cannot be taken as it is. `problems`: {field: sentence}."""

	def __init__(self, problems: dict[str, str]) -> None:
		super().__init__(" ".join(problems.values()))
		self.problems = problems


class SubmissionKeyReused(frappe.ValidationError):
	"""The key belongs to something else that was sent."""

	http_status_code = 409


class Maker(Protocol):
	"""Makes the document of one kind; named in the hook `intake_makers`."""

	def check(self, payload: dict[str, Any]) -> dict[str, Any]:
		"""The payload in its normal form. Raises InvalidSubmission."""

	def make(self, intake: Document, payload: dict[str, Any]) -> Document:
		"""Insert the document, under intake.subject. Called in the worker, once. What it keeps of the payload under subjects
		of their own, the class names in MOVED."""


def maker_of(kind: str) -> Maker:
	paths = frappe.get_hooks("intake_makers").get(kind)
	if not paths:
		frappe.throw(_("{0} is nothing that can be sent here.").format(kind), frappe.ValidationError)
	return frappe.get_attr(paths[-1])()


# --- taking in


def receive(
	kind: str,
	channel: str,
	payload: dict[str, Any],
	submission_key: str,
	files: Sequence[Attachment] = (),
	held: str | None = None,
	network: str | None = None,
) -> str:
	"""Store what was sent and return its code. The same key with the same content gives the same code again.

	`held`: why it waits for a review. Raises InvalidSubmission, SubmissionKeyReused.
	"""
	checked = maker_of(kind).check(payload)
	require_key(submission_key)
	digests = digests_of(kind, checked, files)
	name, subject = frappe.generate_hash(length=12), subjects.create_subject()
	try:
		return store(name, subject, kind, channel, checked, submission_key, digests[0], files, held, network)
	except Exception as error:
		# Whether it is known already says the unique key: to ask first would be a question more for all that is not.
		if not frappe.db.is_duplicate_entry(error):
			raise
		take_back(name, subject)
		return code_of_key(submission_key, digests)


def require_key(submission_key: str) -> None:
	if not SUBMISSION_KEY.fullmatch(submission_key):
		frappe.throw(
			_("The key of a submission is 20 to 140 letters, digits and : _ . -"), InvalidSubmissionKey
		)


class InvalidSubmissionKey(frappe.ValidationError):
	pass


def digests_of(kind: str, payload: dict[str, Any], files: Sequence[Attachment]) -> list[str]:
	"""Of what was sent: the one that is stored, and those that may have been before the index key was changed."""
	content = [kind, payload, [hashlib.sha256(file.content).hexdigest() for file in files]]
	return keyed_by_all("submission", json.dumps(content, sort_keys=True, ensure_ascii=False))


def take_back(name: str, subject: str) -> None:
	"""What was written before it was seen to be known; of an insert that fails, the database keeps nothing."""
	frappe.db.delete(subjects.DOCTYPE, {"name": subject})
	subjects.forget(subject)
	attachments.remove_spool(name)


def code_of_key(submission_key: str, digests: list[str]) -> str:
	"""The code given for this key before, perhaps by another transaction since this one began."""
	rows = frappe.db.sql(
		"select subject, code, payload_digest from tabIntake where submission_key = %s lock in share mode",
		submission_key,
		as_dict=True,
	)
	if rows[0].payload_digest not in digests:
		frappe.throw(
			_("This form has been sent already, with other content. Open it anew to send something else."),
			SubmissionKeyReused,
		)
	subjects.load([rows[0].subject], locked=True)
	return sealing.unseal(rows[0].subject, rows[0].code)


def store(
	name: str,
	subject: str,
	kind: str,
	channel: str,
	payload: dict[str, Any],
	submission_key: str,
	digest: str,
	files: Sequence[Attachment],
	held: str | None,
	network: str | None,
) -> str:
	"""The rows, past the framework's events: nothing listens to them, and an insert by the framework costs twenty times as
	much."""
	code = codes.new_code(kind)
	now = now_datetime().replace(microsecond=0)
	content = {"form": payload, "files": attachments.spool(name, subject, files)}
	row = {
		"name": name,
		"kind": kind,
		"channel": channel,
		"subject": subject,
		"code": sealing.seal(subject, code),
		"code_digest": codes.digest(code),
		"payload": sealing.seal(subject, json.dumps(content, ensure_ascii=False)),
		"payload_digest": digest,
		"submission_key": submission_key,
		"network": network,
		"received_at": now,
		"held": int(bool(held)),
		"held_reason": held,
	}
	insert("Intake", row)
	queued = {"name": name, "intake": name, "kind": kind, "received_at": now, "next_try_at": now}
	insert(
		"Intake Outcome", {**queued, "state": HELD if held else WAITING, "held_reason": held, "attempts": 0}
	)
	if not held:
		frappe.db.after_commit.add(kick)
	return code


def insert(doctype: str, row: dict[str, Any]) -> None:
	insert_rows(doctype, list(row), [list(row.values())])


def code_of(intake: Document) -> str:
	"""The code, for messages to the one who sent it."""
	return sealing.unseal(intake.subject, intake.code)


def payload_of(intake: Document) -> dict[str, Any]:
	"""{"form": as the maker's check() gave it, "files": as spooled}"""
	return json.loads(sealing.unseal(intake.subject, intake.payload))


# --- making documents


def kick() -> None:
	"""Have a worker look, unless one is called already that has not begun. Without Redis the next minute's tick does it."""
	try:
		key = frappe.cache.make_key(KICK)
		if frappe.cache.set(key, 1, nx=True, ex=KICK_SECONDS):
			frappe.enqueue("covid_portal.citizens.intake.called")
	except Exception as error:
		quiet.record("intake.kick", error)


@in_the_sites_language
def called() -> None:
	"""Job. It makes what all have sent, for the portal itself: not for whoever happened to call it."""
	frappe.set_user("Administrator")
	stay()
	frappe.cache.delete(frappe.cache.make_key(KICK))
	frappe.db.rollback()  # whoever still saw the mark has stored before: found by a look that begins now
	tick()


def stay() -> None:
	"""Make what waits until a moment has passed in which nothing came: so long as the mark is there nobody calls another job,
	which would take a third of the time of taking something in. Where many wait, others may be called as well."""
	end = time.monotonic() + JOB_SECONDS
	while 0 < len(due(now_datetime())) < BATCH and time.monotonic() < end:
		work(now_datetime(), end - time.monotonic())
		frappe.db.rollback()  # what is stored meanwhile is seen
		time.sleep(STAY_SECONDS)


@in_the_sites_language
def tick() -> None:
	"""So long as a job may; what is left is another one's."""
	work(now_datetime(), JOB_SECONDS)
	if due(now_datetime(), 1):
		kick()


def work(now: datetime, seconds: float = math.inf) -> int:
	"""Make what waits, oldest first, for so many seconds; returns how many documents. Any number of workers may do so at
	once."""
	made, tried, end = 0, set(), time.monotonic() + seconds
	with reading_once():
		while names := [name for name in due(now) if name not in tried]:
			random.shuffle(names)  # two workers meet at few rows
			for name in names:
				if time.monotonic() > end:
					return made
				tried.add(name)
				made += make(name, now)
	return made


def due(now: datetime, most: int = BATCH) -> list[str]:
	filters = {"state": ("in", (WAITING, FAILED)), "next_try_at": ("<=", now)}
	return frappe.get_all(
		"Intake Outcome", filters, pluck="name", order_by="next_try_at asc, name asc", limit=most
	)


def make(name: str, now: datetime) -> bool:
	"""One document, a transaction of its own; whether it was made. What fails is noted and tried later."""
	try:
		made = make_locked(name)
		frappe.db.commit()  # a unit of work: the next one's failure must not undo it
	except Exception as error:
		frappe.db.rollback()
		frappe.clear_messages()
		note_failure(name, error, now)
		frappe.db.commit()
		return False
	finally:
		subjects.forget()
	return made


def make_locked(name: str) -> bool:
	# Locked: another worker at the same row waits here, and then finds it made.
	outcome = frappe.db.get_value("Intake Outcome", name, ["state", "intake"], as_dict=True, for_update=True)
	if outcome.state not in (WAITING, FAILED):
		return False
	intake = frappe.get_doc("Intake", outcome.intake)
	payload = payload_of(intake)
	maker = maker_of(intake.kind)
	with language(default_language()):  # what the portal writes in it is for staff
		document = maker.make(intake, payload["form"])
	leave_out(intake, payload, getattr(maker, "MOVED", ()))
	attachments.attach(document, intake.name, intake.subject, payload["files"])
	values = {
		"state": MADE,
		"reference_doctype": document.doctype,
		"reference_name": document.name,
		"error": None,
	}
	frappe.db.set_value("Intake Outcome", name, values)
	frappe.db.after_commit.add(lambda: attachments.remove_spool(intake.name))
	return True


def insert_made(document: Document, chosen: Sequence[str]) -> Document:
	"""A maker's document, without an account's rights: its sender has none. Whether what these links lead to is still there is asked
	once of each in a batch; all others lead to what the portal has made a moment ago."""
	for field in chosen:
		doctype = document.meta.get_field(field).options
		if document.get(field) and not is_there(doctype, document.get(field)):
			raise frappe.LinkValidationError(f"{doctype}: {document.get(field)}")
	return document.insert(ignore_permissions=True, ignore_links=True)


@read_once
def is_there(doctype: str, name: str) -> bool:
	return bool(frappe.db.exists(doctype, name))


def leave_out(intake: Document, payload: dict[str, Any], fields: Sequence[str]) -> None:
	"""The one change of an Intake: what the document keeps under other persons' keys does not stay here under the sender's."""
	if not fields:
		return
	form = {field: value for field, value in payload["form"].items() if field not in fields}
	content = json.dumps({**payload, "form": form}, ensure_ascii=False)
	sealed = sealing.seal(intake.subject, content)
	frappe.db.set_value("Intake", intake.name, "payload", sealed, update_modified=False)


def note_failure(name: str, error: Exception, now: datetime) -> None:
	"""By kind and place, never in the words of the error: these may hold what somebody wrote."""
	number = quiet.record(f"intake {name}", error)
	attempts = frappe.db.get_value("Intake Outcome", name, "attempts", for_update=True) + 1
	is_dead = attempts > len(PAUSES)
	values = {
		"state": DEAD if is_dead else FAILED,
		"attempts": attempts,
		"next_try_at": None if is_dead else now + timedelta(minutes=PAUSES[attempts - 1]),
		"error": f"{type(error).__name__} (Error Log {number})",
	}
	frappe.db.set_value("Intake Outcome", name, values)
	if is_dead:
		tell_operators(name)


def tell_operators(name: str) -> None:
	"""In the bell of everybody who may have it tried again: who reviews."""
	text = _(
		"{0}: something that was sent could not be made into a document. Look at it and have it tried again."
	)
	put_in_desk(
		[
			Notice(user, text.format(name), f"/app/intake-outcome/{name}", "Intake Outcome", name)
			for user in entitled("Intake Outcome", "write")
		]
	)
