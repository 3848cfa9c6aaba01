"""An e-mail, handed over to the framework's own queue, which sends and retries it. It is marked as written by a machine, so
that no machine answers it (RFC 3834)."""

import frappe
from frappe import _
from frappe.email.email_body import EMail
from frappe.utils import escape_html

from covid_portal.channels.drivers import Message, NotSetUp
from covid_portal.organisation.post import has_outgoing_account

LONGEST_SUBJECT = 120
FLAG = "mail_by_a_machine"


def send(message: Message) -> None:
	"""The first line is the subject."""
	if not has_outgoing_account():
		raise NotSetUp(_("There is no outgoing e-mail account."))
	lines = [line for line in message.text.splitlines() if line.strip()]
	frappe.flags[FLAG] = True
	try:
		frappe.sendmail(
			recipients=[message.recipient],
			subject=lines[0][:LONGEST_SUBJECT],
			message="".join(f"<p>{escape_html(line)}</p>" for line in lines),
			add_unsubscribe_link=0,
		)
	finally:
		frappe.flags.pop(FLAG, None)


def mark(mail: EMail) -> None:
	"""Hook make_email_body_message: the framework hands over every mail it makes; ours are marked."""
	if frappe.flags.get(FLAG):
		mail.set_header("Auto-Submitted", "auto-replied")
		mail.set_header("X-Auto-Response-Suppress", "All")
