"""The codes by which people follow what they have sent: PA-7K2M-… for a petition, VQ-… for a home return.

80 random bits in Crockford's base 32 (no I, L, O, U; small letters and the usual mix-ups are read as what they mean) and a
check letter (Luhn, modulo 32), so that a slip of the pen is told from a code that does not exist. Stored are its keyed digest,
by which it is found, and the code itself sealed under its subject.
"""

import re
import secrets

import frappe
from frappe import _

from covid_portal.privacy.blind import keyed, keyed_by_all

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BASE = len(ALPHABET)
RANDOM = 16  # letters of 5 bits
GROUPS = (4, 4, 4, 5)
PREFIXES = {"Petition": "PA", "Home Return": "VQ"}
KINDS = {prefix: kind for kind, prefix in PREFIXES.items()}
READ_AS = str.maketrans("OIL", "011")
LONGEST = 60  # of what is typed
KIND_OF_DIGEST = "code"


class CodeMistyped(frappe.ValidationError):
	"""It has not the form of a code, or its check letter does not fit: a slip, told by the code alone."""


def new_code(kind: str) -> str:
	letters = "".join(secrets.choice(ALPHABET) for _letter in range(RANDOM))
	return grouped(PREFIXES[kind], letters + check_letter(letters))


def grouped(prefix: str, letters: str) -> str:
	parts, rest = [prefix], letters
	for length in GROUPS:
		parts.append(rest[:length])
		rest = rest[length:]
	return "-".join(parts)


def check_letter(letters: str) -> str:
	return ALPHABET[-luhn_sum(letters, 2) % BASE]


def luhn_sum(letters: str, factor: int) -> int:
	"""Of the letters from the right, every other one doubled; digits of the doubled ones added up in base 32."""
	total = 0
	for letter in reversed(letters):
		quotient, remainder = divmod(ALPHABET.index(letter) * factor, BASE)
		total += quotient + remainder
		factor = 3 - factor
	return total


def normal(code: str) -> str:
	"""The code as it is printed, from however it was typed. Raises CodeMistyped."""
	typed = re.sub(r"[^0-9A-Z]", "", (code or "")[:LONGEST].upper())
	prefix, letters = typed[:2], typed[2:].translate(READ_AS)
	fits = prefix in KINDS and len(letters) == RANDOM + 1 and not set(letters) - set(ALPHABET)
	if not fits or luhn_sum(letters, 1) % BASE:
		frappe.throw(
			_(
				"This is not a code of the portal, or a letter is wrong. It looks like PA-7K2M-Q4XT-9D3F-W6H8R."
			),
			CodeMistyped,
		)
	return grouped(prefix, letters)


def shown(code: str) -> str:
	"""What was typed, as it may stand in a page again."""
	return re.sub(r"[^0-9A-Za-z -]", "", (code or "")[:LONGEST])


def digest(code: str) -> str:
	"""Keyed digest of a code in its printed form."""
	return keyed(KIND_OF_DIGEST, code)


def find(code: str) -> str | None:
	"""The Intake of a code as typed; None where there is none. By the digest, so that the time it takes tells nothing."""
	return frappe.db.get_value("Intake", {"code_digest": ("in", keyed_by_all(KIND_OF_DIGEST, normal(code)))})
