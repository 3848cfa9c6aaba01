"""Public forms: a plain POST of a page, or the page's script. Both are answered; both end in intake.receive()."""

import json
from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from werkzeug.wrappers import Response

from covid_portal.citizens import attachments, intake, protection
from covid_portal.citizens.texts import cleaned
from covid_portal.organisation.guest_input import checked
from covid_portal.privacy.blind import keyed
from covid_portal.privacy.quiet import without_values
from covid_portal.publishing import pages, site_map

# Of the form itself; all other fields are what was sent.
RESERVED = {
	"cmd",
	"kind",
	"lang",
	"page",
	"submission_key",
	"altcha",
	"payload",
	"files",
	protection.HONEYPOT,
}
# What the portal alone says of a sender: a form that says it would have the portal write to whomever it names.
OURS = {"reply_to"}
LONGEST_FORM = 100_000  # letters


class FormTooLong(frappe.ValidationError):
	http_status_code = 413


def take_in(kind: str, form: Mapping[str, Any]) -> dict[str, Any]:
	"""Take in what a visitor has sent from a public page: {"code", "held"}.

	`form`: the fields of the form, or `payload` as JSON, with `submission_key`, `altcha` and the honeypot; files are the
	request's `files`. Raises InvalidSubmission, FileRefused, TooMany.
	"""
	verdict = protection.screen(form, kind)
	if verdict.outcome == protection.REFUSE:
		frappe.throw(verdict.sentence, protection.TooMany)
	payload = payload_of(form)
	files = attachments.read(frappe.request.files.getlist("files") if frappe.request else ())
	source = protection.network()
	key = str(form.get("submission_key") or "") or key_without_script(kind, payload, source)
	code = intake.receive(kind, "Web", payload, key, files, verdict.held, source)
	return {"code": code, "held": bool(verdict.held)}


def payload_of(form: Mapping[str, Any]) -> dict[str, Any]:
	if sum(len(value) for value in form.values() if isinstance(value, str)) > LONGEST_FORM:
		frappe.throw(
			_("This is too long to be sent as a form. Shorten it, or send it as a file."), FormTooLong
		)
	if not form.get("payload"):
		return {field: value for field, value in form.items() if field not in RESERVED | OURS}
	try:
		payload = json.loads(form["payload"])
	except (ValueError, TypeError, RecursionError):
		payload = None
	if not isinstance(payload, dict):
		frappe.throw(_("What was sent cannot be read. Reload the page and send it again."))
	return without_ours(payload)


def without_ours(payload: dict[str, Any]) -> dict[str, Any]:
	return {field: value for field, value in payload.items() if field not in OURS}


def key_without_script(kind: str, payload: dict[str, Any], source: str) -> str:
	"""The same form sent twice without a script on the same day, by a second press of the button, is one submission."""
	content = json.dumps([kind, payload, source, frappe.utils.today()], sort_keys=True, default=str)
	return f"plain:{keyed('form', content)}"


# --- the petition form. xss_safe: the framework would write a guest's "A & B" as HTML; here texts stay texts, and are escaped
# where they are shown.


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@checked
@without_values
def send_petition(page: str | None = None, lang: str | None = None) -> dict | Response:
	"""What the form /phan-anh sends: {"code", "held"} or {"problems": {field: sentence}}; with `page` a finished page."""
	return sent("Petition", "petition", page, lang)


def sent(kind: str, key: str, page: str | None, lang: str | None) -> dict | Response:
	"""Take in the request's form; with `page` as the page `key` of the site map, which keeps what was typed."""
	frappe.local.lang = lang if lang in site_map.LANGUAGES else site_map.LANGUAGES[0]
	form = dict(frappe.form_dict)
	try:
		taken = take_in(kind, form)
		return page_of(key, {"sent": taken}) if page else taken
	except frappe.ValidationError as error:
		problems, status = refusal(error)
		if page:
			return page_of(key, {"problems": problems, "typed": typed(form)}, status)
		frappe.local.response.http_status_code = status
		return {"problems": problems}


def refusal(error: frappe.ValidationError) -> tuple[dict[str, str], int]:
	"""({field, "" for the whole: sentence}, status); nothing of what was done stays."""
	frappe.db.rollback()
	frappe.clear_messages()
	return getattr(error, "problems", None) or {"": str(error)}, getattr(error, "http_status_code", 417)


def typed(form: Mapping[str, Any]) -> dict[str, str]:
	"""The texts as the page shows them again; of what no page can hold nothing."""
	return {
		field: cleaned(value, lines=True)
		for field, value in form.items()
		if field not in RESERVED and isinstance(value, str)
	}


def page_of(key: str, data: dict[str, Any], status: int = 200) -> Response:
	page, more = site_map.BY_KEY[key], {}
	if fill := frappe.get_hooks("form_pages").get(key):
		more = frappe.get_attr(fill[-1])()
	text = pages.render(page.template, frappe.local.lang, key, data={**more, **data})
	return Response(text, status, mimetype="text/html", headers={"Cache-Control": "no-store"})
