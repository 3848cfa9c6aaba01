"""Reminders and escalations to staff by SMS or ZNS, where Channel Settings choose one; hook `report_notice_channels`."""

import frappe

from covid_portal.channels import catalogue, outbox
from covid_portal.channels.catalogue import CHANNELS
from covid_portal.channels.outbox import Post


def send(messages: list[dict]) -> None:
	"""`messages`: see Message in reporting/reminders.py and approval/notices.py. Who has no mobile number hears by the other ways."""
	settings = frappe.get_cached_doc("Channel Settings")
	if not settings.staff_channel or not messages:
		return
	numbers = mobile_numbers([message["user"] for message in messages])
	outbox.post_many(
		[
			compose(message, numbers[message["user"]], settings.staff_channel, settings.staff_template)
			for message in messages
			if message["user"] in numbers
		]
	)


def mobile_numbers(users: list[str]) -> dict[str, str]:
	rows = frappe.get_all(
		"User", {"name": ("in", users), "enabled": 1, "mobile_no": ("is", "set")}, ["name", "mobile_no"]
	)
	return {row.name: number for row in rows if (number := catalogue.phone(row.mobile_no.strip()))}


def compose(message: dict, number: str, channel: str, template: str | None) -> Post:
	"""The short words: names of areas and documents stay behind the sign-in."""
	link = frappe.utils.get_url(message["link"].partition("#")[0])
	about = (message["document_type"], message["document_name"])
	if template:
		parameters = {"notice": message["mail_subject"], "link": link}
		return Post(channel, number, template=template, parameters=parameters, about=about)
	room = CHANNELS[channel].longest - len(link) - 1
	return Post(channel, number, text=f"{message['mail_subject'][:room]} {link}", about=about)
