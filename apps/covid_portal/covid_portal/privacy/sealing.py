"""Sealing texts under a subject's key: AES-256-GCM, written as `s1:<subject>:<base64>`.

The first part is the version of the form, the second names the key. The subject is bound into the text: of one subject
nothing opens as another's.
"""

import base64
import os

import frappe
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from frappe import _

from covid_portal.privacy import subjects
from covid_portal.privacy.subjects import NONCE

VERSION = "s1"


class SealBroken(frappe.ValidationError):
	"""The text is none that was sealed for this subject, or it was changed."""


def seal(subject: str, text: str | None) -> str | None:
	"""The text as it is stored; nothing stays nothing."""
	if not text:
		return None
	sealed = f"{VERSION}:{subject}:{base64.b64encode(seal_bytes(subject, text.encode())).decode()}"
	frappe.flags.setdefault("privacy_sealed_here", set()).add(sealed)
	return sealed


def sealed_here(text: str) -> bool:
	"""Whether this very request or job has sealed it."""
	return text in (frappe.flags.privacy_sealed_here or ())


def unseal(subject: str, sealed: str | None) -> str | None:
	"""The clear text, for server code that records the access itself. Raises subjects.Erased, SealBroken."""
	if not sealed:
		return None
	if not is_sealed(subject, sealed):
		refuse(subject)
	return unseal_bytes(subject, base64.b64decode(sealed.split(":", 2)[2])).decode()


def is_sealed(subject: str | None, text: str | None) -> bool:
	"""Whether it has the form of a text sealed for this subject."""
	return bool(subject and text and text.startswith(f"{VERSION}:{subject}:"))


def looks_sealed(text: str | None) -> bool:
	return bool(text and text.startswith(f"{VERSION}:"))


def seal_bytes(subject: str, content: bytes) -> bytes:
	nonce = os.urandom(NONCE)
	return nonce + AESGCM(subjects.key_of(subject)).encrypt(nonce, content, subject.encode())


def unseal_bytes(subject: str, sealed: bytes) -> bytes:
	try:
		return AESGCM(subjects.key_of(subject)).decrypt(sealed[:NONCE], sealed[NONCE:], subject.encode())
	except InvalidTag:
		refuse(subject)


def refuse(subject: str) -> None:
	frappe.throw(_("This is not what was sealed for the data subject {0}.").format(subject), SealBroken)
