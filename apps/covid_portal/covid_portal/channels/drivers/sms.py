"""An SMS, by the driver that Channel Settings choose: an HTTP gateway whose request is described there, or SMPP."""

import json
import re
import unicodedata
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.channels import web, zalo_tokens
from covid_portal.channels.drivers import Message, NotSetUp, Refused, Transient, smpp

HTTP, SMPP = "HTTP Gateway", "SMPP"
NAMES = re.compile(r"\{(phone|text|sender|number|secret)\}")
SENSIBLE_ID = 140


def send(message: Message) -> str | None:
	settings = frappe.get_cached_doc("Channel Settings")
	text = plain(message.text) if settings.sms_plain else message.text
	if settings.sms_driver == HTTP:
		return send_by_http(settings, message, text)
	if settings.sms_driver == SMPP:
		return smpp.send(settings, message, text)
	raise NotSetUp(_("Channel Settings choose no SMS driver."))


def plain(text: str) -> str:
	"""'Đơn của Ông' → 'Don cua Ong'"""
	apart = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
	return "".join(letter for letter in apart if not unicodedata.combining(letter))


def send_by_http(settings: Document, message: Message, text: str) -> str | None:
	if not settings.sms_url:
		raise NotSetUp(_("Channel Settings lack the address of the SMS gateway."))
	address, headers, body = request_of(settings, message, text)
	try:
		answer = web.request("GET" if body is None else "POST", address, headers, body)
	except web.NoAnswer:
		raise Transient(_("The SMS gateway does not answer.")) from None
	except web.AddressRefused as error:
		raise NotSetUp(_("The SMS gateway is not asked: {0}").format(error)) from None
	return number_of(settings, answer)


def request_of(settings: Document, message: Message, text: str) -> tuple[str, dict[str, str], bytes | None]:
	"""Address, headers and body as the rows of the settings describe them."""
	values = {
		"phone": "84" + message.recipient.removeprefix("0"),
		"text": text,
		"sender": settings.sms_sender or "",
		"number": message.number,
		"secret": zalo_tokens.secret("sms_secret"),
	}
	fields = {
		row.parameter: filled(row.value, values) for row in settings.sms_parameters if row.place != "Header"
	}
	headers = {
		row.parameter: filled(row.value, values) for row in settings.sms_parameters if row.place == "Header"
	}
	if settings.sms_request == "Query":
		joint = "&" if urlsplit(settings.sms_url).query else "?"
		return settings.sms_url + joint + urlencode(fields), headers, None
	if settings.sms_request == "Form":
		headers["Content-Type"] = "application/x-www-form-urlencoded"
		return settings.sms_url, headers, urlencode(fields).encode()
	headers["Content-Type"] = "application/json"
	return settings.sms_url, headers, json.dumps(fields, ensure_ascii=False).encode()


def filled(value: str, values: dict[str, str]) -> str:
	"""The names in braces replaced in one pass: a text that holds '{secret}' is sent as it is."""
	return NAMES.sub(lambda found: values[found[1]], value)


def number_of(settings: Document, answer: web.Answer) -> str | None:
	if answer.status >= 500 or answer.status == 429:
		wait = timedelta(seconds=answer.retry_after) if answer.retry_after else None
		raise Transient(_("The SMS gateway answers with status {0}.").format(answer.status), wait)
	if not 200 <= answer.status < 300:
		raise Refused(_("The SMS gateway refuses the message with status {0}.").format(answer.status))
	if settings.sms_success and settings.sms_success.encode() not in answer.content:
		raise Refused(_("The SMS gateway's answer does not hold the words of success of Channel Settings."))
	found = answer.json()
	number = found.get("id") or found.get("message_id") or found.get("SMSID")
	return str(number)[:SENSIBLE_ID] if number else None
