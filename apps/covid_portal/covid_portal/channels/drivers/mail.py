"""An e-mail, handed to the server of the site's outgoing account at once: the framework's own queue would keep recipient and text
in clear for weeks, and the outbox retries by itself. It is marked as written by a machine, so that no machine answers it (RFC 3834)."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime

import frappe
from frappe import _
from frappe.email.doctype.email_account.email_account import EmailAccount

from covid_portal.channels.drivers import Message, NotSetUp, Refused, Transient, Unreachable
from covid_portal.organisation.post import has_outgoing_account

LONGEST_SUBJECT = 120
FOR_GOOD = 500  # and above: SMTP's refusals that another try does not change


def send(message: Message) -> str:
	"""The first line is the subject. Returns the letter's number, the same at each attempt."""
	if not has_outgoing_account():
		raise NotSetUp(_("There is no outgoing e-mail account."))
	if frappe.are_emails_muted():
		raise NotSetUp(_("E-mail is switched off on this site (mute_emails)."))
	account = EmailAccount.find_outgoing()
	mail = letter(message, account)
	with session_of(account) as session:
		hand_over(session, mail, account.email_id, message.recipient)
	return mail["Message-ID"]


def letter(message: Message, account: EmailAccount) -> EmailMessage:
	lines = [line for line in message.text.splitlines() if line.strip()]
	mail = EmailMessage(policy=SMTP)
	mail["From"], mail["To"] = account.default_sender, message.recipient
	mail["Subject"] = lines[0][:LONGEST_SUBJECT]
	mail["Date"] = localtime()
	mail["Message-ID"] = f"<outbox-{message.number}@{frappe.local.site}>"
	mail["Auto-Submitted"] = "auto-replied"
	mail["X-Auto-Response-Suppress"] = "All"
	mail.set_content(message.text)
	return mail


@contextmanager
def session_of(account: EmailAccount) -> Iterator[smtplib.SMTP]:
	"""Raises Transient, without the words of the framework, which may name the account."""
	try:
		server = account.get_smtp_server()
		session = server.session
	except Exception:  # the framework raises of several kinds, and shows messages with them
		frappe.clear_messages()
		raise Transient(_("The mail server does not answer, or refuses the portal's account.")) from None
	try:
		yield session
	finally:
		with suppress(smtplib.SMTPException, OSError):
			server.quit()


def hand_over(session: smtplib.SMTP, mail: EmailMessage, sender: str, recipient: str) -> None:
	try:
		session.send_message(mail, sender, [recipient])
	except smtplib.SMTPRecipientsRefused as error:
		code = error.recipients[recipient][0]
		raise problem(code, Unreachable) from None
	except smtplib.SMTPResponseException as error:
		raise problem(error.smtp_code, Refused) from None
	except (smtplib.SMTPException, OSError):
		raise Transient(_("The mail server has broken off.")) from None


def problem(code: int, for_good: type[Refused]) -> Refused | Transient:
	"""The number alone is told: the server's words repeat the address."""
	words = _("The mail server refuses with status {0}.").format(code)
	return for_good(words) if code >= FOR_GOOD else Transient(words)
