"""What tests of places share: a sound place of each kind, as the commune's people enter it."""

import frappe
from frappe.model.document import Document

from covid_portal.approval.decisions import decide
from covid_portal.organisation.scope import forget_grants
from covid_portal.testing.case import acting
from covid_portal.testing.province import COMMUNE

SITE, POINT, CONTROL = "Quarantine Site", "Supply Point", "Control Place"
VALUES = {
	SITE: {"place_name": "School A", "site_class": "District", "capacity": 20, "status": "Receiving"},
	POINT: {
		"place_name": "Shop A",
		"goods": "Rice\nEggs",
		"hours": "T2-CN 07:00-20:00",
		"order_link": "https://shop.example/a",
	},
	CONTROL: {"place_name": "Post A", "kind": "checkpoint", "valid_from": "2021-01-01", "decision": "12/QĐ"},
}
PRIVATE = {"contact_name": "Nguyen Van A", "contact_phone": "0900 000 001"}


def new_place(doctype: str, **values: object) -> Document:
	return frappe.get_doc({"doctype": doctype, "area": COMMUNE, **VALUES[doctype], **PRIVATE, **values})


def entered(doctype: str, who: str = "reporter", **values: object) -> Document:
	with acting(who):
		return new_place(doctype, **values).insert()


def act(who: str, place: Document, decision: str, reason: str | None = None) -> Document:
	with acting(who):
		decide(place.doctype, place.name, decision, reason)
	forget_grants()
	return frappe.get_doc(place.doctype, place.name)


def approved(doctype: str, **values: object) -> Document:
	return act("district", act("reporter", entered(doctype, **values), "Submit"), "Approve")
