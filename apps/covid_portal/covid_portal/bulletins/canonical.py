"""Canonical JSON (RFC 8785) and its SHA-256: one text for one content, on whatever machine it is made."""

import hashlib
from typing import Any

import rfc8785

FIRST = "0" * 64  # what stands in place of a hash before the first bulletin


class NotCanonical(ValueError):
	"""A float: two machines may write it differently, so that figures of bulletins are whole numbers or texts."""


def canonical(content: Any) -> bytes:
	"""UTF-8, keys sorted, no blanks. Raises NotCanonical on a float, rfc8785.CanonicalizationError on what JSON lacks."""
	refuse_floats(content)
	return rfc8785.dumps(content)


def refuse_floats(content: Any) -> None:
	if isinstance(content, float):
		raise NotCanonical(f"{content} is no whole number")
	for part in (
		content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
	):
		refuse_floats(part)


def sha256(content: bytes) -> str:
	"""In hex."""
	return hashlib.sha256(content).hexdigest()
