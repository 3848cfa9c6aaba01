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


def blind_indexes(kind: str, value: str | None) -> list[str]:
	"""All by which the value may be found: under the key in use, and until a rotation has ended under those before."""
	text = NORMAL[kind](value or "")
	return keyed_by_all(kind, text) if text else []


def keyed(kind: str, text: str) -> str:
	"""HMAC-SHA-256 in hex under the site's index key; of two kinds the same text has two."""
	return digest(keys.index_key(), kind, text)


def keyed_by_all(kind: str, text: str) -> list[str]:
	"""keyed(), and the same under the keys before: for looking something up."""
	return [digest(key, kind, text) for key in keys.index_keys()]


def digest(key: bytes, kind: str, text: str) -> str:
	"""Of any text, halves of letters in a stranger's JSON among them."""
	return hmac.new(key, f"{kind}:{text}".encode(errors="surrogatepass"), hashlib.sha256).hexdigest()


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
