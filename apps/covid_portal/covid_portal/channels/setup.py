"""What the channels need on every site: limits as Zalo and courtesy set them, the hosts that Zalo keeps pictures at."""

import frappe

from covid_portal.channels import web
from covid_portal.channels.catalogue import SMS, ZALO, ZNS

LIMITS = (
	{"channel": ZALO, "per_day": 0},
	{"channel": ZNS, "per_day": 500, "quiet_from": "22:00:00", "quiet_to": "06:00:00"},
	{"channel": SMS, "per_day": 2000, "quiet_from": "22:00:00", "quiet_to": "06:00:00"},
)
PICTURE_HOSTS = (".zdn.vn", ".zadn.vn", ".zalo.me", ".dlfl.vn", ".dlmd.me")
# What the stand-in's SMS gateway wants.
GATEWAY = (
	{"place": "Header", "parameter": "X-Secret", "value": "{secret}"},
	{"place": "Field", "parameter": "to", "value": "{phone}"},
	{"place": "Field", "parameter": "content", "value": "{text}"},
	{"place": "Field", "parameter": "reference", "value": "{number}"},
)


class NoStandin(Exception):
	"""The site's configuration names none."""


def load_shipped_settings() -> None:
	"""What is empty gets the shipped values; what an administrator has written stays."""
	settings = frappe.get_single("Channel Settings")
	known = {row.channel for row in settings.limits}
	for row in LIMITS:
		if row["channel"] not in known:
			settings.append("limits", row)
	settings.picture_hosts = settings.picture_hosts or "\n".join(PICTURE_HOSTS)
	settings.save(ignore_permissions=True)


def use_standin(account: dict[str, str]) -> None:
	"""Set the channels up for the stand-in of tests/standins, whose account this is. The demo's alone: the site's configuration
	must lead there."""
	address = web.test_server()
	if not address:
		raise NoStandin(
			f"{web.TEST_SERVER} is not set in the site's configuration: the real Zalo would be asked"
		)
	settings = frappe.get_single("Channel Settings")
	settings.update({f"zalo_{key}": value for key, value in account.items() if key != "sms_secret"})
	settings.update(
		{
			"zalo_enabled": 1,
			"sms_driver": "HTTP Gateway",
			"sms_url": f"{address}/sms",
			"sms_secret": account["sms_secret"],
		}
	)
	settings.set("sms_parameters", GATEWAY)
	settings.save(ignore_permissions=True)
