"""Recipients and texts as they lie in the database: sealed, found again by a keyed digest, shown as a mask.

What belongs to a data subject is sealed with the subject's key, so that erasing the person erases it here too; the rest
(staff, senders nobody has filed yet) under the site's own key.
"""

import hashlib
import hmac
import json

import frappe
from frappe.utils.password import decrypt, encrypt, get_encryption_key

SITE = "site:"  # what is sealed under the site's key begins with it
SHOWN = 3


def seal(subject: str | None, content: object) -> str | None:
	"""Any JSON value as sealed text; None stays None."""
	if content is None:
		return None
	return SITE + encrypt(json.dumps(content, ensure_ascii=False))


def unseal(subject: str | None, sealed: str | None) -> object:
	"""The value again. Its callers send or process it, and show it to nobody."""
	if not sealed:
		return None
	return json.loads(decrypt(sealed.removeprefix(SITE)))


def index(kind: str, value: str) -> str:
	"""Keyed digest by which a sealed value is found: equal values have equal ones, and nobody without the key makes one."""
	key = hashlib.sha256(f"channels:{frappe.local.site}:".encode() + get_encryption_key().encode()).digest()
	return hmac.new(key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()


def mask(value: str) -> str:
	"""0981234567 → 098•••67, somebody@example.com → som•••@example.com: enough to tell two recipients apart."""
	name, at, host = value.partition("@")
	return f"{name[:SHOWN]}•••{at}{host}" if at else f"{name[:SHOWN]}•••{name[-2:]}"
