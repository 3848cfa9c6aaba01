"""A message of the Official Account to a person who wrote to it lately (OA API v3, consultation message)."""

from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import cint

from covid_portal.channels import sealing
from covid_portal.channels.catalogue import channel_of
from covid_portal.channels.drivers import Message, Unreachable, zalo_api

ENDPOINT = "https://openapi.zalo.me/v3.0/oa/message/cs"


def send(message: Message) -> str | None:
	require_window(message)
	body = {"recipient": {"user_id": message.recipient}, "message": {"text": message.text}}
	return zalo_api.call(ENDPOINT, body, message.now).get("message_id")


def require_window(message: Message) -> None:
	"""Zalo charges or refuses what is sent to people who have not written lately; the portal does not try."""
	indexes = sealing.indexes(channel_of(message.channel).kind, message.recipient)
	filters = {"channel": message.channel, "sender_index": ("in", indexes)}
	wrote_at = frappe.db.get_value("Conversation", filters, "last_received_at")
	hours = cint(frappe.get_cached_doc("Channel Settings").zalo_window_hours) or 168
	if not wrote_at or message.now > wrote_at + timedelta(hours=hours):
		raise Unreachable(_("The person has not written to the account in the last {0} hours.").format(hours))
