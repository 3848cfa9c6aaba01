"""The keys receipts are signed with (Ed25519), made from the site's encryption key: nothing more to keep or to lose.

A new generation (command home-return-key-rotate) makes a new key; receipts of the one before go on being valid until they end.
After a theft of the site's configuration its encryption key is replaced, and with it all of these.
"""

import base64
import hashlib
from dataclasses import dataclass

import frappe
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from frappe.utils import cint
from frappe.utils.password import get_encryption_key

SETTINGS = "Home Return Settings"
SEED = 32  # bytes of an Ed25519 key
KEPT = 2  # generations that are believed


@dataclass(frozen=True)
class Key:
	key_id: str
	private: Ed25519PrivateKey

	@property
	def public(self) -> bytes:
		return public_bytes(self.private)


def in_use() -> Key:
	return key_of(generation())


def believed() -> list[Key]:
	"""The key in use and the one before it."""
	newest = generation()
	return [key_of(number) for number in range(newest, max(newest - KEPT, 0), -1)]


def listed() -> list[dict[str, str]]:
	"""What a checkpoint's device keeps: [{"key_id", "public_key" in base64}]."""
	return [{"key_id": key.key_id, "public_key": base64.b64encode(key.public).decode()} for key in believed()]


def rotate() -> str:
	"""A new key for the receipts to come; its id."""
	frappe.db.set_single_value(SETTINGS, "key_generation", generation() + 1)
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	return in_use().key_id


def generation() -> int:
	return max(cint(frappe.db.get_single_value(SETTINGS, "key_generation")), 1)


def key_of(number: int) -> Key:
	about = f"home return receipts {number}".encode()
	seed = HKDF(SHA256(), SEED, salt=None, info=about).derive(get_encryption_key().encode())
	private = Ed25519PrivateKey.from_private_bytes(seed)
	return Key(hashlib.sha256(public_bytes(private)).hexdigest()[:8].upper(), private)


def public_bytes(private: Ed25519PrivateKey) -> bytes:
	return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
