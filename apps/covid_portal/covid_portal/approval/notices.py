"""Word to those who decide: one for each person, however many documents wait. In the Desk's bell at once, in numbers; by e-mail
and the registered channels from a job, which names what the person's own inbox holds."""

from collections.abc import Mapping

import frappe
from frappe import _

from covid_portal.approval.inbox import groups_of
from covid_portal.approval.seats import Seats
from covid_portal.organisation.bell import Notice, put_in_desk
from covid_portal.organisation.post import (
	HOOK,
	Message,
	default_language,
	hand_over,
	has_outgoing_account,
	language,
	mail_body,
)

INBOX = "/cho-duyet"
REMINDER, ESCALATION = "Approval Reminder", "Approval Escalation"
MOST_NAMED = 40

Waiting = Mapping[tuple[str, str], list[tuple[str, str]]]


def tell(waiting: Waiting, escalated: bool = False) -> None:
	"""`waiting`: {(unit, duty): documents as (DocType, name)} → a notice for every holder of the duty, in his language."""
	documents = documents_of(waiting)
	put_in_desk(
		[
			Notice(user, subject(len(documents[user]), escalated, code), INBOX, "User", user)
			for user, code in languages(documents).items()
		]
	)
	if documents and (has_outgoing_account() or frappe.get_hooks(HOOK)):
		frappe.enqueue(
			"covid_portal.approval.notices.send",
			documents={user: sorted(found) for user, found in documents.items()},
			escalated=escalated,
			enqueue_after_commit=True,
		)


def documents_of(waiting: Waiting) -> dict[str, set[tuple[str, str]]]:
	"""{user: the documents that wait for a duty of his}"""
	seats, found = Seats.whole(), {}
	for (unit, duty), documents in waiting.items():
		for user in seats.holders(unit, duty):
			found.setdefault(user, set()).update(documents)
	return found


def languages(users: Mapping[str, object]) -> dict[str, str]:
	rows = frappe.get_all("User", {"name": ("in", [*users, ""])}, ["name", "language"], as_list=True)
	return {user: code or default_language() for user, code in rows}


def subject(number: int, escalated: bool, code: str) -> str:
	if escalated:
		return _(
			"{0} documents were not decided on in time by the unit below and now wait for you as well.", code
		).format(number)
	return _("{0} documents wait for your decision; their time is up or nearly up.", code).format(number)


# --- by e-mail and the channels


def send(documents: dict[str, list[tuple[str, str]]], escalated: bool) -> None:
	"""Job: each person is a unit of work. Who has decided meanwhile, or may not, hears nothing."""
	messages = [
		message
		for user, code in languages(documents).items()
		if (message := compose(user, code, {tuple(one) for one in documents[user]}, escalated))
	]
	if has_outgoing_account():
		for message in messages:
			mail(message)
	hand_over(messages)


def compose(user: str, code: str, documents: set[tuple[str, str]], escalated: bool) -> Message | None:
	"""In the user's language, what of these documents his inbox holds: only what he may read and decide on."""
	with language(code):
		rows = [
			(group["doctype"], group["label"], row)
			for group in groups_of(user)
			for row in group["rows"]
			if (group["doctype"], row["name"]) in documents
		]
		lines = named([line(label, row) for _doctype, label, row in rows])
		words = subject(len(rows), escalated, code)
	if not rows:
		return None
	doctype, _label, first = rows[0]
	about = (doctype, first["name"]) if len(rows) == 1 else ("User", user)
	return Message(
		kind=ESCALATION if escalated else REMINDER,
		user=user,
		language=code,
		subject=words,
		mail_subject=words,
		lines=lines,
		link=INBOX,
		document_type=about[0],
		document_name=about[1],
	)


def line(label: str, row: dict) -> str:
	"""Situation Report: Commune A, 08:00 19/11/2021 – District, due 07:40 19/11/2021"""
	what = ", ".join([row["title"], *row["details"][:1]])
	step = ", ".join(filter(None, [row["step"], due(row["due_at"])]))
	return f"{label}: {what} – {step}"


def due(moment: str | None) -> str:
	if not moment:
		return ""
	return _("due {0}").format(f"{frappe.utils.get_datetime(moment):%H:%M %d/%m/%Y}")


def named(lines: list[str]) -> list[str]:
	rest = len(lines) - MOST_NAMED
	return [*lines[:MOST_NAMED], _("{0} more in the inbox").format(rest)] if rest > 0 else lines


def mail(message: Message) -> None:
	body = mail_body(message.subject, message.lines, message.link)
	frappe.sendmail(recipients=[message.user], subject=message.mail_subject, message=body)
