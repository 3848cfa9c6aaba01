"""Data subjects: a random name and a key of their own, wrapped by the site's. Whoever loses the key has lost the person."""

import base64
import os

import frappe
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from frappe import _

from covid_portal.organisation.writers import insert_rows
from covid_portal.privacy import keys

DOCTYPE = "Data Subject"
NONCE = 12  # bytes, as AES-GCM wants it
BATCH = 500


class Erased(frappe.ValidationError):
	"""What was kept of the subject has been made unreadable."""

	http_status_code = 410


class KeyDamaged(frappe.ValidationError):
	"""The subject's key does not open with the site's."""


def create_subject() -> str:
	"""A new subject's name. One INSERT past the framework's events: nothing listens to them, and nothing is in it to check."""
	name, key = frappe.generate_hash(length=20), AESGCM.generate_key(keys.BITS)
	site_key = keys.in_use()
	insert_rows(
		DOCTYPE, ["name", "key_id", "wrapped_key"], [[name, site_key.key_id, wrap(site_key, name, key)]]
	)
	remember(name, key)
	return name


def wrap(site_key: keys.SiteKey, subject: str, key: bytes) -> str:
	nonce = os.urandom(NONCE)
	return base64.b64encode(nonce + site_key.cipher.encrypt(nonce, key, subject.encode())).decode()


def unwrap(key_id: str, subject: str, wrapped: str) -> bytes:
	content = base64.b64decode(wrapped)
	try:
		return keys.by_id(key_id).cipher.decrypt(content[:NONCE], content[NONCE:], subject.encode())
	except InvalidTag:
		frappe.throw(_("The key of the data subject {0} is damaged.").format(subject), KeyDamaged)


def key_of(subject: str) -> bytes:
	"""The subject's key. Raises Erased, or KeyDamaged."""
	if subject not in remembered():
		load([subject])
	key = remembered().get(subject)
	if not key:
		frappe.throw(
			_("What was kept of this person (data subject {0}) has been erased.").format(subject), Erased
		)
	return key


def load(subjects: list[str], locked: bool = False) -> None:
	"""Fetch the keys of these subjects in one query, for those who open many; of an erased one there is none. `locked`: also of
	those that another transaction has stored since this one began."""
	mode = " lock in share mode" if locked else ""
	rows = frappe.db.sql(
		f"select name, key_id, wrapped_key from `tab{DOCTYPE}` where name in %s{mode}",
		[subjects or [""]],
		as_dict=True,
	)
	for row in rows:
		if row.wrapped_key:
			remember(row.name, unwrap(row.key_id, row.name, row.wrapped_key))


def remembered() -> dict[str, bytes]:
	"""For this request or job alone."""
	return frappe.flags.setdefault("privacy_keys_of_subjects", {})


def is_known(subject: str | None) -> bool:
	"""Whether this request or job has made or opened the subject itself."""
	return bool(subject) and subject in remembered()


def remember(subject: str, key: bytes) -> None:
	remembered()[subject] = key


def forget(subject: str | None = None) -> None:
	if subject:
		remembered().pop(subject, None)
	else:
		frappe.flags.pop("privacy_keys_of_subjects", None)


# --- rotation


def rotate() -> tuple[str, int]:
	"""A new site key; the keys of all subjects are wrapped with it. Returns its id and how many subjects.

	Each batch is committed: a run that is interrupted goes on with rewrap(). Requests that began before may still wrap
	with the old key, which therefore stays until drop_old_keys().
	"""
	key_id = keys.add()
	return key_id, rewrap()


def rewrap() -> int:
	"""Wrap with the key in use whatever is wrapped with another; returns how many."""
	site_key, count = keys.in_use(), 0
	while rows := wrapped_otherwise(site_key.key_id):
		for row in rows:
			key = unwrap(row.key_id, row.name, row.wrapped_key)
			values = {"key_id": site_key.key_id, "wrapped_key": wrap(site_key, row.name, key)}
			frappe.db.set_value(DOCTYPE, row.name, values, update_modified=False)
		count += len(rows)
		frappe.db.commit()  # a unit of work: an interrupted rotation goes on from here
	return count


def wrapped_otherwise(key_id: str) -> list[frappe._dict]:
	# For update: an erasure at the same moment must not be undone by the key that was read before it.
	return frappe.db.sql(
		f"""select name, key_id, wrapped_key from `tab{DOCTYPE}`
		where key_id != %s and wrapped_key is not null and wrapped_key != '' limit {BATCH} for update""",
		key_id,
		as_dict=True,
	)


def drop_old_keys() -> list[str]:
	"""Remove from the configuration the keys with which nothing is wrapped any more; returns their ids."""
	needed = set(frappe.get_all(DOCTYPE, {"wrapped_key": ("is", "set")}, pluck="key_id", distinct=True))
	old = set(frappe.conf.get(keys.KEYS) or {}) - needed - {frappe.conf.get(keys.IN_USE)}
	keys.drop(old)
	return sorted(old)
