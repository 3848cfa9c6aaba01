"""The site's keys of personal data: they stand in site_config.json and nowhere in the database.

One key is in use; it wraps the keys of the subjects. A rotation makes another one and wraps anew; the old one stays until no
subject is wrapped with it. The key of the blind indexes is one of its own: what it has digested cannot be found with another, so
a rotation (reindex.py) digests anew, and those before are asked too until that is done.
"""

import base64
import secrets
from dataclasses import dataclass

import frappe
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from frappe import _
from frappe.installer import update_site_config

KEYS, IN_USE, INDEX_KEY = "privacy_keys", "privacy_key", "privacy_index_key"
INDEX_KEYS_BEFORE = "privacy_index_keys_before"
BITS = 256


class NoSiteKey(frappe.ValidationError):
	"""The site's configuration lacks a key of personal data."""

	http_status_code = 503


@dataclass(frozen=True)
class SiteKey:
	key_id: str
	cipher: AESGCM


def ensure() -> None:
	"""Idempotent: the keys that a site needs before it can keep anything personal."""
	if not frappe.conf.get(IN_USE):
		add()
	if not frappe.conf.get(INDEX_KEY):
		update_site_config(INDEX_KEY, new_secret())


def add() -> str:
	"""Another key, in use from now on; its id."""
	key_id = f"k{secrets.token_hex(4)}"
	update_site_config(KEYS, {**(frappe.conf.get(KEYS) or {}), key_id: new_secret()})
	update_site_config(IN_USE, key_id)
	return key_id


def drop(key_ids: set[str]) -> None:
	kept = {key_id: key for key_id, key in frappe.conf[KEYS].items() if key_id not in key_ids}
	update_site_config(KEYS, kept)


def new_secret() -> str:
	return base64.b64encode(AESGCM.generate_key(BITS)).decode()


def in_use() -> SiteKey:
	return by_id(frappe.conf.get(IN_USE) or "")


def by_id(key_id: str) -> SiteKey:
	secret = (frappe.conf.get(KEYS) or {}).get(key_id)
	if not secret:
		frappe.throw(
			_(
				"The site's key {0} of personal data is not in site_config.json. An operator restores the file from its own backup."
			).format(key_id or "-"),
			NoSiteKey,
		)
	return SiteKey(key_id, AESGCM(base64.b64decode(secret)))


def index_key() -> bytes:
	"""The key of blind indexes that is in use."""
	secret = frappe.conf.get(INDEX_KEY)
	if not secret:
		frappe.throw(
			_("site_config.json lacks {0}. An operator restores the file from its own backup.").format(
				INDEX_KEY
			),
			NoSiteKey,
		)
	return base64.b64decode(secret)


def index_keys() -> list[bytes]:
	"""The one in use, and those with which something may still be digested."""
	before = frappe.conf.get(INDEX_KEYS_BEFORE) or []
	return [index_key(), *(base64.b64decode(secret) for secret in reversed(before))]


def add_index_key() -> None:
	"""Another key of the blind indexes, in use from now on. The one before is kept first: at no moment is it nowhere."""
	index_key()
	before = frappe.conf.get(INDEX_KEYS_BEFORE) or []
	update_site_config(INDEX_KEYS_BEFORE, [*before, frappe.conf[INDEX_KEY]])
	update_site_config(INDEX_KEY, new_secret())


def drop_index_keys_before() -> int:
	"""Remove those that are in use no more; returns how many."""
	count = len(frappe.conf.get(INDEX_KEYS_BEFORE) or [])
	update_site_config(INDEX_KEYS_BEFORE, [])
	return count
