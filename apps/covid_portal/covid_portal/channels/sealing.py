"""Recipients and texts as they lie in the database: sealed, found again by a keyed digest, shown as a mask.

What belongs to a data subject is sealed with the subject's key (privacy/sealing.py), so that erasing the person erases it here
too; the rest (staff, what was not worked on yet) under the site's `encryption_key`.
"""

import json

from frappe.utils.password import decrypt, encrypt

from covid_portal.privacy import masking
from covid_portal.privacy import sealing as of_subjects
from covid_portal.privacy.blind import blind_index, blind_indexes, keyed, keyed_by_all

SITE = "site:"  # what is sealed under the site's key begins with it
SHOWN = 3


def seal(subject: str | None, text: str | None) -> str | None:
	if not text or subject:
		return of_subjects.seal(subject, text)
	return SITE + encrypt(text)


def unseal(subject: str | None, sealed: str | None) -> str | None:
	"""Its callers send or process it, and show it to nobody. Raises privacy.subjects.Erased."""
	if sealed and sealed.startswith(SITE):
		return decrypt(sealed.removeprefix(SITE))
	return of_subjects.unseal(subject, sealed)


def seal_data(subject: str | None, content: dict | list | None) -> str | None:
	return None if content is None else seal(subject, json.dumps(content, ensure_ascii=False))


def unseal_data(subject: str | None, sealed: str | None) -> dict | list | None:
	return json.loads(unseal(subject, sealed)) if sealed else None


def index(kind: str, value: str) -> str:
	"""Keyed digest by which a sealed value is found. A phone number has the same one all over the portal."""
	return blind_index("phone", value) if kind == "phone" else keyed(f"channels-{kind}", value)


def indexes(kind: str, value: str) -> list[str]:
	"""index(), and until a rotation has ended those under the keys before: for looking something up."""
	return blind_indexes("phone", value) if kind == "phone" else keyed_by_all(f"channels-{kind}", value)


def mask(kind: str, value: str) -> str:
	"""0981234567 → •••567, somebody@example.com → som•••@example.com: enough to tell two apart."""
	if kind == "mail":
		name, _at, host = value.partition("@")
		return f"{name[:SHOWN]}{masking.HIDDEN}@{host}"
	return masking.mask_phone(value)
