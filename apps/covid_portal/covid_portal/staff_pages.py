"""The pages of unit staff, www/bao-cao and its siblings: shells whose scripts ask the server, where scope is checked."""

import json

import frappe
from frappe import _
from frappe.sessions import get_csrf_token

from covid_portal.approval.seats import has_deciding_duty
from covid_portal.citizens import calls
from covid_portal.directives.receipts import has_receipts
from covid_portal.organisation.scope import grants
from covid_portal.publishing.rendering import asset_urls, script_texts

SHARED = "field"  # the other pages' scripts build on those of the field page


def fill_context(context: frappe._dict, address: str, *scripts: str) -> None:
	"""What templates/staff/page.html needs; a guest is sent to the login page and comes back.

	`scripts`: folders of public/js the page has of its own.
	"""
	if frappe.session.user == "Guest":
		frappe.local.flags.redirect_location = f"/login?redirect-to={address}"
		raise frappe.Redirect
	has_desk = frappe.db.get_value("User", frappe.session.user, "user_type") == "System User"
	context.lang = frappe.local.lang
	context.assets = asset_urls()
	context.page_title = page_titles()[address]
	context.ways = ways(address, has_desk)
	context.settings = embedded(
		{
			"user": frappe.session.user,
			"lang": frappe.local.lang,
			"csrf_token": get_csrf_token(),
			"texts": translated_texts(SHARED, *scripts),
		}
	)


def page_titles() -> dict[str, str]:
	"""{address: title} of all pages of unit staff."""
	return {
		"/bao-cao": _("Situation reports"),
		"/nop-bang": _("Reports by workbook"),
		"/theo-doi": _("Who has reported"),
		"/cap-nhat": _("Places of my unit"),
		"/tiep-nhan": _("Calls and counter"),
		"/cho-duyet": _("Decisions"),
		"/van-ban-den": _("Incoming directives"),
		"/chot": _("Checkpoint"),
	}


def ways(address: str, has_desk: bool) -> list[dict[str, str]]:
	"""The links at the foot: the other pages of unit staff, the public page, the Desk for those who may enter it."""
	links = {page: title for page, title in page_titles().items() if page != address}
	if not has_deciding_duty(frappe.session.user):
		links.pop("/cho-duyet", None)
	if not has_receipts(frappe.session.user):
		links.pop("/van-ban-den", None)
	if not grants(frappe.session.user, "Arrival", "Enter"):
		links.pop("/chot", None)
	if not calls.may_enter():
		links.pop("/tiep-nhan", None)
	links["/"] = _("Public figures")
	if has_desk:
		links["/app"] = _("Desk")
	return [{"address": page, "label": label} for page, label in links.items()]


def translated_texts(*folders: str) -> dict[str, str]:
	"""The scripts' sentences in the user's language; one that is the same in both is left out."""
	pairs = ((text, _(text)) for text in script_texts(*folders))
	return {text: translated for text, translated in pairs if translated != text}


def embedded(value: dict) -> str:
	"""JSON that can stand inside a script element: no character in it can end the element."""
	text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
	return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
