#!/usr/bin/env python3
"""Kiểm tra bản tin thật hay giả · Tells true bulletins from forged ones.

	pip install cryptography
	python3 xac_minh.py keys.json 45.json                      one bulletin: its hash and its signature
	python3 xac_minh.py keys.json 44.json 45.json 46.json      and that they follow on each other, none left out
	python3 xac_minh.py --index index.json keys.json *.json    and that all are there, from the first to the newest

keys.json, index.json and the bulletins lie under /du-lieu-mo/v1/ of the portal; take keys.json from the portal itself, never
from whoever sent the bulletin. Ends with 0 if everything holds, else with 1 and a line for each thing that does not.
"""

import base64
import hashlib
import json
import sys
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

VALIDITY = ("valid_from", "valid_to", "revoked_from")


def once(pairs: list) -> dict:
	"""A name that stands twice in an object could show one figure and hash another."""
	if len(dict(pairs)) != len(pairs):
		raise ValueError("a name stands twice in one object")
	return dict(pairs)


def read(text: bytes) -> dict:
	published = json.loads(text, object_pairs_hook=once)
	if not isinstance(published, dict) or not isinstance(published.get("bulletin"), dict):
		raise ValueError("this is no bulletin")
	return published


def canonical(content: object) -> bytes:
	"""RFC 8785, for what bulletins are made of: texts, whole numbers, no fractions."""
	return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def problems(published: dict, keys: list) -> list:
	"""What is wrong with one bulletin; empty: it is as the portal signed it."""
	said, content = published["bulletin"], canonical(published["bulletin"])
	key = next((key for key in keys if key["key_id"] == said.get("key_id")), None)
	if hashlib.sha256(content).hexdigest() != published.get("hash"):
		return ["hash: what it says was changed after it was signed"]
	if key is None or published.get("key_id") != said.get("key_id"):
		return ["key: not one of the portal's"]
	try:
		public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key["public_key"]))
		public.verify(base64.b64decode(published.get("signature") or "", validate=True), content)
		at = datetime.fromisoformat(said["issued_at"])
		begin, end, revoked = (key[name] and datetime.fromisoformat(key[name]) for name in VALIDITY)
		is_valid = begin <= at and not (end and at > end) and not (revoked and at >= revoked)
	except InvalidSignature:
		return ["signature: not made with the portal's key"]
	except (KeyError, TypeError, ValueError) as error:
		return [f"signature or date: cannot be read ({error})"]
	return [] if is_valid else ["key: not valid on the day of the bulletin, or revoked"]


def broken_links(bulletins: list, index: dict | None = None) -> list:
	"""What is wrong with the chain of bulletins, given in any order. `index`: then none may be missing."""
	chain = sorted(bulletins, key=lambda one: one["bulletin"]["number"])
	found = []
	for before, after in pairwise(chain):
		numbers = f"{before['bulletin']['number']} and {after['bulletin']['number']}"
		if after["bulletin"]["number"] != before["bulletin"]["number"] + 1:
			found.append(f"chain: something is missing, or twice, between {numbers}")
		elif after["bulletin"]["prev_hash"] != before["hash"]:
			found.append(f"chain: broken between {numbers}")
	if index and (not chain or chain[0]["bulletin"]["number"] != 1):
		found.append("chain: the first is missing")
	elif index and chain[-1]["hash"] != index["latest"]["hash"]:
		found.append("chain: the newest is not the one that the portal lists")
	return found


def main(arguments: list) -> int:
	index = None
	if arguments[:1] == ["--index"]:
		index, arguments = json.loads(Path(arguments[1]).read_bytes()), arguments[2:]
	if len(arguments) < 2:
		print(__doc__)
		return 2
	keys, bulletins, found = json.loads(Path(arguments[0]).read_bytes())["keys"], [], []
	for name in arguments[1:]:
		try:
			published = read(Path(name).read_bytes())
			bulletins.append(published)
			found += [f"{name}: {problem}" for problem in problems(published, keys)]
		except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
			found.append(f"{name}: cannot be read: {error}")
	try:
		found += broken_links(bulletins, index)
	except (TypeError, KeyError) as error:
		found.append(f"chain: cannot be read: {error}")
	print("\n".join(found) or f"THẬT · genuine: {len(bulletins)}")
	return 1 if found else 0


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
