"""The receipt of a registration that has its day: a token in a QR code, signed, with nothing in it that names a person.

VQ1:<key>:<number>:<issue>:<day>:<last day>:<persons>:<commune>:<origin>:<signature>, in capitals and digits, so that the code stays
small: a checkpoint reads it without a network. Each change of the registration issues anew, and only the newest issue holds.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import frappe
import segno
from cryptography.exceptions import InvalidSignature
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, getdate

from covid_portal.citizens import arrival_rules, receipt_keys
from covid_portal.citizens.arrival_rules import Book, Protection

VERSION = "VQ1"
PARTS = 9  # before the signature
DAY = "%Y%m%d"
LONGEST = 400


class ForgedReceipt(frappe.ValidationError):
	"""It is not what the portal signed."""


@dataclass(frozen=True)
class Receipt:
	"""What a token says."""

	number: str
	issue: int
	day: date
	last_day: date
	persons: int
	area: str
	origin: str


# --- issuing


def issue(doc: Document, at: datetime) -> None:
	"""Put a new issue into the registration, with what the rules ask for on its day. The caller stores it."""
	doc.receipt_issue = cint(doc.receipt_issue) + 1
	doc.receipt_at = at.replace(microsecond=0)
	apply_rules(doc, arrival_rules.book(), getdate(doc.day))


def apply_rules(doc: Document, book: Book, on: date) -> list[dict | None]:
	"""The rule for each person arriving on the day, put into the rows too; None where there is none."""
	level = level_of(doc, book, on)
	areas = arrival_rules.around(doc.area)
	return [apply_rule(row, book, level, on, areas) for row in doc.persons]


def level_of(doc: Document, book: Book, on: date) -> int | None:
	"""As stated in the registration, else as entered for the province."""
	return cint(doc.origin_level) or (book.level_of(doc.origin, on) or {}).get("level")


def apply_rule(row: Document, book: Book, level: int | None, on: date, areas: tuple[str, ...]) -> dict | None:
	row.immunity = book.immunity_of(protection(row), on)
	rule = book.rule_for(level, row.immunity, on, areas) if level and row.immunity else None
	row.rule, row.measure = (rule["code"], rule["measure"]) if rule else (None, None)
	return rule


def protection(row: Document) -> Protection:
	days = (getdate(row.get(field)) if row.get(field) else None for field in ("last_dose_on", "recovered_on"))
	return Protection(cint(row.doses), *days)


def last_day(doc: Document) -> date:
	days = cint(frappe.db.get_single_value(receipt_keys.SETTINGS, "receipt_days"))
	return getdate(doc.day) + timedelta(days=days)


def token(doc: Document) -> str:
	"""The signed text of the registration's newest issue."""
	key = receipt_keys.in_use()
	days = (f"{getdate(doc.day):{DAY}}", f"{last_day(doc):{DAY}}")
	parts = (VERSION, key.key_id, doc.name, doc.receipt_issue, *days, doc.persons_count, doc.area, doc.origin)
	text = ":".join(map(str, parts)).upper()
	signature = base64.b32encode(key.private.sign(text.encode())).decode().rstrip("=")
	return f"{text}:{signature}"


def qr(text: str) -> segno.QRCode:
	return segno.make(text, error="m", micro=False)


# --- reading


def read(text: str) -> Receipt:
	"""What the token says. Raises ForgedReceipt."""
	parts = (text or "").strip()[:LONGEST].split(":")
	if len(parts) != PARTS + 1 or parts[0] != VERSION or not is_signed(parts):
		frappe.throw(
			_(
				"This code is not one of the portal's receipts, or it was changed. Look at the registration's number instead."
			),
			ForgedReceipt,
		)
	_version, _key, number, issued, day, last, persons, area, origin, _signature = parts
	return Receipt(number, int(issued), as_day(day), as_day(last), int(persons), area, origin)


def is_signed(parts: list[str]) -> bool:
	key = next((key for key in receipt_keys.believed() if key.key_id == parts[1]), None)
	if key is None:
		return False
	signature = parts[-1]
	try:
		padded = base64.b32decode(signature + "=" * (-len(signature) % 8))
		key.private.public_key().verify(padded, ":".join(parts[:-1]).encode())
	except (InvalidSignature, binascii.Error, ValueError):
		return False
	return True


def as_day(text: str) -> date:
	return datetime.strptime(text, DAY).date()
