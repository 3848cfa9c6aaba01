"""Petitions of the test province, sent and made on the real way, and the people who work on them."""

import frappe
from frappe.model.document import Document

from covid_portal.citizens import codes, intake
from covid_portal.organisation.scope import forget_grants
from covid_portal.testing.province import COMMUNE, assign

UNIT = "CHS-ZZ11"
OFFICER, HEAD = "stranger", "government"
CATEGORY = "quarantine"  # goes to the health line

SENT = {
	"category": CATEGORY,
	"area": COMMUNE,
	"content": "Khu cách ly ở thôn 3 thiếu nước sinh hoạt từ hôm qua, đề nghị kiểm tra.",
	"full_name": "Trịnh Thị Mận",
	"phone": "0912 345 678",
	"address": "Số 7, thôn 3",
	"consent": "1",
}


def staff() -> None:
	"""An officer and a head in the commune's health station; another unit has a head of its own."""
	assign(OFFICER, "Petition Officer", UNIT)
	assign(HEAD, "Head", UNIT)
	assign("other district", "Head", "DHC-ZZ2")
	forget_grants()


def send(channel: str = "Web", **changes) -> str:
	"""Sent and made; its code."""
	code = intake.receive("Petition", channel, {**SENT, **changes}, f"zz-{frappe.generate_hash(length=30)}")
	intake.make_locked(codes.find(code))
	return code


def petition_of(code: str) -> Document:
	return frappe.get_doc("Petition", {"intake": codes.find(code)})


def petition(channel: str = "Web", **changes) -> Document:
	return petition_of(send(channel, **changes))


def answer(question: Document, text: str = "Đã cấp nước từ chiều nay.", **values) -> Document:
	"""Not sent for approval yet; by the session's user."""
	return frappe.get_doc(doctype="Petition Answer", petition=question.name, text=text, **values).insert()
