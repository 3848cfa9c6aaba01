"""The access token of the Zalo account (OAuth v4). A refresh token is good for one use and gives the next one: of two workers one
refreshes, the other waits for the row lock and takes what the first has stored.

Source: Zalo's "Official Account access token" v4: POST /v4/oa/access_token, app secret in the header `secret_key`.
"""

from datetime import datetime, timedelta
from urllib.parse import urlencode

import frappe
from frappe import _
from frappe.utils import cint, now_datetime
from frappe.utils.password import get_decrypted_password, set_encrypted_password

from covid_portal.channels import state, web
from covid_portal.channels.catalogue import ZALO
from covid_portal.channels.drivers import NotSetUp, Transient

SETTINGS = "Channel Settings"
ENDPOINT = "https://oauth.zaloapp.com/v4/oa/access_token"
EARLY = timedelta(minutes=10)  # before it ends
RENEWED_BEFORE = timedelta(hours=2)  # by the clock, so that no message waits for it
USUAL_SECONDS = 90_000


def secret(field: str) -> str:
	return get_decrypted_password(SETTINGS, SETTINGS, field, raise_exception=False) or ""


def access_token(now: datetime | None = None) -> str:
	"""The token to ask Zalo with. Raises NotSetUp, Transient."""
	now = now or now_datetime()
	expires = frappe.db.get_value(state.DOCTYPE, ZALO, "token_expires_at")
	token = secret("zalo_access_token")
	return token if token and expires and now < expires - EARLY else renew(token, now)


def renew(used: str, now: datetime) -> str:
	"""A token other than `used`, the one that Zalo does not take any more.

	Ends the transaction, so that after the wait for the lock what the other worker stored is read. The new refresh token is
	committed at once: Zalo takes the old one no more.
	"""
	state.ensure(ZALO)
	frappe.db.commit()
	frappe.db.sql(f"select name from `tab{state.DOCTYPE}` where name = %s for update", ZALO)
	try:
		token = secret("zalo_access_token")
		if token and token != used:
			return token
		return store(ask(), now)
	finally:
		frappe.db.commit()  # gives the lock back with whatever was stored


def ask() -> dict:
	"""Zalo's answer. Raises NotSetUp where it takes neither app nor token, Transient where it has no answer."""
	settings = frappe.get_cached_doc(SETTINGS)
	refresh_token, app_secret = secret("zalo_refresh_token"), secret("zalo_app_secret")
	if not (settings.zalo_app_id and refresh_token and app_secret):
		raise NotSetUp(
			_("Channel Settings lack the app, its secret or the refresh token of the Zalo account.")
		)
	form = {
		"app_id": settings.zalo_app_id,
		"refresh_token": refresh_token,
		"grant_type": "refresh_token",
	}
	headers = {"secret_key": app_secret, "Content-Type": "application/x-www-form-urlencoded"}
	try:
		answer = web.request("POST", web.of_zalo(ENDPOINT), headers, urlencode(form).encode())
	except web.NoAnswer:
		raise Transient(_("Zalo's token service does not answer.")) from None
	found = answer.json()
	if answer.status >= 500 or answer.status == 429:
		raise Transient(_("Zalo's token service answers with status {0}.").format(answer.status))
	if not found.get("access_token") or not found.get("refresh_token"):
		raise NotSetUp(
			_(
				"Zalo does not take the refresh token (error {0}). Enter a new one in Channel Settings."
			).format(cint(found.get("error")))
		)
	return found


def store(found: dict, now: datetime) -> str:
	seconds = cint(found.get("expires_in")) or USUAL_SECONDS
	set_encrypted_password(SETTINGS, SETTINGS, found["refresh_token"], "zalo_refresh_token")
	set_encrypted_password(SETTINGS, SETTINGS, found["access_token"], "zalo_access_token")
	expires = now + timedelta(seconds=seconds)
	frappe.db.set_value(state.DOCTYPE, ZALO, "token_expires_at", expires, update_modified=False)
	return found["access_token"]


def keep_fresh(now: datetime | None = None) -> None:
	"""Every hour: the refresh token of an account that sends nothing for three months would end."""
	now = now or now_datetime()
	if not frappe.get_cached_doc(SETTINGS).zalo_enabled:
		return
	expires = frappe.db.get_value(state.DOCTYPE, ZALO, "token_expires_at")
	if expires and now < expires - RENEWED_BEFORE:
		return
	try:
		renew(secret("zalo_access_token"), now)
	except Transient as error:
		state.failed(ZALO, str(error), now)
