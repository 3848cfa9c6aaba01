"""A notice by one of the templates that Zalo approved, to a phone number (Zalo Notification Service)."""

import frappe
from frappe import _

from covid_portal.channels.drivers import Message, Refused, zalo_api

ENDPOINT = "https://business.openapi.zalo.me/message/template"


def send(message: Message) -> str | None:
	template = message.template and frappe.get_cached_doc("Message Template", message.template)
	if not template or not template.zns_template_id:
		raise Refused(_("ZNS sends approved templates only: the message has no template with a ZNS number."))
	body = {
		"phone": "84" + message.recipient.removeprefix("0"),
		"template_id": template.zns_template_id,
		"template_data": message.parameters,
		"tracking_id": message.number,
	}
	return zalo_api.call(ENDPOINT, body, message.now).get("msg_id")
