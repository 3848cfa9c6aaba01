"""What those who registered are told as it happens, by telephone: the decision, the day, another day, the end.

Who registered for somebody else is told in their place. Where no gateway is set up nothing is posted: people follow by their code.
"""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from covid_portal.approval.vocabulary import REFUSED, RETURNED
from covid_portal.channels import catalogue, outbox
from covid_portal.organisation.post import default_language, language
from covid_portal.privacy import access
from covid_portal.publishing.pages import public_address

SETTINGS = "Home Return Settings"
DAY, WAITING, CANCELLED = "Day", "Waiting", "Cancelled"


def tell(doc: Document, what: str) -> None:
	"""Post it. `what`: DAY, WAITING, CANCELLED, or a state of approval: REFUSED, RETURNED."""
	settings = frappe.get_cached_doc(SETTINGS)
	field = "proxy_phone" if doc.is_proxy and doc.proxy_phone else "contact_phone"
	number = catalogue.phone(doc.personal(field) or "")
	if not number or not catalogue.is_set_up(settings.notice_channel):
		return
	access.record(doc.doctype, doc.name, [field], _("Message to who registered"), "Message", doc.subject)
	outbox.post(
		settings.notice_channel,
		number,
		about=(doc.doctype, doc.name),
		subject=doc.subject,
		**content(doc, what, settings.notice_template),
	)


def content(doc: Document, what: str, template: str | None) -> dict:
	"""The words, in the language of the site: nobody has said in which one they read."""
	link = f"{public_address()}/tra-cuu"
	with language(default_language()):
		notice = f"{doc.describe()}. {sentence(doc, what)}"
	if template:
		return {"template": template, "parameters": {"notice": notice, "link": link}}
	return {"text": f"{notice} {link}"}


def sentence(doc: Document, what: str) -> str:
	words = {
		DAY: _("Approved. You are expected on {0}; print the receipt anew with your code."),
		WAITING: _("Approved. You wait for a day of arrival and will be told."),
		CANCELLED: _(
			"Cancelled. A receipt, if there was one, holds no more. Read the reason with your code."
		),
		REFUSED: _("Refused. Read the reason with your code."),
		RETURNED: _("The commune will call you to complete it."),
	}
	return words[what].format(f"{getdate(doc.day):%d/%m/%Y}" if doc.day else "")
