"""The channels there are: how their recipients are written, and how long a text may be."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.utils import validate_email_address

ZALO, ZNS, SMS, MAIL = "Zalo", "ZNS", "SMS", "E-mail"


class UnknownChannel(frappe.ValidationError):
	"""No channel of that name sends anything."""


class WrongRecipient(frappe.ValidationError):
	"""The recipient is none of the channel's."""


@dataclass(frozen=True)
class Channel:
	"""`normal` gives the one way a recipient is written, or nothing where it is none; `kind` names its digests."""

	name: str
	kind: str
	normal: Callable[[str], str]
	longest: int  # characters


def zalo_id(value: str) -> str:
	return value if re.fullmatch(r"\d{5,25}", value) else ""


def phone(value: str) -> str:
	"""+84 98 123-4567 → 0981234567"""
	digits = re.sub(r"[\s().-]", "", value)
	local = re.sub(r"^(?:\+|00)?84(?=\d{9,10}$)", "0", digits)
	return local if re.fullmatch(r"0\d{9,10}", local) else ""


def mail_address(value: str) -> str:
	return (validate_email_address(value.strip()) or "").lower() if len(value) < 255 else ""


CHANNELS = {
	channel.name: channel
	for channel in (
		Channel(ZALO, "zalo", zalo_id, 2000),
		Channel(ZNS, "phone", phone, 400),
		Channel(SMS, "phone", phone, 459),  # three parts of 153 letters without marks
		Channel(MAIL, "mail", mail_address, 20_000),
	)
}


def channel_of(name: str) -> Channel:
	if name not in CHANNELS:
		frappe.throw(
			_("There is no channel {0}; messages go by {1}.").format(name, ", ".join(CHANNELS)),
			UnknownChannel,
		)
	return CHANNELS[name]


def is_set_up(name: str | None) -> bool:
	"""Whether Channel Settings say how a message by this channel leaves; e-mail is the framework's own matter."""
	settings = frappe.get_cached_doc("Channel Settings")
	ways = {ZALO: settings.zalo_enabled, ZNS: settings.zalo_enabled, SMS: settings.sms_driver}
	return bool(ways.get(name, name == MAIL))


def recipient_of(channel: Channel, value: str) -> str:
	"""The recipient as the channel writes it. Raises WrongRecipient, in words that do not repeat it."""
	if normal := channel.normal(str(value or "").strip()):
		return normal
	frappe.throw(
		_("The recipient of a message by {0} is not written as one: {1}.").format(
			channel.name, example(channel)
		),
		WrongRecipient,
	)


def example(channel: Channel) -> str:
	return {
		"zalo": _("the number that Zalo gave the person"),
		"phone": _("a phone number such as 0912 345 678"),
		"mail": _("an e-mail address"),
	}[channel.kind]
