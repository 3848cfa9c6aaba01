"""Calls to Zalo's open API: the token in the header, JSON there and back, `error` in an answer of status 200.

Numbers of errors: Zalo's documentation of the OA API v3 and of ZNS, as of 2024. Those not listed are taken for refusals, so that an
operator sees them among the dead letters and not after three days.
"""

import json
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.utils import cint

from covid_portal.channels import state, web, zalo_tokens
from covid_portal.channels.drivers import NotSetUp, Refused, Transient, Unreachable

TOKEN = (-216, -124)
BUSY = (-32, -100, -200)
NIGHT = (-133,)
DAY_IS_FULL = (-211, -115, -144, -147)
# Follows no more, has not written lately, has no Zalo, takes no such messages.
NOT_REACHED = (-213, -230, -217, -118, -119, -114, -139, -141)
A_WHILE = timedelta(minutes=1)
MORNING = timedelta(minutes=30)


def call(address: str, body: dict, now: datetime) -> dict:
	"""`data` of the answer. A token that Zalo does not take any more is renewed once. Raises SendingFailed."""
	if not frappe.get_cached_doc("Channel Settings").zalo_enabled:
		raise NotSetUp(_("Zalo is not in use: Channel Settings."))
	token = zalo_tokens.access_token(now)
	found = ask(address, body, token)
	if cint(found.get("error")) in TOKEN:
		found = ask(address, body, zalo_tokens.renew(token, now))
	if number := cint(found.get("error")):
		raise problem(number, now)
	return found.get("data") or {}


def ask(address: str, body: dict, token: str) -> dict:
	headers = {"access_token": token, "Content-Type": "application/json"}
	content = json.dumps(body, ensure_ascii=False).encode()
	try:
		answer = web.request("POST", web.of_zalo(address), headers, content)
	except web.NoAnswer:
		raise Transient(_("Zalo does not answer.")) from None
	found = answer.json()
	if answer.status >= 500 or answer.status == 429:
		wait = timedelta(seconds=answer.retry_after) if answer.retry_after else None
		raise Transient(_("Zalo answers with status {0}.").format(answer.status), wait)
	if answer.status != 200 and not cint(found.get("error")):
		raise Refused(_("Zalo answers with status {0}.").format(answer.status))
	return found


def problem(number: int, now: datetime) -> Exception:
	"""The number alone is told: Zalo's own words may repeat what was sent."""
	if number in TOKEN:
		return NotSetUp(_("Zalo does not take a token that it has just given (error {0}).").format(number))
	if number in NIGHT:
		return Transient(_("Zalo sends no such messages at night (error {0}).").format(number), MORNING)
	if number in DAY_IS_FULL:
		return Transient(
			_("Zalo's number for the day is reached (error {0}).").format(number), state.tomorrow(now) - now
		)
	if number in BUSY:
		return Transient(_("Zalo is busy (error {0}).").format(number), A_WHILE)
	if number in NOT_REACHED:
		return Unreachable(_("Zalo does not reach this person (error {0}).").format(number))
	return Refused(_("Zalo refuses the message (error {0}).").format(number))
