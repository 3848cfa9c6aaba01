"""What the channels need on every site: limits as Zalo and courtesy set them, the hosts that Zalo keeps pictures at."""

import frappe

from covid_portal.channels.catalogue import SMS, ZALO, ZNS

LIMITS = (
	{"channel": ZALO, "per_day": 0},
	{"channel": ZNS, "per_day": 500, "quiet_from": "22:00:00", "quiet_to": "06:00:00"},
	{"channel": SMS, "per_day": 2000, "quiet_from": "22:00:00", "quiet_to": "06:00:00"},
)
PICTURE_HOSTS = (".zdn.vn", ".zadn.vn", ".zalo.me", ".dlfl.vn", ".dlmd.me")


def load_shipped_settings() -> None:
	"""What is empty gets the shipped values; what an administrator has written stays."""
	settings = frappe.get_single("Channel Settings")
	known = {row.channel for row in settings.limits}
	for row in LIMITS:
		if row["channel"] not in known:
			settings.append("limits", row)
	settings.picture_hosts = settings.picture_hosts or "\n".join(PICTURE_HOSTS)
	settings.save(ignore_permissions=True)
