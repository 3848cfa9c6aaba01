"""The keys bulletins are signed with (Ed25519). The private half is a file of the site's folder and nowhere else: neither in
the database nor in its backups, readable by the portal's own account alone. The public half is a Bulletin Key, and published.

One key is in use at a time. It ends by rotation, and what it signed stays valid; of a key that was stolen, what is dated on
or after the day of revocation is not.
"""

import base64
import os
import secrets
from datetime import datetime
from pathlib import Path

import frappe
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
	Encoding,
	NoEncryption,
	PrivateFormat,
	PublicFormat,
	load_pem_private_key,
)
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from covid_portal.publishing.figures import with_zone

DOCTYPE = "Bulletin Key"
OWNER_ONLY = 0o600


class NoSigningKey(frappe.ValidationError):
	"""The site has no key to sign with, or not the private half of the one in use."""


class KeyRefused(frappe.ValidationError):
	"""What is asked of a key cannot be; the message says why."""


def folder() -> Path:
	return Path(frappe.get_site_path("bulletin-keys")).resolve()


def file_of(key_id: str) -> Path:
	return folder() / f"{key_id}.pem"


# --- making and ending


def make() -> str:
	"""The first key of the site, or one after a revocation; its id. Raises KeyRefused where one is in use."""
	if key := in_use():
		frappe.throw(_("The key {0} is in use; rotate it instead.").format(key.name), KeyRefused)
	return new_key(now())


def rotate() -> str:
	"""A new key in place of the one in use, which signs no more and whose signatures stay valid; the new one's id."""
	at, old = now(), in_use()
	if not old:
		frappe.throw(_("There is no key in use to rotate; make one."), KeyRefused)
	old.valid_to = at
	store(old)
	return new_key(at)


def revoke(key_id: str, since: datetime, reason: str) -> None:
	"""The key is in strange hands: nothing it signed from that moment on counts."""
	if not frappe.db.exists(DOCTYPE, key_id):
		frappe.throw(_("There is no key {0}.").format(key_id), KeyRefused)
	if not reason.strip():
		frappe.throw(_("Say why the key {0} is revoked; it is published.").format(key_id), KeyRefused)
	key = frappe.get_doc(DOCTYPE, key_id)
	if key.revoked_from:
		frappe.throw(_("The key {0} is revoked already.").format(key_id), KeyRefused)
	key.revoked_from, key.reason = since, reason.strip()
	key.valid_to = key.valid_to or now()
	store(key)


def new_key(at: datetime) -> str:
	private = Ed25519PrivateKey.generate()
	key_id = f"{at:%Y%m%d}-{secrets.token_hex(4)}"
	write_private(key_id, private)
	public = base64.b64encode(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
	store(frappe.get_doc(doctype=DOCTYPE, key_id=key_id, public_key=public, valid_from=at))
	return key_id


def store(key: Document) -> None:
	key.flags.by_the_command = True
	key.save(ignore_permissions=True)


def write_private(key_id: str, private: Ed25519PrivateKey) -> None:
	"""For its owner alone from the first byte on, and never over another."""
	folder().mkdir(mode=0o700, parents=True, exist_ok=True)
	text = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
	descriptor = os.open(file_of(key_id), os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
	with os.fdopen(descriptor, "wb") as opened:
		opened.write(text)
		opened.flush()
		os.fsync(opened.fileno())


# --- signing


def in_use() -> Document | None:
	rows = frappe.get_all(
		DOCTYPE, {"valid_to": ("is", "not set")}, pluck="name", order_by="valid_from desc", limit=1
	)
	return frappe.get_doc(DOCTYPE, rows[0]) if rows else None


def signing_key() -> tuple[str, Ed25519PrivateKey]:
	"""(id, private key) of the key in use. Raises NoSigningKey with what an operator has to do."""
	key = in_use()
	if not key:
		frappe.throw(
			_("There is no key to sign bulletins with. An operator makes one: bench --site {0} {1}").format(
				frappe.local.site, "bulletin-key-new"
			),
			NoSigningKey,
		)
	private = read_private(key)
	if public_text(private) != key.public_key:
		frappe.throw(_("The file of the key {0} is not that key's.").format(key.name), NoSigningKey)
	return key.name, private


def read_private(key: Document) -> Ed25519PrivateKey:
	try:
		return load_pem_private_key(file_of(key.name).read_bytes(), password=None)
	except (OSError, ValueError):
		frappe.throw(
			_(
				"The private key {0} cannot be read on this host. An operator restores its file or rotates: {1}"
			).format(key.name, "bulletin-key-rotate"),
			NoSigningKey,
		)


def public_text(private: Ed25519PrivateKey) -> str:
	return base64.b64encode(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


# --- what is public


def listed() -> list[dict]:
	"""The keys as keys.json tells them, the oldest first."""
	rows = frappe.get_all(
		DOCTYPE,
		fields=["name", "public_key", "valid_from", "valid_to", "revoked_from", "reason"],
		order_by="valid_from asc, name asc",
	)
	return [
		{
			"key_id": row.name,
			"algorithm": "Ed25519",
			"public_key": row.public_key,
			"valid_from": with_zone(row.valid_from),
			"valid_to": with_zone(row.valid_to) if row.valid_to else None,
			"revoked_from": with_zone(row.revoked_from) if row.revoked_from else None,
			"reason": row.reason or None,
		}
		for row in rows
	]


def now() -> datetime:
	return get_datetime(now_datetime()).replace(microsecond=0)
