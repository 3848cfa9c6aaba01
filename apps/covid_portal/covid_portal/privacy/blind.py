"""Blind indexes: a phone or identity number is found again without opening anything."""

import hashlib
import hmac
import re

from covid_portal.privacy import keys

COUNTRY = "84"


def blind_index(kind: str, value: str | None) -> str | None:
	"""HMAC-SHA-256 in hex of the value, normalised by its kind ("phone", "id_number"); nothing for nothing."""
	text = NORMAL[kind](value or "")
	return keyed(kind, text) if text else None


def keyed(kind: str, text: str) -> str:
	"""HMAC-SHA-256 in hex under the site's index key; of two kinds the same text has two."""
	return hmac.new(keys.index_key(), f"{kind}:{text}".encode(), hashlib.sha256).hexdigest()


def normal_phone(value: str) -> str:
	"""Digits; +84 and 0084 become 0, as people write it at home."""
	digits = re.sub(r"\D", "", value)
	if digits.startswith("00"):
		digits = digits[2:]
	elif not value.strip().startswith("+") and not (digits.startswith(COUNTRY) and len(digits) >= 11):
		return digits
	return f"0{digits.removeprefix(COUNTRY)}" if digits.startswith(COUNTRY) else digits


def normal_id_number(value: str) -> str:
	return re.sub(r"[^0-9A-Z]", "", value.upper())


NORMAL = {"phone": normal_phone, "id_number": normal_id_number}
