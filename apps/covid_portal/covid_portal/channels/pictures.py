"""Fetching what people attached to a message. The address stands in the message, so it is a stranger's: only hosts that Channel
Settings name are asked, and only what is a picture or a document by its content is taken."""

import frappe
from frappe import _
from frappe.utils import cint

from covid_portal.channels import web
from covid_portal.channels.web import AddressRefused

SIGNS = {
	b"\xff\xd8\xff": "jpg",
	b"\x89PNG\r\n\x1a\n": "png",
	b"GIF87a": "gif",
	b"GIF89a": "gif",
	b"%PDF-": "pdf",
}


class NotTaken(Exception):
	"""It is not fetched, or not what it should be; trying again does not help."""


def fetch(address: str) -> tuple[str, bytes]:
	"""(kind, content). Raises NotTaken; web.NoAnswer where another try may succeed."""
	if not is_allowed_host(address):
		raise NotTaken(_("Pictures are not fetched from that host."))
	try:
		answer = web.request("GET", address, largest=largest())
	except (AddressRefused, web.AnswerTooLarge) as error:
		raise NotTaken(str(error)) from None
	if answer.status >= 500 or answer.status == 429:
		raise web.NoAnswer(f"HTTP {answer.status}")
	if answer.status != 200:  # a redirect among them
		raise NotTaken(f"HTTP {answer.status}")
	return kind_of(answer.content), answer.content


def largest() -> int:
	return (cint(frappe.get_cached_doc("Channel Settings").picture_megabytes) or 8) * 1_000_000


def is_allowed_host(address: str) -> bool:
	"""Whether the settings name it; `.zdn.vn` stands for every host below zdn.vn."""
	try:
		parts = web.split(address)
	except AddressRefused:
		return False
	if web.is_test_server(parts):
		return True
	host = (parts.hostname or "").lower().rstrip(".")
	return any(host.endswith(name) if name.startswith(".") else host == name for name in hosts())


def hosts() -> list[str]:
	return (frappe.get_cached_doc("Channel Settings").picture_hosts or "").lower().split()


def kind_of(content: bytes) -> str:
	for sign, kind in SIGNS.items():
		if content.startswith(sign):
			return kind
	if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
		return "webp"
	raise NotTaken(_("It is neither a picture nor a PDF."))
